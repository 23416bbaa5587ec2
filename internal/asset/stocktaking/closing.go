package stocktaking

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// lockWhole finds a 棚卸し for who may close it, and locks it.
func lockWhole(ctx context.Context, tx *door.Tx, actor authz.Actor, code string, event Event) (Stocktaking, error) {
	t, err := findWhole(ctx, tx, actor, code, " FOR NO KEY UPDATE OF t")
	if err != nil {
		return t, err
	}
	if err := tx.Allow(whole.Who(event).Action(actor, authz.Matter{}), authz.Matter{}); err != nil {
		return t, err
	}
	_, err = whole.Arrow(t.State, event, "")
	return t, err
}

// MoveDue moves the last day of a 棚卸し from the one that the actor has seen. Those who still
// go through their sections are told.
func (s *Service) MoveDue(ctx context.Context, actor authz.Actor, code string, was, due calendar.Date, why string) error {
	why = strings.TrimSpace(why)
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		t, err := lockWhole(ctx, tx, actor, code, EventMoveDue)
		if err != nil {
			return door.Unchanged(), err
		}
		if t.DueOn != was {
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
			WITH step AS (INSERT INTO stocktaking_step (stocktaking_id, at, by, event, note) VALUES (@id, @now, @by, 'move_due', @why))
			UPDATE stocktaking SET due_on = @due WHERE id = @id`, pgx.StrictNamedArgs{"id": t.ID, "now": tx.Now, "by": actor.Person, "why": why, "due": due})
		if err != nil {
			return door.Unchanged(), fmt.Errorf("moving the last day of a 棚卸し: %w", err)
		}
		people, err := goers(ctx, tx, t.ID, []Stage{NotBegun, UnderWay})
		return door.Effect{
			Subject: trail.Subject{Kind: subject, ID: t.ID}, Fields: []string{"due_on"},
			Notices: []notice.Message{{To: people, Notice: notice.Notice{
				Topic: subject, TopicID: t.ID, Title: t.Number() + "の期限が変わりました", Text: "新しい期限は、" + calendar.Wareki(due) + "です。", URL: address.Stocktaking(code),
			}}},
		}, err
	})
}

// Lacking is a section that is not done: not confirmed, or with an asset without an answer
// that has come to it since.
type Lacking struct {
	SectionCode, SectionName string
	Stage                    Stage
	Left                     int // without an answer
	Managed                  bool
}

const lacking = `
	SELECT s.code AS section_code, s.name AS section_name, n.state AS stage, c2.asked - c2.same - c2.changed - c2.disposed - c2.missing AS left, ` + managed + ` AS managed
	FROM stocktaking t JOIN stocktaking_section n ON n.stocktaking_id = t.id JOIN section_shown s ON s.id = n.section_id ` + countedAll + `
	WHERE t.id = @id AND n.open AND c2.asked > 0 AND (n.state <> 'confirmed' OR c2.asked > c2.same + c2.changed + c2.disposed + c2.missing)
	ORDER BY s.position, s.code`

// Lacking lists the sections of a 棚卸し that are not done. Forbidden for who may not close it.
func (s *Service) Lacking(ctx context.Context, actor authz.Actor, code string) ([]Lacking, error) {
	if _, err := authz.Check(actor, authz.OpenStocktakings, authz.Matter{}); err != nil {
		return nil, err
	}
	t, err := s.Find(ctx, actor, code)
	if err != nil {
		return nil, err
	}
	return findLacking(ctx, s.pool, t, calendar.Day(s.door.Now()))
}

func findLacking(ctx context.Context, db postgres.Querier, t Stocktaking, today calendar.Date) ([]Lacking, error) {
	args := t.all()
	args["today"], args["manager"] = today, authz.SecurityManager
	return postgres.List[Lacking](ctx, db, "listing what is not done of a 棚卸し", lacking, args)
}

// Close closes a 棚卸し, of which the actor has seen how many sections are not done, and keeps
// what it came to. Invalid without a reason where some are not; Conflict where others are than
// they have seen.
func (s *Service) Close(ctx context.Context, actor authz.Actor, code string, lacking int, reason string) error {
	reason = strings.TrimSpace(reason)
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		t, err := lockWhole(ctx, tx, actor, code, EventClose)
		if err != nil {
			return door.Unchanged(), err
		}
		// nobody takes a step meanwhile with what is counted
		if _, err := tx.Exec(ctx, `SELECT FROM stocktaking_section WHERE stocktaking_id = @id ORDER BY section_id FOR UPDATE`, pgx.StrictNamedArgs{"id": t.ID}); err != nil {
			return door.Unchanged(), fmt.Errorf("closing a 棚卸し: %w", err)
		}
		if _, err := joinSections(ctx, tx, t); err != nil {
			return door.Unchanged(), err
		}
		list, err := findLacking(ctx, tx, t, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		problems := longNote(reason)
		switch {
		case len(list) != lacking:
			return door.Unchanged(), fault.New(fault.Conflict, "開いている間に、課室の棚卸しが進みました。いまの状態を確かめて、もう一度行ってください。")
		case len(list) > 0 && reason == "":
			problems = append(problems, fault.Problem{Field: "note", Message: "確認が済んでいない課室があるまま締める理由を入力してください。"})
		case len(list) == 0:
			reason = ""
		}
		if err := fault.InvalidFields(problems); err != nil {
			return door.Unchanged(), err
		}
		if err := t.keep(ctx, tx, actor, reason); err != nil {
			return door.Unchanged(), err
		}
		return door.Effect{Subject: trail.Subject{Kind: subject, ID: t.ID}, Fields: []string{"close"}, Refs: map[string]int64{"lacking": int64(len(list))}}, nil
	})
}

// keep keeps what a 棚卸し came to, and closes it.
func (t Stocktaking) keep(ctx context.Context, tx *door.Tx, actor authz.Actor, reason string) error {
	_, err := tx.Exec(ctx, `
		UPDATE stocktaking_section k SET open = false, name = c.name, asked = c.asked, same = c.same, changed = c.changed, disposed = c.disposed, missing = c.missing, ended = c.ended
		FROM (SELECT n.section_id, s.name, `+countColumns+` FROM stocktaking t JOIN stocktaking_section n ON n.stocktaking_id = t.id
		      JOIN section_shown s ON s.id = n.section_id `+countedAll+` WHERE t.id = @id) c
		WHERE k.stocktaking_id = @id AND k.section_id = c.section_id`, t.all())
	if err != nil {
		return fmt.Errorf("keeping what a 棚卸し came to: %w", err)
	}
	_, err = tx.Exec(ctx, `
		UPDATE stocktaking_answer w SET section_id = a.section_id, code = a.code, name = a.name
		FROM asset a WHERE w.stocktaking_id = @id AND w.result <> 'same' AND a.id = w.asset_id`, pgx.StrictNamedArgs{"id": t.ID})
	if err != nil {
		return fmt.Errorf("keeping what was found in a 棚卸し: %w", err)
	}
	_, err = tx.Exec(ctx, `
		WITH step AS (INSERT INTO stocktaking_step (stocktaking_id, at, by, event, note) VALUES (@id, @now, @by, 'close', @reason))
		UPDATE stocktaking SET state = 'closed', closed_by = @by, closed_at = @now, reason = @reason WHERE id = @id`,
		pgx.StrictNamedArgs{"id": t.ID, "now": tx.Now, "by": actor.Person, "reason": reason})
	if err != nil {
		return fmt.Errorf("closing a 棚卸し: %w", err)
	}
	return nil
}

// joinSections takes sections into a 棚卸し of all sections to which assets of it have come
// since, and says how many.
func joinSections(ctx context.Context, tx *door.Tx, t Stocktaking) (int, error) {
	if !t.Whole {
		return 0, nil
	}
	tag, err := tx.Exec(ctx, `
		WITH come AS (
			INSERT INTO stocktaking_section (stocktaking_id, section_id, held)
			SELECT t.id, s.id, h.held FROM stocktaking t CROSS JOIN section_shown s
			CROSS JOIN LATERAL (SELECT count(*)::int AS held FROM asset a WHERE a.section_id = s.id AND a.state `+life.Counts+` AND `+within+`) h
			WHERE t.id = @id AND h.held > 0 AND `+asset.IsThere+` AND NOT EXISTS (SELECT FROM stocktaking_section n WHERE n.section_id = s.id AND (n.open OR n.stocktaking_id = t.id))
			RETURNING section_id)
		INSERT INTO stocktaking_step (stocktaking_id, section_id, at, by, event) SELECT @id, section_id, @now, NULL, 'join' FROM come`,
		pgx.StrictNamedArgs{"id": t.ID, "now": tx.Now, "today": tx.Today()})
	if err != nil {
		return 0, fmt.Errorf("taking sections into a 棚卸し: %w", err)
	}
	return int(tag.RowsAffected()), nil
}
