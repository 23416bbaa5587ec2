package personnel_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/org/personnel"
	"kagami/internal/trail"
)

const personnelHead = "職員番号,氏名,フリガナ,メールアドレス,職員区分,課室,職,発令日,終了日\n"

// importTown is a town with a 課長, a 職員, and a ポータル管理者 who takes files in.
type importTown struct {
	town
	head, staff, admin int64
	actor              authz.Actor
}

func newImportTown(t *testing.T) importTown {
	t.Helper()
	tn := importTown{town: newTown(t)}
	tn.addSection(org.Section{Code: "somu", Name: "総務課", Kind: org.Internal})
	clerk := tn.post(tn.section, "職員", false)
	tn.head, tn.staff, tn.admin = tn.person("1"), tn.person("2"), tn.person("3")
	for person, post := range map[int64]int64{tn.head: tn.town.head, tn.staff: clerk, tn.admin: clerk} {
		tn.must(tn.appoint(person, post, "2026-04-01"))
	}
	tn.must(tn.GiveRole(t.Context(), operator, org.Grant{Person: tn.admin, Role: authz.Administrator, First: day("2026-04-01"), Reason: "見本"}))
	tn.actor = tn.town.actor(tn.admin, "2026-11-24")
	return tn
}

func (tn importTown) start(rows string) string {
	tn.t.Helper()
	token, err := tn.files.Start(tn.t.Context(), tn.actor, "名簿.csv", []byte(personnelHead+rows), personnel.Choices{})
	tn.must(err)
	return token
}

func (tn importTown) look(token string) (personnel.Import, personnel.Lists) {
	tn.t.Helper()
	i, lists, err := tn.files.Import(tn.t.Context(), tn.actor, token, personnel.Pages{})
	tn.must(err)
	return i, lists
}

// The 1 April change: prepared in autumn, it takes effect on its day by itself.
func TestAPersonnelFileTakesEffectOnItsDay(t *testing.T) {
	t.Parallel()
	tn := newImportTown(t)
	token := tn.start(
		"1,見本 1,,,,総務課,課長,2027-04-01,\n" + // a post that is new
			"2,見本 2,,two@town.example,会計年度任用職員,税務町民課,課長,令和9年4月1日,\n" +
			"N1,見本 新,ﾐﾎﾝ ｼﾝ,new@town.example,,税務町民課,職員,R9.4.1,R10.3.31\n")
	i, lists := tn.look(token)
	if i.Rows != 3 || i.Added != 3 || i.Ended != 2 || i.Changed != 1 || i.NewPeople != 1 || i.NewPosts != 1 || i.Problems != 0 || i.From != day("2027-04-01") {
		t.Errorf("the preview says %+v", i.Summary)
	}
	if len(lists.Added) != 3 || !lists.Added[0].NewPost || !lists.Added[2].NewPerson || lists.Added[1].Post != "税務町民課長" {
		t.Errorf("the preview lists %+v", lists.Added)
	}
	done, err := tn.files.Apply(t.Context(), tn.actor, token, agreed)
	if err != nil || done.Added != 3 {
		t.Fatalf("applying: %+v, %v", done, err)
	}
	if !tn.town.actor(tn.head, "2027-03-31").Has(authz.SecurityManager) || tn.town.actor(tn.head, "2027-04-01").Holdings[0].SectionName != "総務課" {
		t.Error("the 課長 does not move on the day")
	}
	if tn.town.actor(tn.staff, "2027-03-31").Has(authz.SecurityManager) || !tn.town.actor(tn.staff, "2027-04-01").Has(authz.SecurityManager) {
		t.Error("the successor does not follow on the day")
	}
	p, err := tn.Person(t.Context(), tn.actor, "N1")
	tn.must(err)
	if p.Furigana != "ミホン シン" || p.Kind != org.Regular {
		t.Errorf("registered %+v", p)
	}
	if p, _ := tn.Person(t.Context(), tn.actor, "2"); p.Kind != org.FiscalYear || p.Email != "two@town.example" || p.Furigana != "ミホン タロウ" {
		t.Errorf("changed to %+v", p)
	}
	if _, err := tn.ActorOn(t.Context(), p.ID, day("2028-04-01")); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("after the last day: %v", err)
	}
	i, _ = tn.look(token)
	if i.AppliedAt.IsZero() {
		t.Error("the page does not say that it is done")
	}
	if _, err := tn.files.Apply(t.Context(), tn.actor, token, agreed); fault.KindOf(err) != fault.Conflict {
		t.Errorf("applied twice: %v", err)
	}
	if err := tn.files.Choose(t.Context(), tn.actor, token, personnel.Choices{}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("chosen for after it was done: %v", err)
	}
}

// Whom a file brings or renames stands in the order of the syllables too.
func TestWhomAPersonnelFileBringsStandsInTheOrderOfTheSyllables(t *testing.T) {
	t.Parallel()
	tn := newImportTown(t)
	_, err := tn.files.Apply(t.Context(), tn.actor, tn.start(
		"2,見本 2,ガトウ,,,税務町民課,職員,2027-04-01,\nN1,見本 新,カンダ,,,税務町民課,職員,2027-04-01,\nN2,見本 新,ガンダ,,,税務町民課,職員,2027-04-01,\n"), agreed)
	tn.must(err)
	page, err := tn.People(t.Context(), tn.actor, org.Search{Day: day("2027-04-01")})
	tn.must(err)
	var order []string
	for _, line := range page.People {
		order = append(order, line.StaffNumber)
	}
	if want := []string{"2", "N1", "N2", "1", "3"}; !slices.Equal(order, want) {
		t.Errorf("in the order %q, want %q", order, want)
	}
}

// The trail has an entry for the import and one for each thing that it changed,
// and proves itself.
func TestAPersonnelFileIsInTheTrail(t *testing.T) {
	t.Parallel()
	tn := newImportTown(t)
	count := func(kind string) (n int) {
		tn.must(tn.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM trail_entry WHERE subject_kind = $1`, kind).Scan(&n))
		return n
	}
	people, posts, appointments := count("person"), count("post"), count("appointment")
	_, err := tn.files.Apply(t.Context(), tn.actor, tn.start("1,見本 1,,,,総務課,課長,2027-04-01,\nN1,見本 新,ミホン,,,総務課,職員,2027-04-01,\n"), agreed)
	tn.must(err)
	if count("person")-people != 1 || count("post")-posts != 2 || count("appointment")-appointments != 3 || count("person_import") != 2 {
		t.Errorf("entries for %d people, %d posts, %d appointments, %d of the import", count("person")-people, count("post")-posts, count("appointment")-appointments, count("person_import"))
	}
	var hash string
	tn.must(tn.db.Pool.QueryRow(t.Context(), `
		SELECT c.part::jsonb->>'sha256' FROM trail_entry e JOIN trail_confidential c ON c.entry_id = e.id
		WHERE e.subject_kind = 'person_import' AND e.fields = '{applied}' AND e.person_id = $1`, tn.admin).Scan(&hash))
	if len(hash) != 64 {
		t.Errorf("the file's hash is %q", hash)
	}
	if _, err := trail.Verify(t.Context(), tn.db.Pool); err != nil {
		t.Errorf("the trail: %v", err)
	}
}

// All or nothing: with a faulty row nothing is done, and the row is named.
func TestAFaultyRowStopsTheWholeFile(t *testing.T) {
	t.Parallel()
	tn := newImportTown(t)
	token := tn.start("2,見本 2,,,,税務町民課,主任,2027-04-01,\nN1,見本 新,ミホン,,,見本課,職員,2027-04-01,\nN2,見本 二,ミホン,,,総務課,職員,令和9年13月1日,\n")
	_, lists := tn.look(token)
	if len(lists.Problems) != 2 || lists.Problems[0].Line != 3 || lists.Problems[0].Column != "課室" || lists.Problems[1].Line != 4 || lists.Problems[1].Column != "発令日" {
		t.Errorf("the problems are %+v", lists.Problems)
	}
	if _, err := tn.files.Apply(t.Context(), tn.actor, token, agreed); fault.KindOf(err) != fault.Conflict {
		t.Errorf("applied: %v", err)
	}
	var posts int
	if err := tn.db.Pool.QueryRow(t.Context(), `SELECT count(*) FROM post`).Scan(&posts); err != nil || posts != 2 {
		t.Errorf("there are now %d posts, %v", posts, err)
	}
}

// Who looked at one plan does not do another: it is shown first.
func TestAChangeSinceThePreviewIsShownFirst(t *testing.T) {
	t.Parallel()
	tn := newImportTown(t)
	token := tn.start("2,見本 2,,,,税務町民課,主任,2027-04-01,\n")
	third := tn.post(tn.section, "副主任", false)
	tn.must(tn.appoint(tn.staff, third, "2026-12-01"))
	if _, err := tn.files.Apply(t.Context(), tn.actor, token, agreed); fault.KindOf(err) != fault.Conflict {
		t.Fatalf("applied: %v", err)
	}
	if i, _ := tn.look(token); i.Ended != 2 {
		t.Errorf("the new preview says %+v", i.Summary)
	}
	// what does not touch the plan does not stand in the way
	tn.person("9")
	if _, err := tn.files.Apply(t.Context(), tn.actor, token, agreed); err != nil {
		t.Errorf("applied after a look at it: %v", err)
	}
}

// A choice is made again on the page: the file is everybody.
func TestWhoIsNotInAFileOfEverybodyLeaves(t *testing.T) {
	t.Parallel()
	tn := newImportTown(t)
	token := tn.start("1,見本 1,,,,税務町民課,課長,2027-04-01,\n3,見本 3,,,,税務町民課,職員,2027-04-01,\n")
	if i, _ := tn.look(token); !i.Empty() || i.Unchanged != 2 {
		t.Errorf("the preview says %+v", i.Summary)
	}
	if _, err := tn.files.Apply(t.Context(), tn.actor, token, agreed); fault.KindOf(err) != fault.Conflict {
		t.Errorf("applied nothing: %v", err)
	}
	tn.must(tn.files.Choose(t.Context(), tn.actor, token, personnel.Choices{Whole: true}))
	if i, lists := tn.look(token); i.Ended != 1 || lists.Ended[0].StaffNumber != "2" || !i.Choices.Whole {
		t.Errorf("the preview says %+v %+v", i.Summary, lists.Ended)
	}
	_, err := tn.files.Apply(t.Context(), tn.actor, token, agreed)
	tn.must(err)
	if _, err := tn.ActorOn(t.Context(), tn.staff, day("2027-04-01")); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("after leaving: %v", err)
	}
}

// Two exchange posts for one holder, and e-mails: no order of the rows stands
// in the way.
func TestTwoExchangeWhatOnlyOneCanHave(t *testing.T) {
	t.Parallel()
	tn := newImportTown(t)
	other := tn.post(0, "会計管理者", true)
	tn.must(tn.appoint(tn.staff, other, "2026-05-01"))
	for _, rows := range []string{
		"1,見本 1,,a@town.example,,,会計管理者,2027-04-01,\n2,見本 2,,b@town.example,,税務町民課,課長,2027-04-01,\n",
		"1,見本 1,,b@town.example,,税務町民課,課長,2027-05-01,\n2,見本 2,,a@town.example,,,会計管理者,2027-05-01,\n",
	} {
		if _, err := tn.files.Apply(t.Context(), tn.actor, tn.start(rows), agreed); err != nil {
			t.Fatal(err)
		}
	}
	if !tn.town.actor(tn.staff, "2027-04-30").Has(authz.SecurityManager) || !tn.town.actor(tn.head, "2027-05-01").Has(authz.SecurityManager) {
		t.Error("the posts are not exchanged")
	}
}

// A file is for whoever handed it in and may change the organization.
func TestAPersonnelFileIsForWhoHandedItIn(t *testing.T) {
	t.Parallel()
	tn := newImportTown(t)
	token := tn.start("2,見本 2,,,,税務町民課,主任,2027-04-01,\n")
	if _, _, err := tn.files.Import(t.Context(), operator, token, personnel.Pages{}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another looks: %v", err)
	}
	clerk := tn.town.actor(tn.staff, "2026-11-24")
	for name, err := range map[string]error{
		"starts":  failingText(tn.files.Start(t.Context(), clerk, "x.csv", []byte(personnelHead+"2,見本 2,,,,税務町民課,主任,2027-04-01,\n"), personnel.Choices{})),
		"applies": failingSummary(tn.files.Apply(t.Context(), clerk, token, agreed)),
		"chooses": tn.files.Choose(t.Context(), clerk, token, personnel.Choices{}),
		"plans":   failingPlan(tn.files.Plan(t.Context(), clerk, personnel.File{}, personnel.Choices{}, day("2026-11-24"))),
	} {
		if fault.KindOf(err) != fault.Forbidden {
			t.Errorf("a 職員 %s: %v", name, err)
		}
	}
}

// After a day a file is over, whatever is asked of it; what is kept of it goes
// when somebody looks, and when a next one is handed in.
func TestAPersonnelFileEndsAfterADay(t *testing.T) {
	t.Parallel()
	tn := newImportTown(t)
	older := func(by string) {
		t.Helper()
		if _, err := tn.db.Owner(t).Exec(t.Context(), `UPDATE person_import SET made_at = made_at - $1::interval`, by); err != nil {
			t.Fatal(err)
		}
	}
	kept := func() (files, pages int) {
		t.Helper()
		err := tn.db.Pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM person_import), (SELECT count(*) FROM person_import_page)`).Scan(&files, &pages)
		if err != nil {
			t.Fatal(err)
		}
		return files, pages
	}
	applied := tn.start("2,見本 2,,,,税務町民課,主任,2027-04-01,\n")
	if _, err := tn.files.Apply(t.Context(), tn.actor, applied, agreed); err != nil {
		t.Fatal(err)
	}
	token := tn.start("3,見本 3,,,,税務町民課,主任,2027-04-01,\n")
	older("23 hours 59 minutes")
	if _, _, err := tn.files.Import(t.Context(), tn.actor, token, personnel.Pages{}); err != nil {
		t.Errorf("within a day: %v", err)
	}
	older("1 minute")
	for name, err := range map[string]error{
		"applied": failingSummary(tn.files.Apply(t.Context(), tn.actor, token, agreed)),
		"chosen":  tn.files.Choose(t.Context(), tn.actor, token, personnel.Choices{Whole: true}),
	} {
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("after a day it is %s: %v", name, err)
		}
	}
	if files, pages := kept(); files != 2 || pages == 0 {
		t.Fatalf("%d files with %d pages", files, pages)
	}
	if _, _, err := tn.files.Import(t.Context(), tn.actor, token, personnel.Pages{}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("after a day: %v", err)
	}
	if files, pages := kept(); files != 0 || pages != 0 {
		t.Errorf("%d files with %d pages are kept after a look", files, pages)
	}
	tn.start("4,見本 4,,,,税務町民課,主任,2027-04-01,\n")
	older("25 hours")
	tn.start("4,見本 4,,,,税務町民課,主任,2027-04-01,\n")
	if files, _ := kept(); files != 1 {
		t.Errorf("%d files are kept after the next", files)
	}
}

func failingText(_ string, err error) error               { return err }
func failingSummary(_ personnel.Summary, err error) error { return err }
func failingPlan(_ personnel.Plan, err error) error       { return err }

// A list of many is shown in pages, and none is lost between them.
func TestALongPlanIsShownInPages(t *testing.T) {
	t.Parallel()
	tn := newImportTown(t)
	var rows strings.Builder
	const people = 250
	for i := range people {
		fmt.Fprintf(&rows, "N%03d,見本 %d,ミホン,,,税務町民課,職員,2027-04-01,\n", i, i)
	}
	token := tn.start(rows.String())
	seen := map[string]bool{}
	for page := range 4 {
		_, lists, err := tn.files.Import(t.Context(), tn.actor, token, personnel.Pages{Added: page})
		tn.must(err)
		for _, l := range lists.Added {
			seen[l.StaffNumber] = true
		}
	}
	if len(seen) != people {
		t.Errorf("saw %d people", len(seen))
	}
}

// The last ポータル管理者 stays, even where the plan itself does not see it: the
// same rule as for any other change stands behind it.
func TestAPersonnelFileLeavesAnAdministrator(t *testing.T) {
	t.Parallel()
	tn := newImportTown(t)
	tn.must(tn.GiveRole(t.Context(), operator, org.Grant{Person: tn.head, Role: authz.Administrator, First: day("2026-04-01"), Last: day("2026-12-31"), Reason: "見本"}))
	tn.must(tn.AddRule(t.Context(), operator, org.Rule{Title: "管理担当", Role: authz.Administrator}))
	tn.must(tn.appoint(tn.staff, tn.post(tn.section, "管理担当", false), "2026-11-01"))
	h, err := tn.HistoryOf(t.Context(), operator, tn.admin, day("2026-11-24"))
	tn.must(err)
	tn.must(tn.EndRole(t.Context(), operator, h.Grants[0].ID, day("2026-12-31")))
	_, lists := tn.look(tn.start("2,見本 2,,,,税務町民課,職員,2027-04-01,\n"))
	if len(lists.Problems) != 1 || !strings.Contains(lists.Problems[0].Reason, "令和9年4月1日からポータル管理者がいなくなります") {
		t.Errorf("the problems are %+v", lists.Problems)
	}
}

// Posts that are not there yet are made only where somebody has agreed to that.
func TestNewPostsAreAgreedTo(t *testing.T) {
	t.Parallel()
	tn := newImportTown(t)
	token := tn.start("2,見本 2,,,,税務町民課,しょくいん,2027-04-01,\n")
	if i, _ := tn.look(token); i.NewPosts != 1 || len(i.Titles) != 1 || i.Titles[0].Title != "しょくいん" {
		t.Errorf("the preview says %+v", i.Summary)
	}
	_, err := tn.files.Apply(t.Context(), tn.actor, token, personnel.Agreed{})
	if e, ok := errors.AsType[*fault.Error](err); !ok || e.Kind != fault.Invalid || e.Problems[0].Field != personnel.NewPostsField {
		t.Fatalf("made without a word: %v", err)
	}
	_, err = tn.files.Apply(t.Context(), tn.actor, token, agreed)
	tn.must(err)
}
