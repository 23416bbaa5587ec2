package exception_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/exception"
	"kagami/internal/fault"
	"kagami/internal/postgres"
)

// settled is a step that says since when a rule is kept again.
func settled(version int, on calendar.Date) exception.Step {
	return exception.Step{Version: version, Note: "機器を入れ替えた", On: on}
}

// over makes an exception that is over in a way, and returns its code and version; the office
// is on that day.
func (o office) over(way string) (code string, version int) {
	o.t.Helper()
	done := asking()
	done.DoneSince = today
	later := asking()
	later.From = today.AddDays(5)
	switch way {
	case "its last day":
		code, version = o.permitted(asking()), 2
		*o.now = today.AddDays(101).Start()
	case "ended", "revoked":
		code, version = o.permitted(asking()), 3
		by, event := o.tax, exception.EventEnd
		if way == "revoked" {
			by, event = o.ciso, exception.EventRevoke
		}
		o.must(by, code, event, exception.Step{Version: 2, Note: "要らない"})
	case "refused, done already":
		code, version = o.ask(o.tax, done), 2
		o.must(o.ciso, code, exception.EventRefuse, exception.Step{Version: 1, Note: "別の方法がある", On: today.AddDays(3)})
	case "withdrawn, done already":
		code, version = o.ask(o.tax, done), 2
		o.must(o.tax, code, exception.EventWithdraw, exception.Step{Version: 1, Note: "誤り"})
	case "refused":
		code, version = o.ask(o.tax, asking()), 2
		o.must(o.ciso, code, exception.EventRefuse, exception.Step{Version: 1, Note: "別の方法がある"})
	case "withdrawn":
		code, version = o.ask(o.tax, asking()), 2
		o.must(o.tax, code, exception.EventWithdraw, exception.Step{Version: 1, Note: "誤り"})
	case "ended before it began":
		code, version = o.permitted(later), 3
		o.must(o.tax, code, exception.EventEnd, exception.Step{Version: 2, Note: "要らない"})
	case "in force":
		code, version = o.permitted(asking()), 2
	}
	return code, version
}

func (o office) count(by authz.Actor, q exception.Search) int {
	o.t.Helper()
	page, err := o.List(o.t.Context(), by, q)
	if err != nil {
		o.t.Fatal(err)
	}
	return page.Count
}

// What is over is settled, however it came to its end; what never began leaves nothing to
// settle. The code and the database say the same of which these are.
func TestWhatIsOverIsSettled(t *testing.T) {
	t.Parallel()
	for way, by := range map[string]int{ // the days from today by which it is to be recorded; -1 where it is not
		"its last day": 114, "ended": 14, "revoked": 14, "refused, done already": 3, "withdrawn, done already": 14, "refused": -1, "withdrawn": -1, "ended before it began": -1, "in force": -1,
	} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			code, version := o.over(way)
			now := calendar.Day(*o.now)
			e := o.find(code)
			if listed := o.count(o.ciso, exception.Search{Kind: "unsettled"}) == 1; listed != (by >= 0) || e.Unsettled(now) != listed {
				t.Errorf("the list has it: %t, the code: %t", listed, e.Unsettled(now))
			}
			next, err := o.Next(t.Context(), o.tax, e)
			if err != nil || slices.Contains(next, exception.EventSettle) != (by >= 0) {
				t.Errorf("%v is offered, %v", next, err)
			}
			err = o.do(o.tax, code, exception.EventSettle, settled(version, now))
			if by < 0 {
				if fault.KindOf(err) != fault.Conflict {
					t.Errorf("it is settled: %v", err)
				}
				return
			}
			if err != nil || e.SettleBy != today.AddDays(by) {
				t.Fatalf("by %s, %v", e.SettleBy, err)
			}
			e = o.find(code)
			if e.State != exception.Settled || e.SettledOn != now || o.count(o.ciso, exception.Search{Kind: "unsettled"}) != 0 || o.count(o.ciso, exception.Search{Kind: "settled"}) != 1 {
				t.Errorf("%+v", e)
			}
			past := map[bool]string{true: "not", false: "over"}[strings.Contains(way, "already")]
			if o.count(o.ciso, exception.Search{Kind: past}) != 1 {
				t.Errorf("it is none of %q any more", past)
			}
			if err := o.do(o.tax, code, exception.EventSettle, settled(version+1, now)); fault.KindOf(err) != fault.Conflict {
				t.Errorf("settled twice: %v", err)
			}
		})
	}
}

func TestWhatIsWrongOfASettlementIsSaid(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code, version := o.over("its last day")
	now := calendar.Day(*o.now)
	for name, c := range map[string]struct {
		by   authz.Actor
		step exception.Step
		want fault.Kind
	}{
		"without what was done": {o.tax, exception.Step{Version: version, On: now}, fault.Invalid},
		"without its day":       {o.tax, exception.Step{Version: version, Note: "直した"}, fault.Invalid},
		"in the future":         {o.tax, settled(version, now.AddDays(1)), fault.Invalid},
		"before it began":       {o.tax, settled(version, today.AddDays(-1)), fault.Invalid},
		"another version":       {o.tax, settled(version+1, now), fault.Conflict},
		"who permits":           {o.ciso, settled(version, now), fault.Forbidden},
		"a 職員":                  {o.clerk, settled(version, now), fault.Forbidden},
		"another section":       {o.welfare, settled(version, now), fault.NotFound},
	} {
		if err := o.do(c.by, code, exception.EventSettle, c.step); fault.KindOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	o.must(o.officer, code, exception.EventSettle, settled(version, today.AddDays(50)))
}

// What goes on by another one is settled with that one, unless it never begins.
func TestWhatGoesOnIsSettledWithTheNextOne(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.permitted(asking())
	next := asking()
	next.Follows, next.From, next.Until = code, today.AddDays(103), today.AddDays(200)
	following := o.ask(o.tax, next)
	*o.now = today.AddDays(101).Start()
	unsettled := func() int { return o.count(o.ciso, exception.Search{Kind: "unsettled"}) }
	if unsettled() != 1 {
		t.Error("it is settled with one that nobody has permitted")
	}
	o.must(o.ciso, following, exception.EventPermit, exception.Step{Version: 1})
	if unsettled() != 0 {
		t.Error("it goes on, and is to be settled")
	}
	if err := o.do(o.tax, code, exception.EventSettle, settled(2, today)); fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "続き") {
		t.Errorf("%v", err)
	}
	o.must(o.tax, following, exception.EventEnd, exception.Step{Version: 2, Note: "要らない"})
	if unsettled() != 1 {
		t.Error("the next one never began, and it is not to be settled")
	}
	o.must(o.tax, code, exception.EventSettle, settled(2, today.AddDays(100)))
}

// It is a task of who has asked and of the 管理者, and of nobody else; the list of the task is
// as long as it says.
func TestASettlementIsATaskOfTheSection(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.permitted(asking())
	byOfficer := o.ask(o.officer, asking())
	o.must(o.ciso, byOfficer, exception.EventPermit, exception.Step{Version: 1})
	for i, want := range [][5]int{{}, {2, 1, 0, 0, 0}} {
		day := 100 + i
		*o.now = today.AddDays(day).Start()
		for i, by := range []authz.Actor{o.tax, o.officer, o.ciso, o.welfare, o.clerk} {
			if got, listed := o.waiting(by).ToSettle, o.count(by, exception.Search{Kind: exception.ToSettle}); got != want[i] || listed != want[i] {
				t.Errorf("on day %d %d wait for the %dth, and %d are listed", day, got, i, listed)
			}
		}
	}
	if got := o.waiting(o.tax).SettleBy; got != today.AddDays(114) {
		t.Errorf("it is to be done by %s", got)
	}
	o.must(o.tax, byOfficer, exception.EventSettle, settled(2, today.AddDays(100)))
	if got := o.titles(o.officer); !slices.Contains(got, "例外措置 例-8-0002：後始末") {
		t.Errorf("who asked is told %v", got)
	}
	if got := o.titles(o.ciso); !slices.Contains(got, "例外措置 例-8-0002：後始末") {
		t.Errorf("who permits is told %v", got)
	}
}

// The database takes each step of the table, and no other; and never settles what is in force.
func TestTheDatabaseHoldsTheTable(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	owner := o.db.Owner(t)
	n := 0
	insert := func(state exception.State) (id int64) {
		n++
		decided, ended, mended := slices.Contains([]exception.State{exception.Permitted, exception.Ended, exception.Settled}, state), state == exception.Ended, state == exception.Refused
		err := owner.QueryRow(t.Context(), `
			INSERT INTO exception (code, section_id, asked_by, asked_at, clause, subject, reason, risk, instead, from_on, until_on, done_since, state, decided_by, decided_on, mend_on, ended_on, settle_by, settled_on)
			VALUES (@code, @section, @by, now(), '7', 'x', 'x', 'x', 'x', @day, @day, @day, @state, CASE WHEN @decided THEN @ciso::bigint END, CASE WHEN @decided THEN @day::date END,
			        CASE WHEN @mended THEN @day::date END, CASE WHEN @ended THEN @day::date END, CASE WHEN @state <> 'asked' THEN @day::date END, CASE WHEN @state = 'settled' THEN @day::date END)
			RETURNING id`, pgx.StrictNamedArgs{
			"code": fmt.Sprintf("1-%04d", n), "section": o.sections[0], "by": o.tax.Person, "ciso": o.ciso.Person, "day": today, "state": string(state), "decided": decided || mended, "ended": ended, "mended": mended,
		}).Scan(&id)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	for _, from := range exception.States() {
		for _, to := range exception.States() {
			_, err := owner.Exec(t.Context(), `
				UPDATE exception SET state = @to,
				       decided_by = CASE WHEN state = 'asked' AND @to IN ('permitted', 'refused', 'ended') THEN @ciso ELSE decided_by END,
				       decided_on = CASE WHEN state = 'asked' AND @to IN ('permitted', 'refused', 'ended') THEN @day::date ELSE decided_on END,
				       mend_on = CASE WHEN @to = 'refused' THEN @day::date ELSE mend_on END, ended_on = CASE WHEN @to = 'ended' THEN @day::date ELSE ended_on END,
				       settle_by = CASE WHEN @to <> 'asked' THEN @day::date END, settled_on = CASE WHEN @to = 'settled' THEN @day::date END
				WHERE id = @id`, pgx.StrictNamedArgs{"id": insert(from), "to": string(to), "ciso": o.ciso.Person, "day": today})
			if got := err == nil; got != exception.Leads(from, to) {
				t.Errorf("from %s to %s: %v", from, to, err)
			}
		}
	}
	code, _ := o.over("in force")
	_, err := o.db.Pool.Exec(t.Context(), `
		WITH now AS (UPDATE exception SET state = 'settled', settled_on = @day, version = 3 WHERE code = @code RETURNING id)
		INSERT INTO exception_step (exception_id, version, at, by, event, note) SELECT id, 3, @at, @by, 'settle', 'x' FROM now`,
		pgx.StrictNamedArgs{"code": code, "day": today, "at": *o.now, "by": o.tax.Person})
	if postgres.Constraint(err) != "exception_over_first" {
		t.Errorf("what is in force is settled: %v", err)
	}
}

// What was asked for, decided and settled the database keeps, whoever changes it.
func TestTheDatabaseHoldsWhatIsOver(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	insert := func(code, more, values string) error {
		_, err := o.db.Owner(t).Exec(t.Context(), `INSERT INTO exception (code, section_id, asked_by, asked_at, clause, subject, reason, risk, instead, from_on, until_on, `+more+`)
			VALUES ($1, $2, $3, now(), '7', 'x', 'x', 'x', 'x', $4, $4, `+values+`)`, code, o.sections[0], o.tax.Person, today)
		return err
	}
	for name, c := range map[string]struct{ more, values, want string }{
		"reported, and not done":      {"state, report_by", "'asked', $4", "exception_reported"},
		"reported before it was done": {"state, done_since, report_by", "'asked', $4, $4::date - 1", "exception_reported"},
		"settled before it began":     {"state, done_since, settle_by, settled_on", "'settled', $4, $4, $4::date - 1", "exception_settled"},
	} {
		if err := insert("1-0001", c.more, c.values); postgres.Constraint(err) != c.want {
			t.Errorf("%s: %v, not %s", name, err, c.want)
		}
	}
	asked := o.ask(o.tax, asking())
	permitted := o.ask(o.tax, asking())
	o.must(o.ciso, permitted, exception.EventPermit, exception.Step{Version: 1})
	for name, c := range map[string]struct{ code, set, want string }{
		"for another":              {permitted, `for_id = asked_by`, "exception_kept"},
		"done already":             {permitted, `done_since = from_on`, "exception_kept"},
		"permitted by another":     {permitted, `decided_by = asked_by`, "exception_kept"},
		"permitted on another day": {permitted, `decided_on = decided_on - 1`, "exception_kept"},
		"settled by another day":   {permitted, `state = 'settled', settled_on = from_on, settle_by = settle_by + 1`, "exception_kept"},
		"settled before its end":   {permitted, `state = 'settled', settled_on = from_on, ended_on = from_on`, "exception_kept"},
		"settled, and only asked":  {asked, `state = 'settled', settled_on = from_on, settle_by = from_on`, "exception_kept"},
	} {
		if _, err := o.db.Pool.Exec(t.Context(), `UPDATE exception SET version = version + 1, `+c.set+` WHERE code = $1`, c.code); postgres.Constraint(err) != c.want {
			t.Errorf("%s: %v, not %s", name, err, c.want)
		}
	}
	// what has ended is settled on a day that has come
	o.must(o.ciso, permitted, exception.EventRevoke, exception.Step{Version: 2, Note: "要らない"})
	_, err := o.db.Pool.Exec(t.Context(), `
		WITH now AS (UPDATE exception SET state = 'settled', settled_on = $2::date + 1, version = version + 1 WHERE code = $1 RETURNING id, version)
		INSERT INTO exception_step (exception_id, version, at, by, event, note) SELECT id, version, $3, $4, 'settle', 'x' FROM now`, permitted, today, *o.now, o.tax.Person)
	if postgres.Constraint(err) != "exception_over_first" {
		t.Errorf("settled tomorrow: %v", err)
	}
}

// Whom an exception is for does not decide on it either: the CISO's own goes to the CIO.
func TestWhomItIsForNeverDecides(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := asking()
	a.For = "p5" // the CISO, in small letters
	code := o.ask(o.tax, a)
	e := o.find(code)
	if e.ForID != o.ciso.Person || e.For == "" {
		t.Errorf("it is for %d, %q", e.ForID, e.For)
	}
	if got := o.permitters(e); !slices.Equal(got, []int64{o.cio.Person}) {
		t.Errorf("%v permit", got)
	}
	if got := o.titles(o.ciso); len(got) != 0 {
		t.Errorf("the CISO is told %v", got)
	}
	if got := o.titles(o.cio); !slices.Equal(got, []string{"例外措置の申請があります"}) {
		t.Errorf("the CIO is told %v", got)
	}
	if ciso, cio := o.waiting(o.ciso), o.waiting(o.cio); ciso.Asked != 0 || cio.Asked != 1 {
		t.Errorf("%+v waits for the CISO, %+v for the CIO", ciso, cio)
	}
	for _, event := range []exception.Event{exception.EventPermit, exception.EventRefuse} {
		if err := o.do(o.ciso, code, event, exception.Step{Version: 1, Note: "自分の"}); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("the CISO: %s: %v", event, err)
		}
	}
	o.must(o.cio, code, exception.EventPermit, exception.Step{Version: 1})
	if err := o.do(o.ciso, code, exception.EventRevoke, exception.Step{Version: 2, Note: "自分の"}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the CISO revokes: %v", err)
	}
	_, err := o.db.Pool.Exec(t.Context(), `UPDATE exception SET state = 'permitted', decided_by = for_id, decided_on = $2, settle_by = $2, version = version + 1 WHERE code = $1`, o.ask(o.tax, a), today)
	if postgres.Constraint(err) != "exception_not_by_who_it_is_for" {
		t.Errorf("the database lets whom it is for decide: %v", err)
	}
	a.For = "P99"
	if _, err := o.Ask(t.Context(), o.tax, a); fault.KindOf(err) != fault.Invalid {
		t.Errorf("for nobody: %v", err)
	}
}

// What is done already is to be reported on the next office day; a later report is taken, and
// marked.
func TestALateReportIsMarked(t *testing.T) {
	t.Parallel()
	o := newOffice(t) // a Tuesday after a holiday
	for days, late := range map[int]bool{0: false, -1: false, -4: false, -5: true} {
		a := asking()
		a.DoneSince = today.AddDays(days)
		e := o.find(o.ask(o.tax, a))
		if e.Late() != late || e.ReportedOn() != today {
			t.Errorf("done %d days ago: late %t, to be reported by %s", -days, e.Late(), e.ReportBy)
		}
	}
	o.ask(o.tax, asking())
	if late, emergency := o.count(o.ciso, exception.Search{Kind: "late"}), o.count(o.ciso, exception.Search{Kind: "emergency"}); late != 1 || emergency != 4 {
		t.Errorf("%d late of %d", late, emergency)
	}
	page, err := o.List(t.Context(), o.ciso, exception.Search{Kind: "emergency"})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range page.Lines {
		if !l.Emergency || l.Late != o.find(l.Code).Late() {
			t.Errorf("%+v", l)
		}
	}
}

// An exception of several clauses is found from each of them.
func TestItIsFoundFromEachOfItsClauses(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a := asking()
	a.Clause, a.Unfound = "基本方針7(3)①\n文書規程 第3条\n基本方針7(3)1", []string{"文書規程第3条"}
	if _, err := o.Ask(t.Context(), o.tax, a); fault.KindOf(err) != fault.Invalid {
		t.Errorf("who asks is not warned: %v", err)
	}
	a.Warned = []string{"文書規程 第３条"}
	e := o.find(o.ask(o.tax, a))
	if e.Clause != "基本方針7(3)①、文書規程 第3条" || !slices.Equal(e.Clauses, []string{"基本方針7(3)①", "文書規程 第3条"}) || !slices.Equal(e.Unfound, []string{"文書規程 第3条"}) {
		t.Errorf("%q, %q, of which %q are not found", e.Clause, e.Clauses, e.Unfound)
	}
	for sought, want := range map[string]int{"7(3)①": 1, "基本方針 7(3)": 1, "文書規程第3条": 1, "規程": 1, "7(3)⑩": 0, "17(3)①": 0, "第13条": 0, "①、文書": 0} {
		if got := o.count(o.ciso, exception.Search{Clause: sought}); got != want {
			t.Errorf("%s finds %d", sought, got)
		}
	}
	// what is counted of a clause in force is what the list finds by it
	o.must(o.ciso, e.Code, exception.EventPermit, exception.Step{Version: 1})
	more := asking()
	more.Clause = "基本方針7(3)\n基本方針70"
	o.permitted(more)
	for name, c := range map[string]struct {
		by   authz.Actor
		want int
	}{"the section": {o.clerk, 4}, "the CISO": {o.ciso, 4}, "another section": {o.welfare, 0}, "who keeps the portal": {o.admin, 0}} {
		list, err := o.ClausesInForce(t.Context(), c.by)
		if err != nil || len(list) != c.want {
			t.Errorf("%s sees %+v, %v", name, list, err)
		}
		for _, cited := range list {
			if got := o.count(c.by, exception.Search{Kind: "in_force", Clause: cited.Clause}); got != cited.Count {
				t.Errorf("%s: %+v, and %d are listed", name, cited, got)
			}
		}
	}
	if _, err := o.db.Pool.Exec(t.Context(), `UPDATE exception_clause SET clause = 'x'`); err == nil {
		t.Error("the clauses of what was asked for are changed")
	}
}
