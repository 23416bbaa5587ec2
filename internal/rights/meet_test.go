package rights_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/rights"
	"kagami/internal/rights/apart"
	"kagami/internal/rights/rightstest"
)

// of is what somebody asks for, to do something in the system for taxes.
func of(o *rightstest.Office, grade string) rights.Asking {
	asking := rightstest.Asking(o.Tax)
	asking.Grade = grade
	return asking
}

// separate strikes the rule that who writes slips does not decide on them, or takes it up
// again, from today on.
func separate(o *rightstest.Office, what string) {
	o.T.Helper()
	o.Must(edition.NewService(o.DB.Pool, o.Door, apart.EditionKinds()...).Say(o.T.Context(), authz.AsOperator(), apart.Rules.Name, edition.Say{
		Cells: []string{"request-decide", "", "", "", "", ""}, What: what, First: rightstest.Today, Reason: "見本",
	}))
}

// refusesMeeting fails where an error does not say which rule and which other right it is.
func refusesMeeting(t *testing.T, err error, kind fault.Kind, other string) {
	t.Helper()
	if fault.KindOf(err) != kind {
		t.Fatalf("%v, which is %q, want %q", err, fault.KindOf(err), kind)
	}
	refusal, _ := errors.AsType[*fault.Error](err)
	said := refusal.Message
	for _, p := range refusal.Problems {
		if p.Field == "grade" {
			said += p.Message
		}
	}
	for _, want := range []string{"7(6)（案）", "申請・起票をする人と、承認・決裁をする人は、分けてください。", rights.Number(other)} {
		if !strings.Contains(said, want) {
			t.Errorf("%q does not say %q", said, want)
		}
	}
}

func TestNobodyAsksForWhatMustNotMeetWhatTheyHave(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	ask := func(a rights.Asking) error {
		_, err := o.Rights.Ask(t.Context(), o.As("fukushi 主事"), a)
		return err
	}
	asked := o.Ask("fukushi 主事", of(o, "起票"))
	refusesMeeting(t, ask(of(o, "決裁")), fault.Invalid, asked)
	o.Must(o.Do("zeimu 担当副課長", asked, rights.EventPermit, ""))
	refusesMeeting(t, ask(of(o, "決裁")), fault.Invalid, asked)
	if err := ask(of(o, "起票と決裁")); fault.KindOf(err) != fault.Invalid {
		t.Errorf("both by one right: %v", err)
	}
	elsewhere := of(o, "決裁")
	elsewhere.System = o.Mail
	o.Must(ask(elsewhere))
	o.Must(o.Do("fukushi 主事", asked, rights.EventGiveUp, ""))
	o.Must(ask(of(o, "決裁")))
}

func TestTwoRightsThatFollowOneAnotherDoNotMeet(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	first, next := of(o, "起票"), of(o, "決裁")
	first.Until = rightstest.Today.AddDays(10)
	code := o.Ask("fukushi 主事", first)
	next.From = rightstest.Today.AddDays(10)
	_, err := o.Rights.Ask(t.Context(), o.As("fukushi 主事"), next)
	refusesMeeting(t, err, fault.Invalid, code)
	next.From = rightstest.Today.AddDays(11)
	o.Ask("fukushi 主事", next)
}

// A rule that comes after two were asked for holds when they are decided on.
func TestWhatMustNotMeetIsNotPermitted(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	separate(o, "struck")
	writes, decides := o.Ask("fukushi 主事", of(o, "起票")), o.Ask("fukushi 主事", of(o, "決裁"))
	separate(o, "as_edition")
	refusesMeeting(t, o.Do("zeimu 担当副課長", writes, rights.EventPermit, ""), fault.Conflict, decides)
	o.Must(o.Do("zeimu 担当副課長", decides, rights.EventRefuse, "片方だけ許可する"))
	o.Must(o.Do("zeimu 担当副課長", writes, rights.EventPermit, ""))
}

func TestWhatMustNotMeetIsNotKeptAfterATransfer(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	separate(o, "struck")
	writes := o.Permitted("fukushi 主事", "zeimu 担当副課長", of(o, "起票"))
	decides := o.Permitted("fukushi 主事", "zeimu 担当副課長", of(o, "決裁"))
	separate(o, "as_edition")
	o.Transfer("fukushi 主事", "zeimu 主査", rightstest.Today.AddDays(1))
	*o.Time = o.Time.Add(24 * time.Hour)
	refusesMeeting(t, o.Do("zeimu 課長", writes, rights.EventKeep, ""), fault.Conflict, decides)
	o.Must(o.Do("zeimu 課長", decides, rights.EventEnd, "要らなくなった"))
	o.Must(o.Do("zeimu 課長", writes, rights.EventKeep, ""))
}

// together lets some change rights at once: each goes on until it has to wait, before any
// has a number, and returns what became of them.
func together(o *rightstest.Office, changes ...func() error) []error {
	o.T.Helper()
	ctx := o.T.Context()
	hold, err := o.DB.Pool.Begin(ctx)
	o.Must(err)
	defer func() { _ = hold.Rollback(ctx) }() // where it has not been, a test has ended
	_, err = hold.Exec(ctx, `INSERT INTO right_number (year, last) VALUES (@year, 1)`, pgx.StrictNamedArgs{"year": calendar.ReiwaYear(rightstest.Today)})
	o.Must(err)
	done := make([]chan error, len(changes))
	for i, change := range changes {
		done[i] = make(chan error, 1)
		go func() { done[i] <- change() }()
	}
	for waiting := 0; waiting < len(changes); {
		o.Must(o.DB.Pool.QueryRow(ctx, `
			SELECT count(DISTINCT l.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid AND a.datname = current_database(), pg_sleep(0.01) WHERE NOT l.granted`).Scan(&waiting))
	}
	o.Must(hold.Rollback(ctx))
	list := make([]error, len(changes))
	for i := range done {
		list[i] = <-done[i]
	}
	return list
}

func TestOfTwoThatMustNotMeetAskedForAtOnceOneIsRefused(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	ask := func(by, grade string) func() error {
		actor, asking := o.As(by), of(o, grade)
		asking.Person = o.Number["fukushi 主事"]
		return func() error {
			_, err := o.Rights.Ask(t.Context(), actor, asking)
			return err
		}
	}
	refused := 0
	for _, err := range together(o, ask("fukushi 主事", "起票"), ask("fukushi 課長", "決裁")) {
		switch fault.KindOf(err) {
		case fault.Invalid:
			refused++
		default:
			o.Must(err)
		}
	}
	if refused != 1 {
		t.Errorf("%d of two were refused", refused)
	}
}

// Two that were asked for before the rule came, and are permitted at once.
func TestOfTwoThatMustNotMeetNeitherIsPermittedBesideTheOther(t *testing.T) {
	t.Parallel()
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	separate(o, "struck")
	codes := []string{o.Ask("fukushi 主事", of(o, "起票")), o.Ask("fukushi 主事", of(o, "決裁"))}
	separate(o, "as_edition")
	step := func(by, code string, event rights.Event) func() error {
		actor, version := o.As(by), o.Find(code).Version
		return func() error {
			return o.Rights.Do(t.Context(), actor, code, event, rights.Step{Version: version, Note: "見本"})
		}
	}
	permit := []func() error{step("zeimu 課長", codes[0], rights.EventPermit), step("zeimu 担当副課長", codes[1], rights.EventPermit)}
	done := make(chan error)
	for _, p := range permit {
		go func() { done <- p() }()
	}
	for range permit {
		if err := <-done; fault.KindOf(err) != fault.Conflict {
			t.Errorf("permitted beside the other: %v", err)
		}
	}
	for _, code := range codes {
		o.Stands(code, rights.Asked)
	}
}
