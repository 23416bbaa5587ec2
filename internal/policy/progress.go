package policy

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
)

// Progress is how a document's current revision has been acknowledged day by
// day, as far as the actor may see it.
type Progress struct {
	Reading Reading
	From    time.Time // the first day on which people are asked
	Until   time.Time // today
	Bound   int       // how many people are asked today
	Days    []DayCount
}

// DayCount is how many of them acknowledged it on a day, and until then.
type DayCount struct {
	Day   time.Time
	Count int
	Total int
}

// Progress returns it, a line for each day on which somebody acknowledged. Those
// whose earlier acknowledgement counts are there from the first day.
func (s *Service) Progress(ctx context.Context, actor authz.Actor, code string) (Progress, error) {
	v, err := s.view(ctx, actor, code)
	if err != nil {
		return Progress{}, err
	}
	p := Progress{Reading: v.reading, Until: s.today()}
	if err := s.pool.QueryRow(ctx, `SELECT asked_from FROM revision WHERE id = $1`, v.reading.Revision.ID).Scan(&p.From); err != nil {
		return Progress{}, fmt.Errorf("loading a campaign: %w", err)
	}
	rows, err := s.pool.Query(ctx, `
		WITH `+bound+`,
		done AS (
			SELECT greatest((SELECT asked_from FROM revision WHERE id = $6), (k.first AT TIME ZONE $9)::date) AS day, k.first IS NOT NULL AS done
			FROM bound b
			LEFT JOIN (
				SELECT person_id, min(acknowledged_at) AS first FROM acknowledgement
				WHERE revision_id = ANY($5::bigint[]) GROUP BY person_id) k ON k.person_id = b.person_id
			WHERE $7 OR b.section_id = ANY($8::bigint[]))
		SELECT day, done, count(*), sum(count(*)) OVER () FROM done GROUP BY day, done ORDER BY done DESC, day`,
		v.arguments(p.Until, calendar.Tokyo.String())...)
	if err != nil {
		return Progress{}, fmt.Errorf("counting acknowledgements by day: %w", err)
	}
	var (
		day   time.Time
		done  bool
		count int
		total int
	)
	_, err = pgx.ForEachRow(rows, []any{&day, &done, &count, &p.Bound}, func() error {
		if done {
			total += count
			p.Days = append(p.Days, DayCount{day, count, total})
		}
		return nil
	})
	if err != nil {
		return Progress{}, fmt.Errorf("counting acknowledgements by day: %w", err)
	}
	return p, nil
}
