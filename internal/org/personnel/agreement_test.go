package personnel_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/org"
	"kagami/internal/org/orgtest"
	"kagami/internal/org/personnel"
)

// The plan of a personnel file (Go) refuses to leave nobody as ポータル管理者 where
// what guards the database (SQL) would, and nowhere else.
func TestAPersonnelPlanAndTheDatabaseRefuseTheSame(t *testing.T) {
	t.Parallel()
	db := server.New(t)
	owner := db.Owner(t)
	s := personnel.New(db.Pool, door.New(db.Pool, func() time.Time { return today }))
	rapid.Check(t, func(t *rapid.T) {
		town := orgtest.Draw(t, calendar.Day(today))
		if err := town.Fill(t.Context(), owner); err != nil {
			t.Fatal(err)
		}
		// most towns have a ポータル管理者 by a post that has a holder
		_, err := db.Pool.Exec(t.Context(), `
			WITH rule AS (
				INSERT INTO role_rule (title, role, period) SELECT '課長', 'administrator', daterange(NULL, NULL) WHERE $1 ON CONFLICT DO NOTHING)
			INSERT INTO appointment (person_id, post_id, single_holder, period)
			SELECT 1, id, single_holder, daterange($2::date - 50, NULL) FROM post WHERE title = '課長' AND $1 ON CONFLICT DO NOTHING`,
			rapid.IntRange(0, 3).Draw(t, "rule") > 0, calendar.Day(today))
		if err != nil {
			t.Fatal(err)
		}
		var file personnel.File
		for i := range rapid.IntRange(1, 3).Draw(t, "rows") {
			n := rapid.IntRange(1, town.People+1).Draw(t, "person")
			row := personnel.Row{
				Line: i + 2, Person: org.Person{StaffNumber: fmt.Sprint("p", n), Name: fmt.Sprint("見本 ", n), Furigana: "ミホン"},
				Title: rapid.SampledFrom([]string{"職員", "係長", "課長"}).Draw(t, "title"),
				First: calendar.Day(today).AddDays(rapid.IntRange(-1, 3).Draw(t, "first")),
			}
			if town.Sections > 0 {
				row.SectionCode = fmt.Sprint("s", rapid.IntRange(1, town.Sections).Draw(t, "section"))
			}
			if rapid.IntRange(0, 3).Draw(t, "ends") == 0 {
				row.Last = row.First.AddDays(rapid.IntRange(0, 50).Draw(t, "last"))
			}
			file.Rows = append(file.Rows, row)
		}
		choices := personnel.Choices{Whole: rapid.IntRange(0, 3).Draw(t, "whole") > 0}
		said, err := s.TryOffices(t.Context(), file, choices)
		if err != nil {
			t.Fatal(err)
		}
		if said.Comparable && said.Go != said.SQL {
			t.Fatalf("the plan refuses it: %v; the database: %v", said.Go, said.SQL)
		}
	})
}
