package referral_test

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/violation"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/referral"
	"kagami/internal/violation/violationtest"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

const (
	person     = "fukushi 主事"
	supervisor = "fukushi 担当副課長"
	manager    = "fukushi 課長"
	general    = "soumu 統括"
	ciso       = "soumu CISO"
)

// desk is an office with a case of somebody that is referred.
type desk struct {
	*violationtest.Office
	referrals *referral.Service
	code      string // of the case
}

func open(t *testing.T) desk {
	t.Helper()
	t.Parallel()
	return openIn(t, databases.New(t))
}

func openIn(t *testing.T, db pgtest.DB) desk {
	t.Helper()
	o := violationtest.New(t, db)
	d := desk{o, referral.New(o.DB.Pool, o.Door, o.Cases), o.Confirm(manager, person)}
	o.Guide(manager, d.code, 7)
	o.Take(general, d.code, procedure.EventSupervise, violation.Said{Number: o.Number[supervisor]})
	o.Take(general, d.code, procedure.EventRefer, violation.Said{})
	return d
}

func (d desk) today() calendar.Date { return calendar.Day(*d.Time) }

func (d desk) proposal(whom, kind string) referral.Proposal {
	return referral.Proposal{Whom: d.Number[whom], Kind: kind, On: d.today(), Number: "見総第12号", Reason: "指導に従わない。"}
}

func (d desk) propose(whom string) string {
	d.T.Helper()
	code, err := d.referrals.Propose(d.T.Context(), d.As(general), d.code, d.proposal(whom, "executive"))
	d.Must(err)
	return code
}

func (d desk) try(by, code string, event referral.Event, said referral.Said) error {
	d.T.Helper()
	d.Must(d.DB.Pool.QueryRow(d.T.Context(), `SELECT version FROM violation_referral WHERE code = $1`, code).Scan(&said.Version))
	if said.On.IsZero() {
		said.On = d.today()
	}
	return d.referrals.Do(d.T.Context(), d.As(by), d.code, code, event, said)
}

func (d desk) take(code string, event referral.Event, said referral.Said) {
	d.T.Helper()
	if err := d.try(general, code, event, said); err != nil {
		d.T.Fatalf("%s: %v", event, err)
	}
}

// decided goes the whole course to a discipline that was served.
func (d desk) decided(code string) {
	d.T.Helper()
	d.take(code, referral.EventRequest, referral.Said{Number: "見町第3号"})
	d.take(code, referral.EventConvene, referral.Said{Meets: d.today(), Quorum: 2})
	d.take(code, referral.EventHear, referral.Said{Hearing: referral.HearingGiven})
	d.take(code, referral.EventMeet, referral.Said{Present: "副町長　見本 松\n教育長　見本 桜", Excluded: "総務課長：関与者", Resolved: referral.Discipline})
	d.take(code, referral.EventReport, referral.Said{})
	d.take(code, referral.EventDecide, referral.Said{Outcome: referral.Discipline, Number: "見総人第1号"})
	d.take(code, referral.EventServe, referral.Said{})
}

func (d desk) kind(err error, want fault.Kind) {
	d.T.Helper()
	if fault.KindOf(err) != want || err == nil {
		d.T.Errorf("%v, not %v", err, want)
	}
}

func (d desk) notices(whom string) (n int) {
	d.T.Helper()
	d.Must(d.DB.Pool.QueryRow(d.T.Context(), `SELECT count(*) FROM notice WHERE person_id = $1`, d.People[whom]).Scan(&n))
	return n
}

func TestACourseToItsEnd(t *testing.T) {
	d := open(t)
	own, theirs := d.propose(person), d.propose(supervisor)
	before := map[string]int{}
	for _, who := range []string{ciso, manager, person, supervisor} {
		before[who] = d.notices(who)
	}
	d.decided(own)
	d.decided(theirs)
	d.take(own, referral.EventEnd, referral.Said{})
	for who, n := range before {
		if got, want := d.notices(who)-n, map[string]int{person: 1}[who]; got != want {
			t.Errorf("%s is told %d times while another goes on", who, got)
		}
	}
	d.take(theirs, referral.EventEnd, referral.Said{})
	for who, n := range before {
		if got, want := d.notices(who)-n, 1; got != want {
			t.Errorf("%s is told %d times in all", who, got)
		}
	}
	if got, want := d.Told(d.code, procedure.EventReferralEnd), []string{"fukushi 課長 manager other", "soumu CISO chief other"}; !slices.Equal(got, want) {
		t.Errorf("told of the end: %v", got)
	}
	o, err := d.referrals.Open(t.Context(), d.As(ciso), d.code, own, procedure.AsCase)
	d.Must(err)
	if o.Outcome != referral.Discipline || o.DecisionNumber != "見総人第1号" || o.AppealUntil != referral.AppealUntil(d.today()) || o.Present != 2 || len(o.Steps) != 9 {
		t.Errorf("%+v", o.Referral)
	}
}

// What was ended outside office hours arrives with the next ones, once.
func TestTheEndArrivesInOfficeHours(t *testing.T) {
	d := open(t)
	code := d.propose(person)
	d.decided(code)
	before := d.notices(person)
	*d.Time = d.today().Start().Add(20 * time.Hour)
	d.take(code, referral.EventEnd, referral.Said{})
	var id int64
	d.Must(d.DB.Pool.QueryRow(t.Context(), `SELECT id FROM violation_referral WHERE code = $1`, code).Scan(&id))
	_, err := d.referrals.Open(t.Context(), d.As(person), d.code, code, procedure.AsCase)
	d.kind(err, fault.NotFound)
	if err := d.referrals.Deliver(t.Context(), id); d.notices(person) != before || !reflect.DeepEqual(err, river.JobSnooze(12*time.Hour+30*time.Minute)) {
		t.Errorf("it does not wait in the evening: %v", err)
	}
	*d.Time = d.today().AddDays(1).Start().Add(9 * time.Hour)
	d.Must(d.referrals.Deliver(t.Context(), id))
	d.Must(d.referrals.Deliver(t.Context(), id))
	if got := d.notices(person) - before; got != 1 {
		t.Errorf("it arrives %d times", got)
	}
	o, err := d.referrals.Open(t.Context(), d.As(person), d.code, code, procedure.AsCase)
	d.Must(err)
	if !o.Own || o.Outcome != "" || o.DecisionNumber != "" || o.Appointer != "町長" || o.Case.Code != "" {
		t.Errorf("they read %+v", o)
	}
}

func TestWhoReadsTheCourse(t *testing.T) {
	d := open(t)
	d.Take(ciso, d.code, procedure.EventSeeReferral, violation.Said{})
	own, theirs := d.propose(person), d.propose(supervisor)
	reads := func(who, code string) bool {
		_, err := d.referrals.Open(t.Context(), d.As(who), d.code, code, procedure.AsCase)
		if err != nil && fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s: %v", who, err)
		}
		return err == nil
	}
	check := func(when string, code string, want ...string) {
		t.Helper()
		var got []string
		for who := range d.People {
			if reads(who, code) {
				got = append(got, who)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v", when, got)
		}
	}
	town := []string{"CIO", ciso, general, "soumu 責任者", "soumu 監査"}
	check("under way", own, town...)
	check("of a 監督責任者", theirs, town...)
	_, err := d.referrals.List(t.Context(), d.As(manager), d.code)
	d.kind(err, fault.NotFound)
	d.decided(own)
	d.take(own, referral.EventEnd, referral.Said{})
	check("once it has ended", own, append(town, person)...)
	check("of a 監督責任者 that goes on", theirs, town...)
	d.take(theirs, referral.EventWithdraw, referral.Said{Text: "取り下げる"})
	check("withdrawn before anybody was heard", theirs, town...)
	l, err := d.referrals.List(t.Context(), d.As(manager), d.code)
	d.Must(err)
	if !l.OnlyEnd || len(l.Referrals)+len(l.Candidates) > 0 {
		t.Errorf("a 管理者 learns %+v", l)
	}
}

// The case tells a 管理者 of it only that it has ended, and 監査 nobody's name.
func TestWhatTheCaseTells(t *testing.T) {
	d := open(t)
	code := d.propose(person)
	o, err := d.Cases.Open(t.Context(), d.As(manager), d.code, procedure.AsCase)
	d.Must(err)
	for _, h := range o.Steps {
		if h.Event.Clause() == "6(1)" && h.Event != procedure.EventSupervise {
			t.Errorf("a 管理者 reads %s", h.Event)
		}
	}
	if o.Referral != "" {
		t.Error("a 管理者 reads that it is referred")
	}
	d.decided(code)
	x, err := d.referrals.Open(t.Context(), d.As("soumu 監査"), d.code, code, procedure.AsCase)
	d.Must(err)
	if !x.Numbered || !strings.HasPrefix(x.PersonName, "職員") || x.PersonNumber != "" || x.Reason != "" || x.MayRecord {
		t.Errorf("監査 reads %+v", x.Referral)
	}
	for _, h := range x.Steps {
		if !strings.HasPrefix(h.ByName, "職員") || h.Text != "" || h.Post() != "" || len(h.More.Present)+len(h.More.Excluded) > 0 {
			t.Errorf("監査 reads %+v", h)
		}
	}
	for _, p := range x.Involved {
		if !strings.HasPrefix(p.Name, "職員") {
			t.Errorf("監査 reads %s", p.Name)
		}
	}
	_, err = d.referrals.Open(t.Context(), d.As("soumu 監査"), d.code, code, procedure.AsPrint)
	d.kind(err, fault.NotFound)
}

func TestReadingsAndPrintsAreRecorded(t *testing.T) {
	d := open(t)
	code := d.propose(person)
	_, err := d.referrals.Open(t.Context(), d.As("soumu 責任者"), d.code, code, procedure.AsPrint)
	d.Must(err)
	readings, err := d.Cases.Readings(t.Context(), d.As(ciso), d.code)
	d.Must(err)
	if !slices.ContainsFunc(readings, func(r violation.Read) bool {
		return r.Person == d.People["soumu 責任者"] && r.What == procedure.AsPrint
	}) {
		t.Errorf("%+v", readings)
	}
	d.decided(code)
	d.take(code, referral.EventEnd, referral.Said{})
	_, err = d.referrals.Open(t.Context(), d.As(person), d.code, code, procedure.AsCase)
	d.Must(err)
	readings, err = d.Cases.Readings(t.Context(), d.As(ciso), d.code)
	d.Must(err)
	if !slices.ContainsFunc(readings, func(r violation.Read) bool { return r.Person == d.People[person] }) {
		t.Error("that they read their own is not recorded")
	}
	_, err = d.referrals.Open(t.Context(), d.As(person), d.code, code, procedure.AsPrint)
	d.kind(err, fault.NotFound)
}

func TestWhatCanBeProposed(t *testing.T) {
	d := open(t)
	ctx := t.Context()
	for name, c := range map[string]struct {
		by     string
		change func(*referral.Proposal)
		want   fault.Kind
	}{
		"by a 責任者":            {"soumu 責任者", func(*referral.Proposal) {}, fault.Forbidden},
		"by the 管理者":          {manager, func(*referral.Proposal) {}, fault.NotFound},
		"by the person":       {person, func(*referral.Proposal) {}, fault.NotFound},
		"of somebody else":    {general, func(p *referral.Proposal) { p.Whom = d.Number["zeimu 主事"] }, fault.Invalid},
		"without a kind":      {general, func(p *referral.Proposal) { p.Kind = "" }, fault.Invalid},
		"of an unknown kind":  {general, func(p *referral.Proposal) { p.Kind = "nobody" }, fault.Invalid},
		"of a vendor's staff": {general, func(p *referral.Proposal) { p.Kind = "contractor" }, fault.Invalid},
		"without a reason":    {general, func(p *referral.Proposal) { p.Reason = " " }, fault.Invalid},
		"tomorrow":            {general, func(p *referral.Proposal) { p.On = d.today().AddDays(1) }, fault.Invalid},
		"before it was found": {general, func(p *referral.Proposal) { p.On = d.today().AddDays(-1) }, fault.Invalid},
	} {
		p := d.proposal(person, "executive")
		c.change(&p)
		_, err := d.referrals.Propose(ctx, d.As(c.by), d.code, p)
		if err == nil || fault.KindOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	code := d.propose(person)
	_, err := d.referrals.Propose(ctx, d.As(general), d.code, d.proposal(person, "executive"))
	d.kind(err, fault.Invalid)
	d.take(code, referral.EventDecline, referral.Said{Text: "指導を続ける"})
	d.propose(person)
}

func TestNothingIsProposedBeforeItIsReferred(t *testing.T) {
	d := open(t)
	code := d.Confirm("zeimu 課長", "zeimu 主事")
	p := d.proposal("zeimu 主事", "executive")
	_, err := d.referrals.Propose(t.Context(), d.As(general), code, p)
	d.kind(err, fault.Conflict)
	d.Take(general, code, procedure.EventReferNot, violation.Said{})
	_, err = d.referrals.Propose(t.Context(), d.As(general), code, p)
	d.kind(err, fault.Conflict)
	p.Kind = "mayor" // of whom there is no body, it is recorded without it
	made, err := d.referrals.Propose(t.Context(), d.As(general), code, p)
	d.Must(err)
	o, err := d.referrals.Open(t.Context(), d.As(ciso), code, made, procedure.AsCase)
	d.Must(err)
	if o.State != referral.Recorded || len(o.Next()) > 0 {
		t.Errorf("%+v", o.Referral)
	}
}

func TestOfAVendorsStaffNothingIsProposed(t *testing.T) {
	d := open(t)
	f := d.Finding(person)
	f.Person, f.Outsider, f.Company, f.Kind = "", "見本 外", "見本株式会社", "contractor"
	code, err := d.Cases.Confirm(t.Context(), d.As(general), f)
	d.Must(err)
	_, err = d.referrals.Propose(t.Context(), d.As(general), code, d.proposal(person, "contractor"))
	d.kind(err, fault.Conflict)
}

func TestWhoHasLeftCanBeReferred(t *testing.T) {
	d := open(t)
	d.Leave(person, d.today().AddDays(1))
	d.Days(3)
	code := d.propose(person)
	o, err := d.referrals.Open(t.Context(), d.As(general), d.code, code, procedure.AsCase)
	d.Must(err)
	if o.Post != "福祉こども課 主事" || o.PersonName == "" {
		t.Errorf("%+v", o.Referral)
	}
}

func TestWhereTheGeneralIsConcernedTheCISOProposes(t *testing.T) {
	d := open(t)
	code := d.Confirm(ciso, general)
	d.Take(ciso, code, procedure.EventRefer, violation.Said{})
	_, err := d.referrals.Propose(t.Context(), d.As(general), code, d.proposal(general, "executive"))
	d.kind(err, fault.NotFound)
	_, err = d.referrals.Propose(t.Context(), d.As(ciso), code, d.proposal(general, "executive"))
	d.Must(err)
}

func TestACaseThatHasEndedIsStillReferred(t *testing.T) {
	d := open(t)
	code := d.propose(person)
	d.Take(manager, d.code, procedure.EventImprove, violation.Said{})
	d.decided(code)
	d.take(code, referral.EventEnd, referral.Said{})
}

func TestStepsOutOfTurn(t *testing.T) {
	d := open(t)
	code := d.propose(person)
	d.kind(d.try(general, code, referral.EventDecide, referral.Said{Outcome: referral.Measure, Number: "1"}), fault.Conflict)
	d.take(code, referral.EventRequest, referral.Said{})
	d.kind(d.try(general, code, referral.EventDecide, referral.Said{Outcome: referral.Measure, Number: "1"}), fault.Conflict)
	d.take(code, referral.EventConvene, referral.Said{Meets: d.today(), Quorum: 2})
	met := referral.Said{Present: "見本 松\n見本 桜", Resolved: referral.Measure}
	d.kind(d.try(general, code, referral.EventMeet, met), fault.Conflict) // nobody was heard
	d.take(code, referral.EventHear, referral.Said{Hearing: referral.HearingNotFound})
	few := met
	few.Present = "見本 松"
	d.kind(d.try(general, code, referral.EventMeet, few), fault.Invalid)
	early := met
	early.On = d.today().AddDays(-1)
	d.kind(d.try(general, code, referral.EventMeet, early), fault.Invalid)
	d.kind(d.try("soumu 責任者", code, referral.EventMeet, met), fault.Forbidden)
	d.take(code, referral.EventMeet, met)
	d.take(code, referral.EventConvene, referral.Said{Meets: d.today(), Quorum: 2}) // it goes on another day
	d.take(code, referral.EventMeet, met)
	d.kind(d.try(general, code, referral.EventDecide, referral.Said{Outcome: referral.Measure, Number: "1"}), fault.Conflict)
	d.take(code, referral.EventReport, referral.Said{})
	d.take(code, referral.EventDecide, referral.Said{Outcome: referral.Measure, Number: "1"})
	d.kind(d.try(general, code, referral.EventServe, referral.Said{}), fault.Conflict)
	d.take(code, referral.EventEnd, referral.Said{})
	d.kind(d.try(general, code, referral.EventEnd, referral.Said{}), fault.Conflict)
}

// What was read before somebody else has taken a step does not lead on, also where the event would.
func TestAStepOnWhatWasReadBefore(t *testing.T) {
	d := open(t)
	code := d.propose(person)
	d.take(code, referral.EventRequest, referral.Said{})
	d.kind(d.referrals.Do(t.Context(), d.As(general), d.code, code, referral.EventWithdraw, referral.Said{Version: 1, On: d.today(), Text: "取り下げる"}), fault.Conflict)
}

// Of an end that a 管理者 was told of they read as before when something else is asked for: else they
// would learn of that.
func TestWhatIsAskedForAfterAnEndIsNotTheManagersToKnow(t *testing.T) {
	d := open(t)
	learns := func(when string, want bool) {
		t.Helper()
		l, err := d.referrals.List(t.Context(), d.As(manager), d.code)
		if (err == nil) != want || err == nil && (!l.OnlyEnd || len(l.Referrals)+len(l.Candidates) > 0) {
			t.Errorf("%s they learn %+v: %v", when, l, err)
		}
	}
	code := d.propose(person)
	d.decided(code)
	learns("while it goes on", false)
	d.take(code, referral.EventEnd, referral.Said{})
	learns("once it has ended", true)
	d.propose(supervisor)
	learns("while another goes on", true)
}

// Of two who press at once one goes through.
func TestTwoAtOnce(t *testing.T) {
	d := open(t)
	actor := d.As(general)
	both := func(do func() error) (done int) {
		var wait sync.WaitGroup
		errs := make([]error, 2)
		for i := range errs {
			wait.Go(func() { errs[i] = do() })
		}
		wait.Wait()
		for _, err := range errs {
			if err == nil {
				done++
			} else if k := fault.KindOf(err); k != fault.Conflict && k != fault.Invalid {
				t.Errorf("the other: %v", err)
			}
		}
		return done
	}
	p := d.proposal(person, "executive")
	if n := both(func() error { _, err := d.referrals.Propose(t.Context(), actor, d.code, p); return err }); n != 1 {
		t.Errorf("%d proposed", n)
	}
	var code string
	d.Must(d.DB.Pool.QueryRow(t.Context(), `SELECT code FROM violation_referral`).Scan(&code))
	said := referral.Said{Version: 1, On: d.today()}
	if n := both(func() error { return d.referrals.Do(t.Context(), actor, d.code, code, referral.EventRequest, said) }); n != 1 {
		t.Errorf("%d asked", n)
	}
}

// The steps of the table are those that the database takes.
func TestTheDatabaseTakesTheStepsOfTheTable(t *testing.T) {
	d := open(t)
	list, err := postgres.List[referral.Move](t.Context(), d.DB.Pool, "listing", `SELECT event, way, from_state AS from, to_state AS to FROM violation_referral_move`)
	d.Must(err)
	for _, m := range referral.Moves() {
		if !slices.Contains(list, m) {
			t.Errorf("the database refuses %+v", m)
		}
	}
	if len(list) != len(referral.Moves()) {
		t.Errorf("the database takes %d steps, the table has %d", len(list), len(referral.Moves()))
	}
}

func TestTheDatabaseHoldsIt(t *testing.T) {
	d := open(t)
	code := d.propose(person)
	for constraint, sql := range map[string]string{
		"violation_referral_kept":      `UPDATE violation_referral SET state = 'decided', version = 2`,
		"violation_referral_step_next": `INSERT INTO violation_referral_step (referral_id, version, case_id, case_version, at, by, event, way, from_state, to_state) SELECT id, 2, case_id, 1, now(), person_id, 'request', 'body', 'proposed', 'requested' FROM violation_referral`,
		"violation_referral_step_there_is": `INSERT INTO violation_referral_step (referral_id, version, case_id, case_version, at, by, event, way, from_state, to_state)
			SELECT r.id, 2, r.case_id, 1, now(), s.by, 'decide', 'body', 'proposed', 'decided' FROM violation_referral r JOIN violation_referral_step s ON s.referral_id = r.id`,
		"violation_referral_days": `WITH s AS (INSERT INTO violation_referral_step (referral_id, version, case_id, case_version, at, by, event, way, from_state, to_state)
			SELECT r.id, 2, r.case_id, 1, now(), s.by, 'request', 'body', 'proposed', 'requested' FROM violation_referral r JOIN violation_referral_step s ON s.referral_id = r.id)
			INSERT INTO violation_referral (code, case_id, person_id, supervisor, person_kind, kind_title, way, appointer, body, requester, members, basis, involved_out, state_at, proposed_on, requested_on)
			SELECT '0000-0000', case_id, 1, true, 'x', '', 'body', '', '', '', '', '', true, now(), '2026-11-24', '2026-11-23' FROM violation_referral`,
	} {
		if _, err := d.DB.Pool.Exec(t.Context(), sql); postgres.Constraint(err) != constraint {
			t.Errorf("%s: %v", constraint, err)
		}
	}
	for _, sql := range []string{
		`DELETE FROM violation_referral`, `DELETE FROM violation_referral_step`, `UPDATE violation_referral_step SET text = ''`, `TRUNCATE violation_referral_step`,
	} {
		if _, err := d.DB.Pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s is done", sql)
		}
	}
	_ = code
}
