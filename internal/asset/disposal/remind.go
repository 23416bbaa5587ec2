package disposal

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/deadline"
	"kagami/internal/door"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
	"kagami/internal/setting"
	"kagami/internal/trail"
)

// Reminders are when who has asked to dispose of something, and those who answer for it, are
// reminded of what waits to be done.
var Reminders = deadline.Reminders{
	Person: setting.NewDays("disposal.remind_person", "廃棄する予定の日：申請した人へのお知らせ",
		"廃棄する予定の日の前と後の、どの日に、申請した人へお知らせを出すかです。廃棄を記録すると、出なくなります。", 1),
	Manager: setting.NewDays("disposal.remind_manager", "廃棄する予定の日：課長（情報セキュリティ管理者）へのお知らせ",
		"廃棄を待ったままの媒体があることを、どの日にその課の課長へお知らせするかです。空席のときは、図 1.1 でその上の役割の人に届きます。", 8),
	General: setting.NewDays("disposal.remind_general", "廃棄する予定の日：統括情報セキュリティ責任者へのお知らせ",
		"廃棄を待ったままの媒体があることを、どの日に統括へお知らせするかです。", 31),
	OfficeDays: setting.NewSwitch("disposal.office_days", "廃棄する予定の日：閉庁日にはお知らせを出さない",
		"「はい」にすると、閉庁日に当たるお知らせは、次の開庁日に出ます。はじめは「いいえ」で、閉庁日にも出ます。閉庁日は「法令・国の基準」にあります。", false),
}

// remindAll is the job of reminding of all that waits.
type remindAll struct{}

// Kind is the job's name in the database.
func (remindAll) Kind() string { return "disposal_remind" }

// remindEvery is how often it is looked whether a day has come.
const remindEvery = time.Hour

// RegisterJobs adds the worker that reminds.
func (s *Service) RegisterJobs(workers *river.Workers) []*river.PeriodicJob {
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[remindAll]) error { return s.RemindAll(ctx) }))
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(remindEvery),
		func() (river.JobArgs, *river.InsertOpts) { return remindAll{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})}
}

// requested are the disposals that wait, as deadline asks for them: a disposal in the place of
// a person, who may have asked for many.
const requested = `SELECT d.id AS person_id, (d.asked_at AT TIME ZONE 'Asia/Tokyo')::date AS asked_on, d.due_on FROM disposal d WHERE ` + waitingCondition

// notYet tells that a step t was not taken yet, nor a later one.
const notYet = `NOT EXISTS (SELECT FROM disposal_reminder m WHERE m.disposal_id = t.person_id AND m.recipient = t.recipient AND m.days >= t.days)`

// RemindAll reminds of each disposal that waits, whose step has come today. It may be done any
// number of times on a day, also by two at once: each step is taken once.
func (s *Service) RemindAll(ctx context.Context) error {
	today := calendar.Day(s.door.Now())
	steps, rest, err := Reminders.StepsForPortal(ctx, s.pool, today)
	if err != nil || rest {
		return err
	}
	list, err := postgres.List[struct{ ID int64 }](ctx, s.pool, "looking for what is to be disposed of", `
		WITH requested AS (`+requested+`), step AS (`+deadline.Latest+`) SELECT DISTINCT t.person_id AS id FROM step t WHERE `+notYet+` ORDER BY 1`, steps.Arguments(today))
	if err != nil {
		return err
	}
	var failed []error
	for _, one := range list {
		failed = append(failed, s.remind(ctx, one.ID, steps))
	}
	return errors.Join(failed...)
}

// remind takes the steps of one disposal whose day has come. It is locked first: another portal
// may be at it too, and only who sees what that one has done takes each step once.
func (s *Service) remind(ctx context.Context, id int64, steps deadline.Steps) error {
	err := s.door.Do(ctx, authz.AsPortal(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.FallsDue, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		d, err := postgres.One[Disposal](ctx, tx, "looking at what waits", selectDisposal+` WHERE d.id = @id FOR NO KEY UPDATE OF d`, pgx.StrictNamedArgs{"id": id})
		if err != nil {
			return door.Unchanged(), err
		}
		args := steps.Arguments(tx.Today())
		maps.Copy(args, pgx.StrictNamedArgs{"id": id})
		taken, err := postgres.List[struct{ Recipient deadline.Recipient }](ctx, tx, "reminding of a disposal", `
			WITH requested AS (`+requested+` AND d.id = @id), step AS (`+deadline.Latest+`)
			INSERT INTO disposal_reminder (disposal_id, recipient, days, reminded_on)
			SELECT t.person_id, t.recipient, t.days, @step_day::date FROM step t WHERE `+notYet+` ORDER BY t.recipient RETURNING recipient`, args)
		if err != nil || len(taken) == 0 {
			return door.Unchanged(), err
		}
		title := "廃棄する予定の日が近づいています"
		if tx.Today().After(d.Due) {
			title = "廃棄する予定の日を過ぎています"
		}
		effect := door.Effect{Subject: trail.Subject{Kind: about, ID: id}, Fields: []string{"reminded"}}
		for _, step := range taken {
			to, err := d.reminded(ctx, tx, step.Recipient)
			if err != nil {
				return door.Unchanged(), err
			}
			effect.Notices = append(effect.Notices, tell(to, d, title, "（予定の日："+calendar.Wareki(d.Due)+"）を廃棄して、記録してください。")...)
		}
		return effect, nil
	})
	if err != nil {
		return fmt.Errorf("reminding of disposal %d: %w", id, err)
	}
	return nil
}

// reminded are those whom a step tells.
func (d Disposal) reminded(ctx context.Context, tx *door.Tx, recipient deadline.Recipient) ([]int64, error) {
	role, section := authz.SecurityManager, d.Section
	switch recipient {
	case deadline.Person:
		return []int64{d.AskedByID}, nil
	case deadline.General:
		role, section = authz.GeneralSecurityOfficer, 0
	case deadline.Manager:
	}
	holders, err := responsible.Of(ctx, tx, role, []int64{section}, nil, tx.Today())
	return holders[section], err
}
