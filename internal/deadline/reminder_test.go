package deadline_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/calendar"
	"kagami/internal/deadline"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/setting"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

var due = calendar.NewDate(2026, time.December, 10)

var reminders = deadline.NewReminders("sample", "見本の期限", deadline.Words{Who: "本人"}, deadline.Standard{Person: []int{-3, 1}, Manager: []int{4, 11}})

func TestTheStepsAreThoseThatTheTownHasSet(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set  map[string]string
		want string
	}{
		"none":          {nil, "-3 person, 1 person, 4 manager, 11 manager"},
		"the general":   {map[string]string{"sample.remind_general": "11"}, "-3 person, 1 person, 4 manager, 11 manager, 11 general"},
		"nobody at all": {map[string]string{"sample.remind_person": "", "sample.remind_manager": ""}, ""},
		"on the day":    {map[string]string{"sample.remind_person": "0", "sample.remind_manager": "-1"}, "-1 manager, 0 person"},
	} {
		var got []string
		for _, step := range reminders.On(setting.NewValues(c.set), due) {
			got = append(got, fmt.Sprint(step.Days, " ", step.To))
		}
		if text := strings.Join(got, ", "); text != c.want {
			t.Errorf("%s: %s, want %s", name, text, c.want)
		}
	}
}

// A step comes where it holds on its own day: a setting that changes in between counts.
func TestTheStepsOfALastDay(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]map[string]string{
		"-3 person, 1 person, 4 manager, 11 manager": nil,
		"-366 person, 0 manager, 366 manager":        {"sample.remind_person": "-366", "sample.remind_manager": "0,366"},
		"":                                           {"sample.remind_person": "", "sample.remind_manager": ""},
	} {
		var got []string
		for _, step := range reminders.Of(setting.NewValues(set), due) {
			got = append(got, fmt.Sprint(step.Days, " ", step.To))
		}
		if text := strings.Join(got, ", "); text != name {
			t.Errorf("%s, want %s", text, name)
		}
	}
}

func TestADayStandsOnceAmongTheDays(t *testing.T) {
	t.Parallel()
	steps := reminders.On(setting.NewValues(map[string]string{"sample.remind_general": "4"}), due)
	want := []calendar.Date{due.AddDays(-3), due.AddDays(1), due.AddDays(4), due.AddDays(11)}
	if got := steps.Days(due); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// 28 November is a Saturday: nobody is reminded on it where the town says so, and on the Monday
// after it they are.
func TestNobodyIsRemindedWhileTheOfficesAreClosed(t *testing.T) {
	t.Parallel()
	pool := databases.New(t).Pool
	saturday := calendar.NewDate(2026, time.November, 28)
	for _, c := range []struct {
		set  bool
		day  calendar.Date
		rest bool
	}{{false, saturday, false}, {true, saturday, true}, {true, saturday.AddDays(1), true}, {true, saturday.AddDays(2), false}} {
		if c.set {
			_, err := pool.Exec(t.Context(), `INSERT INTO setting_value (name, first_day, value, reason, set_at) VALUES ('sample.office_days', '2026-11-24', 'yes', '見本', now()) ON CONFLICT DO NOTHING`)
			if err != nil {
				t.Fatal(err)
			}
		}
		steps, rest, err := reminders.StepsForPortal(t.Context(), pool, c.day)
		if err != nil || rest != c.rest || len(steps) != 4 {
			t.Errorf("%+v: %v, rest %v, %v", c, steps, rest, err)
		}
	}
}

// Of those whose day has come the latest of each recipient counts: the 課長 is not told
// of somebody who has not been.
func TestTheLatestStepCounts(t *testing.T) {
	t.Parallel()
	pool := databases.New(t).Pool
	steps := reminders.On(setting.NewValues(map[string]string{"sample.remind_general": "11"}), due)
	for _, c := range []struct {
		asked, on int // days from the last day in time
		want      string
	}{
		{-10, -4, ""}, {-10, -3, "-3 person"}, {-10, 0, "-3 person"}, {-10, 1, "1 person"}, {-10, 5, "1 person, 4 manager"},
		{-10, 40, "1 person, 11 manager, 11 general"},
		{-3, -2, ""}, // asked on the day of the step itself
		{-1, 0, ""},  // asked after it
		{4, 4, ""}, {3, 4, "4 manager"},
	} {
		args := steps.Arguments(due.AddDays(c.on))
		maps.Copy(args, pgx.StrictNamedArgs{"asked": due.AddDays(c.asked), "due": due})
		rows, err := pool.Query(t.Context(), `
			WITH requested AS (SELECT 1::bigint AS person_id, @asked::date AS asked_on, @due::date AS due_on), step AS (`+deadline.Latest+`)
			SELECT days || ' ' || recipient FROM step ORDER BY recipient DESC`, args)
		if err != nil {
			t.Fatal(err)
		}
		got, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		if text := strings.Join(got, ", "); text != c.want {
			t.Errorf("asked on %d, on %d: %q, want %q", c.asked, c.on, text, c.want)
		}
	}
}
