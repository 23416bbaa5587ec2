package servertest

import (
	"bytes"
	"context"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kagami/internal/sample"
)

// Visitor is a browser without script.
type Visitor struct {
	T      *testing.T
	Portal *Portal
	Client *http.Client
}

// Answer is what a page answered.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Visit opens a portal in a fresh browser.
func Visit(t *testing.T, portal *Portal) *Visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Visitor{t, portal, &http.Client{Jar: jar}}
}

// SignIn opens a portal and signs somebody in.
func SignIn(t *testing.T, portal *Portal, account sample.Account) *Visitor {
	t.Helper()
	v := Visit(t, portal)
	a := v.Post("/login", url.Values{"login": {account.StaffNumber}, "password": {account.Password}})
	if a.Status != http.StatusOK || !strings.Contains(a.Body, "さんのホーム") {
		t.Fatalf("signing in: %d %s", a.Status, a.Body)
	}
	return v
}

// Ask sends a request, and follows where it leads.
func (v *Visitor) Ask(method, path, contentType string, body io.Reader) Answer {
	v.T.Helper()
	request, err := http.NewRequestWithContext(context.Background(), method, v.Portal.URL+path, body)
	if err != nil {
		v.T.Fatal(err)
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := v.Client.Do(request)
	if err != nil {
		v.T.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // it was read only
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		v.T.Fatal(err)
	}
	return Answer{response.StatusCode, response.Header, string(raw)}
}

// Get opens a page.
func (v *Visitor) Get(path string) Answer { v.T.Helper(); return v.Ask(http.MethodGet, path, "", nil) }

// Post sends a form.
func (v *Visitor) Post(path string, form url.Values) Answer {
	v.T.Helper()
	return v.Ask(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// Upload sends a form to a page that may bring a file, text.txt.
func (v *Visitor) Upload(path string, form map[string]string, file []byte) Answer {
	v.T.Helper()
	return v.Send(path, form, "text.txt", file)
}

// Send sends a form to a page that may bring a file of a name; none where it is nil.
func (v *Visitor) Send(path string, form map[string]string, name string, file []byte) Answer {
	v.T.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range form {
		if err := w.WriteField(name, value); err != nil {
			v.T.Fatal(err)
		}
	}
	if file != nil {
		part, err := w.CreateFormFile("file", name)
		if err != nil {
			v.T.Fatal(err)
		}
		if _, err := part.Write(file); err != nil {
			v.T.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		v.T.Fatal(err)
	}
	return v.Ask(http.MethodPost, path, w.FormDataContentType(), &b)
}

// Count counts the rows of a table.
func (v *Visitor) Count(table string) (n int) {
	v.T.Helper()
	if err := v.Portal.DB.Pool.QueryRow(v.T.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
		v.T.Fatal(err)
	}
	return n
}

var hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

// Hidden is what the forms of a page carry in hidden fields.
func Hidden(page string) url.Values {
	form := url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(page, -1) {
		form.Add(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	return form
}
