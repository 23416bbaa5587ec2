package portal_test

import (
	"net/http"
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/portal/portaltest"
	"kagami/internal/sample"
)

// holderOf registers somebody who holds one role, and what everyone with a post
// holds, in a section.
func holderOf(t *testing.T, portal *portaltest.Portal, role authz.Role, section int64) sample.Account {
	t.Helper()
	ctx, operator := t.Context(), authz.AsOperator()
	a := sample.Account{StaffNumber: "R-" + strings.ReplaceAll(string(role), "_", "-")[:min(len(role), 12)], Password: "a password for " + string(role)}
	var err error
	if a.Person, err = portal.Org.AddPerson(ctx, operator, org.Person{StaffNumber: a.StaffNumber, Name: "見本 " + role.Short(), Furigana: "ミホン"}); err != nil {
		t.Fatal(err)
	}
	post, err := portal.Org.AddPost(ctx, operator, org.Post{Section: section, Title: "見本の" + role.Title()})
	if err != nil {
		t.Fatal(err)
	}
	if role != authz.Staff { // held with any post
		if err := portal.Org.AddRule(ctx, operator, org.Rule{Title: "見本の" + role.Title(), Role: role}); err != nil {
			t.Fatal(err)
		}
	}
	if err := portal.Org.Appoint(ctx, operator, org.Appointment{Person: a.Person, Post: post, First: calendar.Day(portaltest.Morning)}, false); err != nil {
		t.Fatal(err)
	}
	if err := portal.Accounts.SetPassword(ctx, operator, a.Person, a.Password); err != nil {
		t.Fatal(err)
	}
	return a
}

// Every route and every role: who may not do the route's action anywhere is
// refused, and nobody else is, as the permission table says. The routes are
// those of the real router.
func TestEveryRouteAnswersEveryRoleAsTheTableSays(t *testing.T) {
	t.Parallel()
	portal := portaltest.Start(t, &server)
	var section int64
	if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT id FROM section WHERE code = 'zeimu'`).Scan(&section); err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer("{code}", "kihon", "{number}", "1", "{token}", "NOTHING", "{section}", "zeimu", "{id}", "1", "{staff}", "M999", "{factor}", "app")
	for _, role := range authz.Columns() {
		v := signIn(t, portal, holderOf(t, portal, role, section))
		v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		for _, route := range portaltest.Routes() {
			if route.Pattern == "/logout" {
				continue // asked last of all, below
			}
			a := v.ask(route.Method, fill.Replace(route.Pattern), "", nil)
			may := route.Action == authz.Public || route.Action == authz.SignedIn ||
				max(authz.ReachOf(role, route.Action), authz.ReachOf(authz.Staff, route.Action)) > authz.None
			if refused := a.status == http.StatusForbidden || a.status == http.StatusUnauthorized; refused == may {
				t.Errorf("%s %s (%s) answers %d to %s, who may: %t", route.Method, route.Pattern, route.Action, a.status, role, may)
			}
		}
		if a := v.post("/logout", nil); a.status != http.StatusSeeOther {
			t.Errorf("signing out as %s: %d", role, a.status)
		}
		if a := v.get("/"); a.status != http.StatusUnauthorized {
			t.Errorf("signed out as %s: %d", role, a.status)
		}
	}
}

// Without a session every route but the public ones asks to sign in.
func TestEveryRouteAsksToSignIn(t *testing.T) {
	t.Parallel()
	portal := portaltest.Start(t, &server)
	v := visit(t, portal)
	v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	fill := strings.NewReplacer("{code}", "kihon", "{number}", "1", "{token}", "NOTHING", "{section}", "zeimu", "{id}", "1", "{staff}", "M999", "{factor}", "app")
	for _, route := range portaltest.Routes() {
		a := v.ask(route.Method, fill.Replace(route.Pattern), "", nil)
		if asked := a.status == http.StatusUnauthorized; asked == (route.Action == authz.Public) {
			t.Errorf("%s %s answers %d", route.Method, route.Pattern, a.status)
		}
	}
}

// A role that reaches its own section shows that section, and no other, and one
// that reaches everywhere shows all.
func TestScopesShowWhatTheyReach(t *testing.T) {
	t.Parallel()
	portal := portaltest.Start(t, &server)
	var section int64
	if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT id FROM section WHERE code = 'zeimu'`).Scan(&section); err != nil {
		t.Fatal(err)
	}
	for _, role := range authz.Columns() {
		reach := max(authz.ReachOf(role, authz.SeeAcknowledgements), authz.ReachOf(authz.Staff, authz.SeeAcknowledgements))
		if reach == authz.None {
			continue
		}
		v := signIn(t, portal, holderOf(t, portal, role, section))
		for _, page := range []string{"/policies/kihon/readers", "/policies/kihon/readers.csv"} {
			body := v.get(page).body
			own, other := strings.Contains(body, "税務町民課"), strings.Contains(body, "福祉こども課")
			if !own || other != (reach == authz.All) {
				t.Errorf("%s sees on %s its own section: %t, another: %t", role, page, own, other)
			}
		}
	}
}
