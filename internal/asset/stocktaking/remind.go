package stocktaking

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
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

// Reminders are when those who go through a section, its 情報セキュリティ管理者 and the 統括 are
// reminded of one that is not confirmed.
var Reminders = deadline.NewReminders("stocktaking", "棚卸しの期限", deadline.Words{
	Who:     "棚卸しをする人",
	Person:  "期限の前と後の、どの日に、確認が済んでいない課室で棚卸しをする人へお知らせを出すかです。",
	Manager: "課室の確認が済んでいないことを、どの日にその課の課長へお知らせするかです。空席のときは、図 1.1 でその上の役割の人に届きます。",
	General: "確認が済んでいない課室があることを、どの日に統括へお知らせするかです。",
}, deadline.Standard{Person: []int{-14, -3, 1}, Manager: []int{4}, General: []int{7, 14}})

// tend is the job of tending every 棚卸し that is open.
type tend struct{}

// Kind is the job's name in the database.
func (tend) Kind() string { return "stocktaking_tend" }

// tendEvery is how often they are tended: a day that has come is seen within the hour.
const tendEvery = time.Hour

// RegisterJobs adds the worker.
func (s *Service) RegisterJobs(workers *river.Workers) []*river.PeriodicJob {
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[tend]) error { return s.TendAll(ctx) }))
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(tendEvery),
		func() (river.JobArgs, *river.InsertOpts) { return tend{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})}
}

// TendAll tends every 棚卸し that is open.
func (s *Service) TendAll(ctx context.Context) error {
	list, err := postgres.List[struct{ Code string }](ctx, s.pool, "listing 棚卸し to tend", `SELECT code FROM stocktaking WHERE state = 'open' ORDER BY id`)
	if err != nil {
		return err
	}
	var failed []error
	for _, t := range list {
		failed = append(failed, s.Tend(ctx, t.Code))
	}
	return errors.Join(failed...)
}

// reminded is a section whose step has come today.
type reminded struct {
	SectionID int64
	Recipient deadline.Recipient
}

// Tend takes in the sections to which assets have come since, and reminds those whose day has
// come. It may be done any number of times on a day: each is reminded once by each step.
func (s *Service) Tend(ctx context.Context, code string) error {
	err := s.door.Do(ctx, authz.AsPortal(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.FallsDue, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		t, err := postgres.One[Stocktaking](ctx, tx, "locking a 棚卸し", `SELECT `+stocktakingColumns+fromStocktaking+` WHERE t.code = @code AND t.state = 'open' FOR NO KEY UPDATE OF t`,
			pgx.StrictNamedArgs{"code": code})
		if errors.Is(err, pgx.ErrNoRows) {
			return door.Unchanged(), nil
		}
		if err != nil {
			return door.Unchanged(), err
		}
		joined, err := joinSections(ctx, tx, t)
		if err != nil {
			return door.Unchanged(), err
		}
		list, err := t.remind(ctx, tx)
		if err != nil || joined+len(list) == 0 {
			return door.Unchanged(), err
		}
		messages, err := t.reminders(ctx, tx, list)
		return door.Effect{
			Subject: trail.Subject{Kind: subject, ID: t.ID}, Fields: []string{"joined", "reminded"},
			Refs: map[string]int64{"joined": int64(joined), "reminded": int64(len(list))}, Notices: messages,
		}, err
	})
	if err != nil {
		return fmt.Errorf("tending 棚卸し %s: %w", code, err)
	}
	return nil
}

// remind writes down of which sections somebody is to be reminded today, and by which step.
func (t Stocktaking) remind(ctx context.Context, tx *door.Tx) ([]reminded, error) {
	steps, rest, err := Reminders.StepsForPortal(ctx, tx, tx.Today())
	if err != nil || rest {
		return nil, err
	}
	args := pgx.StrictNamedArgs{"id": t.ID, "today": tx.Today()}
	maps.Copy(args, steps.Arguments(tx.Today()))
	return postgres.List[reminded](ctx, tx, "reminding of a 棚卸し", `
		WITH requested AS (
			SELECT n.section_id AS person_id, t.opened_on AS asked_on, t.due_on FROM stocktaking t JOIN stocktaking_section n ON n.stocktaking_id = t.id
			WHERE t.id = @id AND n.state <> 'confirmed' AND `+holdsAny+`),
		step AS (`+deadline.Latest+`)
		INSERT INTO stocktaking_reminder (stocktaking_id, section_id, due_on, days, recipient, reminded_on)
		SELECT @id, s.person_id, s.due_on, s.days, s.recipient, @today FROM step s
		WHERE NOT EXISTS (SELECT FROM stocktaking_reminder m WHERE m.stocktaking_id = @id AND m.section_id = s.person_id AND m.due_on = s.due_on
		                  AND m.recipient = s.recipient AND m.days >= s.days)
		RETURNING section_id, recipient`, args)
}

// reminders are whom reminders go to: each is told once, whatever the number of sections.
func (t Stocktaking) reminders(ctx context.Context, tx *door.Tx, list []reminded) ([]notice.Message, error) {
	to := map[deadline.Recipient][]int64{}
	for _, r := range list {
		to[r.Recipient] = append(to[r.Recipient], r.SectionID)
	}
	var messages []notice.Message
	for _, recipient := range []deadline.Recipient{deadline.Person, deadline.Manager, deadline.General} {
		of := to[recipient]
		if len(of) == 0 {
			continue
		}
		people, text, err := t.recipients(ctx, tx, recipient, of)
		if err != nil {
			return nil, err
		}
		messages = append(messages, notice.Message{To: people, Notice: notice.Notice{
			Topic: subject, TopicID: t.ID, Title: t.Number() + "の期限は" + t.due(tx.Today()), Text: text, URL: address.Stocktaking(t.Code),
		}})
	}
	return messages, nil
}

func (t Stocktaking) due(today calendar.Date) string {
	if t.Late(today) {
		return calendar.Wareki(t.DueOn) + "でした"
	}
	return calendar.Wareki(t.DueOn) + "です"
}

// recipients are who is reminded of sections, and what they read.
func (t Stocktaking) recipients(ctx context.Context, tx *door.Tx, recipient deadline.Recipient, sections []int64) (people []int64, text string, err error) {
	switch recipient {
	case deadline.Person:
		people, err = goers(ctx, tx, t.ID, []Stage{NotBegun, UnderWay, HandedIn})
		return people, "あなたの課室の情報資産は、まだ確認が済んでいません。続きを確かめてください。", err
	case deadline.Manager:
		managers, err := responsible.Of(ctx, tx, authz.SecurityManager, sections, nil, tx.Today())
		for _, section := range sections {
			people = append(people, managers[section]...)
		}
		slices.Sort(people)
		return slices.Compact(people), "期限を過ぎても、確認が済んでいない課室があります。状況を見て、担当者に声をかけてください。", err
	case deadline.General:
		holders, err := responsible.Of(ctx, tx, authz.GeneralSecurityOfficer, []int64{0}, nil, tx.Today())
		return holders[0], fmt.Sprintf("期限を過ぎても、%d課室の確認が済んでいません。課室ごとの進み具合を見てください。", len(sections)), err
	}
	return nil, "", nil
}
