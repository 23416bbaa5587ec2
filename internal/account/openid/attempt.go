package openid

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// AttemptLimit is how long a person may take to come back from the provider.
const AttemptLimit = 10 * time.Minute

// Attempt is a sign-in that has begun. Its values are secrets of the portal and
// the browser that began it; they can be kept as JSON.
type Attempt struct {
	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"` // of PKCE
	Again    bool      `json:"again"`    // the person must prove themselves anew
	Begun    time.Time `json:"begun"`
}

// Begin begins a sign-in and gives the address to send the browser to. again
// asks that the person prove themselves even if the provider knows them still:
// before a sensitive act. Unavailable if the provider does not answer.
func (p *Provider) Begin(ctx context.Context, again bool) (Attempt, string, error) {
	known, err := p.discover(ctx)
	if err != nil {
		return Attempt{}, "", fmt.Errorf("beginning a sign-in at the provider: %w", err)
	}
	a := Attempt{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Again: again, Begun: p.config.Now().UTC()}
	options := []oauth2.AuthCodeOption{oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)}
	if again {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	return a, known.oauth.AuthCodeURL(a.State, options...), nil
}

// answered gives the code that the provider's answer holds, once it is the
// answer to this attempt.
func (a Attempt) answered(query url.Values, issuer string, now time.Time) (code string, err error) {
	switch {
	case !same(a.State, query.Get("state")):
		return "", refused(startOver, errors.New("the answer is to no attempt of this browser"))
	case now.Sub(a.Begun) > AttemptLimit:
		return "", refused(startOver, errors.New("the attempt is too old"))
	case query.Has("iss") && query.Get("iss") != issuer: // RFC 9207
		return "", refused(startOver, errors.New("the answer is another provider's"))
	case query.Has("error"):
		return "", answerFailure(query.Get("error"))
	case query.Get("code") == "":
		return "", refused(startOver, errors.New("the answer holds no code"))
	}
	return query.Get("code"), nil
}

// same compares a secret with what came; nothing is the same as no secret.
func same(secret, came string) bool {
	return secret != "" && subtle.ConstantTimeCompare([]byte(secret), []byte(came)) == 1
}
