package cookie

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"kagami/internal/account/session"
)

const attemptCookie = "kagami-attempt"

// Attempts are the sign-ins and proofs under way that take more than one
// request, each found by a cookie of its own.
type Attempts struct {
	sessions *session.Service
	tls      TLS
}

// NewAttempts makes the attempts.
func NewAttempts(sessions *session.Service, tls TLS) *Attempts {
	return &Attempts{sessions: sessions, tls: tls}
}

// Begin begins an attempt, with data as JSON that its next step goes on with, and
// sends its cookie, in place of any before.
func (a *Attempts) Begin(ctx context.Context, w http.ResponseWriter, attempt session.Attempt, data any) error {
	var err error
	if attempt.Data, err = written(data); err != nil {
		return err
	}
	token, err := a.sessions.BeginAttempt(ctx, attempt)
	if err != nil {
		return err
	}
	http.SetCookie(w, a.tls.make(attemptCookie, token, int(session.AttemptLimit/time.Second)))
	return nil
}

// Of returns the request's attempt; the zero Attempt, of no kind, for none, or
// one that is over.
func (a *Attempts) Of(r *http.Request) (session.Attempt, error) {
	return a.sessions.Attempt(r.Context(), a.tls.token(r, attemptCookie))
}

// Change makes the request's attempt wait for its next step, with data that this
// goes on with; when it ends at the latest stays.
func (a *Attempts) Change(r *http.Request, attempt session.Attempt, data any) error {
	var err error
	if attempt.Data, err = written(data); err != nil {
		return err
	}
	return a.sessions.ChangeAttempt(r.Context(), a.tls.token(r, attemptCookie), attempt)
}

// End ends the request's attempt, and tells whether it was under way until then:
// of two requests that end the same one, one is told true.
func (a *Attempts) End(ctx context.Context, w http.ResponseWriter, r *http.Request) (bool, error) {
	ended, err := a.sessions.EndAttempt(ctx, a.tls.token(r, attemptCookie))
	if err != nil {
		return false, err
	}
	http.SetCookie(w, a.tls.make(attemptCookie, "", -1))
	return ended, nil
}

func written(data any) (json.RawMessage, error) {
	b, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("writing an attempt: %w", err)
	}
	return b, nil
}
