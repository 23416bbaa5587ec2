package walktest

import (
	"bytes"
	"context"
	"encoding/hex"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/sample"
	"kagami/web/server/servertest"
)

// late is a body that something happens to before it comes: its request's headers
// have been read, and who sends it has been looked up.
type late struct {
	io.Reader
	happens func()
}

func (l *late) Read(b []byte) (int, error) {
	if l.happens != nil {
		l.happens()
		l.happens = nil
	}
	return l.Reader.Read(b)
}

// Somebody loses what they may do while their form is on its way: nothing of it
// is done, whichever way the change takes.
func TestWhoLosesTheirRightsMeanwhileChangesNothing(t *testing.T) {
	t.Parallel()
	text, textType := multiPart(t, map[string]string{"kind": "standard", "code": "kijun2", "title": "見本の基準", "audience": "all"}, sample.Policy)
	for name, c := range map[string]struct {
		who               sample.Account
		path, contentType string
		body              func(p *servertest.Portal) []byte
	}{
		"acknowledges": {town.Accounts[12], "/policies/kihon", "application/x-www-form-urlencoded", func(p *servertest.Portal) []byte {
			reading, err := texts(p).Policy.Read(context.Background(), p.Actor(t, town.Accounts[12]), "kihon")
			if err != nil {
				t.Fatal(err)
			}
			return []byte(url.Values{"number": {"1"}, "sha256": {hex.EncodeToString(reading.SHA256)}, "read": {"yes"}}.Encode())
		}},
		"adds a section": {town.Holder("総務課 ポータル管理担当"), "/sections", "application/x-www-form-urlencoded", func(*servertest.Portal) []byte {
			return []byte(url.Values{"code": {"shin"}, "name": {"新しい課"}, "kind": {"internal"}, "position": {"9"}}.Encode())
		}},
		"brings a text in": {town.Holder("総務課 情報政策担当"), "/imports", textType, func(*servertest.Portal) []byte { return text }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := town.Start(t)
			who := c.who
			v := servertest.SignIn(t, p, who)
			send := func(happens func()) *httptest.ResponseRecorder {
				request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, p.URL+c.path, &late{bytes.NewReader(c.body(p)), happens})
				request.Header.Set("Content-Type", c.contentType)
				request.Header.Set("Sec-Fetch-Site", "same-origin")
				for _, cookie := range v.Client.Jar.Cookies(request.URL) {
					request.AddCookie(cookie)
				}
				request.RequestURI, request.URL.Scheme, request.URL.Host = "", "", ""
				answer := httptest.NewRecorder()
				p.Server.ServeHTTP(answer, request)
				return answer
			}
			entries := func() int { return v.Count("trail_entry") }
			suspended := func() {
				administrator := p.Actor(t, town.Holder("総務課 ポータル管理担当"))
				if who.StaffNumber == town.Holder("総務課 ポータル管理担当").StaffNumber {
					administrator = authz.AsOperator()
				}
				if err := p.Accounts.Suspend(t.Context(), administrator, who.StaffNumber, "見本"); err != nil {
					t.Fatal(err)
				}
			}
			left := func() {
				p.Clock.Advance(2 * time.Minute)
				_, err := p.DB.Pool.Exec(t.Context(), `UPDATE appointment SET period = daterange(lower(period), '2026-11-24') WHERE person_id = $1`, who.Person)
				if err != nil {
					t.Fatal(err)
				}
			}
			before := entries()
			if a := send(left); a.Code != http.StatusUnauthorized || entries() != before {
				t.Errorf("their post has ended: %d, %d entries more: %s", a.Code, entries()-before, a.Body)
			}
			if _, err := p.DB.Pool.Exec(t.Context(), `UPDATE appointment SET period = daterange(lower(period), NULL) WHERE person_id = $1`, who.Person); err != nil {
				t.Fatal(err)
			}
			if a := send(suspended); a.Code != http.StatusUnauthorized || !strings.Contains(a.Body.String(), "利用を止められています") || entries() != before+1 {
				t.Errorf("they are suspended: %d, %d entries more: %s", a.Code, entries()-before, a.Body)
			}
		})
	}
}

// multiPart is a form with a file, and its type.
func multiPart(t *testing.T, fields map[string]string, file []byte) ([]byte, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", "text.txt")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(file); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), w.FormDataContentType()
}
