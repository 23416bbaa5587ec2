package openid_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"kagami/internal/account/openid"
	"kagami/internal/fault"
)

func provider(t *testing.T, config openid.Config) *openid.Provider {
	t.Helper()
	p, err := openid.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func begin(t *testing.T, p *openid.Provider, again bool) (openid.Attempt, url.Values) {
	t.Helper()
	attempt, address, err := p.Begin(t.Context(), again)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return attempt, u.Query()
}

const code = "code-of-the-test"

func back(a openid.Attempt) url.Values { return url.Values{"state": {a.State}, "code": {code}} }

// mustRefuse says that a failure is of a kind, tells the person words, and
// keeps what the provider sent to itself.
func mustRefuse(t *testing.T, err error, kind fault.Kind, words string, secrets ...string) {
	t.Helper()
	if fault.KindOf(err) != kind || !strings.Contains(err.Error(), words) {
		t.Fatalf("got %v, want %v with %q", err, kind, words)
	}
	for _, secret := range append(secrets, code, accessToken, "subject-of-the-test", "mihon.taro", "00123") {
		if secret != "" && strings.Contains(err.Error(), secret) {
			t.Errorf("the error %q holds what the provider sent", err)
		}
	}
}

func TestAGoodAnswerNamesThePersonByWhatTheTownGoesBy(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		claim  openid.Claim
		number string
		said   map[string]any
		info   map[string]any
		want   openid.Identity
	}{
		"e-mail": {
			claim: openid.ByEmail, want: openid.Identity{Email: "mihon.taro@example.jp"},
		},
		"staff number, whatever the e-mail is": {
			claim: openid.ByStaffNumber, said: map[string]any{"email_verified": false},
			want: openid.Identity{StaffNumber: "00123"},
		},
		"staff number in a claim of the town's choice": {
			claim: openid.ByStaffNumber, number: "employee_number", said: map[string]any{"employee_number": "00456"},
			want: openid.Identity{StaffNumber: "00456"},
		},
		"e-mail in the user info": {
			claim: openid.ByEmail, said: map[string]any{"email": nil, "email_verified": nil},
			info: map[string]any{"sub": "subject-of-the-test", "email": "mihon.hanako@example.jp", "email_verified": true},
			want: openid.Identity{Email: "mihon.hanako@example.jp"},
		},
		"several audiences, and the portal is the party": {
			claim: openid.ByEmail, said: map[string]any{"aud": []string{clientID, "another"}, "azp": clientID},
			want: openid.Identity{Email: "mihon.taro@example.jp"},
		},
		"a second factor": {
			claim: openid.ByEmail, said: map[string]any{"amr": []string{"pwd", "otp"}},
			want: openid.Identity{Email: "mihon.taro@example.jp", Strong: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			config := f.config()
			config.Claim, config.StaffNumberClaim = test.claim, test.number
			p := provider(t, config)
			attempt, _ := begin(t, p, false)
			f.idToken, f.userInfo = sign(t, jose.RS256, f.key, f.claims(attempt, test.said)), test.info
			got, err := p.Finish(t.Context(), attempt, back(attempt))
			if err != nil {
				t.Fatal(err)
			}
			test.want.Subject = "subject-of-the-test"
			if got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestATokenThatDoesNotStandUpIsRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		claim openid.Claim
		again bool
		said  map[string]any
		info  map[string]any
		words string
	}{
		"another attempt's nonce":   {said: map[string]any{"nonce": "word-of-the-test"}, words: "返事を確かめられません"},
		"no nonce":                  {said: map[string]any{"nonce": nil}, words: "返事を確かめられません"},
		"expired":                   {said: map[string]any{"exp": noon.Add(-time.Second).Unix()}, words: "返事を確かめられません"},
		"no expiry":                 {said: map[string]any{"exp": nil}, words: "返事を確かめられません"},
		"not in force yet":          {said: map[string]any{"nbf": noon.Add(time.Hour).Unix()}, words: "返事を確かめられません"},
		"another audience":          {said: map[string]any{"aud": "word-of-the-test"}, words: "返事を確かめられません"},
		"several audiences":         {said: map[string]any{"aud": []string{clientID, "word-of-the-test"}}, words: "返事を確かめられません"},
		"issued to another party":   {said: map[string]any{"azp": "word-of-the-test"}, words: "返事を確かめられません"},
		"another issuer":            {said: map[string]any{"iss": "https://id.example.jp"}, words: "返事を確かめられません"},
		"nobody":                    {said: map[string]any{"sub": ""}, words: "返事を確かめられません"},
		"an unverified e-mail":      {said: map[string]any{"email_verified": false}, words: "確認済みになっていません"},
		"a word for verified":       {said: map[string]any{"email_verified": "true"}, words: "確認済みになっていません"},
		"nothing about verifying":   {said: map[string]any{"email_verified": nil}, words: "確認済みになっていません"},
		"verified in other letters": {said: map[string]any{"email_verified": nil, "Email_Verified": true}, words: "確認済みになっていません"},
		"an empty e-mail":           {said: map[string]any{"email": ""}, words: "メールアドレスが届きません"},
		"no e-mail anywhere": {
			said: map[string]any{"email": nil}, info: map[string]any{"sub": "subject-of-the-test"}, words: "メールアドレスが届きません",
		},
		"verified in the token, e-mail in the user info": {
			said: map[string]any{"email": nil}, info: map[string]any{"sub": "subject-of-the-test", "email": "mihon.taro@example.jp"},
			words: "確認済みになっていません",
		},
		"another person's user info": {
			said: map[string]any{"email": nil}, info: map[string]any{"sub": "word-of-the-test", "email": "mihon.taro@example.jp", "email_verified": true},
			words: "返事を確かめられません",
		},
		"no staff number":        {claim: openid.ByStaffNumber, said: map[string]any{"preferred_username": ""}, words: "職員番号が届きません"},
		"a numeric number":       {claim: openid.ByStaffNumber, said: map[string]any{"preferred_username": 123}, words: "職員番号が届きません"},
		"again, but long ago":    {again: true, said: map[string]any{"auth_time": noon.Add(-2 * time.Minute).Unix()}, words: "あらためて確かめられません"},
		"again, but no time":     {again: true, said: map[string]any{"auth_time": nil}, words: "あらためて確かめられません"},
		"again, in time to come": {again: true, said: map[string]any{"auth_time": noon.Add(time.Hour).Unix()}, words: "あらためて確かめられません"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			config := f.config()
			if test.claim != "" {
				config.Claim = test.claim
			}
			p := provider(t, config)
			attempt, _ := begin(t, p, test.again)
			f.idToken, f.userInfo = sign(t, jose.RS256, f.key, f.claims(attempt, test.said)), test.info
			_, err := p.Finish(t.Context(), attempt, back(attempt))
			mustRefuse(t, err, fault.Unauthenticated, test.words, f.idToken, attempt.Nonce, attempt.Verifier, "word-of-the-test", "id.example.jp")
		})
	}
}

func TestATokenThatTheProviderDidNotSignIsRefused(t *testing.T) {
	t.Parallel()
	for name, forge := range map[string]func(t *testing.T, f *fake, said map[string]any) string{
		"another issuer's key under the same name": func(t *testing.T, _ *fake, said map[string]any) string {
			return sign(t, jose.RS256, newKey(t), said)
		},
		"the public key as a shared secret": func(t *testing.T, f *fake, said map[string]any) string {
			public, err := x509.MarshalPKIXPublicKey(f.key.Public())
			if err != nil {
				t.Fatal(err)
			}
			return sign(t, jose.HS256, public, said)
		},
		"no signature": func(t *testing.T, _ *fake, said map[string]any) string {
			payload, err := json.Marshal(said)
			if err != nil {
				t.Fatal(err)
			}
			encode := base64.RawURLEncoding.EncodeToString
			return encode([]byte(`{"alg":"none"}`)) + "." + encode(payload) + "."
		},
		"claims changed after signing": func(t *testing.T, f *fake, said map[string]any) string {
			parts := strings.Split(sign(t, jose.RS256, f.key, said), ".")
			payload, err := json.Marshal(f.claims(openid.Attempt{Nonce: said["nonce"].(string)}, map[string]any{"email": "mihon.jiro@example.jp"}))
			if err != nil {
				t.Fatal(err)
			}
			parts[1] = base64.RawURLEncoding.EncodeToString(payload)
			return strings.Join(parts, ".")
		},
		"no token": func(*testing.T, *fake, map[string]any) string { return "" },
		"a word":   func(*testing.T, *fake, map[string]any) string { return "word-of-the-test" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			p := provider(t, f.config())
			attempt, _ := begin(t, p, false)
			f.idToken = forge(t, f, f.claims(attempt, nil))
			_, err := p.Finish(t.Context(), attempt, back(attempt))
			mustRefuse(t, err, fault.Unauthenticated, "返事を確かめられません", f.idToken)
		})
	}
}

func TestAnAnswerThatIsNotToTheAttemptIsRefusedBeforeTheProviderIsAsked(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	now := noon
	config := f.config()
	config.Now = func() time.Time { return now }
	p := provider(t, config)
	attempt, _ := begin(t, p, false)
	now = noon.Add(openid.AttemptLimit)
	f.token = func(http.ResponseWriter, *http.Request) { t.Error("the provider was asked") }
	old := attempt
	old.Begun = old.Begun.Add(-time.Second)

	for name, test := range map[string]struct {
		attempt openid.Attempt
		query   url.Values
		kind    fault.Kind
		words   string
	}{
		"another state":         {attempt, url.Values{"state": {"another"}, "code": {code}}, fault.Unauthenticated, "最初から"},
		"no state":              {attempt, url.Values{"code": {code}}, fault.Unauthenticated, "最初から"},
		"no attempt":            {openid.Attempt{Begun: noon}, url.Values{"state": {""}, "code": {code}}, fault.Unauthenticated, "最初から"},
		"too late":              {old, back(attempt), fault.Unauthenticated, "最初から"},
		"another provider":      {attempt, url.Values{"state": {attempt.State}, "code": {code}, "iss": {"https://id.example.jp"}}, fault.Unauthenticated, "最初から"},
		"no code":               {attempt, url.Values{"state": {attempt.State}}, fault.Unauthenticated, "最初から"},
		"an error, wrong state": {attempt, url.Values{"state": {"another"}, "error": {"access_denied"}}, fault.Unauthenticated, "最初から"},
		"taken back":            {attempt, url.Values{"state": {attempt.State}, "error": {"access_denied"}}, fault.Unauthenticated, "取りやめ"},
		"no sign-in there":      {attempt, url.Values{"state": {attempt.State}, "error": {"login_required"}}, fault.Unauthenticated, "返事を確かめられません"},
		"an unknown error":      {attempt, url.Values{"state": {attempt.State}, "error": {"word-of-the-test"}}, fault.Unauthenticated, "返事を確かめられません"},
		"the provider is ill":   {attempt, url.Values{"state": {attempt.State}, "error": {"server_error"}}, fault.Unavailable, "認証サーバーを利用できません"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := p.Finish(t.Context(), test.attempt, test.query)
			mustRefuse(t, err, test.kind, test.words, attempt.State, "word-of-the-test", "id.example.jp")
		})
	}
}

func TestAnAttemptIsRandomAndOutlivesBeingKeptAsJSON(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	p := provider(t, f.config())
	first, query := begin(t, p, true)
	second, _ := begin(t, p, false)
	for _, pair := range [][2]string{{first.State, second.State}, {first.Nonce, second.Nonce}, {first.Verifier, second.Verifier}, {first.State, first.Nonce}} {
		if pair[0] == pair[1] || len(pair[0]) < 26 {
			t.Errorf("%v can be guessed", pair)
		}
	}
	if strings.Contains(query.Encode(), first.Verifier) {
		t.Error("the verifier goes through the browser")
	}
	raw, err := json.Marshal(first)
	if err != nil {
		t.Fatal(err)
	}
	var kept openid.Attempt
	if err := json.Unmarshal(raw, &kept); err != nil {
		t.Fatal(err)
	}
	if kept != first {
		t.Errorf("%+v became %+v", first, kept)
	}
}

func TestOnlyASensitiveActAsksThePersonToProveThemselvesAgain(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	p := provider(t, f.config())
	_, query := begin(t, p, true)
	if query.Get("prompt") != "login" || query.Get("max_age") != "0" {
		t.Errorf("asks %v", query)
	}
	attempt, query := begin(t, p, false)
	if query.Has("prompt") || query.Has("max_age") {
		t.Errorf("asks %v", query)
	}
	f.idToken = sign(t, jose.RS256, f.key, f.claims(attempt, map[string]any{"auth_time": noon.Add(-8 * time.Hour).Unix()}))
	if _, err := p.Finish(t.Context(), attempt, back(attempt)); err != nil {
		t.Errorf("a sign-in of the morning: %v", err)
	}
}

func TestThePortalProvesItselfTheWayTheProviderTakes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		methods any
		secret  string
		header  bool
	}{
		"nothing said":    {nil, "s3cret", true},
		"basic":           {[]string{"client_secret_basic"}, "s3cret", true},
		"post only":       {[]string{"client_secret_post"}, "s3cret", false},
		"a public client": {[]string{"client_secret_basic", "none"}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.document["token_endpoint_auth_methods_supported"] = test.methods
			config := f.config()
			config.ClientSecret = test.secret
			p := provider(t, config)
			attempt, _ := begin(t, p, false)
			f.idToken = sign(t, jose.RS256, f.key, f.claims(attempt, nil))
			if _, err := p.Finish(t.Context(), attempt, back(attempt)); err != nil {
				t.Fatal(err)
			}
			if got := f.asked.Get("Authorization") != ""; got != test.header {
				t.Errorf("a header: %v", got)
			}
			if got := f.form.Get("client_secret"); !test.header && got != test.secret {
				t.Errorf("the form holds %q", got)
			}
			if f.form.Get("code_verifier") != attempt.Verifier || f.form.Get("code") != code {
				t.Errorf("asks with %v", f.form)
			}
		})
	}
}

func TestMoreThanOneFactorIsWhatRFC8176SaysItIs(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	p := provider(t, f.config())
	for _, test := range []struct {
		amr  any
		want bool
	}{
		{nil, false},
		{[]string{}, false},
		{[]string{"pwd"}, false},
		{[]string{"otp"}, false},
		{[]string{"hwk"}, false},
		{[]string{"swk"}, false},
		{[]string{"pwd", "pin"}, false},
		{[]string{"pwd", "kba"}, false},
		{[]string{"otp", "hwk"}, false},
		{[]string{"pwd", "pwd"}, false},
		{[]string{"pwd", "geo", "rba", "user", "wia", "mca"}, false},
		{[]string{"pwd", "unknown"}, false},
		{[]string{"MFA"}, false},
		{"mfa", false},
		{map[string]any{"mfa": true}, false},
		{[]any{"mfa", 1}, false},
		{[]string{"mfa"}, true},
		{[]string{"pwd", "mfa"}, true},
		{[]string{"pwd", "otp"}, true},
		{[]string{"pwd", "sms"}, true},
		{[]string{"pin", "hwk"}, true},
		{[]string{"swk", "fpt"}, true},
		{[]string{"pin", "face"}, true},
	} {
		attempt, _ := begin(t, p, false)
		f.idToken = sign(t, jose.RS256, f.key, f.claims(attempt, map[string]any{"amr": test.amr}))
		got, err := p.Finish(t.Context(), attempt, back(attempt))
		if err != nil {
			t.Fatal(err)
		}
		if got.Strong != test.want {
			t.Errorf("%v is strong: %v", test.amr, got.Strong)
		}
	}
}
