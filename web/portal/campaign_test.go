package portal_test

import (
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
	v := signIn(t, portal, town.Holder("副町長"))
	form.Set("act", "check")
	form.Set("asked", "named")
	form["asked-section"], form["asked-role"] = []string{"zeimu"}, []string{"csirt_member"}
	form.Set("due_on", "2026-11-01")
	a := v.post("/policies/mihon/draft/publish", form)
	for _, words := range []string{`href="#due_on"`, `value="2026-11-01"`, `name="asked-section" value="zeimu" checked`, `name="asked-role" value="csirt_member" checked`, `<details open>`} {
		if a.status != 422 || !strings.Contains(a.body, words) {
			t.Errorf("refused: %d without %s", a.status, words)
		}
	}
	form.Set("due_on", "2026-12-15")
	a = v.post("/policies/mihon/draft/publish", form)
	if a.status != 200 || !strings.Contains(a.body, "CSIRT担当者、税務町民課の人（8人）に、令和8年12月15日までの確認を求めます") {
		t.Fatalf("asked once more: %d %s", a.status, a.body)
	}
	kept := keptForm(a.body)
	kept.Set("act", "publish")
	if a := v.post("/policies/mihon/draft/publish", kept); !strings.Contains(a.body, "公開しました") {
		t.Fatalf("published: %d %s", a.status, a.body)
	}
	if a := v.post("/policies/mihon/draft/publish", kept); a.status != 404 || !strings.Contains(a.body, "すでに公開されたか、取り下げられています") {
		t.Errorf("published twice: %d %s", a.status, a.body)
	}
	if err := texts(portal).Acknowledge.TendAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	for post, want := range map[string]bool{"税務町民課 職員": true, "福祉こども課 職員": false} {
		home := signIn(t, portal, town.Holder(post)).get("/").body
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
	before, never := signIn(t, portal, town.Accounts[10]), signIn(t, portal, town.Accounts[12])
	revise(t, portal, "kihon", "体制を確立する", "体制を確立し、維持する")
	a := before.get("/policies/kihon/changes")
	for _, words := range []string{"<ins>し、維持</ins>", "（略）", "読んで理解し、遵守します", "全文（第2版）", "職員等の遵守義務"} {
		if !strings.Contains(a.body, words) {
			t.Errorf("without %s: %d", words, a.status)
		}
	}
	if a := never.get("/policies/kihon/changes"); strings.Contains(a.body, "改正前") || !strings.Contains(a.body, "情報セキュリティ基本方針</h1>") {
		t.Errorf("who never acknowledged it: %d %s", a.status, a.body)
	}
	if a := before.post("/policies/kihon", pledge(a.body)); !strings.Contains(a.body, "確認を記録しました") {
		t.Errorf("acknowledging: %d", a.status)
	}
}

// Each person has a last day of their own, which stands on their home: the page
// of the text tells nobody that of those who were asked first.
func TestAPageTellsNobodyTheLastDayOfOthers(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	v := signIn(t, portal, town.Accounts[12])
	if home := v.get("/").body; !strings.Contains(home, "期限 令和8年12月8日") {
		t.Fatalf("the home tells no last day: %s", home)
	}
	a := v.get("/policies/kihon")
	if strings.Contains(a.body, "期限は令和") || !strings.Contains(a.body, "「やること」で確かめられます") {
		t.Errorf("the page of the text: %d %s", a.status, a.body)
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
	head, staff := signIn(t, portal, town.Holder("税務町民課長")), town.Accounts[12].StaffNumber
	address := "/policies/kihon/readers/" + staff
	if a := head.get(address); a.status != 200 || !strings.Contains(a.body, "確認を求めました") {
		t.Fatalf("%s: %d %s", staff, a.status, a.body)
	}
	if a := head.post(address, url.Values{"act": {"excuse"}, "reason": {" "}}); a.status != 422 || !strings.Contains(a.body, "理由を入力してください") {
		t.Errorf("without a reason: %d %s", a.status, a.body)
	}
	if a := signIn(t, portal, town.Holder("福祉こども課長")).post(address, url.Values{"act": {"excuse"}, "reason": {"休職中"}}); a.status != 404 {
		t.Errorf("another section's head: %d", a.status)
	}
	if a := head.post(address, url.Values{"act": {"nonsense"}}); a.status != 422 {
		t.Errorf("neither: %d", a.status)
	}
	if a := head.post(address, url.Values{"act": {"excuse"}, "reason": {"育児休業中"}}); !strings.Contains(a.body, "確認を免除しました") {
		t.Errorf("excused: %d %s", a.status, a.body)
	}
	lines := strings.Split(signIn(t, portal, town.Holder("総務課長")).get("/policies/kihon/readers.csv").body, "\r\n")
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
	ciso := signIn(t, portal, town.Holder("副町長"))
	if a := ciso.get("/policies/kihon/revisions"); !strings.Contains(a.body, `href="/policies/kihon/revisions/1/readers.csv"`) {
		t.Errorf("the history leads to no record of the first revision: %d", a.status)
	}
	if a := ciso.get("/policies/kihon/revisions/1/readers.csv"); !strings.Contains(a.body, ","+staff+",") || !strings.Contains(a.body, "免除,,,,（免除できる人と監査担当者だけが見られます）") {
		t.Errorf("the record of the first revision: %d %s", a.status, a.body)
	}
	if a := ciso.get("/policies/kihon/revisions/1/readers.xlsx"); a.status != 200 || !strings.Contains(a.header.Get("Content-Type"), "spreadsheetml") {
		t.Errorf("the record as .xlsx: %d", a.status)
	}
	if a := ciso.get("/policies/kihon/revisions/x/readers.csv"); a.status != 404 {
		t.Errorf("of no revision: %d", a.status)
	}
	if a := head.get(address); a.status != 200 {
		t.Fatalf("%s: %d", staff, a.status)
	}
	if a := head.post(address, url.Values{"act": {"excuse"}, "reason": {"育児休業中"}}); !strings.Contains(a.body, "確認を免除しました") {
		t.Errorf("excused from the second: %d", a.status)
	}
	a := head.post(address, url.Values{"act": {"end"}})
	at := 0
	for _, words := range []string{"確認を求めました", "さんが免除しました。理由：育児休業中", "さんが免除を終わらせました"} { // in this order
		found := strings.Index(a.body[at:], words)
		if found < 0 {
			t.Fatalf("ended: %d without %s after the others: %s", a.status, words, a.body)
		}
		at += found
	}
}
