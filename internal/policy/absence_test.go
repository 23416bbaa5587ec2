package policy_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/policytest"
)

func TestWhoIsBack(t *testing.T) {
	today := calendar.Day(policytest.Now)
	of := func(first, last int) []policy.Away {
		return []policy.Away{{First: today.AddDays(first), Last: today.AddDays(last)}}
	}
	for name, c := range map[string]struct {
		asked int // days from today
		away  []policy.Away
		want  bool
	}{
		"never away":                   {-9, nil, false},
		"away since, and back":         {-9, of(-5, -1), true},
		"back for long":                {-9, of(-8, -7), true},
		"asked on the last day of it":  {-9, of(-20, -9), true},
		"asked on the day of return":   {-9, of(-20, -10), false},
		"away on the day itself":       {-9, of(-5, 0), false},
		"away until further notice":    {-9, []policy.Away{{First: today.AddDays(-5)}}, false},
		"to be away":                   {-9, of(1, 5), false},
		"away again, and once back":    {-9, slices.Concat(of(-5, -3), of(-1, 5)), true},
		"away before, and only before": {-9, slices.Concat(of(-50, -30), of(-20, -15)), false},
	} {
		if got := policy.IsBack(today.AddDays(c.asked), today, c.away); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// The rule in Go and the rule in SQL say the same; and nobody is back before they have
// been away, nor for having been away before they were asked.
func TestWhoIsBackIsTheSameInGoAndInSQL(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	owner := db.Owner(t)
	_, err := owner.Exec(t.Context(), `INSERT INTO person (id, staff_number, name, furigana) OVERRIDING SYSTEM VALUE VALUES (1, '1', '見本', 'ミホン')`)
	must(t, err)
	today := calendar.Day(policytest.Now)
	rapid.Check(t, func(t *rapid.T) {
		var (
			batch pgx.Batch
			away  []policy.Away
		)
		batch.Queue(`DELETE FROM absence`)
		next := today.AddDays(-20)
		for n := range rapid.IntRange(0, 4).Draw(t, "absences") {
			a := policy.Away{First: next.AddDays(rapid.IntRange(0, 9).Draw(t, "after"))}
			if a.Last = a.First.AddDays(rapid.IntRange(0, 9).Draw(t, "days")); n == 3 {
				a.Last = calendar.Date{}
			}
			away, next = append(away, a), a.Last.AddDays(1)
			batch.Queue(`INSERT INTO absence (person_id, kind, period, reason) VALUES (1, 'other', daterange($1::date, $2::date, '[]'), '')`, a.First, a.Last)
		}
		if err := owner.SendBatch(t.Context(), &batch).Close(); err != nil {
			t.Fatal(err)
		}
		asked, day := today.AddDays(rapid.IntRange(-25, 25).Draw(t, "asked")), today.AddDays(rapid.IntRange(-25, 25).Draw(t, "day"))
		var back, on bool
		err := db.Pool.QueryRow(t.Context(), `SELECT `+policy.BackSQL("1", "@asked::date", "@day")+`, 1 IN (`+policy.AwayOn("@day")+`)`,
			pgx.StrictNamedArgs{"asked": asked, "day": day}).Scan(&back, &on)
		if err != nil {
			t.Fatal(err)
		}
		if got := policy.IsBack(asked, day, away); got != back {
			t.Fatalf("asked on %s, on %s: %v in Go, %v in SQL; away %v", asked, day, got, back, away)
		}
		if got := slices.ContainsFunc(away, func(a policy.Away) bool { return a.On(day) }); got != on {
			t.Fatalf("away on %s: %v in Go, %v in SQL; away %v", day, got, on, away)
		}
		if since := slices.ContainsFunc(away, func(a policy.Away) bool { return !a.Last.IsZero() && !a.Last.Before(asked) && day.After(a.Last) }); back != since {
			t.Fatal(fmt.Sprint("back without having been away since: ", asked, day, away))
		}
	})
}
