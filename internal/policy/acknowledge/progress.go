package acknowledge

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/calendar"
	"kagami/internal/policy"
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

// answers are what people have answered to a revision.
type answers struct {
	from    calendar.Date           // the first day on which it asks
	days    map[int64]calendar.Date // on which day each acknowledged it who has
	excused []int64                 // who need not for now, in order
	absent  []int64                 // who is away from work, in order
}

func loadAnswers(ctx context.Context, db postgres.Querier, v view, day calendar.Date) (answers, error) {
	a := answers{days: map[int64]calendar.Date{}}
	err := db.QueryRow(ctx, `
		SELECT asked_from, ARRAY(SELECT person_id FROM acknowledgement_excuse WHERE revision_id = $1 AND ended_at IS NULL ORDER BY person_id),
		       ARRAY(`+policy.AwayOn("$2")+` ORDER BY b.person_id)
		FROM revision WHERE id = $1`, v.revision, day).Scan(&a.from, &a.excused, &a.absent)
	if err != nil {
		return answers{}, fmt.Errorf("loading a campaign: %w", err)
	}
	type acknowledged struct {
		Day    calendar.Date
		People []int64
	}
	list, err := postgres.List[acknowledged](ctx, db, "counting acknowledgements by day", `
		SELECT day, array_agg(person_id) AS people
		FROM (
			SELECT person_id, greatest(@from::date, (min(acknowledged_at) AT TIME ZONE @zone)::date) AS day
			FROM acknowledgement WHERE revision_id = ANY(@counting::bigint[]) GROUP BY person_id) k
		GROUP BY day`, pgx.StrictNamedArgs{"counting": v.counting, "from": a.from, "zone": calendar.Tokyo.String()})
	if err != nil {
		return answers{}, err
	}
	for _, on := range list {
		for _, person := range on.People {
			a.days[person] = on.Day
		}
	}
	return a, nil
}

// count counts who of a section has acknowledged, on each day too, who need not for
// now, and, beside those who are asked, who is away.
func (a answers) count(r rollSection, byDay map[calendar.Date]int) SectionCoverage {
	s := SectionCoverage{Code: r.Code, Name: r.Name, Asked: len(r.People)}
	for _, person := range r.People {
		if day, done := a.days[person]; done {
			s.Acknowledged++
			byDay[day]++
		} else if _, absent := slices.BinarySearch(a.absent, person); absent {
			s.Asked--
			s.Absent++
		} else if _, excused := slices.BinarySearch(a.excused, person); excused {
			s.Excused++
		}
	}
	return s
}
