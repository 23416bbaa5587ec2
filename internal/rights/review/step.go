package review

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Step is what is said with a step of a section.
type Step struct {
	Version int // that the actor has seen
	Note    string
}

const maxNote = 2000

func longNote(note string) []fault.Problem {
	if utf8.RuneCountInString(note) > maxNote {
		return []fault.Problem{{Field: "note", Message: "長すぎます。2000字までで書いてください。"}}
	}
	return nil
}

// AskStep refuses who may not take a step with a section, wherever it stands: what a form asks
// before it is read, and the operation once more.
func (s *Service) AskStep(ctx context.Context, actor authz.Actor, code, section string, event Event) error {
	p, err := s.FindSection(ctx, actor, code, section)
	if err != nil {
		return err
	}
	matter := authz.Matter{PersonsSection: p.Section}
	_, err = authz.Check(actor, ofSection.Who(event).Action(actor, matter), matter)
	return err
}

// Next are the steps that the actor can take with the section, beside answering.
func (p Place) Next(actor authz.Actor) (next []Event) {
	if p.State != Open {
		return nil
	}
	for _, a := range ofSection.Next(actor, authz.Matter{PersonsSection: p.Section}, p.Stage, "") {
		if a.Event != EventBegin {
			next = append(next, a.Event)
		}
	}
	return next
}

// Do takes a step with a section: hands it in, or takes that back. Conflict where somebody else
// has taken one meanwhile, its stage does not let it, or a right has no answer yet.
func (s *Service) Do(ctx context.Context, actor authz.Actor, code, section string, event Event, step Step) error {
	step.Note = strings.TrimSpace(step.Note)
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		p, err := s.lockSection(ctx, tx, actor, code, section)
		if err != nil {
			return door.Unchanged(), err
		}
		matter := authz.Matter{PersonsSection: p.Section}
		if err := tx.Allow(ofSection.Who(event).Action(actor, matter), matter); err != nil {
			return door.Unchanged(), err
		}
		to, err := p.take(event, step)
		if err != nil {
			return door.Unchanged(), err
		}
		if event == EventHandIn {
			if err := p.whole(ctx, tx); err != nil {
				return door.Unchanged(), err
			}
		}
		if err := p.write(ctx, tx, actor, event, to, step.Note); err != nil {
			return door.Unchanged(), err
		}
		effect := door.Effect{Subject: trail.Subject{Kind: subject, ID: p.ID}, Fields: []string{string(event)}, Refs: map[string]int64{"section": p.Section}}
		if event == EventHandIn {
			effect.Notices, err = p.tellWhole(ctx, tx)
		}
		return effect, err
	})
}

// take is the stage that a step leads to; Conflict or Invalid where it can't be taken.
func (p Place) take(event Event, step Step) (Stage, error) {
	to, err := p.follow(event)
	if err != nil {
		return to, err
	}
	if p.Version != step.Version {
		return to, fault.New(fault.Conflict, "開いている間に、ほかの人がこの課室の確認を進めました。いまの状態を確かめて、もう一度行ってください。")
	}
	a, err := ofSection.Arrow(p.Stage, event, "")
	if err != nil {
		return to, err
	}
	return to, fault.InvalidFields(append(a.Missing(map[string]bool{"note": step.Note != ""}), longNote(step.Note)...))
}

// whole refuses to hand in what is not answered as a whole.
func (p Place) whole(ctx context.Context, tx *door.Tx) error {
	c, err := count(ctx, tx, p, tx.Today())
	if err != nil || c.Left() == 0 {
		return err
	}
	return fault.New(fault.Conflict, fmt.Sprintf("まだ答えのない利用権限が%d件あります（「後で」を含む）。「まだのものだけ」を開いて、すべて答えてください。課長（情報セキュリティ管理者）自身のものは、上の役割の人が答えます。", c.Left()))
}

// tellWhole tells who has opened it where this was the last section that was missing.
func (p Place) tellWhole(ctx context.Context, tx *door.Tx) ([]notice.Message, error) {
	missing, err := missingSections(ctx, tx, p.ID)
	if err != nil || len(missing) > 0 {
		return nil, err
	}
	return []notice.Message{{To: []int64{p.OpenedByID}, Notice: notice.Notice{
		Topic: subject, TopicID: p.ID, Title: p.Number() + "は、すべての課室が提出しました", Text: "締めると、年度の記録になります。", URL: address.RightReview(p.Code),
	}}}, nil
}

// lockReview finds one for who may close it, and locks it.
func lockReview(ctx context.Context, tx *door.Tx, actor authz.Actor, code string, event Event) (Review, error) {
	v, err := findReview(ctx, tx, actor, code, " FOR NO KEY UPDATE OF v")
	if err != nil {
		return v, err
	}
	if err := tx.Allow(whole.Who(event).Action(actor, authz.Matter{}), authz.Matter{}); err != nil {
		return v, err
	}
	_, err = whole.Arrow(v.State, event, "")
	return v, err
}

// MoveDue moves the last day from the one that the actor has seen. Those who still go through
// their sections are told.
func (s *Service) MoveDue(ctx context.Context, actor authz.Actor, code string, was, due calendar.Date, why string) error {
	why = strings.TrimSpace(why)
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		v, err := lockReview(ctx, tx, actor, code, EventMoveDue)
		if err != nil {
			return door.Unchanged(), err
		}
		if v.DueOn != was {
			return door.Unchanged(), fault.New(fault.Conflict, "開いている間に、ほかの人が期限を変えました。いまの期限を確かめて、もう一度入力してください。")
		}
		var problems []fault.Problem
		if message := dueProblem(due, tx.Today()); message != "" {
			problems = append(problems, fault.Problem{Field: "due_on", Message: message})
		}
		if why == "" {
			problems = append(problems, fault.Problem{Field: "note", Message: "期限を変える理由を入力してください。"})
		}
		if err := fault.InvalidFields(append(problems, longNote(why)...)); err != nil {
			return door.Unchanged(), err
		}
		_, err = tx.Exec(ctx, `
			WITH step AS (INSERT INTO right_review_step (review_id, at, by, event, note) VALUES (@id, @now, @by, 'move_due', @why))
			UPDATE right_review SET due_on = @due WHERE id = @id`, pgx.StrictNamedArgs{"id": v.ID, "now": tx.Now, "by": actor.Person, "why": why, "due": due})
		if err != nil {
			return door.Unchanged(), fmt.Errorf("moving the last day of a confirmation of rights: %w", err)
		}
		missing, err := missingSections(ctx, tx, v.ID)
		if err != nil {
			return door.Unchanged(), err
		}
		people, err := leaders(ctx, tx, missing)
		return door.Effect{
			Subject: trail.Subject{Kind: subject, ID: v.ID}, Fields: []string{"due_on"},
			Notices: []notice.Message{{To: people, Notice: notice.Notice{
				Topic: subject, TopicID: v.ID, Title: v.Number() + "の期限が変わりました", Text: "新しい期限は、" + calendar.Wareki(due) + "です。", URL: address.RightReview(code),
			}}},
		}, err
	})
}

// missingSections are the sections of one that have not handed in.
func missingSections(ctx context.Context, tx *door.Tx, id int64) (sections []int64, err error) {
	list, err := postgres.List[struct{ SectionID int64 }](ctx, tx, "listing sections that have not handed in",
		`SELECT section_id FROM right_review_section WHERE review_id = @id AND state <> 'handed_in' ORDER BY section_id`, pgx.StrictNamedArgs{"id": id})
	for _, s := range list {
		sections = append(sections, s.SectionID)
	}
	return sections, err
}

// Lacking is a section that is not done: not handed in, or with a right without an answer whose
// person has come to it since.
type Lacking struct {
	SectionCode, SectionName string
	Stage                    Stage
	Left                     int // without an answer
	Managed                  bool
}

// Lacking lists the sections that are not done. Forbidden for who may not close it.
func (s *Service) Lacking(ctx context.Context, actor authz.Actor, code string) ([]Lacking, error) {
	if _, err := authz.Check(actor, authz.OpenRightReviews, authz.Matter{}); err != nil {
		return nil, err
	}
	v, err := s.Find(ctx, actor, code)
	if err != nil {
		return nil, err
	}
	return lacking(ctx, s.pool, v, s.today())
}

func lacking(ctx context.Context, db postgres.Querier, v Review, today calendar.Date) ([]Lacking, error) {
	return postgres.List[Lacking](ctx, db, "listing what is not done of a confirmation of rights", `
		SELECT s.code AS section_code, s.name AS section_name, n.state AS stage, c.asked - c.needed - c.unneeded - c.change AS left, `+managed+` AS managed
		FROM right_review_section n JOIN section_shown s ON s.id = n.section_id JOIN (`+countedAll+`) c ON c.section_id = n.section_id
		WHERE n.review_id = @id AND n.open AND c.asked > 0 AND (n.state <> 'handed_in' OR c.asked > c.needed + c.unneeded + c.change) ORDER BY s.position, s.code`,
		pgx.StrictNamedArgs{"id": v.ID, "today": today, "manager": authz.SecurityManager})
}

// countedAll counts the rights of all sections of the confirmation @id: first those of a section
// that stand alike, so that it is looked up once of each of a million where it stands.
const countedAll = `
	WITH ` + workplaces + ` SELECT e.section_id, ` + tally + `
	FROM (SELECT ` + allPlace + ` AS section_id, ` + stands + ` AS stands, count(*) AS n FROM ` + allItems + ` WHERE v.id = @id GROUP BY 1, 2) e GROUP BY e.section_id`

// Close closes one, of which the actor has seen how many sections are not done, and keeps what
// it came to. Invalid without a reason where some are not; Conflict where others are than they
// have seen.
func (s *Service) Close(ctx context.Context, actor authz.Actor, code string, seen int, reason string) error {
	reason = strings.TrimSpace(reason)
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		v, err := lockReview(ctx, tx, actor, code, EventClose)
		if err != nil {
			return door.Unchanged(), err
		}
		if _, err := tx.Exec(ctx, hashed); err != nil {
			return door.Unchanged(), fmt.Errorf("closing a confirmation of rights: %w", err)
		}
		// nobody takes a step meanwhile with what is counted
		if _, err := tx.Exec(ctx, `SELECT FROM right_review_section WHERE review_id = @id ORDER BY section_id FOR UPDATE`, pgx.StrictNamedArgs{"id": v.ID}); err != nil {
			return door.Unchanged(), fmt.Errorf("closing a confirmation of rights: %w", err)
		}
		if _, err := joinSections(ctx, tx, v); err != nil {
			return door.Unchanged(), err
		}
		list, err := lacking(ctx, tx, v, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		problems := longNote(reason)
		switch {
		case len(list) != seen:
			return door.Unchanged(), fault.New(fault.Conflict, "開いている間に、課室の確認が進みました。いまの状態を確かめて、もう一度行ってください。")
		case len(list) > 0 && reason == "":
			problems = append(problems, fault.Problem{Field: "note", Message: "提出していない課室があるまま締める理由を入力してください。"})
		case len(list) == 0:
			reason = ""
		}
		if err := fault.InvalidFields(problems); err != nil {
			return door.Unchanged(), err
		}
		if err := v.keep(ctx, tx, actor, reason); err != nil {
			return door.Unchanged(), err
		}
		return door.Effect{Subject: trail.Subject{Kind: subject, ID: v.ID}, Fields: []string{"close"}, Refs: map[string]int64{"lacking": int64(len(list))}}, nil
	})
}

// keep keeps what one came to, and closes it.
func (v Review) keep(ctx context.Context, tx *door.Tx, actor authz.Actor, reason string) error {
	if err := v.keepItems(ctx, tx); err != nil {
		return err
	}
	// what was kept of each right says by now where it stands and whose it was
	_, err := tx.Exec(ctx, `
		UPDATE right_review_section k SET open = false, name = s.name, asked = coalesce(c.asked, 0), needed = coalesce(c.needed, 0), unneeded = coalesce(c.unneeded, 0),
		       change = coalesce(c.change, 0), later = coalesce(c.later, 0), ended = coalesce(c.ended, 0)
		FROM section_shown s LEFT JOIN (
			SELECT e.section_id, `+tally+` FROM (
				SELECT i.section_id, CASE WHEN i.over THEN 'ended' ELSE coalesce(i.answer, 'open') END AS stands, count(*) AS n FROM right_review_item i WHERE i.review_id = @id GROUP BY 1, 2) e
			GROUP BY e.section_id) c ON c.section_id = s.id
		WHERE k.review_id = @id AND k.section_id = s.id`, pgx.StrictNamedArgs{"id": v.ID})
	if err != nil {
		return fmt.Errorf("keeping what a confirmation of rights came to: %w", err)
	}
	_, err = tx.Exec(ctx, `
		WITH step AS (INSERT INTO right_review_step (review_id, at, by, event, note) VALUES (@id, @now, @by, 'close', @reason))
		UPDATE right_review SET state = 'closed', closed_by = @by, closed_at = @now, reason = @reason WHERE id = @id`,
		pgx.StrictNamedArgs{"id": v.ID, "now": tx.Now, "by": actor.Person, "reason": reason})
	if err != nil {
		return fmt.Errorf("closing a confirmation of rights: %w", err)
	}
	return nil
}

// atOnce is how many rights are kept by one statement: a million by one would take longer than a
// statement may.
const atOnce = 100_000

// hashed lets the statements of a transaction that follow join no row by row. The database does
// not know yet how many rights a confirmation has that began just now, and from the sixth batch of
// a closing on takes each for a small one: it would go through all people once for each right.
const hashed = `SELECT set_config('enable_nestloop', 'off', true)`

// keepItems keeps what each right was, and where its person worked. It says of both of those that
// are joined which are meant: the database would go through a million rights each time.
func (v Review) keepItems(ctx context.Context, tx *door.Tx) error {
	ids, err := postgres.One[struct{ First, Last int64 }](ctx, tx, "looking which rights are confirmed",
		`SELECT coalesce(min(right_id), 0) AS first, coalesce(max(right_id), 0) AS last FROM right_review_item WHERE review_id = @id`, pgx.StrictNamedArgs{"id": v.ID})
	if err != nil {
		return err
	}
	for from := ids.First; from <= ids.Last; from += atOnce {
		_, err := tx.Exec(ctx, `
			WITH `+workplaces+`
			UPDATE right_review_item i SET section_id = `+allPlace+`, over = `+stands+` = 'ended', person_name = p.name, system_name = y.name, grade = r.grade
			FROM access_right r JOIN person_shown p ON p.id = r.person_id JOIN system_shown y ON y.id = r.asset_id
			LEFT JOIN first f ON f.person_id = r.person_id LEFT JOIN there t ON t.person_id = r.person_id AND t.section_id = r.section_id
			WHERE i.review_id = @id AND i.right_id = r.id AND i.right_id >= @from AND i.right_id < @to AND r.id >= @from AND r.id < @to`,
			pgx.StrictNamedArgs{"id": v.ID, "today": tx.Today(), "from": from, "to": from + atOnce})
		if err != nil {
			return fmt.Errorf("keeping what was said in a confirmation of rights: %w", err)
		}
	}
	return nil
}
