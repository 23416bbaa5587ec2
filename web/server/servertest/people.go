package servertest

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/pquerna/otp/totp"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
)

// Newcomer registers somebody with a post and without an account, and returns
// their key.
func (p *Portal) Newcomer(t testing.TB, number string) int64 {
	t.Helper()
	return p.NewcomerFrom(t, number, calendar.Day(Morning))
}

// NewcomerFrom registers somebody whose post begins on a day.
func (p *Portal) NewcomerFrom(t testing.TB, number string, first calendar.Date) int64 {
	t.Helper()
	ctx, operator := t.Context(), authz.AsOperator()
	person, err := p.Org.AddPerson(ctx, operator, org.Person{StaffNumber: number, Name: "見本 新人", Furigana: "ミホン シンジン"})
	if err != nil {
		t.Fatal(err)
	}
	post, err := p.Org.AddPost(ctx, operator, org.Post{Title: "見本の職" + number})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Org.Appoint(ctx, operator, org.Appointment{Person: person, Post: post, First: first}, org.Beside); err != nil {
		t.Fatal(err)
	}
	return person
}

// NewPassword is a password that the portal takes.
const NewPassword = "屋根の上の猫と長い午後三時"

// Twice is a form with a new password, typed twice, and more fields, each a name
// with its value.
func Twice(password string, more ...string) url.Values {
	form := url.Values{"password": {password}, "password_again": {password}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

var slip = regexp.MustCompile(`class="address">http://localhost:\d+(/invitation/[a-z2-7-]+)<`)

// Links are the URLs on the slips of a page.
func Links(page string) (urls []string) {
	for _, m := range slip.FindAllStringSubmatch(page, -1) {
		urls = append(urls, m[1])
	}
	return urls
}

var shownSecret = regexp.MustCompile(`<p class="secret">([A-Z2-7 ]+)</p>`)
var shownCode = regexp.MustCompile(`<li>([A-Z2-7-]{19})</li>`)

// SetUpApp sets up an authenticator app through the pages, and returns its secret
// and the recovery codes.
func (v *Visitor) SetUpApp() (secret string, codes []string) {
	v.T.Helper()
	a := v.Post("/account/second-factor", url.Values{"act": {"app"}})
	m := shownSecret.FindStringSubmatch(a.Body)
	if a.Status != http.StatusOK || m == nil {
		v.T.Fatalf("setting up: %d %s", a.Status, a.Body)
	}
	if !strings.Contains(a.Body, `<svg class="qr"`) || a.Header.Get("Cache-Control") != "no-store" {
		v.T.Error("the QR code is missing, or may be kept")
	}
	secret = strings.ReplaceAll(m[1], " ", "")
	a = v.Post("/account/second-factor/app", url.Values{"code": {v.AppCode(secret)}})
	for _, m := range shownCode.FindAllStringSubmatch(a.Body, -1) {
		codes = append(codes, m[1])
	}
	if a.Status != http.StatusOK || len(codes) != 10 {
		v.T.Fatalf("confirming: %d %s", a.Status, a.Body)
	}
	return secret, codes
}

// AppCode is what the app with a secret shows now.
func (v *Visitor) AppCode(secret string) string {
	v.T.Helper()
	code, err := totp.GenerateCode(secret, v.Portal.Clock.Now())
	if err != nil {
		v.T.Fatal(err)
	}
	return code
}
