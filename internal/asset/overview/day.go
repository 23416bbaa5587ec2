package overview

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/calendar"
)

// KeepDay keeps the numbers of today, by section and duty, in the place of those that were
// kept of today before: the last ones of a day are that day's. Today is that of the database,
// which is one for all portals: one whose clock is slow would write over yesterday's what has
// changed today. It is no change of the register and passes no door: it counts what the trail
// shows already.
func (s *Service) KeepDay(ctx context.Context) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var now time.Time
		if err := tx.QueryRow(ctx, `SELECT database_clock()`).Scan(&now); err != nil {
			return err
		}
		today := calendar.Day(now)
		if _, err := tx.Exec(ctx, keepSections, pgx.StrictNamedArgs{"today": today, "looked": asset.LookedAt(today)}); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO asset_town_day (day, assets, broken)
			SELECT day, coalesce(sum(number) FILTER (WHERE duty = 'assets'), 0), coalesce(sum(number) FILTER (WHERE duty = 'broken'), 0)
			FROM asset_day WHERE day = @today AND duty IN ('assets', 'broken') GROUP BY day
			ON CONFLICT (day) DO UPDATE SET assets = excluded.assets, broken = excluded.broken`, pgx.StrictNamedArgs{"today": today})
		return err
	})
	if err != nil {
		return fmt.Errorf("keeping the numbers of the day: %w", err)
	}
	return nil
}

const keepSections = `
		INSERT INTO asset_day (day, section_id, duty, number)
		SELECT @today::date, s.section_id, n.duty, n.number
		FROM (SELECT section_id, sum(assets) AS assets, sum(drafts) AS drafts, sum(unowned) AS unowned, sum(broken) AS broken, sum(by_hand) AS by_hand
		      FROM asset_sum GROUP BY section_id) s
		LEFT JOIN (SELECT section_id, count(*) AS number FROM excepted_assets(@today::date) GROUP BY section_id) x USING (section_id)
		CROSS JOIN LATERAL (VALUES ('assets', s.assets), ('drafts', s.drafts), ('unowned', s.unowned), ('broken', s.broken - coalesce(x.number, 0)),
			('excepted', coalesce(x.number, 0)), ('by_hand', s.by_hand)) n(duty, number)
		UNION ALL
		SELECT @today::date, s.section_id, 'unchecked', coalesce(o.number, 0)
		FROM (SELECT DISTINCT section_id FROM asset_sum) s LEFT JOIN (
			SELECT section_id, count(*) AS number FROM asset
			WHERE state ` + life.Counts + ` AND coalesce(checked_on, registered_on) < @looked::date GROUP BY section_id) o USING (section_id)
		ON CONFLICT (day, duty, section_id) DO UPDATE SET number = excluded.number WHERE asset_day.number <> excluded.number`

// keepDay is the job of keeping the numbers of the day.
type keepDay struct{}

// Kind is the job's name in the database.
func (keepDay) Kind() string { return "asset_keep_day" }

// keepEvery is how old the numbers of today may be.
const keepEvery = 10 * time.Minute

// RegisterJobs adds the worker that keeps the numbers.
func (s *Service) RegisterJobs(workers *river.Workers) []*river.PeriodicJob {
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[keepDay]) error { return s.KeepDay(ctx) }))
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(keepEvery),
		func() (river.JobArgs, *river.InsertOpts) { return keepDay{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})}
}
