package walktest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"kagami/internal/account/factor"
	"kagami/internal/authz"
	"kagami/web/screen"
	"kagami/web/server/servertest"
)

func TestWhoseRoleDemandsASecondFactorSetsOneUpFirst(t *testing.T) {
	t.Parallel()
	portal := town.Start(t, factor.DefaultDemanded()...)
	staff := servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	if a := staff.Get("/policies"); a.Status != 200 {
		t.Errorf("a 職員: %d", a.Status)
	}

	ciso := town.Holder("副町長")
	v := servertest.Visit(t, portal)
	a := v.Post("/login", url.Values{"login": {ciso.StaffNumber}, "password": {ciso.Password}})
	if a.Status != 200 || !strings.Contains(a.Body, "あなたの役割では、二要素認証が必要です") {
		t.Fatalf("after the password: %d %s", a.Status, a.Body)
	}
	v.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	fill := strings.NewReplacer("{code}", "kihon", "{number}", "1", "{staff}", "M999", "{token}", "NOTHING", "{section}", "zeimu", "{factor}", "app")
	for _, route := range portal.Routes() {
		exempt := route.Action == authz.Public || strings.HasPrefix(route.Pattern, "/account/second-factor") || strings.HasPrefix(route.Pattern, "/prove")
		if exempt || portal.Actor(t, ciso).Reach(route.Action) == authz.None && route.Action != authz.SignedIn {
			continue
		}
		a := v.Ask(route.Method, fill.Replace(route.Pattern), "", nil)
		if a.Status != http.StatusSeeOther || a.Header.Get("Location") != "/account/second-factor" {
			t.Errorf("%s %s: %d %s", route.Method, route.Pattern, a.Status, a.Header.Get("Location"))
		}
	}
	v.Client.CheckRedirect = nil
	secret, _ := v.SetUpApp()
	if a := v.Get("/"); a.Status != 200 || !strings.Contains(a.Body, "さんのホーム") {
		t.Errorf("once set up: %d", a.Status)
	}
	if a := v.Post("/account/second-factor/remove/app", nil); a.Status != 409 {
		t.Errorf("removing the last: %d", a.Status)
	}

	// a session that has not used what there is: it is asked for
	if _, err := portal.DB.Pool.Exec(t.Context(), `UPDATE sessions SET strong = false`); err != nil {
		t.Fatal(err)
	}
	a = v.Get("/policies?x=1")
	form := servertest.Hidden(a.Body)
	if a.Status != 200 || form.Get("next") != "/policies?x=1" {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	portal.Clock.Advance(time.Minute)
	form.Set("proof_code", v.AppCode(secret))
	if a := v.Post("/prove", form); a.Status != 200 || !strings.Contains(a.Body, "基本方針") {
		t.Errorf("proved: %d", a.Status)
	}
}

// What publishes, or decides who may do what, asks again; nothing with files
// does, which a form could not keep.
func TestSensitiveRoutesAreMarked(t *testing.T) {
	t.Parallel()
	weighty := []authz.Action{authz.PublishMinor, authz.PublishDecided, authz.DecideRights, authz.CutAccess, authz.ManageAccounts}
	marked := map[string]bool{}
	for _, route := range town.Start(t).Routes() {
		if route.Proof && route.MaxBody > screen.MaxForm {
			t.Errorf("%s %s brings a file", route.Method, route.Pattern)
		}
		if route.Method == http.MethodPost && !route.Proof && slices.Contains(weighty, route.Action) {
			t.Errorf("%s %s (%s) is not sensitive", route.Method, route.Pattern, route.Action)
		}
		marked[route.Method+" "+route.Pattern] = route.Proof
	}
	for _, pattern := range []string{
		"/policies/{code}/draft/publish", "/accounts/{staff}", "/account/second-factor",
		"/roles", "/roles/{id}", "/people/{number}/roles", "/people/{number}/appoint", "/people/{number}/edit", "/register",
		"/appointments/{id}", "/grants/{id}", "/posts/{id}", "/personnel/{token}",
	} {
		if !marked["POST "+pattern] {
			t.Errorf("POST %s is not sensitive", pattern)
		}
	}
}
