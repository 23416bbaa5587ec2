package cookie

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"kagami/internal/account/session"
	"kagami/internal/secret"
)

const questionCookie = "kagami-question"

// aboutQuestion names what a question is sealed for.
const aboutQuestion = "question to a stranger"

// Questions are what strangers are asked, such as for a passkey: their browsers keep it, sealed, so
// that asking writes nothing. What is answered well is written once, and answered no more.
type Questions struct {
	sessions *session.Service
	keys     *secret.Keys
	now      func() time.Time
	tls      TLS
}

// NewQuestions makes the questions.
func NewQuestions(sessions *session.Service, keys *secret.Keys, now func() time.Time, tls TLS) *Questions {
	return &Questions{sessions, keys, now, tls}
}

// question is what is sealed.
type question struct {
	State json.RawMessage `json:"state"`
	Until time.Time       `json:"until"`
}

// Ask sends a question's cookie, in place of any before, with what its answer is held against.
func (q *Questions) Ask(w http.ResponseWriter, state json.RawMessage) error {
	plain, err := json.Marshal(question{state, q.now().Add(session.AttemptLimit)})
	if err != nil {
		return fmt.Errorf("writing a question: %w", err)
	}
	sealed := base64.RawURLEncoding.EncodeToString(q.keys.Seal(plain, aboutQuestion))
	http.SetCookie(w, q.tls.make(questionCookie, sealed, int(session.AttemptLimit/time.Second)))
	return nil
}

// Of is what the answer to the request's question is held against; false for none, or one that is over.
func (q *Questions) Of(r *http.Request) (json.RawMessage, bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(q.tls.token(r, questionCookie))
	// of another key there is none either: a stranger must not make the portal look for its file
	if err != nil || !q.keys.SealedByNewest(sealed) {
		return nil, false
	}
	plain, err := q.keys.Unseal(sealed, aboutQuestion)
	if err != nil {
		return nil, false
	}
	var asked question
	if err := json.Unmarshal(plain, &asked); err != nil || !q.now().Before(asked.Until) {
		return nil, false
	}
	return asked.State, true
}

// End notes that the request's question is answered, and tells whether it was not before: of two
// requests with the same answer, one is told true.
func (q *Questions) End(ctx context.Context, w http.ResponseWriter, r *http.Request) (bool, error) {
	first, err := q.sessions.EndQuestion(ctx, q.tls.token(r, questionCookie))
	if err == nil {
		http.SetCookie(w, q.tls.make(questionCookie, "", -1))
	}
	return first, err
}
