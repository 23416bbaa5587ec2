package bar_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/rights/rightstest"
	"kagami/internal/trail"
)

var databases pgtest.Server

func TestMain(m *testing.M) {
	pgtest.Alone(suspend)
	os.Exit(pgtest.Run(m, &databases))
}

// stands fails where a right does not stand so.
func stands(t *testing.T, o *rightstest.Office, code string, want rights.Standing) {
	t.Helper()
	if got := o.Find(code).Standing; got != want {
		t.Errorf("%s is %q, not %q", code, got, want)
	}
}

// ended are those whose sign-ins were ended.
type ended struct{ people []int64 }

func (e *ended) out(_ context.Context, _ *door.Tx, person int64) error {
	e.people = append(e.people, person)
	return nil
}

// begin bars rights by somebody, and returns the bar.
func begin(t *testing.T, o *rightstest.Office, by string, order bar.Order) bar.Bar {
	t.Helper()
	if order.Reason == "" {
		order.Reason = "見本の理由"
	}
	code, err := o.Bars.Begin(t.Context(), o.As(by), order)
	o.Must(err)
	b, err := o.Bars.Find(t.Context(), o.As("soumu 統括"), code)
	o.Must(err)
	return b
}

func step(o *rightstest.Office, by string, b bar.Bar, event rights.Event, note string) error {
	return o.Bars.Do(o.T.Context(), o.As(by), b.Code, event, bar.Step{Version: b.Version, Note: note})
}

func TestWhatIsSuspendedIsNotInForceUntilItsLastDayIsOver(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	tax := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	mail := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Mail))
	begin(t, o, "soumu 統括", bar.Order{Kind: bar.Suspension, Person: o.Number["fukushi 主事"], Rights: []string{tax}, Until: rightstest.Today.AddDays(2)})
	stands(t, o, tax, rights.Suspended)
	stands(t, o, mail, rights.InForce)
	*o.Time = rightstest.Today.AddDays(3).Start()
	stands(t, o, tax, rights.InForce)
}

func TestASuspensionOfAllIsOfWhatComesToo(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	asked := o.Ask("fukushi 主事", rightstest.Asking(o.Tax))
	begin(t, o, "soumu 統括", bar.Order{Kind: bar.Suspension, Person: o.Number["fukushi 主事"], Whole: true})
	if _, err := o.Rights.Ask(t.Context(), o.As("fukushi 主事"), rightstest.Asking(o.Mail)); fault.KindOf(err) != fault.Conflict {
		t.Errorf("asked for another: %v", err)
	}
	if err := o.Do("zeimu 担当副課長", asked, rights.EventPermit, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("permitted what was asked for before: %v", err)
	}
}

// What is suspended from tomorrow on is not asked for anew today, under another name.
func TestWhatWillBeSuspendedIsNotAskedForBeside(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	tax := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	beside := rightstest.Asking(o.Tax)
	beside.Grade = "更新"
	asked := o.Ask("fukushi 主事", beside)
	b := begin(t, o, "soumu 統括", bar.Order{Kind: bar.Suspension, Person: o.Number["fukushi 主事"], Rights: []string{tax}, From: rightstest.Today.AddDays(1)})
	beside.Grade = "印刷"
	if _, err := o.Rights.Ask(t.Context(), o.As("fukushi 主事"), beside); fault.KindOf(err) != fault.Conflict {
		t.Errorf("asked for beside: %v", err)
	}
	if err := o.Do("zeimu 担当副課長", asked, rights.EventPermit, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("permitted beside: %v", err)
	}
	o.Ask("fukushi 主事", rightstest.Asking(o.Mail))
	o.Must(step(o, "soumu 統括", b, rights.EventReinstate, "見本"))
	o.Must(o.Do("zeimu 担当副課長", asked, rights.EventPermit, ""))
}

// A button that is pressed twice bars once; a longer bar is another one.
func TestTheSameIsBarredOnce(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	tax := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	whole := bar.Order{Kind: bar.Suspension, Person: o.Number["fukushi 主事"], Whole: true, Until: rightstest.Today.AddDays(5)}
	later := bar.Order{Kind: bar.Revocation, Person: o.Number["fukushi 主事"], Rights: []string{tax}, From: rightstest.Today.AddDays(9)}
	cut := bar.Order{Kind: bar.ConductCut, Person: o.Number["fukushi 主査"], Whole: true}
	for _, order := range []bar.Order{later, whole, cut} {
		begin(t, o, "soumu 統括", order)
		order.Reason = "もう一度"
		if _, err := o.Bars.Begin(t.Context(), o.As("soumu 統括"), order); fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s twice: %v", order.Kind, err)
		}
	}
	whole.Until = rightstest.Today.AddDays(8)
	begin(t, o, "soumu 統括", whole)
}

// A suspension is made longer by another one, so that nobody gets in between.
func TestASuspensionIsMadeLonger(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	tax := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	order := bar.Order{Kind: bar.Suspension, Person: o.Number["fukushi 主事"], Rights: []string{tax}, Until: rightstest.Today.AddDays(2)}
	begin(t, o, "soumu 統括", order)
	order.From, order.Until = rightstest.Today.AddDays(2), rightstest.Today.AddDays(9)
	begin(t, o, "soumu 統括", order)
	*o.Time = rightstest.Today.AddDays(3).Start()
	o.Must(o.Bars.TurnAll(t.Context()))
	stands(t, o, tax, rights.Suspended)
	if text := lastTold(o, "fukushi 主事"); !strings.Contains(text, "まだ使えません") {
		t.Errorf("at the end of the first they are told %q", text)
	}
	*o.Time = rightstest.Today.AddDays(10).Start()
	o.Must(o.Bars.TurnAll(t.Context()))
	stands(t, o, tax, rights.InForce)
	if text := lastTold(o, "fukushi 主事"); strings.Contains(text, "まだ使えません") {
		t.Errorf("at the end of the second they are told %q", text)
	}
}

// lastTold is the text of the last notice of somebody.
func lastTold(o *rightstest.Office, who string) (text string) {
	o.T.Helper()
	o.Must(o.DB.Pool.QueryRow(o.T.Context(), `SELECT text FROM notice WHERE person_id = $1 ORDER BY id DESC LIMIT 1`, o.People[who]).Scan(&text))
	return text
}

// Who was not told of a cut while evidence was secured is told after its end too.
func TestWhoWasNotToldOfACutIsToldAfterItsEnd(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	b := begin(t, o, "soumu CSIRT", bar.Order{Kind: bar.ConductCut, Person: o.Number["fukushi 主事"], Whole: true, Withheld: "証拠を確保するまで"})
	*o.Time = rightstest.Today.AddDays(10).Start()
	o.Must(o.Bars.TurnAll(t.Context()))
	b, err := o.Bars.Find(t.Context(), o.As("soumu CSIRT"), b.Code)
	o.Must(err)
	if next, err := o.Bars.Next(t.Context(), o.As("soumu CSIRT"), b); err != nil || len(next) != 1 || next[0] != rights.EventTell {
		t.Errorf("next is %v, %v", next, err)
	}
	o.Must(step(o, "soumu CSIRT", b, rights.EventTell, ""))
	if text := lastTold(o, "fukushi 主事"); !strings.Contains(text, "もう終わっています") {
		t.Errorf("they are told %q", text)
	}
	if b, err = o.Bars.Find(t.Context(), o.As("fukushi 主事"), b.Code); err != nil || !b.Over {
		t.Errorf("they see %+v, %v", b, err)
	}
}

// Who does what to the rights of whom.
func TestWhoBars(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	for _, c := range []struct {
		by, person string
		kind       bar.Kind
		may        bool
	}{
		{"soumu 統括", "fukushi 主事", bar.Suspension, true},
		{"soumu 統括", "fukushi 主事", bar.Revocation, true},
		{"soumu CISO", "fukushi 主事", bar.Suspension, false},
		{"soumu 責任者", "fukushi 主事", bar.Suspension, false},
		{"fukushi 課長", "fukushi 主事", bar.Suspension, false},
		{"soumu 統括", "soumu 統括", bar.Suspension, false},
		{"soumu CISO", "soumu 統括", bar.Suspension, true}, // in the place of who is concerned
		{"soumu CSIRT", "fukushi 主査", bar.ConductCut, true},
		{"soumu 責任者", "zeimu 主査", bar.AccountCut, true},
		{"soumu CSIRT", "soumu CSIRT", bar.AccountCut, false},
		{"fukushi 課長", "fukushi 主事", bar.AccountCut, false},
		{"soumu 監査", "fukushi 主事", bar.ConductCut, false},
	} {
		_, err := o.Bars.Begin(t.Context(), o.As(c.by), bar.Order{Kind: c.kind, Person: o.Number[c.person], Whole: true, Reason: "見本"})
		if may := err == nil; may != c.may || err != nil && fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s %s %s: %v", c.by, c.kind, c.person, err)
		}
	}
}

// Of the 統括 decides the CISO, of the CISO the CIO, and nobody below them; their accounts are
// protected by all whom the table names, but not those of all at once.
func TestWhoBarsThoseWhoBar(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	ctx, operator := t.Context(), authz.AsOperator()
	o.Must(o.Town.AddRule(ctx, operator, org.Rule{Title: "CIO", Role: authz.CIO}))
	post, err := o.Town.AddPost(ctx, operator, org.Post{Title: "CIO"})
	o.Must(err)
	o.Number["CIO"] = "P99"
	o.People["CIO"], err = o.Town.AddPerson(ctx, operator, org.Person{StaffNumber: "P99", Name: "見本 CIO", Furigana: "ミホン"})
	o.Must(err)
	o.Must(o.Town.Appoint(ctx, operator, org.Appointment{Person: o.People["CIO"], Post: post, First: rightstest.Today.AddDays(-200)}, org.Beside))
	for _, c := range []struct {
		by, person string
		kind       bar.Kind
		may        bool
	}{
		{"soumu 統括", "soumu CISO", bar.Suspension, false},
		{"soumu 統括", "soumu CISO", bar.Revocation, false},
		{"soumu 統括", "soumu CISO", bar.ConductCut, false},
		{"soumu CSIRT", "soumu 統括", bar.ConductCut, false},
		{"soumu 責任者", "soumu CISO", bar.ConductCut, false},
		{"CIO", "soumu 統括", bar.Suspension, false},
		{"CIO", "soumu CISO", bar.Suspension, true},
		{"soumu CISO", "soumu 統括", bar.ConductCut, true},
		{"soumu CSIRT", "soumu 統括", bar.AccountCut, true},
	} {
		code, err := o.Bars.Begin(ctx, o.As(c.by), bar.Order{Kind: c.kind, Person: o.Number[c.person], Whole: true, Reason: "見本"})
		asked := o.Bars.AskBegin(ctx, o.As(c.by), o.Number[c.person], c.kind)
		if may := err == nil; may != c.may || (asked == nil) != c.may || err != nil && fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s %s %s: %v, asked before: %v", c.by, c.kind, c.person, err, asked)
		}
		if err != nil {
			continue
		}
		b, err := o.Bars.Find(ctx, o.As(c.by), code)
		o.Must(err)
		if c.kind != bar.AccountCut {
			if err := step(o, "soumu 統括", b, rights.EventReinstate, "見本"); fault.KindOf(err) != fault.Forbidden {
				t.Errorf("the 統括 lifts %s of %s: %v", c.kind, c.person, err)
			}
			o.Must(step(o, c.by, b, rights.EventReinstate, "見本"))
		}
	}
	protect := bar.Order{Kind: bar.AccountCut, Person: o.Number["soumu CISO"], Whole: true, Reason: "見本"}
	if _, err := o.Bars.Begin(ctx, o.As("soumu CSIRT"), protect); fault.KindOf(err) != fault.Conflict {
		t.Errorf("nobody is left who could lift it: %v", err)
	}
	protect.Person = o.Number["CIO"]
	if _, err := o.Bars.Begin(ctx, o.As("soumu CSIRT"), protect); err != nil {
		t.Errorf("somebody is left: %v", err)
	}
}

// A button that is pressed twice begins one bar: each would have to be lifted.
func TestAllIsBarredOnce(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	person := o.Number["fukushi 主事"]
	again := func(kind bar.Kind, from calendar.Date) error {
		_, err := o.Bars.Begin(t.Context(), o.As("soumu 統括"), bar.Order{Kind: kind, Person: person, Whole: true, From: from, Reason: "見本"})
		return err
	}
	later := rightstest.Today.AddDays(3)
	o.Must(again(bar.Suspension, later))
	if err := again(bar.Suspension, later); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a suspension to come, once more: %v", err)
	}
	o.Must(again(bar.ConductCut, calendar.Date{}))
	*o.Time = o.Time.Add(time.Hour)
	for _, kind := range []bar.Kind{bar.ConductCut, bar.AccountCut} {
		if err := again(kind, calendar.Date{}); fault.KindOf(err) != fault.Conflict { // the CISO confirms it, or it ends
			t.Errorf("%s beside a cut: %v", kind, err)
		}
	}
	if err := again(bar.Revocation, calendar.Date{}); err != nil {
		t.Errorf("revoked what is cut: %v", err)
	}
}

// Of two who begin the same at once, the second looks at what the first has begun, though its
// clock was looked at before.
func TestOneOfTwoAtOnceBars(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	tax := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	order := bar.Order{Kind: bar.Suspension, Person: o.Number["fukushi 主事"], Rights: []string{tax}, Reason: "見本"}
	_, err := o.Bars.At(o.Time.Add(time.Second)).Begin(t.Context(), o.As("soumu 統括"), order)
	o.Must(err)
	now := *o.Time
	looks := 0
	late := bar.New(o.DB.Pool, door.New(o.DB.Pool, func() time.Time { looks++; return now.Add(time.Duration(looks-1) * time.Minute) }), o.Rights, bar.Ties{})
	if _, err := late.Begin(t.Context(), o.As("soumu 統括"), order); fault.KindOf(err) != fault.Conflict || looks < 2 {
		t.Errorf("after %d looks at the clock: %v", looks, err)
	}
}

func TestACutForConductEndsUnlessItIsConfirmedInTime(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	tax := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	order := bar.Order{Kind: bar.ConductCut, Person: o.Number["fukushi 主事"], Rights: []string{tax}}
	b := begin(t, o, "soumu CSIRT", order)
	if until := b.Until(); until != rightstest.Today.AddDays(3) { // from a Tuesday to the Friday: none of these days is a holiday
		t.Errorf("it ends on %v", until)
	}
	stands(t, o, tax, rights.Cut)
	*o.Time = rightstest.Today.AddDays(4).Start()
	o.Must(o.Bars.TurnAll(t.Context()))
	stands(t, o, tax, rights.InForce)
	history, err := o.Bars.History(t.Context(), o.As("soumu 統括"), b.Code)
	if err != nil || history[0].Event != rights.EventLapse {
		t.Errorf("its end is %+v, %v", history, err)
	}
	again := begin(t, o, "soumu CSIRT", order)
	if until := again.Until(); until != rightstest.Today.AddDays(8) { // from a Saturday to the Wednesday: the offices are closed on Sunday
		t.Errorf("begun at a weekend, it ends on %v", until)
	}
	o.Must(step(o, "soumu CISO", again, rights.EventConfirmCut, ""))
	confirmed, err := o.Bars.Find(t.Context(), o.As("soumu CISO"), again.Code)
	o.Must(err)
	if err := step(o, "soumu CISO", confirmed, rights.EventConfirmCut, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("confirmed twice: %v", err)
	}
	*o.Time = rightstest.Today.AddDays(60).Start()
	stands(t, o, tax, rights.Cut)
}

func TestWhoIsBarredFromThePortalIsOutAtOnce(t *testing.T) {
	t.Parallel()
	var out ended
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	o.Bars = bar.New(o.DB.Pool, o.Door, o.Rights, bar.Ties{Out: out.out})
	if err := o.Rights.SetSystem(t.Context(), o.As("zeimu 課長"), o.Mail, rights.Setting{Portal: true}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("any 管理者 says which system is the portal: %v", err)
	}
	_, err := o.DB.Pool.Exec(t.Context(), `INSERT INTO right_system (asset_id, everywhere, portal, grades) SELECT id, true, true, '{}' FROM asset WHERE code = $1`, o.Mail)
	o.Must(err)
	tax := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	portal := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Mail))
	person := o.Number["fukushi 主事"]
	barredNow := func() (barred bool) {
		err := o.DB.Pool.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM portal_barred WHERE person_id = @person AND during @> @now::timestamptz)`,
			pgx.StrictNamedArgs{"person": o.People["fukushi 主事"], "now": *o.Time}).Scan(&barred)
		o.Must(err)
		return barred
	}
	begin(t, o, "soumu 統括", bar.Order{Kind: bar.Suspension, Person: person, Rights: []string{tax}})
	if barredNow() || len(out.people) != 0 {
		t.Errorf("by a right to another system: %v", out.people)
	}
	tomorrow := begin(t, o, "soumu 統括", bar.Order{Kind: bar.Suspension, Person: person, Rights: []string{portal}, From: rightstest.Today.AddDays(1)})
	if barredNow() || len(out.people) != 0 {
		t.Errorf("before its first day: %v", out.people)
	}
	*o.Time = rightstest.Today.AddDays(1).Start()
	if !barredNow() {
		t.Error("not at midnight of its first day")
	}
	o.Must(o.Bars.Turn(t.Context(), tomorrow.ID))
	if len(out.people) != 1 || out.people[0] != o.People["fukushi 主事"] {
		t.Errorf("out are %v", out.people)
	}
}

func TestWhatIsRevokedIsReinstatedOrEndsSo(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	back := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	gone := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Mail))
	person := o.Number["fukushi 主事"]
	first := begin(t, o, "soumu 統括", bar.Order{Kind: bar.Revocation, Person: person, Rights: []string{back}})
	second := begin(t, o, "soumu 統括", bar.Order{Kind: bar.Revocation, Person: person, Rights: []string{gone}})
	stands(t, o, back, rights.Revoked)
	o.Must(step(o, "soumu 統括", first, rights.EventReinstate, "見本"))
	o.Must(step(o, "soumu 統括", second, rights.EventLeaveRevoked, "見本"))
	stands(t, o, back, rights.InForce)
	stands(t, o, gone, rights.Ended)
	if err := step(o, "soumu 統括", second, rights.EventReinstate, "見本"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("reinstated what has ended: %v", err)
	}
}

// Who has been kept out of the portal by a revocation is not let in by its end.
func TestWhoIsRevokedForGoodIsKeptOut(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	var kept []int64
	o.Bars = bar.New(o.DB.Pool, o.Door, o.Rights, bar.Ties{KeepOut: func(_ context.Context, _ *door.Tx, person int64) (door.Effect, error) {
		kept = append(kept, person)
		return door.Effect{Subject: trail.Subject{Kind: "account", ID: person}, Fields: []string{"suspended"}}, nil
	}})
	tax := o.Permitted("fukushi 主査", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	of := begin(t, o, "soumu 統括", bar.Order{Kind: bar.Revocation, Person: o.Number["fukushi 主査"], Rights: []string{tax}})
	all := begin(t, o, "soumu 統括", bar.Order{Kind: bar.Revocation, Person: o.Number["fukushi 主事"], Whole: true})
	back := begin(t, o, "soumu 統括", bar.Order{Kind: bar.Revocation, Person: o.Number["zeimu 主事"], Whole: true})
	o.Must(step(o, "soumu 統括", of, rights.EventLeaveRevoked, "見本"))
	o.Must(step(o, "soumu 統括", all, rights.EventLeaveRevoked, "見本"))
	o.Must(step(o, "soumu 統括", back, rights.EventReinstate, "見本"))
	if !slices.Equal(kept, []int64{o.People["fukushi 主事"]}) {
		t.Errorf("kept out are %v, not the %d of whom all was revoked for good", kept, o.People["fukushi 主事"])
	}
}

// Why somebody's rights are barred is known to those who deal with it, to who leads them, and
// to them once they are told.
func TestWhoKnowsWhyRightsAreBarred(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	tax := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	b := begin(t, o, "soumu 統括", bar.Order{Kind: bar.ConductCut, Person: o.Number["fukushi 主事"], Rights: []string{tax}, Withheld: "証拠を確保するまで"})
	knows := func(by string, want bool) {
		t.Helper()
		if _, err := o.Bars.Find(t.Context(), o.As(by), b.Code); (err == nil) != want {
			t.Errorf("%s: %v", by, err)
		}
	}
	for by, want := range map[string]bool{
		"soumu CISO": true, "soumu CSIRT": true, "soumu 監査": true, "fukushi 課長": true, "fukushi 主事": false, "fukushi 主査": false, "zeimu 課長": false, "zeimu 担当副課長": false,
	} {
		knows(by, want)
	}
	o.Must(step(o, "soumu CSIRT", b, rights.EventTell, ""))
	knows("fukushi 主事", true)
	if r, err := o.Rights.Find(t.Context(), o.As("zeimu 担当副課長"), tax); err != nil || r.Standing != rights.Suspended {
		t.Errorf("who answers for the system sees %q, %v", r.Standing, err)
	}
}

// Who is cut and not told yet reads of their own rights that they are suspended, and no more,
// wherever they look.
func TestWhoIsNotToldReadsNothingOfACut(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	tax := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	begin(t, o, "soumu 統括", bar.Order{Kind: bar.ConductCut, Person: o.Number["fukushi 主事"], Rights: []string{tax}, Withheld: "証拠を確保するまで"})
	own := o.As("fukushi 主事")
	one, err := o.Rights.Find(t.Context(), own, tax)
	o.Must(err)
	page, err := o.Rights.List(t.Context(), own, rights.Search{})
	o.Must(err)
	self, err := o.Rights.FindPerson(t.Context(), own, "")
	o.Must(err)
	all, err := o.Rights.OfPerson(t.Context(), own, self)
	o.Must(err)
	for where, list := range map[string][]rights.Right{"the right": {one}, "the ledger": page.Rights, "their own rights": all} {
		if len(list) != 1 || list[0].Standing != rights.Suspended {
			t.Errorf("%s shows them %+v", where, list)
		}
	}
}

func TestAnOrderIsChecked(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	mine := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	other := o.Permitted("fukushi 主査", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	right := bar.Order{Kind: bar.Suspension, Person: o.Number["fukushi 主事"], Rights: []string{mine}, Reason: "見本"}
	for field, change := range map[string]func(*bar.Order){
		"rights":   func(o *bar.Order) { o.Rights = []string{other} },
		"reason":   func(o *bar.Order) { o.Reason = " " },
		"from_on":  func(o *bar.Order) { o.From = rightstest.Today.AddDays(-1) },
		"until_on": func(o *bar.Order) { o.From, o.Until = rightstest.Today.AddDays(2), rightstest.Today.AddDays(1) },
		"withheld": func(o *bar.Order) { o.Withheld = "見本" },
	} {
		order := right
		change(&order)
		_, err := o.Bars.Begin(t.Context(), o.As("soumu 統括"), order)
		if f, ok := errors.AsType[*fault.Error](err); !ok || len(f.Problems) != 1 || f.Problems[0].Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := o.Bars.Begin(t.Context(), o.As("soumu 統括"), right); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Bars.Begin(t.Context(), o.As("soumu 統括"), right); fault.KindOf(err) != fault.Conflict { // as by a button that was pressed twice
		t.Errorf("suspended twice: %v", err)
	}
}

// What is suspended of a system is not had by another right that is asked for before it begins.
func TestNobodyAsksForAnotherBeforeASuspensionBegins(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	tax := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	other := rightstest.Asking(o.Tax)
	other.Grade = "更新"
	asked := o.Ask("fukushi 主事", other)
	begin(t, o, "soumu 統括", bar.Order{Kind: bar.Suspension, Person: o.Number["fukushi 主事"], Rights: []string{tax}, From: rightstest.Today.AddDays(3)})
	if err := o.Do("zeimu 担当副課長", asked, rights.EventPermit, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("permitted what was asked for before: %v", err)
	}
	other.Grade = "削除"
	if _, err := o.Rights.Ask(t.Context(), o.As("fukushi 主事"), other); fault.KindOf(err) != fault.Conflict {
		t.Errorf("asked for another: %v", err)
	}
	if _, err := o.Rights.Ask(t.Context(), o.As("fukushi 主事"), rightstest.Asking(o.Mail)); err != nil {
		t.Errorf("asked for another system: %v", err)
	}
}

// Whom a right to the portal keeps out is not let in by a setting of the system.
func TestThePortalStaysThePortalWhileItIsBarred(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	o.Must(o.Town.AddRule(t.Context(), authz.AsOperator(), org.Rule{Title: "担当副課長", Role: authz.Administrator}))
	set := func(portal bool, version int) error {
		return o.Rights.SetSystem(t.Context(), o.As("zeimu 担当副課長"), o.Mail, rights.Setting{Portal: portal, Version: version})
	}
	o.Must(set(true, 0))
	right := o.Permitted("fukushi 主事", "zeimu 課長", rightstest.Asking(o.Mail))
	b := begin(t, o, "soumu 統括", bar.Order{Kind: bar.Suspension, Person: o.Number["fukushi 主事"], Rights: []string{right}, From: rightstest.Today.AddDays(3)})
	if err := set(false, 1); fault.KindOf(err) != fault.Conflict {
		t.Errorf("let in: %v", err)
	}
	o.Must(step(o, "soumu 統括", b, rights.EventReinstate, "見本"))
	if err := set(false, 1); err != nil {
		t.Errorf("after it was lifted: %v", err)
	}
}

// What stands is changed by its steps alone, whoever writes to the database.
func TestWhatStandsIsChangedByItsStepsAlone(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	tax := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	b := begin(t, o, "soumu 統括", bar.Order{Kind: bar.ConductCut, Person: o.Number["fukushi 主事"], Rights: []string{tax}})
	o.Must(step(o, "soumu CISO", b, rights.EventConfirmCut, ""))
	for _, set := range []string{
		`access_right SET grade = '管理者', version = version + 1`,
		`access_right SET login = 'root', version = version + 1`,
		`access_right SET until_on = '2099-12-31', version = version + 1`,
		`access_right SET decided_by = (SELECT max(id) FROM person), version = version + 1`,
		`access_right SET state = 'asked', decided_by = NULL, decided_on = NULL, version = version + 1`,
		`access_right SET confirmed_by = decided_by, confirmed_on = '2026-11-24'`,
		`right_bar SET to_at = from_at`,
		`right_bar SET confirmed_by = NULL, version = version + 1`,
		`right_bar SET withheld = '見本', version = version + 1`,
	} {
		if _, err := o.DB.Pool.Exec(t.Context(), `UPDATE `+set); !strings.HasSuffix(postgres.Constraint(err), "_kept") {
			t.Errorf("%s: %v", set, err)
		}
	}
}
