package policy

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
	"kagami/internal/policy/outline"
	"kagami/internal/trail"
)

// Draft is a revision that is not published yet.
type Draft struct {
	Document
	Number    int
	DraftedAt time.Time
	SHA256    []byte
	Outline   *outline.Outline // nil in lists
}

// selectDrafts is the SQL of the drafts of what an actor may read, with its
// arguments.
func selectDrafts(actor authz.Actor) (string, []any) {
	readable, args := readable(actor).condition(nil)
	return `
	SELECT d.id, d.code, d.kind, d.title, r.number, r.drafted_at, r.text_sha256
	FROM revision r JOIN document d ON d.id = r.document_id
	WHERE r.state = 'draft' AND ` + readable, args
}

func scanDraft(row pgx.CollectableRow) (Draft, error) {
	var d Draft
	err := row.Scan(&d.ID, &d.Code, &d.Kind, &d.Title, &d.Number, &d.DraftedAt, &d.SHA256)
	return d, err
}

// seesDrafts tells whether the actor works on drafts at all.
func seesDrafts(actor authz.Actor) bool {
	return actor.Reach(authz.DraftRevision) == authz.All || actor.Reach(authz.PublishDecided) == authz.All
}

// Drafts lists the drafts that wait to be published, the latest first; none for
// who neither drafts nor publishes.
func (s *Service) Drafts(ctx context.Context, actor authz.Actor) ([]Draft, error) {
	if !seesDrafts(actor) {
		return nil, nil
	}
	query, args := selectDrafts(actor)
	rows, err := s.pool.Query(ctx, query+` ORDER BY r.drafted_at DESC, r.id DESC`, args...)
	if err != nil {
		return nil, fmt.Errorf("listing drafts: %w", err)
	}
	drafts, err := pgx.CollectRows(rows, scanDraft)
	if err != nil {
		return nil, fmt.Errorf("listing drafts: %w", err)
	}
	return drafts, nil
}

// Draft returns a document's draft; NotFound where there is none that the
// actor may see.
func (s *Service) Draft(ctx context.Context, actor authz.Actor, code string) (Draft, error) {
	if !seesDrafts(actor) {
		return Draft{}, errNoDocument()
	}
	query, args := selectDrafts(actor)
	args = append(args, code)
	rows, err := s.pool.Query(ctx, fmt.Sprintf(`%s AND d.code = $%d`, query, len(args)), args...)
	if err != nil {
		return Draft{}, fmt.Errorf("loading a draft: %w", err)
	}
	draft, err := pgx.CollectExactlyOneRow(rows, scanDraft)
	if errors.Is(err, pgx.ErrNoRows) {
		return Draft{}, errNoDocument()
	}
	if err != nil {
		return Draft{}, fmt.Errorf("loading a draft: %w", err)
	}
	var revision int64
	err = s.pool.QueryRow(ctx, `SELECT id FROM revision WHERE document_id = $1 AND number = $2`, draft.ID, draft.Number).Scan(&revision)
	if err != nil {
		return Draft{}, fmt.Errorf("loading a draft: %w", err)
	}
	draft.Outline, err = loadOutline(ctx, s.pool, revision)
	return draft, err
}

// Decision is what publishing needs to know: the 本部会議 decided the text on a
// day (7(9)), and from which day it is in force.
type Decision struct {
	DecidedOn   time.Time
	EffectiveOn time.Time
	SHA256      []byte // of the text that was before the person who publishes
}

// check tells what is wrong with a decision, as seen on a day.
func (d Decision) check(today time.Time) []fault.Problem {
	var problems []fault.Problem
	switch {
	case d.DecidedOn.IsZero():
		problems = append(problems, fault.Problem{Field: "decided_on", Message: "本部会議で決定した日を入力してください。"})
	case d.DecidedOn.After(today):
		problems = append(problems, fault.Problem{Field: "decided_on", Message: "本部会議で決定した日は、今日か、それより前の日にしてください。"})
	}
	switch {
	case d.EffectiveOn.IsZero():
		problems = append(problems, fault.Problem{Field: "effective_on", Message: "施行日を入力してください。"})
	case d.EffectiveOn.Before(d.DecidedOn):
		problems = append(problems, fault.Problem{Field: "effective_on", Message: "施行日は、本部会議で決定した日か、それより後の日にしてください。"})
	}
	return problems
}

// Check returns Invalid if the portal could not publish on this decision.
func (s *Service) Check(decision Decision) error {
	return fault.InvalidFields(decision.check(s.today()))
}

// PublishDecided publishes a document's draft on the 本部会議's decision (7(9)).
// From then on it never changes. Conflict if the draft has changed since it was
// shown, or is published already.
func (s *Service) PublishDecided(ctx context.Context, actor authz.Actor, code string, decision Decision) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx) (door.Effect, error) {
		if err := tx.Allow(authz.PublishDecided, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		if err := fault.InvalidFields(decision.check(calendar.Day(tx.Now))); err != nil {
			return door.Unchanged(), err
		}
		var revision, document int64
		err := tx.QueryRow(ctx, `
			UPDATE revision r SET state = 'published', decided_on = $3, effective_on = $4, published_at = $5, published_by = nullif($6, 0::bigint)
			FROM document d
			WHERE d.id = r.document_id AND d.code = $1 AND r.state = 'draft' AND r.text_sha256 = $2
			RETURNING r.id, d.id`,
			code, decision.SHA256, decision.DecidedOn, decision.EffectiveOn, tx.Now, actor.Person).Scan(&revision, &document)
		if errors.Is(err, pgx.ErrNoRows) {
			return door.Unchanged(), fault.New(fault.Conflict, "この下書きは、表示した後に変わったか、すでに公開されています。「ポリシー」の一覧から、いまの状態を確かめてください。")
		}
		if err != nil {
			return door.Unchanged(), err
		}
		if err := letFind(ctx, tx, revision); err != nil {
			return door.Unchanged(), err
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "revision", ID: revision},
			Fields:  []string{"state", "decided_on", "effective_on"},
			Refs:    map[string]int64{"document": document},
		}, nil
	})
	if err != nil {
		return fmt.Errorf("publishing a revision: %w", err)
	}
	return nil
}
