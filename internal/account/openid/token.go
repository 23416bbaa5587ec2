package openid

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// signatures are the algorithms that an ID token may be signed with: all take
// the provider's public key. "none" and shared secrets are not among them.
var signatures = []string{
	oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512,
	oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA,
}

// clockSkew is how far the provider's clock may be from the portal's.
const clockSkew = time.Minute

// claims are what a token says, by name. Names are matched exactly, which the
// fields of a struct would not be.
type claims map[string]json.RawMessage

// read gives a claim of a type; its zero value where the claim is missing or of
// another type.
func read[T any](said claims, name string) T {
	var value, none T
	if err := json.Unmarshal(said[name], &value); err != nil {
		return none
	}
	return value
}

// watchedKeys remembers why a signature did not pass: the verifier's error does
// not tell a wrong one from keys that could not be fetched.
type watchedKeys struct {
	oidc.KeySet
	err error
}

func (k *watchedKeys) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	payload, err := k.KeySet.VerifySignature(ctx, jwt)
	k.err = err
	return payload, err
}

// verify gives what a raw ID token says, once it is the provider's, for this
// portal, of this attempt and still in force.
func (p *Provider) verify(ctx context.Context, known *metadata, attempt Attempt, raw string) (claims, error) {
	keys := &watchedKeys{KeySet: known.keys}
	verifier := oidc.NewVerifier(p.config.Issuer, keys, &oidc.Config{
		ClientID: p.config.ClientID, SupportedSigningAlgs: signatures, Now: p.config.Now,
	})
	token, err := verifier.Verify(ctx, raw)
	if err != nil {
		return nil, tokenFailure(err, keys.err)
	}
	var said claims
	if err := token.Claims(&said); err != nil {
		return nil, refused(notVouched, errors.New("the ID token's claims are not readable"))
	}
	switch {
	case !same(attempt.Nonce, token.Nonce):
		return nil, refused(notVouched, errors.New("the ID token is of another attempt"))
	case token.Subject == "":
		return nil, refused(notVouched, errors.New("the ID token names nobody"))
	case !p.authorized(said, len(token.Audience)):
		return nil, refused(notVouched, errors.New("the ID token was issued to another party"))
	case attempt.Again && !p.proven(said, attempt):
		return nil, refused(notAgain, errors.New("the person has not signed in anew"))
	}
	return said, nil
}

// authorized tells whether the portal is the party that the token was issued
// to, which a token for several audiences must name (OpenID Connect Core
// 3.1.3.7).
func (p *Provider) authorized(said claims, audiences int) bool {
	if _, named := said["azp"]; !named {
		return audiences == 1
	}
	return read[string](said, "azp") == p.config.ClientID
}

// proven tells whether the person proved themselves after the attempt began. A
// token that does not tell when says no.
func (p *Provider) proven(said claims, attempt Attempt) bool {
	at := time.Unix(int64(read[float64](said, "auth_time")), 0)
	return !at.Before(attempt.Begun.Add(-clockSkew)) && !at.After(p.config.Now().Add(clockSkew))
}

// tokenFailure is the failure that an error of a token's verification means;
// the verifier's own error may hold what the token says.
func tokenFailure(err, keyErr error) error {
	if e, ok := errors.AsType[*url.Error](keyErr); ok {
		return unavailable(e)
	}
	if keyErr != nil {
		return refused(notVouched, errors.New("the ID token's signature is not by a key of the provider"))
	}
	if _, ok := errors.AsType[*oidc.TokenExpiredError](err); ok {
		return refused(notVouched, errors.New("the ID token has expired; the clocks may differ"))
	}
	return refused(notVouched, errors.New("the ID token's form, issuer or audience is not what it must be"))
}
