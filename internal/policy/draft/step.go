package draft

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/lifecycle"
	"kagami/internal/org"
	"kagami/internal/policy"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Locked is a document's draft, locked for a change.
type Locked struct {
	Document, Revision int64
	Number             int
	State              State
	Scale              Scale
	SHA256             []byte `db:"text_sha256"` // of its text
	Drafters           []int64
	step               arrow // that is taken with it
}

// Change is what a step changes besides the state.
type Change struct {
	Note    string           // what is said of it among the steps of the revision
	Fields  []string         // for the trail
	Refs    map[string]int64 // for the trail, beside the document
	Columns map[string]any   // of the revision's row, with their values
}

// Step takes a document's draft one step on. shown is the hash of the text that
// was before who does it. change makes what comes with the step beside the
// revision's row, which is then updated once: with its columns and the state that
// the step leads to. Conflict where the step does not lead on from the state, or
// the text has changed since.
func (s *Service) Step(ctx context.Context, actor authz.Actor, code string, event Event, shown []byte,
	change func(tx *door.Tx, l Locked) (Change, error),
) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		l, found, err := lock(ctx, tx, actor, code)
		if err != nil {
			return door.Unchanged(), err
		}
		if err := Allow(ctx, tx, actor, life.Who(event), l.Drafters); err != nil {
			return door.Unchanged(), err
		}
		if !found {
			return door.Unchanged(), fault.New(fault.Conflict, noDraft)
		}
		if l.step, err = life.Arrow(l.State, event, l.Scale); err != nil {
			return door.Unchanged(), err
		}
		if !bytes.Equal(l.SHA256, shown) {
			return door.Unchanged(), Changed()
		}
		c, err := change(tx, l)
		if err != nil {
			return door.Unchanged(), policy.Explain(err)
		}
		if err := l.update(ctx, tx, c.Columns); err != nil {
			return door.Unchanged(), policy.Explain(err)
		}
		if err := addStep(ctx, tx, actor, l.Revision, event, c.Note); err != nil {
			return door.Unchanged(), err
		}
		notices, err := tell(ctx, tx, actor, event, l.Revision)
		if err != nil {
			return door.Unchanged(), err
		}
		fields := c.Fields
		if l.step.To != l.step.From {
			fields = append([]string{"state"}, fields...)
		}
		refs := map[string]int64{"document": l.Document}
		maps.Copy(refs, c.Refs)
		return door.Effect{
			Subject: trail.Subject{Kind: "revision", ID: l.Revision}, Fields: fields, Refs: refs, Notices: notices,
		}, nil
	})
	if err != nil {
		return fmt.Errorf("taking the step %s: %w", event, err)
	}
	return nil
}

// update writes what a step changes of the revision's row: the state that it leads
// to, what it empties, and the columns that come with it.
func (l Locked) update(ctx context.Context, tx *door.Tx, columns map[string]any) error {
	args := pgx.StrictNamedArgs{"state": l.step.To}
	for _, cleared := range l.step.Clears {
		args[cleared] = nil
	}
	maps.Copy(args, columns)
	var set []string
	for _, column := range slices.Sorted(maps.Keys(args)) {
		set = append(set, column+" = @"+column)
	}
	args["id"] = l.Revision
	_, err := tx.Exec(ctx, `UPDATE revision SET `+strings.Join(set, ", ")+` WHERE id = @id`, args)
	return err
}

// By is who acts, as a column holds them: nil for the operator.
func By(actor authz.Actor) *int64 {
	if actor.Person == 0 {
		return nil
	}
	return &actor.Person
}

// noDraft is said where a draft is gone, as to who publishes it twice.
const noDraft = "この文書に、進行中の下書きはありません。すでに公開されたか、取り下げられています。「ポリシー」の一覧から、いまの状態を確かめてください。"

// Changed is the refusal where a draft's text has changed since it was shown.
func Changed() error {
	return fault.New(fault.Conflict, "この下書きは、表示した後に変わりました。下書きの画面を開き直して、いまの本文を確かめてください。")
}

// lock locks a document's draft; found is false where the document has none.
// NotFound for a document that the actor may not read.
func lock(ctx context.Context, tx *door.Tx, actor authz.Actor, code string) (l Locked, found bool, err error) {
	readable, args := policy.Readable(actor)
	args["code"] = code
	var document int64
	if err := tx.QueryRow(ctx, `SELECT d.id FROM document d WHERE d.code = @code AND `+readable, args).Scan(&document); err != nil {
		if errors.Is(err, pgx.ErrNoRows) {
			return l, false, policy.NoDocument()
		}
		return l, false, fmt.Errorf("loading a document: %w", err)
	}
	l, err = postgres.One[Locked](ctx, tx, "loading a draft", `
		SELECT document_id AS document, id AS revision, number, state, coalesce(scale, '') AS scale, text_sha256, drafters FROM revision
		WHERE document_id = $1 AND state IN ('draft', 'submitted', 'decided') FOR UPDATE`, document)
	if errors.Is(err, pgx.ErrNoRows) {
		return Locked{Document: document}, false, nil
	}
	return l, err == nil, err
}

// Allow allows a step. Where the drafters are excepted from it, it is a decision on
// what they wrote, which they never make themselves.
func Allow(ctx context.Context, tx *door.Tx, actor authz.Actor, who lifecycle.Who, drafters []int64) error {
	matter, err := concerning(ctx, tx, actor, who, drafters, tx.Today())
	if err != nil {
		return err
	}
	return tx.Allow(who.Action(actor, matter), matter)
}

// Check is Allow for a page that leads to a step, on a day.
func Check(ctx context.Context, db postgres.Querier, actor authz.Actor, who lifecycle.Who, drafters []int64, day calendar.Date) error {
	matter, err := concerning(ctx, db, actor, who, drafters, day)
	if err != nil {
		return err
	}
	_, err = authz.Check(actor, who.Action(actor, matter), matter)
	return err
}

// concerning is the matter of a step of what the drafters wrote.
func concerning(ctx context.Context, db postgres.Querier, actor authz.Actor, who lifecycle.Who, drafters []int64, day calendar.Date) (matter authz.Matter, err error) {
	if who.Except == "" {
		return matter, nil
	}
	for _, drafter := range drafters {
		concerned, err := org.Concerning(ctx, db, drafter, day)
		if err != nil {
			return authz.Matter{}, err
		}
		concerned.Alone = append(concerned.Alone, matter.Alone...)
		if matter = concerned; slices.Contains(drafters, actor.Person) {
			matter.Person = actor.Person
		}
	}
	return matter, nil
}

// Ask refuses who may not take a step with a document's draft, whatever its state:
// what a page asks before it shows, and Step once more.
func (s *Service) Ask(ctx context.Context, actor authz.Actor, code string, event Event) error {
	readable, args := policy.Readable(actor)
	args["code"] = code
	drafters, err := postgres.List[struct{ Drafters []int64 }](ctx, s.pool, "looking who drafted", `
		SELECT r.drafters FROM revision r JOIN document d ON d.id = r.document_id
		WHERE d.code = @code AND r.state IN ('draft', 'submitted', 'decided') AND `+readable, args)
	if err != nil {
		return err
	}
	var wrote []int64
	for _, one := range drafters {
		wrote = one.Drafters
	}
	return Check(ctx, s.pool, actor, life.Who(event), wrote, calendar.Day(s.now()))
}

func addStep(ctx context.Context, tx *door.Tx, actor authz.Actor, revision int64, event Event, note string) error {
	_, err := tx.Exec(ctx, `INSERT INTO revision_step (revision_id, event, person_id, at, note) VALUES (@revision, @event, @person, @now, @note)`,
		pgx.StrictNamedArgs{"revision": revision, "event": event, "person": By(actor), "now": tx.Now, "note": note})
	if err != nil {
		return fmt.Errorf("noting a step: %w", err)
	}
	return nil
}
