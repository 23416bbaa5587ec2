package openid_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"kagami/internal/account/openid"
	"kagami/internal/fault"
)

const unavailable = "認証サーバーを利用できません"

func TestThePortalStartsWhileTheProviderIsDownAndFindsItLater(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	document := f.document
	f.document = nil // an answer without an issuer
	p := provider(t, f.config())
	for range 2 {
		_, _, err := p.Begin(t.Context(), false)
		mustRefuse(t, err, fault.Unavailable, unavailable)
	}
	f.document = document
	attempt, _ := begin(t, p, false)
	f.idToken = sign(t, jose.RS256, f.key, f.claims(attempt, nil))
	if _, err := p.Finish(t.Context(), attempt, back(attempt)); err != nil {
		t.Error(err)
	}
}

func TestAProviderThatCannotBeReachedIsUnavailable(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	config := openid.Config{Issuer: "http://" + listener.Addr().String(), ClientID: clientID, RedirectURL: redirectURL, Claim: openid.ByEmail, Now: newFake(t).config().Now}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	p := provider(t, config)
	_, _, err = p.Begin(t.Context(), false)
	mustRefuse(t, err, fault.Unavailable, unavailable)
	_, err = p.Finish(t.Context(), openid.Attempt{State: "state", Begun: noon}, back(openid.Attempt{State: "state"}))
	mustRefuse(t, err, fault.Unavailable, unavailable)
}

func TestAnImpatientCallerDoesNotWaitForTheProvider(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := provider(t, f.config()).Begin(ctx, false)
	mustRefuse(t, err, fault.Unavailable, unavailable)
}

func TestADocumentThatWouldOpenTheSignInToOthersIsNotUsed(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(document map[string]any){
		"another issuer":          func(d map[string]any) { d["issuer"] = "https://id.example.jp" },
		"tokens without TLS":      func(d map[string]any) { d["token_endpoint"] = "http://id.example.jp/token" },
		"keys without TLS":        func(d map[string]any) { d["jwks_uri"] = "http://id.example.jp/keys" },
		"a user info without TLS": func(d map[string]any) { d["userinfo_endpoint"] = "http://id.example.jp/userinfo" },
		"no sign-in page":         func(d map[string]any) { delete(d, "authorization_endpoint") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			change(f.document)
			_, _, err := provider(t, f.config()).Begin(t.Context(), false)
			mustRefuse(t, err, fault.Unavailable, unavailable)
		})
	}
}

func TestACodeThatIsNotExchangedSaysWhoseFaultItIs(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status int
		body   string
		kind   fault.Kind
		words  string
	}{
		"a used code":     {http.StatusBadRequest, `{"error":"invalid_grant","error_description":"words-of-the-test"}`, fault.Unauthenticated, "最初から"},
		"a wrong secret":  {http.StatusUnauthorized, `{"error":"invalid_client","error_description":"words-of-the-test"}`, fault.Unavailable, unavailable},
		"a broken server": {http.StatusInternalServerError, `words-of-the-test`, fault.Unavailable, unavailable},
		"another page":    {http.StatusOK, `words-of-the-test`, fault.Unavailable, unavailable},
		"another place":   {http.StatusTemporaryRedirect, ``, fault.Unavailable, unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.token = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("Location", f.URL+"/elsewhere")
				w.WriteHeader(test.status)
				if _, err := w.Write([]byte(test.body)); err != nil {
					t.Error(err)
				}
			}
			f.Config.Handler.(*http.ServeMux).HandleFunc("/elsewhere", func(http.ResponseWriter, *http.Request) { t.Error("the code went elsewhere") })
			p := provider(t, f.config())
			attempt, _ := begin(t, p, false)
			_, err := p.Finish(t.Context(), attempt, back(attempt))
			mustRefuse(t, err, test.kind, test.words, "words-of-the-test", attempt.Verifier)
		})
	}
}

func TestKeysThatCannotBeFetchedAreNotAWrongSignature(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.keys = func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			err = connection.Close()
		}
		if err != nil {
			t.Error(err)
		}
	}
	p := provider(t, f.config())
	attempt, _ := begin(t, p, false)
	f.idToken = sign(t, jose.RS256, f.key, f.claims(attempt, nil))
	_, err := p.Finish(t.Context(), attempt, back(attempt))
	mustRefuse(t, err, fault.Unavailable, unavailable, f.idToken)
}

func TestAWrongConfigurationSaysWhatToGive(t *testing.T) {
	t.Parallel()
	good := openid.Config{Issuer: "https://id.example.jp", ClientID: clientID, RedirectURL: "https://kagami.example.jp/back", Claim: openid.ByEmail}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change func(*openid.Config)
		words  string
	}{
		"no issuer":                {func(c *openid.Config) { c.Issuer = "" }, "issuer"},
		"an issuer without TLS":    {func(c *openid.Config) { c.Issuer = "http://id.example.jp" }, "issuer"},
		"a name like loopback":     {func(c *openid.Config) { c.Issuer = "http://127.0.0.1.example.jp" }, "issuer"},
		"a password in the issuer": {func(c *openid.Config) { c.Issuer = "https://a:b@id.example.jp" }, "issuer"},
		"no client":                {func(c *openid.Config) { c.ClientID = "" }, "client ID"},
		"a way back without TLS":   {func(c *openid.Config) { c.RedirectURL = "http://kagami.example.jp/back" }, "戻る URL"},
		"a way back without host":  {func(c *openid.Config) { c.RedirectURL = "/back" }, "戻る URL"},
		"no claim":                 {func(c *openid.Config) { c.Claim = "" }, "メールアドレスか職員番号"},
	} {
		config := good
		test.change(&config)
		_, err := openid.New(config)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), test.words) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
