package walktest

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/web/server/servertest"
)

// somebodyInside registers somebody in a 室 inside 税務町民課.
func somebodyInside(t *testing.T, portal *servertest.Portal, number string) (person int64) {
	t.Helper()
	ctx, operator := t.Context(), authz.AsOperator()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	section, err := portal.Org.AddSection(ctx, operator, org.Section{Code: "shuno", Name: "収納室", Kind: org.Internal, Parent: "zeimu", Position: 90})
	must(err)
	post, err := portal.Org.AddPost(ctx, operator, org.Post{Section: section, Title: "職員"})
	must(err)
	person, err = portal.Org.AddPerson(ctx, operator, org.Person{StaffNumber: number, Name: "見本 室子", Furigana: "ミホン"})
	must(err)
	must(portal.Org.Appoint(ctx, operator, org.Appointment{Person: person, Post: post, First: calendar.Day(servertest.Morning)}, org.Beside))
	return person
}

// An outer 課 reaches the 室 inside it as far as it is set: not at all, for reading,
// for being told, for deciding.
func TestAnOuterSectionReachesInsideAsItIsSet(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	const number, page = "S001", "/organization/zeimu/reach"
	somebodyInside(t, portal, number)
	if err := texts(portal).Acknowledge.TendAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	officer, head := servertest.SignIn(t, portal, town.Holder("総務課長")), servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	asked := "/policies/kihon/readers/" + number
	sees := func(how string, page int, form bool, post int) {
		t.Helper()
		a := head.Get(asked)
		if a.Status != page || strings.Contains(a.Body, "確認を免除する理由") != form {
			t.Errorf("%s: the head gets %d, is led to excuse %t", how, a.Status, !form)
		}
		if listed := strings.Contains(head.Get("/policies/kihon/readers.csv").Body, number); listed != (page == 200) {
			t.Errorf("%s: in the file: %t", how, listed)
		}
		if a := head.Post(asked, url.Values{"act": {"excuse"}, "reason": {"見本"}}); a.Status != post {
			t.Errorf("%s: the head excuses: %d", how, a.Status)
		}
	}
	sees("nothing is set", 404, false, 404)
	if a := officer.Get("/organization/zeimu"); !strings.Contains(a.Body, `href="`+page+`"`) {
		t.Errorf("nothing leads there: %d", a.Status)
	}
	if a := officer.Get(page); a.Status != 200 || !strings.Contains(a.Body, "収納室") {
		t.Errorf("the form: %d", a.Status)
	}
	for how, form := range map[string]url.Values{"told": {"told": {"1"}}, "decides": {"decides": {"1"}}} {
		if a := officer.Post(page, form); a.Status != 422 || !strings.Contains(a.Body, "見られることが要ります") || !strings.Contains(a.Body, "checked") {
			t.Errorf("%s and does not read: %d", how, a.Status)
		}
	}
	if a := officer.Post(page, url.Values{"reads": {"1"}}); a.Status != 200 || !strings.Contains(a.Body, "変更しました") {
		t.Fatalf("it reads: %d %s", a.Status, a.Body)
	}
	sees("it reads", 200, false, 403)
	if a := officer.Post(page, url.Values{"reads": {"1"}, "decides": {"1"}}); a.Status != 409 {
		t.Errorf("what was seen is no longer so: %d", a.Status)
	}
	if a := officer.Post(page, url.Values{"was_reads": {"1"}, "reads": {"1"}, "decides": {"1"}}); a.Status != 200 {
		t.Fatalf("it decides: %d %s", a.Status, a.Body)
	}
	sees("it decides", 200, true, 200)
	for _, who := range []string{"税務町民課長", "副町長", "総務課 ポータル管理担当"} {
		v := servertest.SignIn(t, portal, town.Holder(who))
		if a := v.Post(page, url.Values{"reads": {"1"}}); a.Status != 403 {
			t.Errorf("%s sets it: %d", who, a.Status)
		}
		if a := v.Get("/organization/zeimu"); strings.Contains(a.Body, page) {
			t.Errorf("%s is led there", who)
		}
	}
	if a := officer.Get("/organization/nothing/reach"); a.Status != 404 {
		t.Errorf("of no section: %d", a.Status)
	}
}

// The 管理者 of the outer 課 is told of the 室 only where it is set.
func TestAnOuterSectionIsToldOfWhatIsInsideAsItIsSet(t *testing.T) {
	t.Parallel()
	for how, c := range map[string]struct {
		form url.Values
		told int
	}{
		"it reads":           {url.Values{"reads": {"1"}}, 0},
		"it reads, and told": {url.Values{"reads": {"1"}, "told": {"1"}}, 1},
	} {
		portal := town.Start(t)
		somebodyInside(t, portal, "S001")
		if err := texts(portal).Acknowledge.TendAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		head := town.Holder("税務町民課長")
		if a := servertest.SignIn(t, portal, town.Holder("総務課長")).Post("/organization/zeimu/reach", c.form); a.Status != 200 {
			t.Fatalf("%s: %d", how, a.Status)
		}
		// who has not acknowledged it themselves is told of nobody
		v := servertest.SignIn(t, portal, head)
		form := servertest.Hidden(v.Get("/policies/kihon").Body)
		form.Set("read", "yes")
		if a := v.Post("/policies/kihon", form); a.Status != 200 {
			t.Fatalf("%s: the head acknowledges: %d", how, a.Status)
		}
		for range 20 {
			portal.Clock.Advance(24 * time.Hour)
			if err := texts(portal).Acknowledge.TendAll(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		var told int
		err := portal.DB.Pool.QueryRow(t.Context(), `SELECT least(1, count(*)) FROM notice WHERE person_id = $1 AND title LIKE '%職員が1人います'`, head.Person).Scan(&told)
		if err != nil {
			t.Fatal(err)
		}
		if told != c.told {
			t.Errorf("%s: the head is told of the one inside: %d", how, told)
		}
	}
}

// Who changes the organization does not give rights by moving a section inside one
// whose rights reach what is inside it.
func TestOnlyWhoSetsTheReachMovesASectionInsideIt(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	general, administrator := portal.Actor(t, town.Holder("総務課長")), portal.Actor(t, town.Holder("総務課 ポータル管理担当"))
	move := func(who authz.Actor, parent string) error {
		section, err := portal.Org.Section(t.Context(), who, "fukushi")
		if err != nil {
			t.Fatal(err)
		}
		section.Parent = parent
		return portal.Org.ChangeSection(t.Context(), who, "fukushi", section)
	}
	if err := move(administrator, "zeimu"); err != nil {
		t.Errorf("where nothing reaches inside: %v", err)
	}
	if err := move(administrator, ""); err != nil {
		t.Fatal(err)
	}
	officer := servertest.SignIn(t, portal, town.Holder("総務課長"))
	officer.Post("/organization/zeimu/reach", url.Values{"version": {"0"}, "reads": {"1"}, "decides": {"1"}})
	if err := move(administrator, "zeimu"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("by who may not set it: %v", err)
	}
	if err := move(general, "zeimu"); err != nil {
		t.Errorf("by who may: %v", err)
	}
	if err := move(administrator, "zeimu"); err != nil {
		t.Errorf("where it stays: %v", err)
	}
}
