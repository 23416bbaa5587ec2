package bar_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/rights/rightstest"
)

var databases pgtest.Server

func TestMain(m *testing.M) {
	if act := os.Getenv(actOf); act != "" {
		os.Exit(actAlone(act))
	}
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
		{"soumu CSIRT", "fukushi 主事", bar.ConductCut, true},
		{"soumu 責任者", "fukushi 主事", bar.AccountCut, true},
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
	o.Must(step(o, "soumu CISO", again, rights.EventConfirmCut, ""))
	*o.Time = rightstest.Today.AddDays(60).Start()
	stands(t, o, tax, rights.Cut)
}

func TestWhoIsBarredFromThePortalIsOutAtOnce(t *testing.T) {
	t.Parallel()
	var out ended
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	o.Bars = bar.New(o.DB.Pool, o.Door, o.Rights, out.out)
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
