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
	"kagami/internal/edition"
	"kagami/internal/holiday"
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

// RemindAll reminds of each disposal that waits, whose step has come today.
func (s *Service) RemindAll(ctx context.Context) error {
	list, err := postgres.List[struct{ ID int64 }](ctx, s.pool, "listing what waits", `SELECT d.id FROM disposal d WHERE `+waitingCondition+` ORDER BY d.id`)
	if err != nil {
		return err
	}
	var failed []error
	for _, one := range list {
		failed = append(failed, s.remind(ctx, one.ID))
	}
	return errors.Join(failed...)
}

// reminded is a step that has come today.
type reminded struct {
	Code      string
	Section   int64
	AskedBy   int64
	Due       calendar.Date
	Recipient deadline.Recipient
}

func (s *Service) remind(ctx context.Context, id int64) error {
	err := s.door.Do(ctx, authz.AsPortal(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.FallsDue, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		values, err := setting.LoadForPortal(ctx, tx)
		if err != nil {
			return door.Unchanged(), err
		}
		editions, err := edition.LoadForPortal(ctx, tx, tx.Today())
		if err != nil || Reminders.Rest(values, holiday.Office(editions, tx.Today()), tx.Today()) {
			return door.Unchanged(), err
		}
		args := pgx.StrictNamedArgs{"id": id}
		maps.Copy(args, Reminders.On(values, tx.Today()).Arguments(tx.Today()))
		list, err := postgres.List[reminded](ctx, tx, "reminding of a disposal", `
			WITH waits AS (SELECT d.* FROM disposal d WHERE d.id = @id AND `+waitingCondition+`),
			requested AS (SELECT asked_by AS person_id, (asked_at AT TIME ZONE 'Asia/Tokyo')::date AS asked_on, due_on FROM waits),
			step AS (`+deadline.Latest+`),
			reminded AS (
				INSERT INTO disposal_reminder (disposal_id, recipient, days, reminded_on)
				SELECT @id, t.recipient, t.days, @step_day::date FROM step t
				WHERE NOT EXISTS (SELECT FROM disposal_reminder m WHERE m.disposal_id = @id AND m.recipient = t.recipient AND m.days >= t.days)
				RETURNING recipient)
			SELECT w.code, w.section_id AS section, w.asked_by, w.due_on AS due, m.recipient FROM reminded m CROSS JOIN waits w ORDER BY m.recipient`, args)
		if err != nil || len(list) == 0 {
			return door.Unchanged(), err
		}
		effect := door.Effect{Subject: trail.Subject{Kind: about, ID: id}, Fields: []string{"reminded"}}
		for _, r := range list {
			to, err := r.to(ctx, tx)
			if err != nil {
				return door.Unchanged(), err
			}
			title := "廃棄する予定の日が近づいています"
			if tx.Today().After(r.Due) {
				title = "廃棄する予定の日を過ぎています"
			}
			effect.Notices = append(effect.Notices, tell(to, Disposal{ID: id, Code: r.Code}, title, "（予定の日："+calendar.Wareki(r.Due)+"）を廃棄して、記録してください。")...)
		}
		return effect, nil
	})
	if err != nil {
		return fmt.Errorf("reminding of a disposal: %w", err)
	}
	return nil
}

// to are those whom the step tells.
func (r reminded) to(ctx context.Context, tx *door.Tx) ([]int64, error) {
	role, section := authz.SecurityManager, r.Section
	switch r.Recipient {
	case deadline.Person:
		return []int64{r.AskedBy}, nil
	case deadline.General:
		role, section = authz.GeneralSecurityOfficer, 0
	case deadline.Manager:
	}
	holders, err := responsible.Of(ctx, tx, role, []int64{section}, nil, tx.Today())
	return holders[section], err
}
