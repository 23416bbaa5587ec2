package exception

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/deadline"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
	"kagami/internal/setting"
	"kagami/internal/trail"
)

// Reminders are when people are told of the day on which an exception is looked at again, and
// of its last day. After its last day it is over: then nobody is reminded, and told once.
var Reminders = deadline.Reminders{
	Person: setting.NewDays("exception.remind_person", "例外措置の見直し日と期限：申請した人と許可する人へのお知らせ",
		"見直し日と期限の前と後の、どの日に、申請した人と許可する人へお知らせを出すかです。期限の後のお知らせは、終わったことを伝える1回だけです。", -7, 0),
	Manager: setting.NewDays("exception.remind_manager", "例外措置の見直し日と期限：課長（情報セキュリティ管理者）へのお知らせ",
		"見直し日を過ぎても見直されていないことを、どの日にその課の課長へお知らせするかです。空席のときは、図 1.1 でその上の役割の人に届きます。", 7),
	General: setting.NewDays("exception.remind_general", "例外措置の見直し日と期限：統括情報セキュリティ責任者へのお知らせ",
		"見直し日を過ぎても見直されていないことを、どの日に統括へお知らせするかです。", 14),
	OfficeDays: setting.NewSwitch("exception.office_days", "例外措置の見直し日と期限：閉庁日にはお知らせを出さない",
		"「はい」にすると、閉庁日に当たるお知らせは、次の開庁日に出ます。はじめは「いいえ」で、閉庁日にも出ます。閉庁日は「法令・国の基準」にあります。", false),
}

// SettleReminders are when people are told that it is still to be recorded how the rule of an
// exception that is over is kept again: until that is done.
var SettleReminders = deadline.NewReminders("exception.settle", "例外措置の後始末の期限", deadline.Words{
	Who:     "申請した人",
	Person:  "後始末の期限の前と後の、どの日に、申請した人へお知らせを出すかです。異動や退職をしているときは、その課の課長に届きます。後始末を記録すると、出なくなります。",
	Manager: "期限を過ぎても後始末が記録されていないことを、どの日にその課の課長へお知らせするかです。空席のときは、図 1.1 でその上の役割の人に届きます。",
	General: "期限を過ぎても後始末が記録されていないことを、どの日に統括へお知らせするかです。",
}, deadline.Standard{
	Person: []int{-3, 1, 8, 15, 29, 59, 89, 119, 149, 179, 209, 239, 269, 299, 329, 359}, Manager: []int{1, 8, 15, 29, 59, 89, 119, 149, 179, 209, 239, 269, 299, 329, 359}, General: []int{15, 59, 119, 179, 239, 299, 359},
})

// tendExceptions is the job of telling people of the days of exceptions. None ends by it.
type tendExceptions struct{}

// Kind is the job's name in the database.
func (tendExceptions) Kind() string { return "exception_tend" }

// tendEvery is how late people may be told on a day.
const tendEvery = time.Hour

// RegisterJobs adds the worker that tells people.
func (s *Service) RegisterJobs(workers *river.Workers) []*river.PeriodicJob {
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[tendExceptions]) error { return s.Tend(ctx) }))
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(tendEvery),
		func() (river.JobArgs, *river.InsertOpts) { return tendExceptions{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})}
}

// over is the recipient of what is told once: that an exception is over.
const over = "over"

// due is what is to be told of an exception on a day.
type due struct {
	Code      string
	ID        int64
	DueOn     calendar.Date
	Days      int // after that day, or before it where that is negative
	Recipient deadline.Recipient
}

// round is what people are told of at the steps of some reminders: its SQL gives each step as
// due does.
type round struct {
	deadline.Reminders
	due string
}

// rounds are of the days of exceptions in force, and of what is over and not settled.
var rounds = []round{{Reminders, dueNow + notYet}, {SettleReminders, dueToSettle + notYet}}

// dueNow are the steps that have come of exceptions in force, and the ends that have. What goes
// on by another one that is permitted does not end for those who have it.
const dueNow = `
		WITH requested AS (
			SELECT e.id AS person_id, e.decided_on AS asked_on, d.due_on FROM exception e
			CROSS JOIN LATERAL (SELECT e.review_on WHERE e.review_on IS NOT NULL
			                    UNION SELECT e.until_on WHERE NOT ` + goesOn + `) d (due_on)
			WHERE e.state = 'permitted' AND e.until_on >= @today::date),
		step AS (` + deadline.Latest + `
			UNION ALL
			SELECT e.id, e.decided_on, e.until_on, 0, 'over' FROM exception e
			WHERE e.state = 'permitted' AND e.until_on < @today::date AND NOT ` + goesOn + `)`

// dueToSettle are the steps that have come of exceptions that are over and not settled.
const dueToSettle = `
		WITH requested AS (
			SELECT e.id AS person_id, CASE e.state WHEN 'permitted' THEN e.until_on ELSE (SELECT (max(h.at) AT TIME ZONE 'Asia/Tokyo')::date FROM exception_step h WHERE h.exception_id = e.id) END AS asked_on,
			       e.settle_by AS due_on
			FROM exception e WHERE ` + unsettled + `),
		step AS (` + deadline.Latest + `)`

// notYet takes the steps by which, or by a later one, nobody has been told yet.
const notYet = `
		SELECT e.code, e.id, t.due_on, t.days, t.recipient FROM step t JOIN exception e ON e.id = t.person_id
		WHERE (@id::bigint = 0 OR e.id = @id) AND NOT EXISTS (
			SELECT FROM exception_told m WHERE m.exception_id = e.id AND m.due_on = t.due_on AND m.recipient = t.recipient AND m.days >= t.days)
		ORDER BY e.id, t.due_on, t.recipient`

// Tend tells those whose day has come of exceptions: each step once, however often it runs.
func (s *Service) Tend(ctx context.Context) error {
	today := calendar.Day(s.door.Now())
	var failed []error
	for _, r := range rounds {
		steps, rest, err := r.StepsForPortal(ctx, s.pool, today)
		if err != nil {
			return errors.Join(append(failed, err)...)
		}
		if rest {
			continue
		}
		list, err := r.dueOf(ctx, s.pool, steps, 0, today)
		for i, d := range list {
			if i == 0 || list[i-1].ID != d.ID {
				failed = append(failed, s.remind(ctx, d.ID, r, steps))
			}
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// dueOf is what is to be told of an exception, by its id, or of all of them.
func (r round) dueOf(ctx context.Context, db postgres.Querier, steps deadline.Steps, id int64, day calendar.Date) ([]due, error) {
	args := steps.Arguments(day)
	maps.Copy(args, pgx.StrictNamedArgs{"today": day, "id": id})
	return postgres.List[due](ctx, db, "looking whom to tell of exceptions", r.due, args)
}

// remind tells what is due of an exception, and keeps that it has.
func (s *Service) remind(ctx context.Context, id int64, r round, steps deadline.Steps) error {
	err := s.door.Do(ctx, authz.AsPortal(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.FallsDue, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		e, err := postgres.One[Exception](ctx, tx, "finding an exception to tell of", selectException+` WHERE e.id = @id FOR NO KEY UPDATE OF e`, pgx.StrictNamedArgs{"id": id})
		if err != nil {
			return door.Unchanged(), err
		}
		list, err := r.dueOf(ctx, tx, steps, id, tx.Today())
		if err != nil || len(list) == 0 {
			return door.Unchanged(), err
		}
		effect := door.Effect{Subject: trail.Subject{Kind: "exception", ID: id}, Fields: []string{"reminded"}}
		for _, d := range list {
			told, err := e.told(ctx, tx, d)
			if err != nil {
				return door.Unchanged(), err
			}
			effect.Notices = once(effect.Notices, told)
			_, err = tx.Exec(ctx, `INSERT INTO exception_told (exception_id, due_on, recipient, days, told_on) VALUES (@id, @due, @recipient, @days, @day)`,
				pgx.StrictNamedArgs{"id": id, "due": d.DueOn, "recipient": string(d.Recipient), "days": d.Days, "day": tx.Today()})
			if err != nil {
				return door.Unchanged(), fmt.Errorf("keeping who was told of an exception: %w", err)
			}
		}
		return effect, nil
	})
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return fmt.Errorf("telling of exception %d: %w", id, err)
	}
	return nil
}

// once adds notices to others, but for people who have been told the same by one of these: who
// has asked may lead the section too.
func once(messages, more []notice.Message) []notice.Message {
	for _, m := range more {
		m.To = slices.DeleteFunc(slices.Clone(m.To), func(person int64) bool {
			return slices.ContainsFunc(messages, func(o notice.Message) bool { return o.Title == m.Title && slices.Contains(o.To, person) })
		})
		if len(m.To) > 0 {
			messages = append(messages, m)
		}
	}
	return messages
}

// told are the notices of what is due.
func (e Exception) told(ctx context.Context, tx *door.Tx, d due) ([]notice.Message, error) {
	answering, err := e.answering(ctx, tx, tx.Today())
	if err != nil {
		return nil, err
	}
	if d.Recipient == over {
		managers, err := managers(ctx, tx, e.sections(), tx.Today())
		return tell(append(answering, managers...), e.ID, e.Code, "例外措置 "+Number(e.Code)+" は、期限の日を過ぎて終わりました",
			"期限は"+calendar.Wareki(e.Until)+"でした。"+e.Clause+"を守れるようにし、"+e.settleWords()+"続けるときは、改めて申請してください。"), err
	}
	title, text := e.reminder(d, tx.Today())
	switch d.Recipient {
	case deadline.Manager:
		to, err := managers(ctx, tx, e.sections(), tx.Today())
		return tell(to, e.ID, e.Code, title, text), err
	case deadline.General:
		const town = 0
		to, err := responsible.Of(ctx, tx, authz.GeneralSecurityOfficer, []int64{town}, nil, tx.Today())
		return tell(to[town], e.ID, e.Code, title, text), err
	case deadline.Person:
	}
	if e.Unsettled(tx.Today()) {
		return tell(answering, e.ID, e.Code, title, text), nil
	}
	may, err := permitters(ctx, tx, e.concerned(), tx.Today())
	return tell(slices.Concat(answering, idsOf(may)), e.ID, e.Code, title, text), err
}

// reminder is what is said before a day of the exception, on it, and after the day on which it
// should have been looked at, or settled.
func (e Exception) reminder(d due, today calendar.Date) (title, text string) {
	number, day := "例外措置 "+Number(e.Code), calendar.Wareki(d.DueOn)
	switch {
	case e.Unsettled(today) && today.After(d.DueOn):
		return number + " の後始末が、期限を過ぎても記録されていません", "期限は" + day + "でした。" + e.Clause + "を守れるようにし、行ったことと、守るように戻した日を記録してください。"
	case e.Unsettled(today):
		return number + " の後始末の期限は、" + day + "です", e.Clause + "を守れるようにし、行ったことと、守るように戻した日を記録してください。"
	case d.DueOn == e.ReviewOn && today.After(d.DueOn):
		return number + " は、見直し日を過ぎても見直されていません", "見直し日は" + day + "でした。許可する人が見直し、続けるか、許可を取り消すかを決めてください。"
	case d.DueOn == e.ReviewOn:
		return number + " の見直し日は、" + day + "です", "代替策が守られているか、まだ必要かを確かめてください。見直しは、許可する人が記録します。"
	case today == d.DueOn:
		return number + " は、今日までです", "明日から、" + e.Clause + "を守る必要があります。続けるときは、改めて申請してください。"
	}
	return number + " は、" + day + "に終わります", "その翌日から、" + e.Clause + "を守る必要があります。続けるときは、期限の前に、改めて申請してください。"
}
