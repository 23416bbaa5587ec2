package absence_test

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"kagami/internal/handover"
	"kagami/internal/org/absence"
	"kagami/internal/org/reach"
	"kagami/internal/org/transfer"
	webabsence "kagami/web/absence"
	"kagami/web/organization"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

// town shows what was recorded on the pages of the organization.
var town = servertest.Town{Parts: func(g server.Ground) ([]screen.Part, error) {
	away := absence.New(g.Pool, g.Door)
	return []screen.Part{
		organization.New(g.Org, away, transfer.New(g.Pool), reach.New(g.Pool, g.Door), handover.New(g.Pool, g.Door)).Part(),
		webabsence.New(g.Org, away).Part(),
	}, nil
}}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

const absences = "/people/M010/absences"

func TestAnAbsenceIsRecordedAndEnded(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	a := officer.Post(absences, url.Values{"first": {"2026-11-01"}, "kind": {"childcare"}, "reason": {"第二子"}})
	for _, want := range []string{"さん：休業を登録しました</h2><p>令和8年11月1日から。", "休業中（終わりの日は未定）", "育児休業", "第二子"} {
		if !strings.Contains(a.Body, want) {
			t.Errorf("the page lacks %q: %d", want, a.Status)
		}
	}
	staff := servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	a = staff.Get("/people/M010")
	if !strings.Contains(a.Body, "休業中") || strings.Contains(a.Body, "育児休業") || strings.Contains(a.Body, "第二子") {
		t.Errorf("a colleague: %d %s", a.Status, a.Body)
	}
	page := officer.Get(absences + "/2026-11-01")
	if !strings.Contains(page.Body, `name="version" value="1"`) {
		t.Fatalf("the page of the absence: %d %s", page.Status, page.Body)
	}
	if a := officer.Post(absences+"/2026-11-01", url.Values{"last": {"2026-11-30"}, "version": {"1"}}); !strings.Contains(a.Body, "最後の日を変えました") {
		t.Errorf("ended: %d %s", a.Status, a.Body)
	}
	a = officer.Post(absences+"/2026-11-01", url.Values{"last": {"2026-12-24"}, "version": {"1"}})
	if a.Status != http.StatusConflict || !strings.Contains(a.Body, `value="2026-12-24"`) || !strings.Contains(a.Body, "令和8年11月30日まで") || !strings.Contains(a.Body, `name="version" value="2"`) {
		t.Errorf("the second clerk: %d %s", a.Status, a.Body)
	}
}

// An absence of the wrong person is taken back though it has begun.
func TestAnAbsenceThatWasAMistakeIsTakenBack(t *testing.T) {
	t.Parallel()
	officer := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	officer.Post(absences, url.Values{"first": {"2026-11-01"}, "kind": {"care"}})
	if a := officer.Get(absences + "/2026-11-01"); !strings.Contains(a.Body, "この休業を取り消す") || !strings.Contains(a.Body, `name="why"`) {
		t.Errorf("the page of the absence: %d %s", a.Status, a.Body)
	}
	a := officer.Post(absences+"/2026-11-01", url.Values{"act": {"withdraw"}, "version": {"1"}, "why": {"別の職員の休業だったため"}})
	if !strings.Contains(a.Body, "休業を取り消しました") || strings.Contains(a.Body, "休業中") {
		t.Errorf("taken back: %d %s", a.Status, a.Body)
	}
	if n := officer.Count("absence"); n != 0 {
		t.Errorf("%d absences", n)
	}
}

func TestAnAbsenceThatIsRefusedKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	officer := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	officer.Post(absences, url.Values{"first": {"2026-11-01"}, "last": {"2026-11-30"}, "kind": {"care"}})
	for name, c := range map[string]struct {
		path string
		form url.Values
		want []string
	}{
		"reversed":     {absences, url.Values{"first": {"2026-12-02"}, "last": {"2026-12-01"}, "kind": {"care"}, "reason": {"見本<b>"}}, []string{"最初の日か、それより後の日", `value="2026-12-02"`, "見本&lt;b&gt;"}},
		"overlapping":  {absences, url.Values{"first": {"2026-11-30"}, "kind": {"care"}}, []string{"すでに登録されています", `value="2026-11-30"`}},
		"far away":     {absences, url.Values{"first": {"3026-12-02"}, "kind": {"care"}}, []string{"年を確かめてください"}},
		"no day":       {absences, url.Values{"first": {"12/2"}, "kind": {"care"}}, []string{"2026-04-01 のように", `value="12/2"`}},
		"all gone":     {absences, nil, []string{"休業の最初の日を入力してください", "休業の種類を選んでください", "直すところが2件"}},
		"of oneself":   {"/people/M003/absences", url.Values{"first": {"2026-12-02"}, "kind": {"care"}}, []string{"自分についての事項は"}},
		"none":         {absences + "/2026-11-02", url.Values{"last": {"2026-12-02"}}, []string{"この休業は見つかりません"}},
		"no first":     {absences + "/first", url.Values{"last": {"2026-12-02"}}, nil},
		"why not said": {absences + "/2026-11-01", url.Values{"act": {"withdraw"}, "version": {"1"}}, []string{"取り消す理由を入力してください"}},
		"an old page":  {absences + "/2026-11-01", url.Values{"act": {"withdraw"}, "version": {"2"}, "why": {"別の人<b>"}}, []string{"ほかの人がこの休業を変更しました", "別の人&lt;b&gt;"}},
	} {
		a := officer.Post(c.path, c.form)
		if a.Status < 400 || a.Status >= 500 {
			t.Errorf("%s: %d", name, a.Status)
		}
		for _, want := range c.want {
			if !strings.Contains(a.Body, want) {
				t.Errorf("%s: the page lacks %q: %s", name, want, a.Body)
			}
		}
	}
	if n := officer.Count("absence"); n != 1 {
		t.Errorf("%d absences", n)
	}
}

// The absence of who alone acts for a section is not recorded in silence: that nobody acts
// meanwhile stands on a page before, on the section's page, and among what is to be done,
// until somebody stands in.
func TestASectionThatAnAbsenceLeavesWithoutAnybodyIsSaid(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer, head := servertest.SignIn(t, portal, town.Holder("総務課長")), town.Holder("税務町民課長")
	form := url.Values{"first": {"2026-12-01"}, "last": {"2027-03-31"}, "kind": {"sick"}, "reason": {"秘密の理由"}}
	page := "/people/" + head.StaffNumber + "/absences"
	const nobody, task = "の事項を行う人がいません", "税務町民課の情報セキュリティ管理者の職務代理を決める"
	said := func(when string, want bool) {
		t.Helper()
		if a := officer.Get("/organization/zeimu"); strings.Contains(a.Body, nobody) != want || want && !strings.Contains(a.Body, head.Name+"さんが休業のため、令和8年12月1日から令和9年3月31日まで") {
			t.Errorf("%s: the section says so: %t: %s", when, !want, a.Body)
		}
		if a := officer.Get("/"); strings.Contains(a.Body, task) != want {
			t.Errorf("%s: it is to be done: %t", when, !want)
		}
	}
	a := officer.Post(page, form)
	if a.Status != http.StatusOK || !strings.Contains(a.Body, "この間、代わって行う人がいません") || !strings.Contains(a.Body, "税務町民課の情報セキュリティ管理者の事項") || officer.Count("absence") != 0 {
		t.Fatalf("before: %d %s", a.Status, a.Body)
	}
	said("not recorded yet", false)
	if a := officer.Post(page, servertest.Hidden(a.Body)); !strings.Contains(a.Body, "休業を登録しました") || !strings.Contains(a.Body, "職務代理として発令してください") {
		t.Fatalf("recorded: %d %s", a.Status, a.Body)
	}
	said("nobody stands in", true)
	staff := servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	for _, page := range []string{"/organization/zeimu", "/organization/zeimu?on=2026-12-01"} {
		if a := staff.Get(page); strings.Contains(a.Body, nobody) {
			t.Errorf("a colleague sees on %s that the head will be away: %s", page, a.Body)
		}
	}
	portal.Clock.Advance(7 * 24 * time.Hour)
	staff = servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	if a := staff.Get("/organization/zeimu"); !strings.Contains(a.Body, "統括情報セキュリティ責任者に連絡してください") || strings.Contains(a.Body, "病気") || strings.Contains(a.Body, "秘密の理由") {
		t.Errorf("a colleague while the head is away: %s", a.Body)
	}
	officer = servertest.SignIn(t, portal, town.Holder("総務課長"))
	_, err := portal.Pool.Exec(t.Context(), `
		INSERT INTO appointment (person_id, post_id, single_holder, period, acting)
		SELECT (SELECT id FROM person WHERE staff_number = 'M010'), po.id, po.single_holder, '[2026-12-01,)', true
		FROM post po JOIN standing s ON s.post_id = po.id WHERE s.person_id = $1`, head.Person)
	if err != nil {
		t.Fatal(err)
	}
	said("somebody stands in", false)
}

// Leave is said in the same words wherever a holder is named, until when and never why;
// that somebody will be away only to who changes the organization.
func TestLeaveIsSaidAlikeWhereverAHolderIsNamed(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	officer, head := servertest.SignIn(t, portal, town.Holder("総務課長")), town.Holder("税務町民課長")
	officer.Post("/people/"+head.StaffNumber+"/absences", url.Values{"first": {"2026-11-01"}, "last": {"2027-03-31"}, "kind": {"sick"}, "reason": {"秘密の理由"}, "shown": {"1"}})
	staff := servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	const words = "休業中（令和9年3月31日まで）"
	for _, page := range []string{"/organization", "/organization/zeimu", "/people/" + head.StaffNumber} {
		if a := staff.Get(page); !strings.Contains(a.Body, words) || strings.Contains(a.Body, "病気休") || strings.Contains(a.Body, "秘密の理由") {
			t.Errorf("%s: %d %s", page, a.Status, a.Body)
		}
	}
	if a := staff.Get("/organization"); !strings.Contains(a.Body, head.Name+"(休)") {
		t.Errorf("the chart: %s", a.Body)
	}
	for name, c := range map[string]struct {
		visitor *servertest.Visitor
		want    bool
	}{"a colleague": {staff, false}, "who changes the organization": {officer, true}} {
		if a := c.visitor.Get("/organization?on=2026-12-01"); strings.Contains(a.Body, words) != c.want {
			t.Errorf("%s sees it of another day: %t", name, !c.want)
		}
	}
}
