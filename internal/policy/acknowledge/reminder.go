package acknowledge

import (
	"context"
	"maps"

	"kagami/internal/calendar"
	"kagami/internal/deadline"
	"kagami/internal/door"
	"kagami/internal/postgres"
	"kagami/internal/setting"
)

// Reminders are when people, and those who answer for them, are reminded of what
// has not been acknowledged.
var Reminders = deadline.NewReminders("acknowledgement", "閲読の確認の期限", deadline.Words{
	Who:     "本人",
	Person:  "期限の前と後の、どの日に本人へお知らせを出すかです。",
	Manager: "済んでいない職員がいることを、どの日にその課の課長へお知らせするかです。空席か、課長本人もまだのときは、図 1.1 でその上の役割の人に届きます。",
	General: "済んでいない職員がいることを、どの日に統括へお知らせするかです。はじめは「なし」で、統括は「確認の状況」でいつでも見られます。",
}, deadline.Standard{Person: []int{-3, 1}, Manager: []int{4, 11}})

// Foreseen is when people will be reminded of a last day.
type Foreseen struct {
	Steps      deadline.Steps
	OfficeDays bool // what falls on a day on which the offices are closed waits for the next
}

// RemindersForPortal returns when people will be reminded of a last day, as far as it is
// set by now.
func (s *Service) RemindersForPortal(ctx context.Context, due calendar.Date) (Foreseen, error) {
	values, err := setting.LoadForPortal(ctx, s.pool)
	if err != nil {
		return Foreseen{}, err
	}
	return Foreseen{Reminders.Of(values, due), Reminders.OfficeDays.On(values, due)}, nil
}

// reminded is somebody whose step has come today.
type reminded struct {
	PersonID, SectionID int64 // 0 for a post that belongs to no section
	DueOn               calendar.Date
	Days                int // of the step
	Recipient           deadline.Recipient
}

// remind writes down of whom somebody is to be reminded today, and by which step.
func (c campaign) remind(ctx context.Context, tx *door.Tx) ([]reminded, error) {
	if !tx.Today().After(c.AskedFrom) {
		return nil, nil // nobody is reminded on the day on which they are asked
	}
	steps, rest, err := Reminders.StepsForPortal(ctx, tx, tx.Today())
	if err != nil || rest {
		return nil, err
	}
	args := c.everybody.arguments(tx.Today())
	maps.Copy(args, steps.Arguments(tx.Today()))
	return postgres.List[reminded](ctx, tx, "reminding", `
		WITH `+inView+`,`+requested+`,
		step AS (`+deadline.Latest+`),
		reminded AS (
			INSERT INTO acknowledgement_reminder (revision_id, person_id, asked_on, days, recipient, reminded_on)
			SELECT @revision, t.person_id, t.asked_on, t.days, t.recipient, @day
			FROM step t JOIN in_view a ON a.person_id = t.person_id
			WHERE NOT a.acknowledged AND NOT a.excused AND NOT a.absent
			  AND NOT EXISTS (SELECT FROM acknowledgement_reminder m WHERE m.revision_id = @revision AND m.person_id = t.person_id
			                  AND m.asked_on = t.asked_on AND m.recipient = t.recipient AND m.days >= t.days)
			RETURNING person_id, days, recipient)
		SELECT m.person_id, coalesce(a.section_id, 0) AS section_id, q.due_on, m.days, m.recipient
		FROM reminded m JOIN in_view a ON a.person_id = m.person_id JOIN requested q ON q.person_id = m.person_id
		ORDER BY a.section_id, m.person_id, m.recipient`, args)
}
