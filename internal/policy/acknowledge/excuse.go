package acknowledge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/policy"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// AskedPerson is one person whom a revision asks to acknowledge it, with what has
// come of it.
type AskedPerson struct {
	Reading     policy.Reading
	StaffNumber string
	Name        string
	Section     string     // empty for a post that belongs to none
	Requests    []Request  // the earliest first; none where the portal has not asked yet
	At          *time.Time // when they acknowledged it; nil for not yet
	Number      int        // the revision that they acknowledged; 0 for none
	Reminders   []Reminder // the earliest first
	Excuses     []Excuse   // the earliest first

	person, section int64
}

// Request is that the portal asked somebody: once, and again when they came back.
type Request struct {
	On, DueOn calendar.Date
}

// Reminder is that somebody was reminded, or their 管理者 of them.
type Reminder struct {
	On     calendar.Date
	ToHead bool
}

// Excuse is that somebody need not acknowledge a revision, from then until it
// ended.
type Excuse struct {
	Reason  string
	By      string
	At      time.Time
	EndedBy string
	EndedAt *time.Time // nil while it lasts
}

// Due is the last day on which theirs is in time, as they were asked last; zero
// where they were not.
func (w AskedPerson) Due() calendar.Date {
	if len(w.Requests) == 0 {
		return calendar.Date{}
	}
	return w.Requests[len(w.Requests)-1].DueOn
}

// Excused tells whether they need not acknowledge it for now.
func (w AskedPerson) Excused() bool {
	return len(w.Excuses) > 0 && w.Excuses[len(w.Excuses)-1].EndedAt == nil
}

// AskedPerson returns one of those whom a document's current revision asks; NotFound
// for anybody else, and for who is not in the actor's sections.
func (s *Service) AskedPerson(ctx context.Context, actor authz.Actor, code, staffNumber string) (AskedPerson, error) {
	v, err := s.view(ctx, actor, code)
	if err != nil {
		return AskedPerson{}, err
	}
	w, err := loadAskedPerson(ctx, s.pool, v, s.today(), staffNumber)
	if err != nil {
		return AskedPerson{}, err
	}
	if err := loadRequests(ctx, s.pool, &w); err != nil {
		return AskedPerson{}, err
	}
	if err := loadReminders(ctx, s.pool, &w); err != nil {
		return AskedPerson{}, err
	}
	if err := loadExcuses(ctx, s.pool, &w); err != nil {
		return AskedPerson{}, err
	}
	for i, e := range w.Excuses {
		w.Excuses[i].Reason = reasonFor(actor, e.Reason)
	}
	return w, nil
}

// reasonFor is why somebody need not acknowledge a revision, for those who decide
// on that and for the 監査担当者; it may say that somebody is ill.
func reasonFor(actor authz.Actor, reason string) string {
	if reason == "" || actor.Reach(authz.ExcuseAcknowledgement) != authz.None || actor.Has(authz.Auditor) {
		return reason
	}
	return "（免除できる人と監査担当者だけが見られます）"
}

func loadAskedPerson(ctx context.Context, db postgres.Querier, v view, day calendar.Date, staffNumber string) (AskedPerson, error) {
	w := AskedPerson{Reading: v.reading}
	err := db.QueryRow(ctx, `
		WITH `+seen+`
		SELECT p.id, p.staff_number, p.name, coalesce(s.id, 0), coalesce(s.name, ''), k.acknowledged_at, coalesce(k.number, 0)
		FROM seen b JOIN person_shown p ON p.id = b.person_id LEFT JOIN section_shown s ON s.id = b.section_id
		LEFT JOIN LATERAL (
			SELECT a.acknowledged_at, r.number FROM acknowledgement a JOIN revision r ON r.id = a.revision_id
			WHERE a.person_id = p.id AND a.revision_id = ANY($5::bigint[]) ORDER BY r.number DESC LIMIT 1) k ON true
		WHERE b.person_id = (SELECT id FROM person_shown WHERE staff_number = $9)`, v.arguments(day, staffNumber)...).
		Scan(&w.person, &w.StaffNumber, &w.Name, &w.section, &w.Section, &w.At, &w.Number)
	if errors.Is(err, pgx.ErrNoRows) {
		return AskedPerson{}, fault.New(fault.NotFound, "この職員は、この文書の確認の対象ではありません。「確認した人」の一覧から選び直してください。")
	}
	return w, wrap("loading who is asked", err)
}

func loadRequests(ctx context.Context, db postgres.Querier, w *AskedPerson) error {
	rows, err := db.Query(ctx, `SELECT asked_on, due_on FROM acknowledgement_request WHERE revision_id = $1 AND person_id = $2 ORDER BY asked_on`,
		w.Reading.Revision.ID, w.person)
	if err != nil {
		return fmt.Errorf("listing requests: %w", err)
	}
	w.Requests, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Request])
	return wrap("listing requests", err)
}

func loadReminders(ctx context.Context, db postgres.Querier, w *AskedPerson) error {
	rows, err := db.Query(ctx, `SELECT reminded_on, days FROM acknowledgement_reminder WHERE revision_id = $1 AND person_id = $2 ORDER BY reminded_on, days`,
		w.Reading.Revision.ID, w.person)
	if err != nil {
		return fmt.Errorf("listing reminders: %w", err)
	}
	var (
		on   calendar.Date
		days int
	)
	_, err = pgx.ForEachRow(rows, []any{&on, &days}, func() error {
		w.Reminders = append(w.Reminders, Reminder{on, step(days).toHead})
		return nil
	})
	return wrap("listing reminders", err)
}

func loadExcuses(ctx context.Context, db postgres.Querier, w *AskedPerson) error {
	rows, err := db.Query(ctx, `
		SELECT e.reason, b.name, e.excused_at, coalesce(n.name, ''), e.ended_at
		FROM acknowledgement_excuse e JOIN person_shown b ON b.id = e.excused_by LEFT JOIN person_shown n ON n.id = e.ended_by
		WHERE e.revision_id = $1 AND e.person_id = $2 ORDER BY e.id`, w.Reading.Revision.ID, w.person)
	if err != nil {
		return fmt.Errorf("listing excuses: %w", err)
	}
	w.Excuses, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Excuse, error) {
		var e Excuse
		return e, row.Scan(&e.Reason, &e.By, &e.At, &e.EndedBy, &e.EndedAt)
	})
	return wrap("listing excuses", err)
}

// Excuse lets somebody off acknowledging a document's current revision for now,
// for a reason. Conflict where they have acknowledged it or are excused already.
func (s *Service) Excuse(ctx context.Context, actor authz.Actor, code, staffNumber, reason string) error {
	err := s.aboutAsked(ctx, actor, code, staffNumber, func(tx *door.Tx, w AskedPerson) (door.Effect, error) {
		if err := fault.InvalidFields(policy.CheckReason("reason", reason)); err != nil {
			return door.Unchanged(), err
		}
		if w.At != nil {
			return door.Unchanged(), fault.New(fault.Conflict, "この職員は、すでに確認しています。免除は要りません。")
		}
		_, err := tx.Exec(ctx, `INSERT INTO acknowledgement_excuse (revision_id, person_id, reason, excused_by, excused_at) VALUES ($1, $2, $3, $4, $5)`,
			w.Reading.Revision.ID, w.person, reason, actor.Person, tx.Now)
		return w.effect("reason"), policy.Explain(err)
	})
	return wrap("excusing somebody", err)
}

// EndExcuse asks somebody again who was excused, such as who has come back to
// work: with as many days as those who were asked first. Conflict where they are not excused.
func (s *Service) EndExcuse(ctx context.Context, actor authz.Actor, code, staffNumber string) error {
	err := s.aboutAsked(ctx, actor, code, staffNumber, func(tx *door.Tx, w AskedPerson) (door.Effect, error) {
		tag, err := tx.Exec(ctx, `
			UPDATE acknowledgement_excuse SET ended_by = $3, ended_at = $4 WHERE revision_id = $1 AND person_id = $2 AND ended_at IS NULL`,
			w.Reading.Revision.ID, w.person, actor.Person, tx.Now)
		if err == nil && tag.RowsAffected() == 0 {
			err = fault.New(fault.Conflict, "この職員は、いまは免除されていません。画面を開き直して、いまの状態を確かめてください。")
		}
		if err == nil {
			err = tx.Enqueue(ctx, tendCampaign{w.Reading.Revision.ID}, tx.Now)
		}
		return w.effect("ended_at"), err
	})
	return wrap("ending an excuse", err)
}

// MayExcuse tells whether a page offers an actor to excuse somebody.
func MayExcuse(actor authz.Actor, w AskedPerson) bool {
	_, may := actor.May(authz.ExcuseAcknowledgement, authz.Matter{Section: w.section, Person: w.person, Decision: true})
	return may
}

// aboutAsked changes what is asked of one person, which they never decide
// themselves.
func (s *Service) aboutAsked(ctx context.Context, actor authz.Actor, code, staffNumber string,
	change func(tx *door.Tx, w AskedPerson) (door.Effect, error),
) error {
	v, err := s.view(ctx, actor, code)
	if err != nil {
		return err
	}
	return s.door.Do(ctx, actor, func(tx *door.Tx) (door.Effect, error) {
		w, err := loadAskedPerson(ctx, tx, v, tx.Today(), staffNumber)
		if err != nil {
			return door.Unchanged(), err
		}
		matter, err := org.Concerning(ctx, tx, w.person, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		matter.Section = w.section
		if err := tx.Allow(authz.ExcuseAcknowledgement, matter); err != nil {
			return door.Unchanged(), err
		}
		return change(tx, w)
	})
}

func (w AskedPerson) effect(field string) door.Effect {
	return door.Effect{
		Subject: trail.Subject{Kind: "acknowledgement_excuse", ID: w.Reading.Revision.ID}, Fields: []string{field},
		Refs: map[string]int64{"document": w.Reading.Document.ID, "person": w.person},
	}
}
