package bulk_test

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/bulk"
	"kagami/internal/asset/classify"
	"kagami/internal/asset/find"
	"kagami/internal/asset/level"
	"kagami/internal/asset/many"
	"kagami/internal/asset/propose"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres/pgtest"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

var today = calendar.NewDate(2026, time.November, 24)

// office is a register with two sections, each with its 情報セキュリティ管理者, and somebody
// who only drafts.
type office struct {
	*bulk.Service
	t                    *testing.T
	db                   pgtest.DB
	many                 *many.Service
	register             *asset.Service
	proposing            *propose.Service
	tax, welfare, keeper authz.Actor
}

func newOffice(t *testing.T) office {
	t.Helper()
	db := databases.New(t)
	through := door.New(db.Pool, func() time.Time { return today.Start().Add(9 * time.Hour) })
	register := asset.New(db.Pool, through).With(asset.Ties{Judge: classify.Judge, Awaiting: propose.Awaiting, Drafted: propose.Drafted})
	all := many.New(db.Pool, through, register)
	o := office{Service: bulk.New(db.Pool, all, register, find.New(db.Pool, register)), t: t, db: db, many: all, register: register, proposing: propose.New(db.Pool, through, register)}
	town := org.New(db.Pool, through)
	for i, code := range []string{"zeimu", "fukushi"} {
		section, err := town.AddSection(t.Context(), authz.AsOperator(), org.Section{Code: code, Name: code + "課", Kind: org.Internal, Position: i})
		if err != nil {
			t.Fatal(err)
		}
		person, err := town.AddPerson(t.Context(), authz.AsOperator(), org.Person{StaffNumber: fmt.Sprint("P", i), Name: "見本", Furigana: "ミホン"})
		if err != nil {
			t.Fatal(err)
		}
		*[]*authz.Actor{&o.tax, &o.welfare}[i] = authz.Actor{Person: person, Holdings: []authz.Holding{{Role: authz.SecurityManager, Section: section}}}
	}
	o.keeper = authz.Actor{Person: o.tax.Person, Holdings: []authz.Holding{{Role: authz.RegisterKeeper, Section: o.tax.Holdings[0].Section}}}
	return o
}

func plain(name string) asset.Details {
	return asset.Details{
		Kind: asset.Information, Name: name, Confidentiality: "3B", Integrity: "1", Availability: "1", LevelReason: "見本", Personal: asset.NotPersonal,
		Zone: asset.LGWANZone, Handling: []asset.Handling{asset.NoCopy}, RegisteredOn: calendar.NewDate(2026, time.April, 1),
	}
}

func (o office) add(actor authz.Actor, section string, d asset.Details) string {
	o.t.Helper()
	code, err := o.register.Register(o.t.Context(), actor, section, d)
	if err != nil {
		o.t.Fatal(err)
	}
	return code
}

func (o office) find(code string) asset.Asset {
	o.t.Helper()
	a, err := o.register.Find(o.t.Context(), o.tax, code)
	if err != nil {
		o.t.Fatal(err)
	}
	return a
}

func (o office) plan(actor authz.Actor, q find.Search, c bulk.Change) bulk.Plan {
	o.t.Helper()
	p, err := o.Plan(o.t.Context(), actor, q, c)
	if err != nil {
		o.t.Fatal(err)
	}
	return p
}

// apply does what the plan with that digest says, for who asks no more of it.
func (o office) apply(actor authz.Actor, q find.Search, c bulk.Change, digest string) error {
	o.t.Helper()
	_, err := o.Apply(o.t.Context(), actor, q, c, digest)
	return err
}

func TestWhatAListShowsIsChangedAsItWasShown(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	first := o.add(o.tax, "zeimu", plain("台帳"))
	same := plain("台帳の控え")
	same.Owner, same.Handling = "税務町民課長", []asset.Handling{asset.Encryption}
	second := o.add(o.tax, "zeimu", same)
	other := o.add(o.welfare, "fukushi", plain("台帳"))
	o.add(o.tax, "zeimu", plain("名簿"))
	c := bulk.Change{Texts: map[string]string{"owner": " 税務町民課長 "}, Add: []asset.Handling{asset.Encryption}, Remove: []asset.Handling{asset.NoCopy}, Why: "担当替え"}
	q := find.Search{Words: "台帳"}
	p := o.plan(o.tax, q, c)
	if len(p.Changed) != 1 || p.Changed[0].Code != first || p.Same != 1 || len(p.Refused) != 0 {
		t.Fatalf("%+v", p)
	}
	if err := o.apply(o.tax, q, c, p.Digest); err != nil {
		t.Fatal(err)
	}
	if a := o.find(first); a.Owner != "税務町民課長" || !slices.Equal(a.Handling, []asset.Handling{asset.Encryption}) || a.Version != 2 {
		t.Errorf("%+v", a)
	}
	if a := o.find(second); a.Version != 1 {
		t.Errorf("what is so already has version %d", a.Version)
	}
	if a, err := o.register.Find(t.Context(), o.welfare, other); err != nil || a.Version != 1 {
		t.Errorf("another section's: %+v, %v", a, err)
	}
	if history, err := o.register.History(t.Context(), o.tax, o.find(first)); err != nil || history[0].Why != "担当替え" || history[0].After["owner"] != "税務町民課長" {
		t.Errorf("%+v, %v", history, err)
	}
	if err := o.apply(o.tax, q, c, p.Digest); fault.KindOf(err) != fault.Conflict || !strings.Contains(fmt.Sprint(err), "変わるところがありません") {
		t.Errorf("again: %v", err)
	}
}

func TestAPlanThatHasBecomeAnotherChangesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.add(o.tax, "zeimu", plain("台帳"))
	c := bulk.Change{Texts: map[string]string{"place": "書庫"}}
	for what, meanwhile := range map[string]func(){
		"changed": func() {
			a := o.find(code)
			d := a.Details
			d.Note += "追記"
			if err := o.register.Change(t.Context(), o.tax, code, a.Version, d, ""); err != nil {
				t.Fatal(err)
			}
		},
		"one more": func() { o.add(o.tax, "zeimu", plain("もう1つ")) },
	} {
		p := o.plan(o.tax, find.Search{}, c)
		meanwhile()
		if err := o.apply(o.tax, find.Search{}, c, p.Digest); fault.KindOf(err) != fault.Conflict || o.find(code).Place != "" {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestOneOfTwoAtOnceIsTold(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.add(o.tax, "zeimu", plain("台帳"))
	c := bulk.Change{Texts: map[string]string{"place": "書庫"}}
	p := o.plan(o.tax, find.Search{}, c)
	var all sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		all.Go(func() { errs[i] = o.apply(o.tax, find.Search{}, c, p.Digest) })
	}
	all.Wait()
	if kinds := []fault.Kind{fault.KindOf(errs[0]), fault.KindOf(errs[1])}; (errs[0] == nil) == (errs[1] == nil) || !slices.Contains(kinds, fault.Conflict) {
		t.Errorf("%v", errs)
	}
	if a := o.find(code); a.Version != 2 {
		t.Errorf("version %d", a.Version)
	}
}

func TestWhatDoesNotFitAndWhatCantBeIsSaid(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	secret := o.add(o.tax, "zeimu", plain("課税台帳"))
	open := plain("例規集")
	open.Confidentiality = "1"
	o.add(o.tax, "zeimu", open)
	if err := o.many.Change(t.Context(), o.tax, many.Asked{}, func(_ *door.Tx, s many.Standing) (iter.Seq[asset.Entry], error) {
		d := plain("下書き")
		d.Zone, d.Availability = "", ""
		of := s.Places[slices.IndexFunc(s.Places, func(p many.Place) bool { return p.Mine })].ID
		settled := plain("領域だけが決まっていない下書き")
		settled.Zone = ""
		return slices.Values([]asset.Entry{{Section: of, Is: d, State: asset.Draft}, {Section: of, Is: settled, State: asset.Draft}}), nil
	}); err != nil {
		t.Fatal(err)
	}
	ended := o.add(o.tax, "zeimu", plain("誤り"))
	if err := o.register.EndAsMistaken(t.Context(), o.tax, ended, 1, "誤り"); err != nil {
		t.Fatal(err)
	}
	if _, err := o.db.Pool.Exec(t.Context(), `UPDATE asset SET state = 'disposing' WHERE code = $1`, o.add(o.tax, "zeimu", plain("廃棄を待つもの"))); err != nil {
		t.Fatal(err)
	}
	q := find.Search{States: find.Any}
	p := o.plan(o.tax, q, bulk.Change{Zone: asset.InternetZone})
	var newly []string
	for _, l := range p.Changed {
		if len(l.Newly) > 0 {
			newly = append(newly, l.Code)
		}
	}
	if len(p.Changed) != 4 || p.Ended != 2 || p.Registered != 1 || p.Broken != 3 || !slices.Contains(newly, secret) {
		t.Errorf("%d changed, %d ended, %d registered, %d broken: %v", len(p.Changed), p.Ended, p.Registered, p.Broken, newly)
	}
	if err := o.apply(o.tax, q, bulk.Change{Zone: asset.InternetZone}, p.Digest); err != nil {
		t.Fatal(err)
	}
	if a := o.find("zeimu-0004"); a.State != asset.Registered {
		t.Errorf("what is settled is %s", a.State)
	}
	if a := o.find("zeimu-0003"); a.State != asset.Draft || a.Zone != asset.InternetZone {
		t.Errorf("what is open is %s in %s", a.State, a.Zone)
	}
	if again := o.plan(o.tax, q, bulk.Change{Texts: map[string]string{"place": "書庫"}}); again.Broken != 0 {
		t.Errorf("%d don't fit that did not before", again.Broken)
	}
	late := plain("登録日が先のもの")
	late.RegisteredOn = today
	code := o.add(o.tax, "zeimu", late)
	looked := o.plan(o.tax, find.Search{Words: code}, bulk.Change{Checked: true})
	if len(looked.Changed) != 1 || looked.Changed[0].Is.CheckedOn != today {
		t.Errorf("%+v", looked)
	}
}

func TestTheReasonOfAChangeIsThatOfItsLevels(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(o.tax, "zeimu", plain("台帳"))
	c := bulk.Change{Levels: map[asset.Aspect]string{asset.Confidentiality: "2"}, Why: "見直し"}
	p := o.plan(o.tax, find.Search{}, c)
	if err := o.apply(o.tax, find.Search{}, c, p.Digest); err != nil {
		t.Fatal(err)
	}
	if a := o.find("zeimu-0001"); a.Confidentiality != "2" || a.LevelReason != "見本；見直し" { // the two that stay have theirs
		t.Errorf("%s for %q", a.Confidentiality, a.LevelReason)
	}
	// where the level stays, so does its reason
	c = bulk.Change{Levels: map[asset.Aspect]string{asset.Confidentiality: "2"}, Why: "もう一度"}
	if p := o.plan(o.tax, find.Search{}, c); p.Same != 1 {
		t.Errorf("%+v", p)
	}
}

// Where all levels change, and where nobody has worded the reason, the new one takes its place.
func TestAReasonThatHoldsForNothingGoes(t *testing.T) {
	t.Parallel()
	all := bulk.Change{Levels: map[asset.Aspect]string{asset.Confidentiality: "2", asset.Integrity: "2", asset.Availability: "2"}, Why: "見直し"}
	one := bulk.Change{Levels: map[asset.Aspect]string{asset.Confidentiality: "2"}, Why: "見直し"}
	for reason, c := range map[string]bulk.Change{"見本": all, level.UsualReason(""): one, strings.Repeat("理", 499): one} {
		o := newOffice(t)
		d := plain("台帳")
		d.LevelReason = reason
		o.add(o.tax, "zeimu", d)
		p := o.plan(o.tax, find.Search{}, c)
		if len(p.Changed) != 1 || p.Changed[0].Is.LevelReason != "見直し" {
			t.Errorf("%.20q: %+v", reason, p.Changed)
		}
	}
}

func TestWhatIsWrongWithAChangeIsSaid(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(o.tax, "zeimu", plain("台帳"))
	for what, c := range map[string]struct {
		change bulk.Change
		field  string
	}{
		"nothing":            {bulk.Change{Why: "見直し"}, "owner"},
		"a level, no reason": {bulk.Change{Levels: map[asset.Aspect]string{asset.Integrity: "2"}}, "why"},
		"no such level":      {bulk.Change{Levels: map[asset.Aspect]string{asset.Integrity: "9"}, Why: "x"}, "integrity"},
		"no such zone":       {bulk.Change{Zone: "nowhere"}, "zone"},
		"no such limit":      {bulk.Change{Add: []asset.Handling{"burn"}}, "add"},
		"added and removed":  {bulk.Change{Add: []asset.Handling{asset.NoCopy}, Remove: []asset.Handling{asset.NoCopy}}, "remove"},
		"too long":           {bulk.Change{Texts: map[string]string{"medium": strings.Repeat("紙", 201)}}, "medium"},
		"too long a reason":  {bulk.Change{Checked: true, Why: strings.Repeat("理", 501)}, "why"},
	} {
		_, err := o.Plan(t.Context(), o.tax, find.Search{}, c.change)
		applied := o.apply(o.tax, find.Search{}, c.change, "")
		for _, err := range []error{err, applied} {
			failure, ok := errors.AsType[*fault.Error](err)
			if !ok || len(failure.Problems) != 1 || failure.Problems[0].Field != c.field {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
}

func TestWhoMayOnlyDraftChangesNothingAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add(o.tax, "zeimu", plain("台帳"))
	c := bulk.Change{Texts: map[string]string{"place": "書庫"}}
	p := o.plan(o.tax, find.Search{}, c)
	if _, err := o.Plan(t.Context(), o.keeper, find.Search{}, c); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("plans: %v", err)
	}
	if err := o.apply(o.keeper, find.Search{}, c, p.Digest); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("changes: %v", err)
	}
	if got := o.plan(o.welfare, find.Search{}, c); len(got.Changed)+got.Others != 0 {
		t.Errorf("another section's manager finds %+v", got)
	}
	// who reads the town and changes only their own leaves the others' as they are
	both := authz.Actor{Person: o.tax.Person, Holdings: []authz.Holding{o.tax.Holdings[0], {Role: authz.GeneralSecurityOfficer}}}
	o.add(o.welfare, "fukushi", plain("名簿"))
	got := o.plan(both, find.Search{}, c)
	if len(got.Changed) != 1 || got.Others != 1 {
		t.Fatalf("%+v", got)
	}
	if err := o.apply(both, find.Search{}, c, got.Digest); err != nil || o.find("zeimu-0001").Place != "書庫" {
		t.Error(err)
	}
	if a, err := o.register.Find(t.Context(), o.welfare, "fukushi-0001"); err != nil || a.Version != 1 {
		t.Errorf("%+v, %v", a, err)
	}
}

// What a 台帳担当者 has drafted is registered by who confirms it, and by no change in bulk:
// the plan says what becomes of it.
func TestADraftThatSomebodyConfirmsStaysOneAsThePlanSays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	open := plain("担当者の下書き")
	open.Zone = ""
	code := o.add(o.keeper, "zeimu", open)
	c := bulk.Change{Zone: asset.LGWANZone}
	p := o.plan(o.tax, find.Search{}, c)
	if len(p.Changed) != 1 || p.Registered != 0 || p.Changed[0].Becomes != asset.Draft {
		t.Fatalf("%d become registered: %+v", p.Registered, p.Changed)
	}
	if err := o.apply(o.tax, find.Search{}, c, p.Digest); err != nil {
		t.Fatal(err)
	}
	if a := o.find(code); a.State != p.Changed[0].Becomes || a.Zone != asset.LGWANZone {
		t.Errorf("it is %s in %q", a.State, a.Zone)
	}
}

// Ten thousand are changed at once, and one more not at all.
func TestTenThousandAreChangedAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	fill := func(from, to int) {
		if err := o.many.Change(t.Context(), o.tax, many.Asked{}, func(_ *door.Tx, s many.Standing) (iter.Seq[asset.Entry], error) {
			of := s.Places[slices.IndexFunc(s.Places, func(p many.Place) bool { return p.Mine })].ID
			return func(yield func(asset.Entry) bool) {
				for i := from; i < to; i++ {
					if !yield(asset.Entry{Section: of, Is: plain(fmt.Sprint("台帳", i)), State: asset.Registered}) {
						return
					}
				}
			}, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	fill(0, bulk.Most)
	c := bulk.Change{Texts: map[string]string{"place": "書庫"}}
	p := o.plan(o.tax, find.Search{}, c)
	if err := o.apply(o.tax, find.Search{}, c, p.Digest); err != nil || len(p.Changed) != bulk.Most || o.find("zeimu-10000").Place != "書庫" {
		t.Errorf("%d: %v", len(p.Changed), err)
	}
	fill(bulk.Most, bulk.Most+1)
	if _, err := o.Plan(t.Context(), o.tax, find.Search{}, c); fault.KindOf(err) != fault.Invalid {
		t.Errorf("one too many: %v", err)
	}
}
