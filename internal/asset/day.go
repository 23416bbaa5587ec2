package asset

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/calendar"
)

// Duty is what a number of a day counts.
type Duty string

// The duties.
const (
	DutyAssets    Duty = "assets"    // those that count
	DutyDrafts    Duty = "drafts"    // with something to settle
	DutyUnowned   Duty = "unowned"   // without 管理責任者
	DutyBroken    Duty = "broken"    // 基準に合わない（要是正）
	DutyByHand    Duty = "by_hand"   // with a level that no questions came to
	DutyUnchecked Duty = "unchecked" // not looked at for a year
)

// KeepDay keeps the numbers of today, by section and duty, in the place of those that were
// kept of today before: the last ones of a day are that day's.
func (s *Service) KeepDay(ctx context.Context) error {
	today := calendar.Day(s.door.Now())
	_, err := s.pool.Exec(ctx, `
		INSERT INTO asset_day (day, section_id, duty, number)
		SELECT @today, s.section_id, n.duty, n.number
		FROM (SELECT section_id, sum(assets) AS assets, sum(drafts) AS drafts, sum(unowned) AS unowned, sum(broken) AS broken, sum(by_hand) AS by_hand
		      FROM asset_sum GROUP BY section_id) s
		CROSS JOIN LATERAL (VALUES ('assets', s.assets), ('drafts', s.drafts), ('unowned', s.unowned), ('broken', s.broken), ('by_hand', s.by_hand)) n(duty, number)
		UNION ALL
		SELECT @today, s.section_id, 'unchecked', coalesce(o.number, 0)
		FROM (SELECT DISTINCT section_id FROM asset_sum) s LEFT JOIN (
			SELECT section_id, count(*) AS number FROM asset
			WHERE state IN ('draft', 'registered') AND coalesce(checked_on, registered_on) < @today::date - 365 GROUP BY section_id) o USING (section_id)
		ON CONFLICT (day, duty, section_id) DO UPDATE SET number = excluded.number WHERE asset_day.number <> excluded.number`,
		pgx.StrictNamedArgs{"today": today})
	if err != nil {
		return fmt.Errorf("keeping the numbers of the day: %w", err)
	}
	return nil
}
