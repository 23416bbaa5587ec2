package openid_test

import (
	"crypto/rand"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"kagami/internal/account/openid"
	"kagami/internal/fault"
)

// people are the made-up people whom the real provider of a test knows.
type people map[string]*storage.User

func (p people) GetUserByID(id string) *storage.User { return p[id] }

func (p people) GetUserByUsername(name string) *storage.User {
	for _, person := range p {
		if person.Username == name {
			return person
		}
	}
	return nil
}

func (people) ExampleClientID() string { return "nobody" }

// town is a real provider on this machine, with the portal as its client.
type town struct {
	*httptest.Server
	people people
	config openid.Config
}

func newTown(t *testing.T) *town {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	town := &town{Server: server, people: people{
		"taro":   {ID: "taro", Username: "00123", Password: rand.Text(), Email: "mihon.taro@example.jp", EmailVerified: true},
		"hanako": {ID: "hanako", Username: "00456", Password: rand.Text(), Email: "mihon.hanako@example.jp"},
	}}
	town.config = openid.Config{
		Issuer: "http://" + server.Listener.Addr().String(), ClientID: clientID, ClientSecret: rand.Text(), RedirectURL: redirectURL,
		Claim: openid.ByEmail, Now: time.Now,
	}
	kept := storage.NewStorageWithClients(town.people, map[string]*storage.Client{
		clientID: storage.WebClient(clientID, town.config.ClientSecret, redirectURL),
	})
	server.Config.Handler = exampleop.SetupServer(town.config.Issuer, kept, nil, false)
	server.Start()
	t.Cleanup(server.Close)
	return town
}

var formID = regexp.MustCompile(`name="id" value="([^"]+)"`)

// signIn walks the provider's pages as a browser would, and gives the query
// that the browser would come back to the portal with.
func (w *town) signIn(t *testing.T, address, name string) url.Values {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), redirectURL) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	_, body := visit(t, browser, http.MethodGet, address, nil)
	id := formID.FindStringSubmatch(body)
	if id == nil {
		t.Fatalf("no form to sign in: %s", body)
	}
	form := url.Values{"id": {id[1]}, "username": {name}, "password": {w.people.GetUserByUsername(name).Password}}
	location, body := visit(t, browser, http.MethodPost, w.URL+"/login/username", form)
	back, err := url.Parse(location)
	if err != nil || location == "" {
		t.Fatalf("does not come back: %v: %s", err, body)
	}
	return back.Query()
}

// visit gives the page, and where it sends the browser next that the browser
// has not gone.
func visit(t *testing.T, browser *http.Client, method, address string, form url.Values) (location, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := browser.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // it has been read
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.Header.Get("Location"), string(raw)
}

func TestAPersonSignsInAtARealProvider(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for name, test := range map[string]struct {
		claim openid.Claim
		again bool
		as    string
		want  openid.Identity
	}{
		"by e-mail":       {openid.ByEmail, false, "00123", openid.Identity{Subject: "taro", Email: "mihon.taro@example.jp"}},
		"again":           {openid.ByEmail, true, "00123", openid.Identity{Subject: "taro", Email: "mihon.taro@example.jp"}},
		"by staff number": {openid.ByStaffNumber, false, "00456", openid.Identity{Subject: "hanako", StaffNumber: "00456"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := w.config
			config.Claim = test.claim
			p := provider(t, config)
			attempt, address, err := p.Begin(t.Context(), test.again)
			if err != nil {
				t.Fatal(err)
			}
			query := w.signIn(t, address, test.as)
			got, err := p.Finish(t.Context(), attempt, query)
			if err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
			_, err = p.Finish(t.Context(), attempt, query)
			if err == nil {
				t.Error("a code serves twice")
			}
		})
	}
}

func TestARealProviderDoesNotVouchForAnUnverifiedEmail(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	p := provider(t, w.config)
	attempt, address, err := p.Begin(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Finish(t.Context(), attempt, w.signIn(t, address, "00456"))
	mustRefuse(t, err, fault.Unauthenticated, "確認済みになっていません", "mihon.hanako")
}

func TestACodeServesOnlyTheAttemptThatItWasGivenFor(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	p := provider(t, w.config)
	attempt, address, err := p.Begin(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	other, _ := begin(t, p, false)
	query := w.signIn(t, address, "00123")
	_, err = p.Finish(t.Context(), other, query)
	mustRefuse(t, err, fault.Unauthenticated, "最初から")
	query.Set("state", other.State) // a stolen code in another browser: PKCE refuses it
	_, err = p.Finish(t.Context(), other, query)
	mustRefuse(t, err, fault.Unauthenticated, "最初から")
	query.Set("state", attempt.State)
	if _, err := p.Finish(t.Context(), attempt, query); err != nil {
		t.Errorf("the thief spoiled the sign-in: %v", err)
	}
}

func TestARealProviderThatDoesNotKnowThePortalIsUnavailable(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	config := w.config
	config.ClientSecret = rand.Text()
	p := provider(t, config)
	attempt, address, err := p.Begin(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Finish(t.Context(), attempt, w.signIn(t, address, "00123"))
	mustRefuse(t, err, fault.Unavailable, "認証サーバーを利用できません", config.ClientSecret)
}
