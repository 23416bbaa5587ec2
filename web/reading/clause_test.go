package reading_test

import (
	"net/http"
	"strings"
	"testing"

	"kagami/internal/calendar"
	"kagami/internal/policy/policytest"
	"kagami/web/server/servertest"
)

// putInAThreat publishes a revision of the 基本方針 with another threat before
// 3(3), which so becomes 3(4), and without the last one.
func putInAThreat(t *testing.T, portal *servertest.Portal) {
	t.Helper()
	revise(t, portal, "kihon",
		"　　（3）\n　　　地震", "　　（3）\n　　　生成AIその他の新しい技術の不適切な利用による情報資産の漏えい等\n　　（4）\n　　　地震",
		"　　（4）\n　　　大規模", "　　（5）\n　　　大規模", "　　（5）\n　　　電力", "　　（6）\n　　　電力")
}

// A link to a clause keeps its revision, and leads to that clause in every later
// one: straight to it where nothing changed, and with what became of it where it
// moved, changed or went. It never leads to another clause unsaid.
func TestALinkToAClauseLivesAcrossRevisions(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	for base, v := range map[string]*servertest.Visitor{"/policies/kihon": servertest.SignIn(t, portal, town.Holder("税務町民課 職員")), "/public/kihon": servertest.Visit(t, portal)} {
		v.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		if a := v.Get(base); !strings.Contains(a.Body, `href="`+base+`/clauses/1/3-3"`) || !strings.Contains(a.Body, `href="`+base+`/clauses/1/7"`) {
			t.Errorf("%s: the numbers are not the links", base)
		}
		if a := v.Get(base + "/clauses/1/3-3"); a.Status != http.StatusFound || a.Header.Get("Location") != base+"#3-3" {
			t.Errorf("%s: in its own revision: %d %s", base, a.Status, a.Header.Get("Location"))
		}
	}
	putInAThreat(t, portal)
	for base, v := range map[string]*servertest.Visitor{"/policies/kihon": servertest.SignIn(t, portal, town.Holder("税務町民課 職員")), "/public/kihon": servertest.Visit(t, portal)} {
		v.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		if a := v.Get(base + "/clauses/1/7-3"); a.Status != http.StatusFound || a.Header.Get("Location") != base+"#7-3" {
			t.Errorf("%s: unchanged: %d %s", base, a.Status, a.Header.Get("Location"))
		}
		if a := v.Get(base + "/clauses/2/3-3"); a.Status != http.StatusFound || a.Header.Get("Location") != base+"#3-3" {
			t.Errorf("%s: of the new revision: %d %s", base, a.Status, a.Header.Get("Location"))
		}
		a := v.Get(base + "/clauses/1/3-3")
		if a.Status != http.StatusOK || !strings.Contains(a.Body, "3(4) に移りました") || !strings.Contains(a.Body, `href="`+base+`#3-4"`) || !strings.Contains(a.Body, "地震、落雷、火災") {
			t.Errorf("%s: moved: %d %s", base, a.Status, a.Body)
		}
		// a plain link to the address that is another's now is told, by what only
		// the clause that is linked to shows
		if a := v.Get(base); !strings.Contains(a.Body, `class="formerly"`) || !strings.Contains(a.Body, `第1版の 3(3)</a>`) || !strings.Contains(a.Body, `<a href="#3-4">3(4)</a>`) {
			t.Errorf("%s does not tell where 3(3) went", base)
		}
		for _, missing := range []string{"/clauses/1/99", "/clauses/3/3-3", "/clauses/0/3-3", "/clauses/x/3-3", "/clauses/99999999999999999999/1", "/clauses/1/%00"} {
			if a := v.Get(base + missing); a.Status != http.StatusNotFound {
				t.Errorf("%s%s answers %d", base, missing, a.Status)
			}
		}
	}
	if a := servertest.Visit(t, portal).Get("/public/kihon"); strings.Contains(a.Body, "/policies/") {
		t.Error("the public page links to what asks to sign in")
	}
}

// A clause that was deleted is shown as it was, with the revision that deleted
// it; one that changed is shown beside what it was.
func TestALinkTellsWhatBecameOfItsClause(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	revise(t, portal, "kihon",
		"　　（4）\n　　　大規模", "　　（4）\n　　　想定を超える大規模",
		"　　（5）\n　　　電力供給の途絶、通信の途絶、水道供給の途絶等のインフラの障害からの波及等\n", "")
	v := servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	if a := v.Get("/policies/kihon/clauses/1/3-4"); a.Status != 200 || !strings.Contains(a.Body, "この項目は、変わりました") || !strings.Contains(a.Body, "想定を超える大規模") ||
		!strings.Contains(a.Body, `href="/policies/kihon/revisions/1#3-4"`) || !strings.Contains(a.Body, `href="/policies/kihon#3-4"`) {
		t.Errorf("changed: %d %s", a.Status, a.Body)
	}
	if a := v.Get("/policies/kihon/clauses/1/3-5"); a.Status != 200 || !strings.Contains(a.Body, "削除されました") || !strings.Contains(a.Body, "水道供給の途絶") ||
		!strings.Contains(a.Body, `href="/policies/kihon/revisions/1#3-5"`) || strings.Contains(a.Body, `kihon#3-5"`) {
		t.Errorf("deleted: %d %s", a.Status, a.Body)
	}
	if a := v.Get("/policies/kihon"); !strings.Contains(a.Body, `<li id="3-5">`) || !strings.Contains(a.Body, "第2版で削除されました") {
		t.Error("the page does not tell that 3(5) is gone")
	}
}

// A link taken from a revision that is not in force yet leads into its text.
func TestALinkFromWhatIsToComeLeadsThere(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	putInAThreat(t, portal)
	reader := portal.Actor(t, town.Holder("税務町民課 職員"))
	f, err := texts(portal).Follow.Follow(t.Context(), reader, "kihon", 2, "3-4")
	if err != nil || f.Ahead || !f.Stays() {
		t.Fatalf("in force: %+v, %v", f, err)
	}
	if _, err := portal.DB.Owner(t).Exec(t.Context(), `
		ALTER TABLE revision DISABLE TRIGGER USER; UPDATE revision SET effective_on = '2027-04-01' WHERE number = 2; ALTER TABLE revision ENABLE TRIGGER USER;
		UPDATE change_counter SET number = number + 1 WHERE name = 'policy'`); err != nil {
		t.Fatal(err)
	}
	v := servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	v.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if a := v.Get("/policies/kihon/clauses/2/3-4"); a.Status != http.StatusFound || a.Header.Get("Location") != "/policies/kihon/revisions/2#3-4" {
		t.Errorf("to come: %d %s", a.Status, a.Header.Get("Location"))
	}
	if a := servertest.Visit(t, portal).Get("/public/kihon/clauses/2/3-4"); a.Status != http.StatusNotFound {
		t.Errorf("it is public before its day: %d", a.Status)
	}
}

// A link to a clause that has gone leads to where it last was.
func TestALinkToAClauseThatHasGoneStillLeadsThere(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer, ciso := town.Holder("総務課 担当副課長"), town.Holder("副町長")
	v := servertest.SignIn(t, portal, officer)
	if err := texts(portal).Draft.StartDraft(t.Context(), portal.Actor(t, officer), "kihon", 1); err != nil {
		t.Fatal(err)
	}
	d, err := texts(portal).Draft.Draft(t.Context(), portal.Actor(t, officer), "kihon")
	if err != nil {
		t.Fatal(err)
	}
	if err := texts(portal).Draft.Edit(t.Context(), portal.Actor(t, officer), "kihon", "【文書】見本\n1．　目的\n　短い本文\n", d.SHA256); err != nil {
		t.Fatal(err)
	}
	if _, err := policytest.Publish(t.Context(), texts(portal), portal.Actor(t, officer), portal.Actor(t, ciso), "kihon", ciso.StaffNumber, calendar.Day(servertest.Morning)); err != nil {
		t.Fatal(err)
	}
	a := v.Get("/policies/kihon")
	if !strings.Contains(a.Body, "短い本文") || !strings.Contains(a.Body, `id="7-3-2"`) || !strings.Contains(a.Body, `href="/policies/kihon/revisions/1#7-3-2"`) {
		t.Errorf("%s", a.Body)
	}
	if a := v.Get("/policies/kihon/revisions/1"); a.Status != 200 || !strings.Contains(a.Body, `id="7-3-2"`) {
		t.Errorf("the first revision: %d", a.Status)
	}
}
