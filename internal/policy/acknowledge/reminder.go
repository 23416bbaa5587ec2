package acknowledge

import (
	"context"
	"slices"

	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/postgres"
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

// recipient is somebody who is reminded today, or of whom their 管理者 is.
type recipient struct {
	PersonID, SectionID int64 // 0 for a post that belongs to no section
	DueOn               calendar.Date
	Days                int // of the step
}

// remind writes down who is to be reminded today, and by which step.
func (c campaign) remind(ctx context.Context, tx *door.Tx) ([]recipient, error) {
	if !tx.Today().After(c.AskedFrom) {
		return nil, nil // nobody is reminded on the day on which they are asked
	}
	days := make([]int, len(reminders))
	for i, r := range reminders {
		days[i] = r.days
	}
	args := c.everybody.arguments(tx.Today())
	args["days"] = days
	return postgres.List[recipient](ctx, tx, "reminding", `
		WITH `+inView+`,`+requested+`,
		step AS (
			SELECT q.person_id, q.asked_on, q.due_on, max(s.days) AS days
			FROM requested q JOIN unnest(@days::int[]) s(days) ON q.due_on + s.days <= @day::date AND q.due_on + s.days > q.asked_on
			GROUP BY q.person_id, q.asked_on, q.due_on),
		reminded AS (
			INSERT INTO acknowledgement_reminder (revision_id, person_id, asked_on, days, reminded_on)
			SELECT @revision, t.person_id, t.asked_on, t.days, @day
			FROM step t JOIN in_view a ON a.person_id = t.person_id
			WHERE NOT a.acknowledged AND NOT a.excused
			  AND NOT EXISTS (SELECT FROM acknowledgement_reminder m WHERE m.revision_id = @revision AND m.person_id = t.person_id
			                  AND m.asked_on = t.asked_on AND m.days >= t.days)
			RETURNING person_id, days)
		SELECT m.person_id, coalesce(a.section_id, 0) AS section_id, t.due_on, m.days
		FROM reminded m JOIN in_view a ON a.person_id = m.person_id JOIN step t ON t.person_id = m.person_id
		ORDER BY a.section_id, m.person_id`, args)
}
