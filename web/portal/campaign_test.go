package portal_test

import (
	"kagami/web/server/servertest"
	"net/url"
	"strings"
	"testing"
)

// What was answered about a campaign comes back in the form that refuses it, is
// carried along while it is asked once more, and is what is published then.
func TestWhatIsAskedOfPeopleIsKeptInTheForm(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	form := pending(t, portal, "mihon")
	v := servertest.SignIn(t, portal, town.Holder("副町長"))
	form.Set("act", "check")
	form.Set("asked", "named")
	form["asked-section"], form["asked-role"] = []string{"zeimu"}, []string{"csirt_member"}
	form.Set("due_on", "2026-11-01")
	a := v.Post("/policies/mihon/draft/publish", form)
	for _, words := range []string{`href="#due_on"`, `value="2026-11-01"`, `name="asked-section" value="zeimu" checked`, `name="asked-role" value="csirt_member" checked`, `<details open>`} {
		if a.Status != 422 || !strings.Contains(a.Body, words) {
			t.Errorf("refused: %d without %s", a.Status, words)
		}
	}
	form.Set("due_on", "2026-12-15")
	a = v.Post("/policies/mihon/draft/publish", form)
	if a.Status != 200 || !strings.Contains(a.Body, "CSIRT担当者、税務町民課の人（8人）に、令和8年12月15日までの確認を求めます") {
		t.Fatalf("asked once more: %d %s", a.Status, a.Body)
	}
	kept := servertest.Kept(a.Body)
	kept.Set("act", "publish")
	if a := v.Post("/policies/mihon/draft/publish", kept); !strings.Contains(a.Body, "公開しました") {
		t.Fatalf("published: %d %s", a.Status, a.Body)
	}
	if a := v.Post("/policies/mihon/draft/publish", kept); a.Status != 404 || !strings.Contains(a.Body, "すでに公開されたか、取り下げられています") {
		t.Errorf("published twice: %d %s", a.Status, a.Body)
	}
	if err := texts(portal).Acknowledge.TendAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	for post, want := range map[string]bool{"税務町民課 職員": true, "福祉こども課 職員": false} {
		home := servertest.SignIn(t, portal, town.Holder(post)).Get("/").Body
		if strings.Contains(home, "見本の文書（第1版）を読んで確認する") != want || strings.Contains(home, "見本の文書（第1版）を読んで、確認してください") != want {
			t.Errorf("%s is asked, want %t", post, want)
		}
	}
}

// Whoever acknowledged an earlier revision is led to what has changed since; who
// did not, to the whole.
func TestOnlyWhatHasChangedIsReadAgain(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	before, never := servertest.SignIn(t, portal, town.Accounts[10]), servertest.SignIn(t, portal, town.Accounts[12])
	revise(t, portal, "kihon", "体制を確立する", "体制を確立し、維持する")
	a := before.Get("/policies/kihon/changes")
	for _, words := range []string{"<ins>し、維持</ins>", "（略）", "読んで理解し、遵守します", "全文（第2版）", "職員等の遵守義務"} {
		if !strings.Contains(a.Body, words) {
			t.Errorf("without %s: %d", words, a.Status)
		}
	}
	if a := never.Get("/policies/kihon/changes"); strings.Contains(a.Body, "改正前") || !strings.Contains(a.Body, "情報セキュリティ基本方針</h1>") {
		t.Errorf("who never acknowledged it: %d %s", a.Status, a.Body)
	}
	if a := before.Post("/policies/kihon", pledge(a.Body)); !strings.Contains(a.Body, "確認を記録しました") {
		t.Errorf("acknowledging: %d", a.Status)
	}
}

// Each person has a last day of their own, which stands on their home: the page
// of the text tells nobody that of those who were asked first.
func TestAPageTellsNobodyTheLastDayOfOthers(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	v := servertest.SignIn(t, portal, town.Accounts[12])
	if home := v.Get("/").Body; !strings.Contains(home, "期限 令和8年12月8日") {
		t.Fatalf("the home tells no last day: %s", home)
	}
	a := v.Get("/policies/kihon")
	if strings.Contains(a.Body, "期限は令和") || !strings.Contains(a.Body, "「やること」で確かめられます") {
		t.Errorf("the page of the text: %d %s", a.Status, a.Body)
	}
}

// The evidence says of each person when they were asked, by when, what they
// acknowledged and the hash of its text, or why they need not.
func TestTheEvidenceOfACampaign(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	if err := texts(portal).Acknowledge.TendAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	head, staff := servertest.SignIn(t, portal, town.Holder("税務町民課長")), town.Accounts[12].StaffNumber
	address := "/policies/kihon/readers/" + staff
	if a := head.Get(address); a.Status != 200 || !strings.Contains(a.Body, "確認を求めました") {
		t.Fatalf("%s: %d %s", staff, a.Status, a.Body)
	}
	if a := head.Post(address, url.Values{"act": {"excuse"}, "reason": {" "}}); a.Status != 422 || !strings.Contains(a.Body, "理由を入力してください") {
		t.Errorf("without a reason: %d %s", a.Status, a.Body)
	}
	if a := servertest.SignIn(t, portal, town.Holder("福祉こども課長")).Post(address, url.Values{"act": {"excuse"}, "reason": {"休職中"}}); a.Status != 404 {
		t.Errorf("another section's head: %d", a.Status)
	}
	if a := head.Post(address, url.Values{"act": {"nonsense"}}); a.Status != 422 {
		t.Errorf("neither: %d", a.Status)
	}
	if a := head.Post(address, url.Values{"act": {"excuse"}, "reason": {"育児休業中"}}); !strings.Contains(a.Body, "確認を免除しました") {
		t.Errorf("excused: %d %s", a.Status, a.Body)
	}
	lines := strings.Split(servertest.SignIn(t, portal, town.Holder("総務課長")).Get("/policies/kihon/readers.csv").Body, "\r\n")
	for number, want := range map[string]string{
		staff:                         ",2026-11-24,2026-12-08,免除,,,,育児休業中",
		town.Accounts[10].StaffNumber: ",,,確認済み,第1版,2026-11-24 09:00:00,",
		town.Accounts[13].StaffNumber: ",2026-11-24,2026-12-08,未確認,,,,",
	} {
		found := false
		for _, line := range lines {
			if strings.Contains(line, ","+number+",") {
				found = strings.Contains(line, want)
				if !found {
					t.Errorf("%s: %s, want %s", number, line, want)
				}
			}
		}
		if !found {
			t.Errorf("%s is not there as %s", number, want)
		}
	}
	revise(t, portal, "kihon", "体制を確立する", "体制を確立し、維持する")
	if err := texts(portal).Acknowledge.TendAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	ciso := servertest.SignIn(t, portal, town.Holder("副町長"))
	if a := ciso.Get("/policies/kihon/revisions"); !strings.Contains(a.Body, `href="/policies/kihon/revisions/1/readers.csv"`) {
		t.Errorf("the history leads to no record of the first revision: %d", a.Status)
	}
	if a := ciso.Get("/policies/kihon/revisions/1/readers.csv"); !strings.Contains(a.Body, ","+staff+",") || !strings.Contains(a.Body, "免除,,,,（免除できる人と監査担当者だけが見られます）") {
		t.Errorf("the record of the first revision: %d %s", a.Status, a.Body)
	}
	if a := ciso.Get("/policies/kihon/revisions/1/readers.xlsx"); a.Status != 200 || !strings.Contains(a.Header.Get("Content-Type"), "spreadsheetml") {
		t.Errorf("the record as .xlsx: %d", a.Status)
	}
	if a := ciso.Get("/policies/kihon/revisions/x/readers.csv"); a.Status != 404 {
		t.Errorf("of no revision: %d", a.Status)
	}
	if a := head.Get(address); a.Status != 200 {
		t.Fatalf("%s: %d", staff, a.Status)
	}
	if a := head.Post(address, url.Values{"act": {"excuse"}, "reason": {"育児休業中"}}); !strings.Contains(a.Body, "確認を免除しました") {
		t.Errorf("excused from the second: %d", a.Status)
	}
	a := head.Post(address, url.Values{"act": {"end"}})
	at := 0
	for _, words := range []string{"確認を求めました", "さんが免除しました。理由：育児休業中", "さんが免除を終わらせました"} { // in this order
		found := strings.Index(a.Body[at:], words)
		if found < 0 {
			t.Fatalf("ended: %d without %s after the others: %s", a.Status, words, a.Body)
		}
		at += found
	}
}
