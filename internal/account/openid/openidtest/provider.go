// Package openidtest runs a real OpenID Connect provider with made-up people for
// tests.
package openidtest

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
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
	"github.com/zitadel/oidc/v3/pkg/op"

	"kagami/internal/account/openid"
)

// clientID is what the provider knows the portal by.
const clientID = "kagami"

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

// Provider is a real provider on this machine, with the portal as its client.
type Provider struct {
	*httptest.Server
	Config openid.Config
	people people
}

// Person is somebody whom the provider knows.
type Person struct {
	ID, Username, Password, Email string
	EmailVerified                 bool
	Strong                        bool // the provider says that they used more than one factor
}

// factored is a storage that knows who uses more than one factor.
type factored struct {
	*storage.Storage
	strong map[string]bool // by the subject
}

// AuthRequestByCode is the sign-in that a token is about to tell of.
func (f factored) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	request, err := f.Storage.AuthRequestByCode(ctx, code)
	if err == nil && f.strong[request.GetSubject()] {
		return strongRequest{request}, nil
	}
	return request, err
}

// strongRequest is a sign-in with more than one factor.
type strongRequest struct{ op.AuthRequest }

// GetAMR is how somebody has signed in.
func (strongRequest) GetAMR() []string { return []string{"pwd", "otp", "mfa"} }

// Start starts a provider that knows these people until the test ends. The
// portal is known by where the browser comes back to.
func Start(t testing.TB, redirectURL string, known ...Person) *Provider {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	p := &Provider{Server: server, people: people{}}
	strong := map[string]bool{}
	for _, k := range known {
		strong[k.ID] = k.Strong
		p.people[k.ID] = &storage.User{ID: k.ID, Username: k.Username, Password: k.Password, Email: k.Email, EmailVerified: k.EmailVerified}
	}
	p.Config = openid.Config{
		Issuer: "http://" + server.Listener.Addr().String(), ClientID: clientID, ClientSecret: rand.Text(), RedirectURL: redirectURL,
		Claim: openid.ByEmail, Now: time.Now,
	}
	kept := storage.NewStorageWithClients(p.people, map[string]*storage.Client{
		clientID: storage.WebClient(clientID, p.Config.ClientSecret, redirectURL),
	})
	server.Config.Handler = exampleop.SetupServer(p.Config.Issuer, factored{kept, strong}, slog.New(slog.DiscardHandler), false)
	server.Start()
	t.Cleanup(server.Close)
	return p
}

// formID finds the provider's name for a sign-in in its form.
func formID() *regexp.Regexp { return regexp.MustCompile(`name="id" value="([^"]+)"`) }

// SignIn walks the provider's pages as a browser would, and gives the query
// that the browser would come back to the portal with.
func (p *Provider) SignIn(t testing.TB, address, name string) url.Values {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), p.Config.RedirectURL) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	_, body := visit(t, browser, http.MethodGet, address, nil)
	id := formID().FindStringSubmatch(body)
	if id == nil {
		t.Fatalf("no form to sign in: %s", body)
	}
	form := url.Values{"id": {id[1]}, "username": {name}, "password": {p.people.GetUserByUsername(name).Password}}
	location, body := visit(t, browser, http.MethodPost, p.URL+"/login/username", form)
	back, err := url.Parse(location)
	if err != nil || location == "" {
		t.Fatalf("does not come back: %v: %s", err, body)
	}
	return back.Query()
}

// visit gives the page, and where it sends the browser next that the browser
// has not gone.
func visit(t testing.TB, browser *http.Client, method, address string, form url.Values) (location, body string) {
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
