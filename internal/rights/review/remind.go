package review

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/deadline"
	"kagami/internal/door"
	"kagami/internal/notice"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Reminders are when who leads a section that has not handed in, and the 統括, are reminded. The
// 管理者 is the one who has it to do: what goes to them as such comes besides, where a town wants
// it.
var Reminders = deadline.NewReminders("right_review", "利用権限の確認の期限", deadline.Words{
	Who:     "利用権限を確かめる人",
	Person:  "期限の前と後の、どの日に、提出していない課室で利用権限を確かめる人（課長。空席のときは、図 1.1 でその上の役割の人）へお知らせを出すかです。",
	Manager: "期限を過ぎても提出していないことを、ほかにどの日に、その課の課長へお知らせするかです。はじめは、ありません。",
	General: "提出していない課室があることを、どの日に統括へお知らせするかです。このほかに、毎週月曜日に、提出していない課室の一覧が統括に届きます。",
}, deadline.Standard{Person: []int{-14, -3, 1, 4}, General: []int{7, 14}})

// tend is the job of tending the confirmation that is open.
type tend struct{}

// Kind is the job's name in the database.
func (tend) Kind() string { return "right_review_tend" }

// tendEvery is how often it is tended: a day that has come is seen within the hour.
const tendEvery = time.Hour

// RegisterJobs adds the worker.
func (s *Service) RegisterJobs(workers *river.Workers) []*river.PeriodicJob {
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[tend]) error { return s.Tend(ctx) }))
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(tendEvery),
		func() (river.JobArgs, *river.InsertOpts) { return tend{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})}
}

// reminded is a section whose step has come today.
type reminded struct {
	SectionID int64
	Recipient deadline.Recipient
}

// Tend takes into the confirmation that is open the sections to which people have come since,
// reminds those whose day has come, and tells the 統括 each Monday which are missing. It may be
// done any number of times on a day: each is told once.
func (s *Service) Tend(ctx context.Context) error {
	err := s.door.Do(ctx, authz.AsPortal(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.FallsDue, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		v, err := postgres.One[Review](ctx, tx, "locking a confirmation of rights", selectReview+` WHERE v.state = 'open' FOR NO KEY UPDATE OF v`)
		if errors.Is(err, pgx.ErrNoRows) {
			return door.Unchanged(), nil
		}
		if err != nil {
			return door.Unchanged(), err
		}
		joined, err := joinSections(ctx, tx, v)
		if err != nil {
			return door.Unchanged(), err
		}
		list, err := v.remind(ctx, tx)
		if err != nil {
			return door.Unchanged(), err
		}
		messages, err := v.reminders(ctx, tx, list)
		if err != nil {
			return door.Unchanged(), err
		}
		weekly, err := v.tellWeekly(ctx, tx)
		if err != nil || joined+len(list)+len(weekly) == 0 {
			return door.Unchanged(), err
		}
		return door.Effect{
			Subject: trail.Subject{Kind: subject, ID: v.ID}, Fields: []string{"joined", "reminded", "weekly"},
			Refs: map[string]int64{"joined": int64(joined), "reminded": int64(len(list)), "weekly": int64(len(weekly))}, Notices: append(messages, weekly...),
		}, nil
	})
	if err != nil {
		return fmt.Errorf("tending the confirmation of rights: %w", err)
	}
	return nil
}

// remind writes down of which sections somebody is to be reminded today, and by which step.
func (v Review) remind(ctx context.Context, tx *door.Tx) ([]reminded, error) {
	steps, rest, err := Reminders.StepsForPortal(ctx, tx, tx.Today())
	if err != nil || rest {
		return nil, err
	}
	return postgres.List[reminded](ctx, tx, "reminding of a confirmation of rights", `
		WITH requested AS (
			SELECT n.section_id AS person_id, v.opened_on AS asked_on, v.due_on FROM right_review v JOIN right_review_section n ON n.review_id = v.id
			WHERE v.id = @id AND n.state <> 'handed_in'),
		step AS (`+deadline.Latest+`)
		INSERT INTO right_review_reminder (review_id, section_id, due_on, days, recipient, reminded_on)
		SELECT @id, s.person_id, s.due_on, s.days, s.recipient, @today FROM step s
		WHERE NOT EXISTS (SELECT FROM right_review_reminder m WHERE m.review_id = @id AND m.section_id = s.person_id AND m.due_on = s.due_on
		                  AND m.recipient = s.recipient AND m.days >= s.days)
		RETURNING section_id, recipient`, with(steps.Arguments(tx.Today()), pgx.StrictNamedArgs{"id": v.ID, "today": tx.Today()}))
}

// reminders are whom reminders go to: each is told once, whatever the number of sections.
func (v Review) reminders(ctx context.Context, tx *door.Tx, list []reminded) (messages []notice.Message, err error) {
	to := map[deadline.Recipient][]int64{}
	for _, r := range list {
		to[r.Recipient] = append(to[r.Recipient], r.SectionID)
	}
	add := func(people []int64, text string) {
		messages = append(messages, v.message(people, v.Number()+"の期限は"+v.due(tx.Today()), text))
	}
	for _, recipient := range []deadline.Recipient{deadline.Person, deadline.Manager} {
		if len(to[recipient]) == 0 {
			continue
		}
		people, err := leaders(ctx, tx, to[recipient])
		if err != nil {
			return nil, err
		}
		add(people, "課室の利用権限の確認が、まだ提出されていません。続きを確かめて、提出してください。")
	}
	if missing := len(to[deadline.General]); missing > 0 {
		people, err := officers(ctx, tx)
		if err != nil {
			return nil, err
		}
		add(people, fmt.Sprintf("期限を過ぎても、%d課室が提出していません。課室ごとの進み具合を見てください。", missing))
	}
	return messages, nil
}

func (v Review) message(to []int64, title, text string) notice.Message {
	return notice.Message{To: to, Notice: notice.Notice{Topic: subject, TopicID: v.ID, Title: title, Text: text, URL: address.RightReview(v.Code)}}
}

func (v Review) due(today calendar.Date) string {
	if v.Late(today) {
		return calendar.Wareki(v.DueOn) + "でした"
	}
	return calendar.Wareki(v.DueOn) + "です"
}

func officers(ctx context.Context, tx *door.Tx) ([]int64, error) {
	holders, err := responsible.Of(ctx, tx, authz.GeneralSecurityOfficer, []int64{0}, nil, tx.Today())
	return holders[0], err
}

// named is how many sections a notice names.
const named = 20

// tellWeekly tells the 統括 which sections are missing, on the first day of a week on which it is
// tended, but for the week of the opening.
func (v Review) tellWeekly(ctx context.Context, tx *door.Tx) ([]notice.Message, error) {
	tag, err := tx.Exec(ctx, `
		INSERT INTO right_review_week (review_id, monday)
		SELECT id, date_trunc('week', @today::date)::date FROM right_review WHERE id = @id AND date_trunc('week', @today::date)::date > opened_on
		  AND EXISTS (SELECT FROM right_review_section n WHERE n.review_id = @id AND n.state <> 'handed_in')
		ON CONFLICT DO NOTHING`, pgx.StrictNamedArgs{"id": v.ID, "today": tx.Today()})
	if err != nil {
		return nil, fmt.Errorf("telling of a confirmation of rights in a week: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return nil, nil
	}
	list, err := lacking(ctx, tx, v, tx.Today())
	if err != nil || len(list) == 0 {
		return nil, err
	}
	var names []string
	for _, l := range list[:min(named, len(list))] {
		names = append(names, l.SectionName+"（残り"+strconv.Itoa(l.Left)+"件）")
	}
	text := strings.Join(names, "、")
	if more := len(list) - named; more > 0 {
		text += "ほか" + strconv.Itoa(more) + "課室"
	}
	people, err := officers(ctx, tx)
	return []notice.Message{v.message(people, fmt.Sprintf("%sを提出していない課室は、%d課室です", v.Number(), len(list)), text+"。期限は、"+calendar.Wareki(v.DueOn)+"です。")}, err
}
