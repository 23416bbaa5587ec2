package walktest

import (
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/web/server/servertest"
)

// Where the only holder of the role that decides is concerned, the role above gets to
// the page and decides, the concerned are led nowhere, and where they are not
// concerned, the role above gets nowhere.
func TestTheRoleAboveDecidesOnTheOnlyHolderOfTheOneThatWould(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer, ciso, cio := town.Holder("総務課長"), town.Holder("副町長"), town.Holder("町長")
	page, another := "/people/"+officer.StaffNumber, "/people/"+town.Holder("税務町民課 職員").StaffNumber
	grant := url.Values{"role": {"auditor"}, "first": {"2027-04-01"}, "reason": {"見本"}, "shown": {"1"}}
	for _, c := range []struct {
		who       string
		visitor   *servertest.Visitor
		link      bool // on the officer's page
		get, post int
		elsewhere int
	}{
		{"the 統括 themselves", servertest.SignIn(t, portal, officer), false, 403, 403, 200},
		{"the CIO, who stands above the CISO", servertest.SignIn(t, portal, cio), false, 403, 403, 403},
		{"the CISO, who stands above", servertest.SignIn(t, portal, ciso), true, 200, 200, 403},
	} {
		if a := c.visitor.Get(page); a.Status != 200 || strings.Contains(a.Body, page+"/roles") != c.link {
			t.Errorf("%s: %d, shows the way: %t", c.who, a.Status, !c.link)
		}
		if a := c.visitor.Get(page + "/roles"); a.Status != c.get {
			t.Errorf("%s gets the form: %d", c.who, a.Status)
		}
		if a := c.visitor.Post(page+"/roles", grant); a.Status != c.post {
			t.Errorf("%s sends the form: %d", c.who, a.Status)
		}
		if a := c.visitor.Get(another + "/roles"); a.Status != c.elsewhere {
			t.Errorf("%s gets the form about another: %d", c.who, a.Status)
		}
	}
	var role, capacity string
	if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT role, capacity FROM trail_entry WHERE subject_kind = 'role_grant' ORDER BY id DESC LIMIT 1`).Scan(&role, &capacity); err != nil {
		t.Fatal(err)
	}
	if role != string(authz.GeneralSecurityOfficer) || capacity != string(authz.StandingIn) {
		t.Errorf("the trail says that a role was given as %s, %q", role, capacity)
	}
}

// A CISO who has drafted does not publish, and is not led to it; the CIO does.
func TestTheCIOPublishesWhatTheOnlyCISOHasDrafted(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	rooms, ciso, today := texts(portal), town.Holder("副町長"), calendar.Day(servertest.Morning)
	err := portal.Org.GiveRole(t.Context(), authz.AsOperator(), org.Grant{Person: ciso.Person, Role: authz.CSIRTMember, First: today, Reason: "見本"})
	if err != nil {
		t.Fatal(err)
	}
	author := portal.Actor(t, ciso)
	if err := rooms.Draft.StartDraft(t.Context(), author, "kihon", 1); err != nil {
		t.Fatal(err)
	}
	d, err := rooms.Draft.Draft(t.Context(), author, "kihon")
	if err != nil {
		t.Fatal(err)
	}
	err = rooms.Draft.Submit(t.Context(), author, "kihon", draft.Submission{Scale: draft.Minor, Why: policy.AfterSituation, WhyText: "見本", SHA256: d.SHA256})
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{
		"act": {"publish"}, "effective_on": {today.String()}, "anew": {"anew"}, "asked": {"all"}, "due_on": {"2026-12-15"}, "sha256": {hex.EncodeToString(d.SHA256)}, "addressees": {"各課室長"}, "body": {"見本"}, "answer": {"見本"},
	}
	const page, button = "/policies/kihon/draft/notice", `href="/policies/kihon/draft/notice"`
	drafter := servertest.SignIn(t, portal, ciso)
	if a := drafter.Get("/policies/kihon/draft"); a.Status != 200 || strings.Contains(a.Body, button) {
		t.Errorf("who drafted it is led to publish it: %d", a.Status)
	}
	if a := drafter.Get(page); a.Status != 403 || !strings.Contains(a.Body, "自分についての事項") {
		t.Errorf("who drafted it gets the form: %d", a.Status)
	}
	if a := drafter.Post(page, form); a.Status != 403 {
		t.Errorf("who drafted it publishes: %d", a.Status)
	}
	cio := servertest.SignIn(t, portal, town.Holder("町長"))
	if a := cio.Get("/policies/kihon/draft"); a.Status != 200 || !strings.Contains(a.Body, button) {
		t.Errorf("the CIO is not led to publish it: %d %s", a.Status, a.Body)
	}
	if a := cio.Get(page); a.Status != 200 {
		t.Errorf("the CIO gets the form: %d", a.Status)
	}
	if a := cio.Post(page, form); a.Status != 200 || !strings.Contains(a.Body, "公開しました") {
		t.Errorf("the CIO publishes: %d %s", a.Status, a.Body)
	}
}

// A draft that the CISO has not written is none of the CIO's.
func TestTheCIOSeesNoDraftThatTheCISODecides(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	if err := texts(portal).Draft.StartDraft(t.Context(), portal.Actor(t, town.Holder("総務課 担当副課長")), "kihon", 1); err != nil {
		t.Fatal(err)
	}
	cio := servertest.SignIn(t, portal, town.Holder("町長"))
	for page, want := range map[string]int{"": 404, "/notice": 403, "/publish": 403} {
		if a := cio.Get("/policies/kihon/draft" + page); a.Status != want {
			t.Errorf("%q: %d", page, a.Status)
		}
	}
}

// A form that decides on somebody, and its page, ask with their matter.
func TestEveryDecisionOnSomebodyAsksBeforeItShows(t *testing.T) {
	t.Parallel()
	deciding := []authz.Action{authz.ChangeOrganization, authz.ExcuseAcknowledgement, authz.PublishMinor, authz.PublishDecided}
	// about nobody, or refused to nobody who may do the like
	exempt := []string{"/policies/{code}/draft/send-back", "/policies/{code}/audience"}
	for _, route := range town.Start(t).Routes() {
		about := aboutSomebody(route.Pattern) && !strings.HasPrefix(route.Pattern, "/organization/") || strings.HasPrefix(route.Pattern, "/policies/")
		if about && slices.Contains(deciding, route.Action) && !slices.Contains(exempt, route.Pattern) && route.Ask == nil {
			t.Errorf("%s %s (%s) does not ask", route.Method, route.Pattern, route.Action)
		}
	}
}

// Every entry of the navigation leads whoever is shown it to a page of it.
func TestTheNavigationLeadsNobodyToARefusal(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	for _, post := range []string{"町長", "副町長", "総務課長", "総務課 担当副課長", "総務課 ポータル管理担当", "税務町民課長", "税務町民課 職員", "議会事務局 監査担当"} {
		v := servertest.SignIn(t, portal, town.Holder(post))
		_, nav, found := strings.Cut(v.Get("/").Body, "<nav")
		nav, _, _ = strings.Cut(nav, "</nav>")
		links := strings.Split(nav, `href="`)[1:]
		if !found || len(links) < 4 {
			t.Fatalf("%s sees no navigation: %s", post, nav)
		}
		for _, link := range links {
			link, _, _ = strings.Cut(link, `"`)
			if a := v.Get(link); a.Status != 200 {
				t.Errorf("%s is led to %s, which answers %d", post, link, a.Status)
			}
		}
	}
}
