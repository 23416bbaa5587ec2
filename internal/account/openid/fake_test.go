package openid_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"kagami/internal/account/openid"
)

const (
	clientID    = "kagami"
	redirectURL = "http://localhost/signin/provider"
	keyID       = "key-1"
	accessToken = "access-token-of-the-test"
)

// noon is the portal's time in the tests with the fake provider.
var noon = time.Date(2026, 4, 1, 3, 0, 0, 0, time.UTC)

// fake is a provider that says whatever a test wants of it.
type fake struct {
	*httptest.Server
	key      *rsa.PrivateKey // the one its document shows
	document map[string]any
	idToken  string
	userInfo map[string]any
	token    http.HandlerFunc // in place of its own token endpoint
	keys     http.HandlerFunc // in place of its own keys
	asked    http.Header      // of the last request for tokens
	form     url.Values       // of the same
}

func newKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newFake(t *testing.T) *fake {
	t.Helper()
	f := &fake{key: newKey(t)}
	mux := http.NewServeMux()
	f.Server = httptest.NewServer(mux)
	t.Cleanup(f.Close)
	f.document = map[string]any{
		"issuer":                                f.URL,
		"authorization_endpoint":                f.URL + "/authorize",
		"token_endpoint":                        f.URL + "/token",
		"jwks_uri":                              f.URL + "/keys",
		"userinfo_endpoint":                     f.URL + "/userinfo",
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
		// An algorithm that takes a shared secret: offered, and never taken.
		"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"},
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) { answer(t, w, f.document) })
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		if f.token != nil {
			f.token(w, r)
			return
		}
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		f.asked, f.form = r.Header, r.PostForm
		tokens := map[string]any{"access_token": accessToken, "token_type": "Bearer", "expires_in": 60}
		if f.idToken != "" {
			tokens["id_token"] = f.idToken
		}
		answer(t, w, tokens)
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, r *http.Request) {
		if f.keys != nil {
			f.keys(w, r)
			return
		}
		answer(t, w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: f.key.Public(), KeyID: keyID, Use: "sig"}}})
	})
	mux.HandleFunc("GET /userinfo", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+accessToken {
			t.Errorf("user info was asked with the wrong token")
		}
		answer(t, w, f.userInfo)
	})
	return f
}

func answer(t *testing.T, w http.ResponseWriter, value any) {
	t.Helper()
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(value); err != nil {
		t.Error(err)
	}
}

func (f *fake) config() openid.Config {
	return openid.Config{
		Issuer: f.URL, ClientID: clientID, ClientSecret: rand.Text(), RedirectURL: redirectURL,
		Claim: openid.ByEmail, Now: func() time.Time { return noon },
	}
}

// claims are those of a good ID token for an attempt, with changes; nil takes
// one out.
func (f *fake) claims(a openid.Attempt, changes map[string]any) map[string]any {
	said := map[string]any{
		"iss": f.URL, "aud": clientID, "sub": "subject-of-the-test", "nonce": a.Nonce,
		"iat": noon.Unix(), "exp": noon.Add(5 * time.Minute).Unix(), "auth_time": noon.Unix(),
		"email": "mihon.taro@example.jp", "email_verified": true, "preferred_username": "00123",
	}
	maps.Copy(said, changes)
	maps.DeleteFunc(said, func(_ string, v any) bool { return v == nil })
	return said
}

// sign makes a token of claims with a key, which is an RSA key or, for HS256,
// a shared secret.
func sign(t *testing.T, algorithm jose.SignatureAlgorithm, key any, said map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: jose.JSONWebKey{Key: key, KeyID: keyID}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(said)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}
