package acknowledge

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/calendar"
	"kagami/internal/postgres"
)

// Progress is how a document's current revision has been acknowledged day by
// day.
type Progress struct {
	From  calendar.Date // the first day on which people are asked
	Until calendar.Date // today
	Days  []DayCount    // those on which somebody acknowledged
}

// DayCount is how many people acknowledged it on a day, and until then. Those
// whose earlier acknowledgement counts are there from the first day.
type DayCount struct {
	Day   calendar.Date
	Count int
	Total int
}

func newProgress(from, until calendar.Date, byDay map[calendar.Date]int) Progress {
	p := Progress{From: from, Until: until}
	total := 0
	for _, day := range slices.SortedFunc(maps.Keys(byDay), calendar.Date.Compare) {
		total += byDay[day]
		p.Days = append(p.Days, DayCount{day, byDay[day], total})
	}
	return p
}

// came is what has come of a revision that asks people.
type came struct {
	from    calendar.Date           // the first day on which it asks
	done    map[int64]calendar.Date // who has acknowledged, and on which day
	excused []int64                 // who need not for now, in order
}

func loadCame(ctx context.Context, db postgres.Querier, v view) (came, error) {
	c := came{done: map[int64]calendar.Date{}}
	err := db.QueryRow(ctx, `
		SELECT asked_from, ARRAY(SELECT person_id FROM acknowledgement_excuse WHERE revision_id = $1 AND ended_at IS NULL ORDER BY person_id)
		FROM revision WHERE id = $1`, v.reading.Revision.ID).Scan(&c.from, &c.excused)
	if err != nil {
		return came{}, fmt.Errorf("loading a campaign: %w", err)
	}
	rows, err := db.Query(ctx, `
		SELECT day, array_agg(person_id)
		FROM (
			SELECT person_id, greatest($2::date, (min(acknowledged_at) AT TIME ZONE $3)::date) AS day
			FROM acknowledgement WHERE revision_id = ANY($1::bigint[]) GROUP BY person_id) k
		GROUP BY day`, v.counting, c.from, calendar.Tokyo.String())
	if err != nil {
		return came{}, fmt.Errorf("counting acknowledgements by day: %w", err)
	}
	var (
		day    calendar.Date
		people []int64
	)
	_, err = pgx.ForEachRow(rows, []any{&day, &people}, func() error {
		for _, person := range people {
			c.done[person] = day
		}
		return nil
	})
	return c, wrap("counting acknowledgements by day", err)
}

// count counts who of a section has acknowledged, on each day too, and who need
// not for now.
func (c came) count(r rollSection, byDay map[calendar.Date]int) SectionCoverage {
	s := SectionCoverage{Code: r.code, Name: r.name, Asked: len(r.people)}
	for _, person := range r.people {
		if day, done := c.done[person]; done {
			s.Acknowledged++
			byDay[day]++
		} else if _, excused := slices.BinarySearch(c.excused, person); excused {
			s.Excused++
		}
	}
	return s
}
