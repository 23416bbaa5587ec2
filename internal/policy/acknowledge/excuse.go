package acknowledge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/deadline"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/policy"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// answer is what one person whom a revision asks has answered to it.
type answer struct {
	PersonID    int64
	StaffNumber string
	Name        string
	SectionID   int64
	Section     string     // empty, and its id 0, for a post that belongs to none
	At          *time.Time // when they acknowledged it; nil for not yet
	Number      int        // the revision that they acknowledged; 0 for none
}

// AskedPerson is one person whom a revision asks to acknowledge it, with what was
// asked of them and what they have answered.
type AskedPerson struct {
	answer
	Reading   policy.Reading
	Requests  []Request     // the earliest first; none where the portal has not asked yet
	Reminders []Reminder    // the earliest first
	Excuses   []Excuse      // the earliest first
	Absences  []policy.Away // the earliest first
	MayExcuse bool          // whether the actor may excuse them, and end that
	Concerns  bool          // whether they are the actor, who then sees no more than anybody excused
}

// Request is that the portal asked somebody: once, and again when they came back.
type Request struct {
	On, DueOn calendar.Date
}

// Reminder is that somebody was reminded, or their 管理者 of them.
type Reminder struct {
	On calendar.Date
	To deadline.Recipient
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
func (p AskedPerson) Due() calendar.Date {
	if len(p.Requests) == 0 {
		return calendar.Date{}
	}
	return p.Requests[len(p.Requests)-1].DueOn
}

// AskedAgain tells whether they are about to be asked again on a day, with new days:
// they have been away since they were asked, and are back.
func (p AskedPerson) AskedAgain(day calendar.Date) bool {
	return len(p.Requests) > 0 && policy.IsBack(p.Requests[len(p.Requests)-1].On, day, p.Absences)
}

// Absent tells whether they are away from work on a day.
func (p AskedPerson) Absent(day calendar.Date) bool {
	return slices.ContainsFunc(p.Absences, func(a policy.Away) bool { return a.On(day) })
}

// Excused tells whether they need not acknowledge it for now.
func (p AskedPerson) Excused() bool {
	return len(p.Excuses) > 0 && p.Excuses[len(p.Excuses)-1].EndedAt == nil
}

// AskedPerson returns one of those whom a document's current revision asks; NotFound
// for anybody else, and for who is not in the actor's sections.
func (s *Service) AskedPerson(ctx context.Context, actor authz.Actor, code, staffNumber string) (AskedPerson, error) {
	reading, v, err := s.view(ctx, actor, code)
	if err != nil {
		return AskedPerson{}, err
	}
	p := AskedPerson{Reading: reading}
	if p.answer, err = loadAnswer(ctx, s.pool, v, s.today(), staffNumber); err != nil {
		return AskedPerson{}, err
	}
	if p.Requests, err = loadRequests(ctx, s.pool, v.revision, p.PersonID); err != nil {
		return AskedPerson{}, err
	}
	if p.Reminders, err = loadReminders(ctx, s.pool, v.revision, p.PersonID); err != nil {
		return AskedPerson{}, err
	}
	if p.Excuses, err = loadExcuses(ctx, s.pool, v.revision, p.PersonID); err != nil {
		return AskedPerson{}, err
	}
	p.Absences, err = postgres.List[policy.Away](ctx, s.pool, "listing absences", `
		SELECT lower(period) AS first, upper(period) - 1 AS last FROM absence_shown WHERE person_id = $1 ORDER BY period`, p.PersonID)
	if err != nil {
		return AskedPerson{}, err
	}
	matter, err := excusing(ctx, s.pool, p.answer, s.today())
	if err != nil {
		return AskedPerson{}, err
	}
	_, p.MayExcuse = actor.May(authz.ExcuseAcknowledgement, matter)
	for i, e := range p.Excuses {
		if p.MayExcuse {
			break
		}
		p.Excuses[i].Reason = reasonFor(actor, e.Reason, p.PersonID, p.SectionID)
		if p.Concerns = actor.Concerned(matter); p.Concerns {
			p.Excuses[i].By, p.Excuses[i].EndedBy = "", ""
		}
	}
	return p, nil
}

// reasonFor is why a person of a section need not acknowledge a revision, for those
// who deal with it; it may say that somebody is ill.
func reasonFor(actor authz.Actor, reason string, person, section int64) string {
	about := authz.Matter{Person: person, PersonsSection: section}
	if _, sees := actor.May(authz.SeeExcuse, about); sees || reason == "" {
		return reason
	}
	if actor.Concerned(about) {
		return "（本人には見えません）"
	}
	return "（免除できる人と監査担当者だけが見られます）"
}

// excusing is the matter of excusing somebody, and of ending that.
func excusing(ctx context.Context, db postgres.Querier, a answer, day calendar.Date) (authz.Matter, error) {
	matter, err := org.Concerning(ctx, db, a.PersonID, day)
	matter.PersonsSection = a.SectionID
	return matter, err
}

// AskExcuse refuses who may not excuse one of those whom a document's current revision
// asks: what a page asks before it shows the button. NotFound as for AskedPerson.
func (s *Service) AskExcuse(ctx context.Context, actor authz.Actor, code, staffNumber string) error {
	p, err := s.AskedPerson(ctx, actor, code, staffNumber)
	if err != nil || p.MayExcuse {
		return err
	}
	matter, err := excusing(ctx, s.pool, p.answer, s.today())
	if err != nil {
		return err
	}
	_, err = authz.Check(actor, authz.ExcuseAcknowledgement, matter)
	return err
}

func loadAnswer(ctx context.Context, db postgres.Querier, v view, day calendar.Date, staffNumber string) (answer, error) {
	args := v.arguments(day)
	args["staff_number"] = staffNumber
	a, err := postgres.One[answer](ctx, db, "loading who is asked", `
		WITH `+inView+`
		SELECT p.id AS person_id, p.staff_number, p.name, coalesce(s.id, 0) AS section_id, coalesce(s.name, '') AS section,
		       k.acknowledged_at AS at, coalesce(k.number, 0) AS number
		FROM in_view a JOIN person_shown p ON p.id = a.person_id LEFT JOIN section_shown s ON s.id = a.section_id
		LEFT JOIN LATERAL (
			SELECT k.acknowledged_at, r.number FROM acknowledgement k JOIN revision r ON r.id = k.revision_id
			WHERE k.person_id = p.id AND k.revision_id = ANY(@counting::bigint[]) ORDER BY r.number DESC LIMIT 1) k ON true
		WHERE a.person_id = (SELECT id FROM person_shown WHERE staff_number = @staff_number)`, args)
	if errors.Is(err, pgx.ErrNoRows) {
		return answer{}, fault.New(fault.NotFound, "この職員は、この文書の確認の対象ではありません。「確認した人」の一覧から選び直してください。")
	}
	return a, err
}

func loadRequests(ctx context.Context, db postgres.Querier, revision, person int64) ([]Request, error) {
	return postgres.List[Request](ctx, db, "listing requests", `
		SELECT asked_on AS on, due_on FROM acknowledgement_request WHERE revision_id = $1 AND person_id = $2 ORDER BY asked_on`, revision, person)
}

func loadReminders(ctx context.Context, db postgres.Querier, revision, person int64) ([]Reminder, error) {
	return postgres.List[Reminder](ctx, db, "listing reminders", `
		SELECT reminded_on AS on, recipient AS "to" FROM acknowledgement_reminder WHERE revision_id = $1 AND person_id = $2 ORDER BY reminded_on, days, recipient`,
		revision, person)
}

func loadExcuses(ctx context.Context, db postgres.Querier, revision, person int64) ([]Excuse, error) {
	return postgres.List[Excuse](ctx, db, "listing excuses", `
		SELECT e.reason, b.name AS by, e.excused_at AS at, coalesce(n.name, '') AS ended_by, e.ended_at
		FROM acknowledgement_excuse e JOIN person_shown b ON b.id = e.excused_by LEFT JOIN person_shown n ON n.id = e.ended_by
		WHERE e.revision_id = $1 AND e.person_id = $2 ORDER BY e.id`, revision, person)
}

// Excuse lets somebody off acknowledging a document's current revision for now,
// for a reason. Conflict where they have acknowledged it or are excused already.
func (s *Service) Excuse(ctx context.Context, actor authz.Actor, code, staffNumber, reason string) error {
	err := s.changeExcuse(ctx, actor, code, staffNumber, "reason", func(tx *door.Tx, revision int64, a answer) error {
		if err := fault.InvalidFields(policy.CheckReason("reason", reason)); err != nil {
			return err
		}
		if a.At != nil {
			return fault.New(fault.Conflict, "この職員は、すでに確認しています。免除は要りません。")
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO acknowledgement_excuse (revision_id, person_id, reason, excused_by, excused_at) VALUES (@revision, @person, @reason, @by, @now)`,
			pgx.StrictNamedArgs{"revision": revision, "person": a.PersonID, "reason": reason, "by": actor.Person, "now": tx.Now})
		return policy.Explain(err)
	})
	if err != nil {
		return fmt.Errorf("excusing somebody: %w", err)
	}
	return nil
}

// EndExcuse asks somebody again who was excused, such as who has come back to
// work: with as many days as those who were asked first. Conflict where they are not excused.
func (s *Service) EndExcuse(ctx context.Context, actor authz.Actor, code, staffNumber string) error {
	err := s.changeExcuse(ctx, actor, code, staffNumber, "ended_at", func(tx *door.Tx, revision int64, a answer) error {
		tag, err := tx.Exec(ctx, `
			UPDATE acknowledgement_excuse SET ended_by = @by, ended_at = @now WHERE revision_id = @revision AND person_id = @person AND ended_at IS NULL`,
			pgx.StrictNamedArgs{"revision": revision, "person": a.PersonID, "by": actor.Person, "now": tx.Now})
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "この職員は、いまは免除されていません。画面を開き直して、いまの状態を確かめてください。")
		}
		return tx.Enqueue(ctx, tendCampaign{revision}, tx.Now)
	})
	if err != nil {
		return fmt.Errorf("ending an excuse: %w", err)
	}
	return nil
}

// changeExcuse changes a field of the excuse of one person from a document's current
// revision, on which they never decide themselves.
func (s *Service) changeExcuse(ctx context.Context, actor authz.Actor, code, staffNumber, field string,
	change func(tx *door.Tx, revision int64, a answer) error,
) error {
	_, v, err := s.view(ctx, actor, code)
	if err != nil {
		return err
	}
	return s.door.Do(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		a, err := loadAnswer(ctx, tx, v, tx.Today(), staffNumber)
		if err != nil {
			return door.Unchanged(), err
		}
		matter, err := excusing(ctx, tx, a, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Allow(authz.ExcuseAcknowledgement, matter); err != nil {
			return door.Unchanged(), err
		}
		if err := change(tx, v.revision, a); err != nil {
			return door.Unchanged(), err
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "acknowledgement_excuse", ID: v.revision}, Fields: []string{field},
			Refs: map[string]int64{"document": v.document, "person": a.PersonID},
		}, nil
	})
}
