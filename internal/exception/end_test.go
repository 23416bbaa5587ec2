package exception_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"kagami/internal/asset/merge"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/exception"
	"kagami/internal/fault"
	"kagami/internal/handover"
	"kagami/internal/org"
	"kagami/internal/org/reach"
	"kagami/internal/postgres"
	"kagami/internal/setting"
	"kagami/internal/task"
)

// titles are what somebody was told, in turn.
func (o office) titles(who authz.Actor) []string {
	o.t.Helper()
	list, err := postgres.List[struct{ Title string }](o.t.Context(), o.db.Pool, "listing notices", `SELECT title FROM notice WHERE person_id = $1 ORDER BY id`, who.Person)
	if err != nil {
		o.t.Fatal(err)
	}
	titles := []string{}
	for _, n := range list {
		titles = append(titles, n.Title)
	}
	return titles
}

func (o office) permitted(a exception.Asking) string {
	o.t.Helper()
	code := o.ask(o.tax, a)
	o.must(o.ciso, code, exception.EventPermit, exception.Step{Version: 1})
	return code
}

// tend lets the nightly job run on a day.
func (o office) tend(day calendar.Date) {
	o.t.Helper()
	*o.now = day.Start().Add(9 * time.Hour)
	if err := o.Tend(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

// choose lets the 統括 permit.
func (o office) choose(role authz.Role) {
	o.t.Helper()
	for _, c := range authz.Choices() {
		if c.Action == authz.PermitExceptions && c.Role == role {
			service := setting.New(o.db.Pool, door.New(o.db.Pool, func() time.Time { return *o.now }), reach.Settings()...)
			if err := service.Set(o.t.Context(), authz.AsOperator(), c.Name, setting.Typed{Value: "全体", First: today, Reason: "見本"}); err != nil {
				o.t.Fatal(err)
			}
		}
	}
}

func (o office) permitters(e exception.Exception) (ids []int64) {
	o.t.Helper()
	list, err := o.Permitters(o.t.Context(), o.ciso, e)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, p := range list {
		ids = append(ids, p.ID)
	}
	return ids
}

func (o office) waiting(who authz.Actor) (w exception.Waiting) {
	o.t.Helper()
	var b task.Batch
	o.QueueWaiting(&b, who, func(found exception.Waiting) { w = found })
	if err := b.Run(o.t.Context(), o.db.Pool); err != nil {
		o.t.Fatal(err)
	}
	return w
}

func TestAllWhoMayPermitAreAsked(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	e := o.find(o.ask(o.tax, asking()))
	if got := o.permitters(e); !slices.Equal(got, []int64{o.ciso.Person}) {
		t.Errorf("%v permit", got)
	}
	o.choose(authz.GeneralSecurityOfficer)
	if got := o.permitters(e); !slices.Equal(got, []int64{o.officer.Person, o.ciso.Person}) {
		t.Errorf("with the town's choice %v permit", got)
	}
	if got := o.permitters(o.find(o.ask(o.officer, asking()))); !slices.Equal(got, []int64{o.ciso.Person}) {
		t.Errorf("of what the 統括 has asked %v permit", got)
	}
	o.ask(o.tax, asking())
	for name, c := range map[string]struct {
		who  authz.Actor
		want int
	}{"the CISO": {o.ciso, 3}, "the 統括, once chosen": {o.officer, 1}, "the CIO": {o.cio, 0}} {
		if got := o.titles(c.who); len(got) != c.want {
			t.Errorf("%s is told %v", name, got)
		}
	}
}

// Where the CISO alone would permit and has asked, the CIO does.
func TestWhoStandsAbovePermitsWhatTheOnlyOneHasAsked(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	both := authz.Actor{Person: o.ciso.Person, Holdings: append(slices.Clone(o.ciso.Holdings), authz.Holding{Role: authz.SecurityManager, Section: o.sections[0]})}
	code := o.ask(both, asking())
	if got := o.permitters(o.find(code)); !slices.Equal(got, []int64{o.cio.Person}) {
		t.Errorf("%v permit", got)
	}
	if got := o.titles(o.cio); !slices.Equal(got, []string{"例外措置の申請があります"}) {
		t.Errorf("the CIO is told %v", got)
	}
	o.ask(o.tax, asking())
	if got, want := o.waiting(o.cio), (exception.Waiting{Asked: 1}); got != want {
		t.Errorf("%+v waits for the CIO", got)
	}
	if got, want := o.waiting(both), (exception.Waiting{Asked: 1}); got != want {
		t.Errorf("%+v waits for the CISO", got)
	}
	if got := o.waiting(o.officer); got != (exception.Waiting{}) {
		t.Errorf("%+v waits for the 統括", got)
	}
	o.must(o.cio, code, exception.EventPermit, exception.Step{Version: 1})
}

func TestPeopleAreToldOfTheDaysOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.permitted(asking()) // looked at again after 70 days, over after 100
	before := len(o.titles(o.ciso))
	for _, c := range []struct {
		day                       int
		tax, ciso, welfare, chief int // how many notices more than before
	}{
		{62, 0, 0, 0, 0}, {63, 1, 1, 0, 0}, {63, 1, 1, 0, 0}, {69, 1, 1, 0, 0}, {70, 2, 2, 0, 0},
		{76, 2, 2, 0, 0}, {77, 3, 2, 0, 0}, {84, 3, 2, 0, 1}, {93, 4, 3, 0, 1}, {100, 5, 4, 0, 1}, {101, 6, 4, 0, 1}, {102, 6, 4, 0, 1}, {111, 7, 4, 0, 1}, {115, 8, 4, 0, 1}, {122, 9, 4, 0, 1}, {129, 10, 4, 0, 2},
	} {
		o.tend(today.AddDays(c.day))
		if tax, ciso, welfare, chief := len(o.titles(o.tax))-1, len(o.titles(o.ciso))-before, len(o.titles(o.welfare)), len(o.titles(o.officer)); tax != c.tax || ciso != c.ciso || welfare != c.welfare || chief != c.chief {
			t.Errorf("on day %d: %d to who asked, %d to who permits, %d to another section, %d to the 統括; want %+v", c.day, tax, ciso, welfare, chief, c)
		}
	}
	want := []string{
		"例外措置 例-8-0001：許可", "例外措置 例-8-0001 の見直し日は、令和9年2月2日です", "例外措置 例-8-0001 の見直し日は、令和9年2月2日です", "例外措置 例-8-0001 は、見直し日を過ぎても見直されていません",
		"例外措置 例-8-0001 は、令和9年3月4日に終わります", "例外措置 例-8-0001 は、今日までです", "例外措置 例-8-0001 は、期限の日を過ぎて終わりました",
		"例外措置 例-8-0001 の後始末の期限は、令和9年3月18日です", late, late, late,
	}
	if got := o.titles(o.tax); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

const late = "例外措置 例-8-0001 の後始末が、期限を過ぎても記録されていません"

// What was looked at again, and what goes on by another one, is nothing to tell.
func TestNobodyIsToldOfWhatIsDone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.permitted(asking())
	*o.now = today.AddDays(60).Start()
	o.must(o.ciso, code, exception.EventReview, exception.Step{Version: 2, Note: "続ける"})
	next := asking()
	next.Follows, next.From, next.Until = code, today.AddDays(101), today.AddDays(300)
	o.permitted(next)
	before := len(o.titles(o.tax))
	for _, day := range []int{63, 70, 77, 93, 100, 101} {
		o.tend(today.AddDays(day))
	}
	if got := o.titles(o.tax); len(got) != before {
		t.Errorf("%v", got[before:])
	}
}

// Who asked and has left is told nothing: the 管理者 of the section is.
func TestTheSectionAnswersForWhoHasLeft(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	town := org.New(o.db.Pool, door.New(o.db.Pool, func() time.Time { return *o.now }))
	asker := authz.Actor{Person: o.officer.Person, Holdings: o.officer.Holdings}
	code := o.ask(asker, asking())
	var b task.Batch
	var hanging []string
	for _, kind := range o.Hangs() {
		kind.Queue(&b, o.ciso, asker.Person, func(things []handover.Thing) {
			for _, thing := range things {
				hanging = append(hanging, thing.Title)
			}
		})
	}
	if err := b.Run(t.Context(), o.db.Pool); err != nil || !slices.Equal(hanging, []string{"例-8-0001（基本方針7(3)①）"}) {
		t.Errorf("%v hangs on who asked, %v", hanging, err)
	}
	post, err := postgres.One[struct{ ID int64 }](t.Context(), o.db.Pool, "finding a post", `SELECT id FROM standing WHERE person_id = $1`, asker.Person)
	if err != nil {
		t.Fatal(err)
	}
	if err := town.EndAppointment(t.Context(), authz.AsOperator(), post.ID, today); err != nil {
		t.Fatal(err)
	}
	*o.now = today.AddDays(1).Start().Add(9 * time.Hour)
	o.must(o.ciso, code, exception.EventPermit, exception.Step{Version: 1})
	if got := o.titles(asker); len(got) != 0 {
		t.Errorf("who has left is told %v", got)
	}
	if got := o.titles(o.tax); !slices.Equal(got, []string{"例外措置 例-8-0001：許可"}) {
		t.Errorf("the 管理者 is told %v", got)
	}
	o.must(o.tax, code, exception.EventEnd, exception.Step{Version: 2, Note: "直した"})
}

// An exception goes with its assets: the section in which they stand now reads it, ends it,
// and goes on with it; of another section's assets it sees nothing.
func TestItFollowsItsAssets(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	stays, goes := o.register(), o.register()
	a := asking()
	a.About = []exception.About{stays, goes}
	code := o.permitted(a)
	if _, err := o.Find(t.Context(), o.welfare, code); fault.KindOf(err) != fault.NotFound {
		t.Errorf("before it comes: %v", err)
	}
	if _, err := o.db.Pool.Exec(t.Context(), `UPDATE asset SET section_id = $1, version = version + 1 WHERE id = $2`, o.sections[1], goes.AssetID); err != nil {
		t.Fatal(err)
	}
	e, err := o.Find(t.Context(), o.welfare, code)
	if err != nil || len(e.About) != 1 || e.About[0].Code != goes.Code || e.Hidden != 1 {
		t.Errorf("%+v, %d hidden, %v", e.About, e.Hidden, err)
	}
	if e := o.find(code); len(e.About) != 2 || e.Hidden != 0 {
		t.Errorf("the CISO sees %+v", e.About)
	}
	for name, c := range map[string]struct {
		by authz.Actor
		q  exception.Search
	}{"the one that has it": {o.welfare, exception.Search{}}, "the one that asked": {o.tax, exception.Search{}}, "by the new section": {o.ciso, exception.Search{Section: "fukushi"}}, "by the old one": {o.ciso, exception.Search{Section: "zeimu"}}} {
		if page, err := o.List(t.Context(), c.by, c.q); err != nil || page.Count != 1 {
			t.Errorf("%s lists %d, %v", name, page.Count, err)
		}
	}
	next := asking()
	next.Section, next.Follows, next.From, next.Until = "fukushi", code, today.AddDays(101), today.AddDays(130)
	if _, err := o.Ask(t.Context(), o.welfare, next); err != nil {
		t.Errorf("the next one: %v", err)
	}
	o.tend(today.AddDays(70))
	if got := o.titles(o.welfare); len(got) != 1 {
		t.Errorf("the section that has it is told %v", got)
	}
	o.must(o.welfare, code, exception.EventEnd, exception.Step{Version: 2, Note: "直した"})
	if _, err := o.db.Pool.Exec(t.Context(), `UPDATE asset SET section_id = $1, version = version + 1 WHERE id = $2`, o.sections[0], goes.AssetID); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Find(t.Context(), o.welfare, code); fault.KindOf(err) != fault.NotFound {
		t.Errorf("once it has gone back: %v", err)
	}
}

// Who asks for an exception while its asset goes to another section waits for that, and is told.
func TestWhoAsksWaitsForAMove(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := asking()
	a.About = []exception.About{o.register()}
	move, err := o.db.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := move.Exec(t.Context(), `UPDATE asset SET section_id = $1, version = version + 1 WHERE id = $2`, o.sections[1], a.About[0].AssetID); err != nil {
		t.Fatal(err)
	}
	asked := make(chan error)
	go func() {
		_, err := o.Ask(t.Context(), o.tax, a)
		asked <- err
	}()
	for waiting := false; !waiting; {
		select {
		case err := <-asked:
			t.Fatalf("who asks does not wait: %v", err)
		default:
		}
		err := o.db.Pool.QueryRow(t.Context(), `
			SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE a.datname = current_database() AND NOT l.granted)`).Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := move.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-asked; fault.KindOf(err) != fault.Invalid {
		t.Errorf("who asks is answered %v", err)
	}
}

// An asset may have gone to another section since somebody looked at it.
func TestWhereAnAssetStandsIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := asking()
	a.About = []exception.About{o.register()}
	if _, err := o.db.Pool.Exec(t.Context(), `UPDATE asset SET section_id = $1, version = version + 1 WHERE id = $2`, o.sections[1], a.About[0].AssetID); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Ask(t.Context(), o.tax, a); fault.KindOf(err) != fault.Invalid {
		t.Errorf("%v", err)
	}
}

// What is excepted of an asset is excepted of the one into which it is merged.
func TestItIsOfTheAssetThatStays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	gone, kept := o.register(), o.register()
	a := asking()
	a.About = []exception.About{gone}
	code := o.permitted(a)
	merging := merge.New(o.db.Pool, door.New(o.db.Pool, func() time.Time { return *o.now }), o.assets)
	if err := merging.Merge(t.Context(), o.tax, merge.Seen{Code: gone.Code, Version: 1}, merge.Seen{Code: kept.Code, Version: 1}, nil, "二重"); err != nil {
		t.Fatal(err)
	}
	e := o.find(code)
	if len(e.About) != 2 || e.About[0].Merged || !e.About[1].Merged || e.About[1].Code != kept.Code {
		t.Errorf("%+v", e.About)
	}
	found, err := postgres.One[struct{ Count int }](t.Context(), o.db.Pool, "counting", `SELECT count(*) AS count FROM exception_asset WHERE asset_id = $1 AND rule = 'zone'`, kept.AssetID)
	if err != nil || found.Count != 1 {
		t.Errorf("the one that stays has %d, %v", found.Count, err)
	}
}

func TestWhatBelongsToASectionIsSaid(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := asking()
	a.About = []exception.About{o.register()}
	o.permitted(a)
	o.ask(o.tax, asking())
	over := asking()
	over.Until = today.AddDays(3)
	o.permitted(over)
	belongs := func(who authz.Actor) (string, string) {
		b, err := o.Belongs(t.Context(), who, "zeimu")
		if err != nil {
			t.Fatal(err)
		}
		return b.What, b.URL
	}
	*o.now = today.AddDays(4).Start()
	if what, url := belongs(o.officer); what != "例外措置2件" || url != "/exceptions?section=zeimu" {
		t.Errorf("%q at %q", what, url)
	}
	if what, url := belongs(o.ciso); what != "例外措置2件" || url != "" {
		t.Errorf("the CISO: %q at %q", what, url)
	}
	if what, _ := belongs(o.welfare); what != "" {
		t.Errorf("another section: %q", what)
	}
	if _, err := o.db.Pool.Exec(t.Context(), `UPDATE asset SET section_id = $1, version = version + 1 WHERE id = $2`, o.sections[1], a.About[0].AssetID); err != nil {
		t.Fatal(err)
	}
	if what, _ := belongs(o.officer); what != "例外措置1件" {
		t.Errorf("once its asset has gone: %q", what)
	}
}

// Each number is that of the list behind it.
func TestNumbersAreThoseOfTheList(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	soon := asking()
	soon.Until = today.AddDays(20)
	o.permitted(asking())
	o.permitted(soon)
	o.ask(o.tax, asking())
	for name, c := range map[string]struct {
		day  int
		by   authz.Actor
		want exception.Numbers
	}{
		"on the first day": {0, o.ciso, exception.Numbers{Asked: 1, InForce: 2, EndsSoon: 1}}, "own": {10, o.tax, exception.Numbers{Asked: 1, InForce: 2, EndsSoon: 1, ToReview: 1}},
		"another section": {0, o.welfare, exception.Numbers{}}, "later": {70, o.ciso, exception.Numbers{Asked: 1, InForce: 1, EndsSoon: 1, ToReview: 1, Unsettled: 1}}, "after the end": {101, o.ciso, exception.Numbers{Asked: 1, Unsettled: 2}},
	} {
		*o.now = today.AddDays(c.day).Start()
		got, err := o.Numbers(t.Context(), c.by)
		if err != nil || got != c.want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		for kind, n := range map[string]int{"asked": got.Asked, "in_force": got.InForce, "ends_soon": got.EndsSoon, "to_review": got.ToReview, "unsettled": got.Unsettled} {
			if page, err := o.List(t.Context(), c.by, exception.Search{Kind: kind}); err != nil || page.Count != n {
				t.Errorf("%s: %d of %s are listed, %v", name, page.Count, kind, err)
			}
		}
	}
	*o.now = today.Start()
	for name, c := range map[string]struct {
		q    exception.Search
		want int
	}{
		"within 30 days": {exception.Search{Within: 30}, 1}, "within 100": {exception.Search{Within: 100}, 2}, "beyond all days": {exception.Search{Within: math.MaxInt32}, 2}, "until a day": {exception.Search{Until: today.AddDays(20)}, 1},
		"until the day before": {exception.Search{Until: today.AddDays(19)}, 0}, "the nearer of both": {exception.Search{Within: 100, Until: today.AddDays(20)}, 1},
	} {
		if page, err := o.List(t.Context(), o.ciso, c.q); err != nil || page.Count != c.want {
			t.Errorf("%s: %d, %v", name, page.Count, err)
		}
	}
}

func TestWhoSignsStandsWithTheirPost(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.permitted(asking())
	got, err := o.Signers(t.Context(), o.tax, o.find(code))
	if want := (exception.Signers{Asked: "税務町民課 P1", Decided: "P5"}); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := o.Signers(t.Context(), o.welfare, o.find(code)); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another section: %v", err)
	}
}
