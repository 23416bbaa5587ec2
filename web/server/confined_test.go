package server_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kagami/internal/sample"
	"kagami/web/server/servertest"
)

// enter signs somebody in, wherever that leads.
func enter(t *testing.T, portal *servertest.Portal, a sample.Account) (*servertest.Visitor, servertest.Answer) {
	t.Helper()
	v := servertest.Visit(t, portal)
	return v, v.Post("/login", url.Values{"login": {a.StaffNumber}, "password": {a.Password}})
}

const closedWords = "このポータルの利用を止められています"

var parameter = regexp.MustCompile(`\{[^}]*\}|\*`)

// A 課長 who is suspended and has a case open to them: of every address of the portal those open that
// are marked so, and all others answer with one and the same page, be they there or not.
func TestWhoIsConfinedReachesTheirCaseAndNothingElse(t *testing.T) {
	t.Parallel()
	town, db := town.Answering(t)
	portal := town.StartOn(t, db)
	who := town.Holder("総務課長")
	portal.Bar(t, who, servertest.Suspended)
	portal.OpenCase(t, who)
	v, page := enter(t, portal, who)
	if page.Status != http.StatusForbidden || !strings.Contains(page.Body, closedWords) || !strings.Contains(page.Body, `href="`+servertest.OwnCase+`"`) || !strings.Contains(page.Body, "弁明") || !strings.Contains(page.Body, "総務課に") {
		t.Fatalf("signed in: %d %s", page.Status, page.Body)
	}
	open := 0
	for _, route := range portal.Routes() {
		path := parameter.ReplaceAllString(route.Pattern, "1")
		if route.ForConfined {
			open++
			continue
		}
		a := v.Ask(route.Method, path, "application/x-www-form-urlencoded", nil)
		if a.Status != http.StatusForbidden || a.Body != page.Body {
			t.Errorf("%s %s: %d %s", route.Method, path, a.Status, a.Body)
		}
	}
	for _, a := range []servertest.Answer{v.Get("/nowhere"), v.Post("/search", nil), v.Get(servertest.OwnCase + "/1"), v.Get("/notices?before=3&done=notices-seen"), v.Get("//notices")} {
		if a.Status != http.StatusForbidden || a.Body != page.Body {
			t.Errorf("an address that is not there: %d %s", a.Status, a.Body)
		}
	}
	for _, a := range []servertest.Answer{v.Get(servertest.OwnCase), v.Post(servertest.OwnCase, nil)} {
		if a.Status != http.StatusOK || strings.Contains(a.Body, closedWords) {
			t.Errorf("their case: %d %s", a.Status, a.Body)
		}
	}
	if a := v.Post("/logout", nil); a.Status != http.StatusOK || !strings.Contains(a.Body, "サインアウトしました") {
		t.Errorf("signing out: %d %s", a.Status, a.Body)
	}
	if open != 3 {
		t.Errorf("%d addresses are open", open)
	}
}

var link = regexp.MustCompile(`<a [^>]*href="([^"]*)"|<form [^>]*action="([^"]*)"`)

// The frame of their pages leads to the case, to the page that says what is the matter, and out.
func TestTheFrameOfWhoIsConfinedLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	town, db := town.Answering(t)
	portal := town.StartOn(t, db)
	who := town.Holder("総務課長")
	portal.Bar(t, who, servertest.Cut)
	portal.OpenCase(t, who)
	v, page := enter(t, portal, who)
	for _, body := range []string{page.Body, v.Get(servertest.OwnCase).Body} {
		for _, m := range link.FindAllStringSubmatch(body, -1) {
			switch to := m[1] + m[2]; to {
			case "/", "#main", servertest.OwnCase, "/logout":
			default:
				t.Errorf("a page leads to %s", to)
			}
		}
		if !strings.Contains(body, who.Name) || strings.Contains(body, "総務課長") || strings.Contains(body, "統括") {
			t.Errorf("what it says of who they are: %s", body)
		}
	}
}

// A suspension holds for the next request, and so does the end of what a confined session stands
// for; each time they sign in anew into what is theirs then.
func TestASessionUnderWayIsNeitherKeptNorWidened(t *testing.T) {
	t.Parallel()
	town, db := town.Answering(t)
	portal := town.StartOn(t, db)
	who := town.Accounts[12]
	v := servertest.SignIn(t, portal, who)
	portal.OpenCase(t, who)
	if a := v.Get("/"); a.Status != http.StatusOK {
		t.Fatalf("with a case, not barred: %d", a.Status)
	}
	portal.Bar(t, who, servertest.Suspended)
	for _, path := range []string{"/", servertest.OwnCase} {
		if a := v.Get(path); a.Status != http.StatusUnauthorized {
			t.Errorf("%s, once suspended: %d", path, a.Status)
		}
	}
	confined, _ := enter(t, portal, who)
	if a := confined.Get(servertest.OwnCase); a.Status != http.StatusOK {
		t.Fatalf("signed in anew: %d", a.Status)
	}

	portal.Lift(t, who)
	if a := confined.Get(servertest.OwnCase); a.Status != http.StatusUnauthorized {
		t.Errorf("confined, once the suspension has ended: %d", a.Status)
	}
	if _, a := enter(t, portal, who); a.Status != http.StatusOK || !strings.Contains(a.Body, "さんのホーム") {
		t.Errorf("signed in after it: %d", a.Status)
	}

	for name, end := range map[string]func(){
		"the case is closed": func() { portal.CloseCase(t, who) },
		"the account is cut": func() {
			portal.OpenCase(t, who)
			portal.Bar(t, who, servertest.AccountCut)
		},
	} {
		portal.CloseCase(t, who)
		portal.OpenCase(t, who)
		portal.Lift(t, who)
		portal.Bar(t, who, servertest.Revoked)
		v, a := enter(t, portal, who)
		if a.Status != http.StatusForbidden {
			t.Fatalf("revoked: %d", a.Status)
		}
		end()
		if a := v.Post(servertest.OwnCase, nil); a.Status != http.StatusUnauthorized {
			t.Errorf("%s: %d", name, a.Status)
		}
		if _, a := enter(t, portal, who); a.Status != http.StatusUnauthorized || !strings.Contains(a.Body, "サインインはできません") {
			t.Errorf("%s, signing in: %d %s", name, a.Status, a.Body)
		}
	}
}
