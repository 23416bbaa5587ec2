package acknowledge

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/calendar"
	"kagami/internal/door"
)

// reminder is one step of reminding somebody of what they have not acknowledged.
type reminder struct {
	days   int  // after their last day in time; before it where negative
	toHead bool // to the 管理者 of their section rather than to them
}

// reminders are the steps, the earliest first. Of steps that have come together
// only the latest is taken.
var reminders = [...]reminder{
	{days: -3},
	{days: 1},
	{days: 4, toHead: true},
	{days: 11, toHead: true},
}

// step is the step of a number of days; none of them where the steps were others
// when somebody was reminded.
func step(days int) reminder {
	i := slices.IndexFunc(reminders[:], func(r reminder) bool { return r.days == days })
	if i < 0 {
		return reminder{days: days}
	}
	return reminders[i]
}

// late is somebody who has been reminded today.
type late struct {
	person, section int64 // 0 for a post that belongs to no section
	due             calendar.Date
	step            reminder
}

// remind writes down who is to be reminded today, and by which step.
func (c campaign) remind(ctx context.Context, tx *door.Tx) ([]late, error) {
	if !tx.Today().After(c.from) {
		return nil, nil // nobody is reminded on the day on which they are asked
	}
	days := make([]int, len(reminders))
	for i, r := range reminders {
		days[i] = r.days
	}
	rows, err := tx.Query(ctx, `
		WITH `+seen+`,`+requested+`,
		step AS (
			SELECT q.person_id, q.asked_on, q.due_on, max(s.days) AS days
			FROM requested q JOIN unnest($9::int[]) s(days) ON q.due_on + s.days <= $1::date AND q.due_on + s.days > q.asked_on
			GROUP BY q.person_id, q.asked_on, q.due_on),
		reminded AS (
			INSERT INTO acknowledgement_reminder (revision_id, person_id, asked_on, days, reminded_on)
			SELECT $6, t.person_id, t.asked_on, t.days, $1
			FROM step t JOIN seen b ON b.person_id = t.person_id
			WHERE NOT b.acknowledged AND NOT b.excused
			  AND NOT EXISTS (SELECT FROM acknowledgement_reminder m WHERE m.revision_id = $6 AND m.person_id = t.person_id
			                  AND m.asked_on = t.asked_on AND m.days >= t.days)
			RETURNING person_id, days)
		SELECT m.person_id, coalesce(b.section_id, 0), t.due_on, m.days
		FROM reminded m JOIN seen b ON b.person_id = m.person_id JOIN step t ON t.person_id = m.person_id
		ORDER BY b.section_id, m.person_id`, c.everybody.arguments(tx.Today(), days)...)
	if err != nil {
		return nil, fmt.Errorf("reminding: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (late, error) {
		var (
			l    late
			days int
		)
		err := row.Scan(&l.person, &l.section, &l.due, &days)
		l.step = step(days)
		return l, err
	})
	return list, wrap("reminding", err)
}
