package acknowledging_test

import (
	"context"
	"net/url"
	"os"
	"strings"
	"testing"

	"kagami/internal/calendar"
	"kagami/internal/policy/policytest"
	"kagami/internal/sample"
	"kagami/internal/sample/policies"
	"kagami/web/acknowledging"
	"kagami/web/reading"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = servertest.Town{Parts: func(g server.Ground) ([]screen.Part, error) {
	rooms := policytest.NewRooms(g.Pool, g.Door, g.Now)
	screens, err := reading.New(reading.Needs{Policy: rooms.Policy, Find: rooms.Find, Follow: rooms.Follow, Draft: rooms.Draft, Publish: rooms.Publish})
	if err != nil {
		return nil, err
	}
	return []screen.Part{screens.Part(), acknowledging.New(rooms.Acknowledge).Part(), {Sample: func(ctx context.Context, t *sample.Town) error {
		return policies.Fill(ctx, rooms.Draft, rooms.Publish, rooms.Acknowledge, *t)
	}}}, nil
}}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

// texts are the documents of a portal.
func texts(p *servertest.Portal) policytest.Rooms { return policytest.NewRooms(p.Pool, p.Door, p.Now) }

func TestTheListOpensInExcel(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	v := servertest.SignIn(t, portal, town.Holder("総務課長"))
	a := v.Get("/policies/kihon/readers.csv")
	if !strings.HasPrefix(a.Body, "\ufeff課室,職員番号,氏名") || strings.Count(a.Body, "\r\n") != 40 {
		t.Errorf("the CSV: %.200s", a.Body)
	}
	a = v.Get("/policies/kihon/readers.xlsx")
	if !strings.HasPrefix(a.Body, "PK") || !strings.Contains(a.Header.Get("Content-Disposition"), ".xlsx") {
		t.Errorf("the .xlsx: %v", a.Header)
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
		town.Accounts[10].StaffNumber: ",,,確認済み,1,2026-11-24 09:00:00,",
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
	policytest.Revise(t, texts(portal), portal.Org, portal.Pool, calendar.Day(portal.Now()), "kihon", "体制を確立する", "体制を確立し、維持する")
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

// Whoever is concerned sees no more of it than anybody who is excused, whatever role
// they hold: not why, not by whom; on the page, and in both files.
func TestWhoIsExcusedSeesNeitherWhyNorByWhom(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	policytest.Revise(t, texts(portal), portal.Org, portal.Pool, calendar.Day(portal.Now()), "kihon", "体制を確立する", "体制を確立し、維持する")
	if err := texts(portal).Acknowledge.TendAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	officer, deputy, head, other := town.Holder("総務課長"), town.Holder("総務課 担当副課長"), town.Holder("税務町民課長"), town.Holder("税務町民課 職員")
	visitor := map[string]*servertest.Visitor{}
	for _, who := range []sample.Account{officer, deputy, head} {
		visitor[who.StaffNumber] = servertest.SignIn(t, portal, who)
	}
	const reason, hidden = "見本の療養", "（本人には見えません）"
	for of, by := range map[string]string{officer.StaffNumber: deputy.StaffNumber, head.StaffNumber: officer.StaffNumber, other.StaffNumber: head.StaffNumber} {
		page := "/policies/kihon/readers/" + of
		if a := visitor[of]; a != nil {
			if a := a.Get(page); strings.Contains(a.Body, "確認を免除する理由") {
				t.Errorf("%s is led to excuse themselves", of)
			}
		}
		if a := visitor[by].Post(page, url.Values{"act": {"excuse"}, "reason": {reason}}); a.Status != 200 {
			t.Fatalf("excusing %s: %d %s", of, a.Status, a.Body)
		}
		if a := visitor[by].Get(page); !strings.Contains(a.Body, "さんが免除しました。理由："+reason) {
			t.Errorf("who excused %s does not see it: %s", of, a.Body)
		}
		concerned := visitor[of]
		if concerned == nil {
			continue
		}
		if a := concerned.Get(page); a.Status != 200 || strings.Contains(a.Body, reason) || strings.Contains(a.Body, "さんが免除") || !strings.Contains(a.Body, "確認が免除されました") {
			t.Errorf("%s sees of their own: %d %s", of, a.Status, a.Body)
		}
		for _, act := range []string{"excuse", "end"} {
			if a := concerned.Post(page, url.Values{"act": {act}, "reason": {reason}}); a.Status != 403 {
				t.Errorf("%s does %s to their own: %d", of, act, a.Status)
			}
		}
	}
	for _, file := range []string{"/policies/kihon/readers.csv", "/policies/kihon/revisions/2/readers.csv"} {
		for _, who := range []sample.Account{officer, head} {
			for line := range strings.Lines(visitor[who.StaffNumber].Get(file).Body) {
				switch {
				case strings.Contains(line, ","+who.StaffNumber+","):
					if strings.Contains(line, reason) || !strings.Contains(line, hidden) {
						t.Errorf("%s reads of themselves in %s: %s", who.StaffNumber, file, line)
					}
				case strings.Contains(line, "免除,"):
					if !strings.Contains(line, reason) {
						t.Errorf("%s reads of another in %s: %s", who.StaffNumber, file, line)
					}
				}
			}
		}
	}
}

// Who is away is said in the same words in the list and on their page, where nobody is led
// to excuse them; and never why.
func TestWhoIsAwayIsSaidWithTheDay(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	clerk := town.Accounts[12] // 税務町民課 職員, who has still to read
	_, err := portal.Pool.Exec(t.Context(), `INSERT INTO absence (person_id, kind, period, reason) VALUES ($1, 'sick', '[2026-11-01,2027-03-31]', '秘密の理由')`, clerk.Person)
	if err != nil {
		t.Fatal(err)
	}
	head := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	for page, words := range map[string]string{"/policies/kihon/readers": "休業中（令和9年3月31日まで）", "/policies/kihon/readers/" + clerk.StaffNumber: "免除しなくても、確認を求める人数から外れ"} {
		a := head.Get(page)
		if !strings.Contains(a.Body, words) || !strings.Contains(a.Body, "休業中（令和9年3月31日まで）") || strings.Contains(a.Body, "秘密の理由") || strings.Contains(a.Body, "病気休") {
			t.Errorf("%s: %d %s", page, a.Status, a.Body)
		}
	}
}
