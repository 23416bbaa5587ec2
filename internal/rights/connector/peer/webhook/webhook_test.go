package webhook_test

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kagami/internal/fault"
	"kagami/internal/rights/connector/peer/webhook"
)

var noon = time.Date(2026, 11, 28, 3, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

var message = webhook.Message{ID: "msg_1", Person: "00200", System: "SYS-0001", From: noon.In(time.FixedZone("JST", 9*60*60))}

func newSecret() (string, []byte) {
	key := make([]byte, 32)
	rand.Read(key)
	return "whsec_" + base64.StdEncoding.EncodeToString(key), key
}

// hook is one whose system answers by a handler.
func hook(t *testing.T, secret string, answer http.HandlerFunc) *webhook.Hook {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	h, err := webhook.New(webhook.Config{URL: server.URL + "/rights"}, secret, clock)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestAMessageSaysWhoWhichRightAndFromWhenAndIsSigned(t *testing.T) {
	t.Parallel()
	secret, key := newSecret()
	came := 0
	h := hook(t, secret, func(w http.ResponseWriter, r *http.Request) {
		came++
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if want := `{"id":"msg_1","person":"00200","system":"SYS-0001","allowed":false,"from":"2026-11-28T03:00:00Z"}`; string(body) != want {
			t.Errorf("it says %s, not %s", body, want)
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte("msg_1.1795834800." + string(body)))
		if want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)); r.Header.Get("webhook-signature") != want {
			t.Errorf("it is signed %s, not %s", r.Header.Get("webhook-signature"), want)
		}
		if r.Method != http.MethodPost || r.URL.Path != "/rights" || r.Header.Get("webhook-id") != "msg_1" ||
			r.Header.Get("webhook-timestamp") != "1795834800" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("it comes as %s %s with %v", r.Method, r.URL, r.Header)
		}
		w.WriteHeader(http.StatusNoContent)
	})
	for range 2 { // again is the same
		if err := h.Send(t.Context(), message); err != nil {
			t.Error(err)
		}
	}
	if came != 2 {
		t.Errorf("%d messages came", came)
	}
}

// The key, the message and its signature are those that the specification of Standard
// Webhooks gives as an example.
func TestTheSignatureIsThatOfTheSpecification(t *testing.T) {
	t.Parallel()
	h, err := webhook.New(webhook.Config{URL: "https://example.jp"}, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", clock)
	if err != nil {
		t.Fatal(err)
	}
	got := h.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
	if want := "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("signed %s, not %s", got, want)
	}
}

func TestOnlyASuccessIsOne(t *testing.T) {
	t.Parallel()
	secret, _ := newSecret()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	t.Cleanup(elsewhere.Close)
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		kind   fault.Kind
		words  string
	}{
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}, fault.Unavailable, "別のアドレス"},
		"not there":     {http.NotFound, fault.NotFound, "通知の受け口"},
		"unauthorized":  {status(http.StatusUnauthorized), fault.Forbidden, "サインインできません"},
		"forbidden":     {status(http.StatusForbidden), fault.Forbidden, "権限がありません"},
		"an error":      {status(http.StatusInternalServerError), fault.Unavailable, "応じられない"},
		"too many":      {status(http.StatusTooManyRequests), fault.Unavailable, "応じられない"},
		"not modified":  {status(http.StatusNotModified), fault.Unavailable, "別のアドレス"},
		"a bad request": {status(http.StatusBadRequest), fault.Unavailable, "読めません"},
		"closed at once": {func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				conn.Close() //nolint:errcheck // nothing is left to lose
			}
		}, fault.Unavailable, "接続できません"},
		"without end": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				w.Write(make([]byte, 64<<10)) //nolint:errcheck // until nobody reads
			}
		}, fault.Unavailable, "大きすぎる"},
		"hanging": {func(_ http.ResponseWriter, r *http.Request) { hang(r) }, fault.Unavailable, "時間のうち"},
		"hanging in half": {func(w http.ResponseWriter, r *http.Request) {
			w.Write([]byte("half"))               //nolint:errcheck // who reads has gone by then
			http.NewResponseController(w).Flush() //nolint:errcheck // the same
			hang(r)
		}, fault.Unavailable, "時間のうち"},
	} {
		h := hook(t, secret, test.answer)
		h.Hurry(2 * time.Second)
		if strings.HasPrefix(name, "hanging") {
			h.Hurry(50 * time.Millisecond)
		}
		err := h.Send(t.Context(), message)
		if err == nil || fault.KindOf(err) != test.kind || !strings.Contains(err.Error(), test.words) {
			t.Errorf("%s: %v, want %s that says %s", name, err, test.kind, test.words)
		}
		for _, told := range []string{message.Person, message.ID, secret} {
			if err != nil && strings.Contains(err.Error(), told) {
				t.Errorf("%s: %v tells %s", name, err, told)
			}
		}
	}
}

// hang answers nothing until nobody waits any more.
func hang(r *http.Request) {
	io.Copy(io.Discard, r.Body) //nolint:errcheck // else it would not be seen that somebody has gone
	<-r.Context().Done()
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func TestAWrongConfigurationSaysWhatToGive(t *testing.T) {
	t.Parallel()
	secret, _ := newSecret()
	for name, test := range map[string]struct {
		config webhook.Config
		secret string
		field  string // empty: nothing is wrong
	}{
		"https":                {webhook.Config{URL: "https://example.jp/rights"}, secret, ""},
		"within the machine":   {webhook.Config{URL: "http://localhost:8080"}, secret, ""},
		"to another one":       {webhook.Config{URL: "http://192.0.2.1"}, secret, "url"},
		"to one that is named": {webhook.Config{URL: "http://localhost.example.jp"}, secret, "url"},
		"no URL":               {webhook.Config{}, secret, "url"},
		"a file":               {webhook.Config{URL: "file:///etc/passwd"}, secret, "url"},
		"a password in it":     {webhook.Config{URL: "https://a:b@example.jp"}, secret, "url"},
		"no authority":         {webhook.Config{URL: "https://example.jp", Authority: "none"}, secret, "authority"},
		"no secret":            {webhook.Config{URL: "https://example.jp"}, "", "secret"},
		"a short secret":       {webhook.Config{URL: "https://example.jp"}, "whsec_c2hvcnQ=", "secret"},
		"no base64":            {webhook.Config{URL: "https://example.jp"}, "whsec_" + strings.Repeat("あ", 24), "secret"},
	} {
		_, err := webhook.New(test.config, test.secret, clock)
		if got := field(err); got != test.field {
			t.Errorf("%s: the field %q, want %q: %v", name, got, test.field, err)
		}
		if test.secret != "" && err != nil && strings.Contains(err.Error(), test.secret) {
			t.Errorf("%s: it tells the secret: %v", name, err)
		}
	}
	text, err := json.Marshal(webhook.Config{URL: "https://example.jp"})
	if err != nil || string(text) != `{"url":"https://example.jp","authority":""}` {
		t.Errorf("it is kept as %s, %v", text, err)
	}
}

// field is what a failure is about; empty if it is none.
func field(err error) string {
	switch e, ok := err.(*fault.Error); { //nolint:errorlint // it is the outermost one
	case err == nil:
		return ""
	case !ok || e.Kind != fault.Invalid || len(e.Problems) != 1:
		return "?"
	default:
		return e.Problems[0].Field
	}
}

func TestAMessageIsWhole(t *testing.T) {
	t.Parallel()
	secret, _ := newSecret()
	h := hook(t, secret, func(http.ResponseWriter, *http.Request) { t.Error("it was sent") })
	for name, change := range map[string]func(*webhook.Message){
		"no ID":     func(m *webhook.Message) { m.ID = "" },
		"a line":    func(m *webhook.Message) { m.ID = "a\nwebhook-signature: x" },
		"a dot":     func(m *webhook.Message) { m.ID = "a.b" },
		"nobody":    func(m *webhook.Message) { m.Person = "" },
		"no system": func(m *webhook.Message) { m.System = "" },
		"no time":   func(m *webhook.Message) { m.From = time.Time{} },
	} {
		m := message
		change(&m)
		if err := h.Send(t.Context(), m); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
