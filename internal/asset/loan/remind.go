package loan

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
	"kagami/internal/notice"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// remindAll is the job of reminding of all that is to come back.
type remindAll struct{}

// Kind is the job's name in the database.
func (remindAll) Kind() string { return "asset_loan_remind" }

// remindEvery is how often it is looked whether a day has come.
const remindEvery = time.Hour

// RegisterJobs adds the worker for reminders.
func (s *Service) RegisterJobs(workers *river.Workers) []*river.PeriodicJob {
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[remindAll]) error { return s.RemindAll(ctx) }))
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(remindEvery),
		func() (river.JobArgs, *river.InsertOpts) { return remindAll{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})}
}

// RemindAll reminds of each loan whose day has come, as long as it is not back. It may be
// done any number of times on a day: each step is taken once.
func (s *Service) RemindAll(ctx context.Context) error {
	steps, rest, err := Reminders.StepsForPortal(ctx, s.pool, s.today())
	if err != nil || rest {
		return err
	}
	rows, err := s.pool.Query(ctx, `WITH requested AS (`+requested+`), due AS (`+deadline.Latest+`) SELECT DISTINCT d.person_id FROM due d WHERE `+notYet+` ORDER BY 1`,
		steps.Arguments(s.today()))
	if err != nil {
		return fmt.Errorf("looking for what is to come back: %w", err)
	}
	loans, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("looking for what is to come back: %w", err)
	}
	var failed []error
	for _, loan := range loans {
		failed = append(failed, s.remind(ctx, loan, steps))
	}
	return errors.Join(failed...)
}

// requested are the loans that are out, as deadline asks for them: one last day each, and a
// loan in the place of a person, who may have many.
const requested = `SELECT l.id AS person_id, (l.handed_at AT TIME ZONE 'Asia/Tokyo')::date AS asked_on, l.until_on AS due_on FROM loan l WHERE l.state = 'handed'`

// notYet tells that a step d was not taken yet, nor a later one.
const notYet = `NOT EXISTS (SELECT FROM loan_reminder m WHERE m.loan_id = d.person_id AND m.recipient = d.recipient AND m.days >= d.days)`

// reminded is a step that was taken.
type reminded struct {
	Recipient deadline.Recipient
	Days      int
}

// remind takes the steps of one loan whose day has come.
func (s *Service) remind(ctx context.Context, loan int64, steps deadline.Steps) error {
	err := s.door.Do(ctx, authz.AsPortal(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.FallsDue, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		l, err := postgres.One[Loan](ctx, tx, "looking at what is to come back", selectLoan+` WHERE l.id = @id FOR UPDATE OF l`, pgx.StrictNamedArgs{"id": loan, "today": tx.Today()})
		if err != nil {
			return door.Unchanged(), err
		}
		args := steps.Arguments(tx.Today())
		maps.Copy(args, pgx.StrictNamedArgs{"id": loan})
		taken, err := postgres.List[reminded](ctx, tx, "reminding of what is to come back", `
			WITH requested AS (`+requested+` AND l.id = @id), due AS (`+deadline.Latest+`)
			INSERT INTO loan_reminder (loan_id, recipient, days, reminded_on) SELECT d.person_id, d.recipient, d.days, @step_day FROM due d WHERE `+notYet+` RETURNING recipient, days`, args)
		if err != nil || len(taken) == 0 {
			return door.Unchanged(), err
		}
		messages, err := l.remind(ctx, tx, taken)
		return door.Effect{
			Subject: trail.Subject{Kind: "loan", ID: l.ID}, Fields: []string{"reminded"}, Refs: map[string]int64{"person": l.TakerID, "reminded": int64(len(taken))}, Notices: messages,
		}, err
	})
	if err != nil {
		return fmt.Errorf("reminding of loan %d: %w", loan, err)
	}
	return nil
}

// remind are the notices of steps: to who has it, to the 管理者 of the section that holds it
// and of that which has it, and to the 統括; each is told once.
func (l Loan) remind(ctx context.Context, tx *door.Tx, taken []reminded) ([]notice.Message, error) {
	late := tx.Today().After(l.Until)
	day := calendar.Wareki(l.Until)
	told := []int64{}
	var messages []notice.Message
	say := func(to []int64, title, text string) {
		to = slices.DeleteFunc(to, func(person int64) bool { return slices.Contains(told, person) })
		if told = append(told, to...); len(to) > 0 {
			messages = append(messages, tell(to, l.ID, l.Code, title, text)...)
		}
	}
	for _, step := range taken {
		switch step.Recipient {
		case deadline.Person:
			title, text := l.AssetName+"を返す日が近づいています", "返す日は"+day+"です。"
			switch {
			case late:
				title, text = l.AssetName+"の返す日を過ぎています", "返す日は"+day+"でした。すぐに返してください。見つからないときは、「紛失の届出」をしてください。"
			case l.Until == tx.Today():
				title, text = l.AssetName+"を返す日は、きょうです", "返して、返却を確かめてもらってください。"
			}
			say([]int64{l.TakerID}, title, text)
		case deadline.Manager:
			heads, err := responsible.Of(ctx, tx, authz.SecurityManager, []int64{l.Holder, l.Section}, []int64{l.TakerID}, tx.Today())
			if err != nil {
				return nil, err
			}
			to := append(slices.Clone(heads[l.Holder]), heads[l.Section]...)
			slices.Sort(to)
			say(slices.Compact(to), l.AssetName+"が返っていません", l.where(day, late))
		case deadline.General:
			heads, err := responsible.Of(ctx, tx, authz.GeneralSecurityOfficer, []int64{0}, []int64{l.TakerID}, tx.Today())
			if err != nil {
				return nil, err
			}
			say(slices.Clone(heads[0]), l.AssetName+"が返っていません", l.where(day, late))
		}
	}
	return messages, nil
}

// where says who has it, and since when it should be back.
func (l Loan) where(day string, late bool) string {
	if !late {
		return l.SectionName + "の" + l.Taker + "が持っています。返す日は" + day + "です。"
	}
	return l.SectionName + "の" + l.Taker + "が持っています。返す日は" + day + "でした。本人に返却を促してください。"
}
