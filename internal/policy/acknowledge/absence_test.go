package acknowledge_test

import (
	"fmt"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/org/absence"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/policytest"
)

// leave records that somebody is away, in days from today; last -1 for until further
// notice.
func leave(o policytest.Office, who authz.Actor, first, last int) {
	o.T.Helper()
	today := calendar.Day(policytest.Now)
	typed := absence.Typed{First: today.AddDays(first), Kind: "childcare"}
	if last >= 0 {
		typed.Last = today.AddDays(last)
	}
	d := door.New(o.DB.Pool, func() time.Time { return policytest.Now })
	must(o.T, absence.New(o.DB.Pool, d).Record(o.T.Context(), authz.AsOperator(), who.Person, typed))
}

// counts are how the whole town stands: acknowledged/asked and absent.
func counts(o policytest.Office) string {
	o.T.Helper()
	c, err := o.Acknowledge.Coverage(o.T.Context(), o.CISO, "kihon", 0)
	must(o.T, err)
	return fmt.Sprintf("%d/%d+%d, %d to do", c.Acknowledged, c.Asked, c.Absent, c.Outstanding())
}

// Who is away owes nothing, and is reminded of nothing; once back they have as many
// days as those had who were asked first.
func TestWhoIsAwayHasNewDaysOnReturn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first, last     int
		asked, reminded string
	}{
		"away after being asked":      {5, 49, " 0-10 50-60", " self:57 self:61 head:64"},
		"away when the others are":    {0, 49, " 50-60", " self:57 self:61 head:64"},
		"away for the very last days": {9, 10, " 0-10 11-21", " self:7 self:18 self:50 head:50"},
		"away until further notice":   {5, -1, " 0-10", ""},
		"away only later":             {70, 80, " 0-10", " self:7 self:11 head:14 head:21"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, ctx := newOffice(t), t.Context()
			askWithin(o, 10)
			leave(o, o.Staff, c.first, c.last)
			for _, day := range []int{0, 1, 7, 11, 14, 18, 21, 50, 50, 57, 61, 64} {
				must(t, o.Later(day).Acknowledge.TendAll(ctx))
			}
			if asked, reminded := requestsOf(o, "kihon", staffNumber), remindersOf(o, staffNumber); asked != c.asked || reminded != c.reminded {
				t.Errorf("asked%s, reminded%s; want%s, and%s", asked, reminded, c.asked, c.reminded)
			}
		})
	}
}

// Who is away is beside those who are asked, in every count; who has acknowledged it
// before they went counts as who has.
func TestWhoIsAwayIsBesideThoseWhoAreAsked(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	shown := askWithin(o, 10)
	leave(o, o.Staff, 1, 20)
	leave(o, o.Other, 1, 20)
	must(t, o.Acknowledge.Acknowledge(ctx, o.Other, shown))
	for day, want := range map[int][2]string{
		0:  {"1/5+0, 4 to do", "[kihon 1: 1/5]"},
		1:  {"1/4+1, 3 to do", "[kihon 1: 1/4]"},
		20: {"1/4+1, 3 to do", "[kihon 1: 1/4]"},
		21: {"1/5+0, 4 to do", "[kihon 1: 1/5]"},
	} {
		later := o.Later(day)
		if got := [2]string{counts(later), summaries(later, o.CISO)}; got != want {
			t.Errorf("after %d days: %v, want %v", day, got, want)
		}
	}
	state := map[string]bool{}
	_, err := o.Later(1).Acknowledge.CoverageLines(ctx, o.CISO, "kihon", func(l acknowledge.Line) error {
		state[l.StaffNumber] = l.Absent
		return nil
	})
	must(t, err)
	if !state[staffNumber] || state["5"] || len(state) != 5 {
		t.Errorf("the list says who is away: %v", state)
	}
}

// Their list asks nothing of who is away, and gives who is back the new day at once,
// before the portal has asked them again.
func TestTheListOfWhoIsAwayAndBack(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	askWithin(o, 10)
	must(t, o.Acknowledge.TendAll(ctx))
	leave(o, o.Staff, 1, 20)
	today := calendar.Day(policytest.Now)
	listed := func(day int) policy.Listed {
		list, err := o.Later(day).Policy.Readings(ctx, o.Staff)
		must(t, err)
		return list[0]
	}
	if l := listed(5); l.Outstanding() || !l.Absent {
		t.Errorf("away: %+v", l)
	}
	if l := listed(21); !l.Outstanding() || l.DueOn != today.AddDays(31) {
		t.Errorf("back: %+v", l)
	}
}

// A 管理者 who is away is told nothing: whoever stands above them is.
func TestWhoStandsAboveIsToldWhereTheHeadIsAway(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	askWithin(o, 10)
	leave(o, o.Manager, 1, 100)
	for _, day := range []int{0, 14} {
		must(t, o.Later(day).Acknowledge.TendAll(ctx))
	}
	var told string
	must(t, o.DB.Pool.QueryRow(ctx, `SELECT string_agg(DISTINCT p.staff_number, ',') FROM notice n JOIN person p ON p.id = n.person_id WHERE n.title LIKE '%確認していない職員が3人%' OR n.title LIKE '%確認していない職員が2人%'`).Scan(&told))
	if told != "G" {
		t.Errorf("%s is told", told)
	}
}
