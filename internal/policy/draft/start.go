package draft

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// StartDraft begins the next revision of a document as a copy of its newest
// published one, which has the number given: Conflict if that is no longer so,
// or a draft is under way.
func (s *Service) StartDraft(ctx context.Context, actor authz.Actor, code string, number int) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.DraftRevision, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		readable, args := policy.Readable(actor)
		args["code"] = code
		newest, err := postgres.One[published](ctx, tx, "loading the newest text", `
			SELECT r.number, r.text, r.text_sha256, r.outline FROM revision r JOIN document d ON d.id = r.document_id
			WHERE d.code = @code AND r.state = 'published' AND `+readable+` ORDER BY r.number DESC LIMIT 1`, args)
		if errors.Is(err, pgx.ErrNoRows) {
			return door.Unchanged(), policy.NoDocument()
		}
		if err != nil {
			return door.Unchanged(), err
		}
		if newest.Number != number {
			return door.Unchanged(), fault.New(fault.Conflict, "表示していた版より新しい版が公開されています。文書を開き直して、いまの版から始めてください。")
		}
		return draftNext(ctx, tx, actor, code, newest.Text, wording{text: newest.Text, sha256: newest.SHA256, outline: newest.Outline})
	})
	if err != nil {
		return fmt.Errorf("starting a draft: %w", err)
	}
	return nil
}

// published is the text of a published revision.
type published struct {
	Number  int
	Text    string
	SHA256  []byte `db:"text_sha256"`
	Outline []byte
}

// draftNext writes a text as the next revision of a document.
func draftNext(ctx context.Context, tx *door.Tx, actor authz.Actor, code, source string, w wording) (door.Effect, error) {
	document, err := policy.FindDocument(ctx, tx, actor, code)
	if err != nil {
		return door.Unchanged(), err
	}
	return insertDraft(ctx, tx, actor, document.ID, source, w)
}

// Document returns a document that the actor may read, whether or not it has a
// published revision; NotFound for those who work on no drafts.
func (s *Service) Document(ctx context.Context, actor authz.Actor, code string) (policy.Document, error) {
	if !MaySee(actor) {
		return policy.Document{}, policy.NoDocument()
	}
	return policy.FindDocument(ctx, s.pool, actor, code)
}

// insertDraft writes a text as the next revision of a document. What was thrown
// away does not count.
func insertDraft(ctx context.Context, tx *door.Tx, actor authz.Actor, document int64, source string, w wording) (door.Effect, error) {
	drafters := []int64{}
	if actor.Person != 0 {
		drafters = append(drafters, actor.Person)
	}
	var revision int64
	err := tx.QueryRow(ctx, `
		INSERT INTO revision (document_id, number, state, source, text, text_sha256, outline, drafted_by, drafted_at, drafters)
		SELECT @document, coalesce(max(number), 0) + 1, 'draft', @source, @text, @text_sha256, @outline, @drafted_by, @now, @drafters
		FROM revision WHERE document_id = @document AND state <> 'withdrawn'
		RETURNING id`, pgx.StrictNamedArgs{
		"document": document, "source": source, "text": w.text, "text_sha256": w.sha256, "outline": w.outline,
		"drafted_by": By(actor), "now": tx.Now, "drafters": drafters,
	}).Scan(&revision)
	if err != nil {
		return door.Unchanged(), policy.Explain(err)
	}
	if err := addStep(ctx, tx, actor, revision, EventStart, ""); err != nil {
		return door.Unchanged(), err
	}
	return door.Effect{
		Subject: trail.Subject{Kind: "revision", ID: revision},
		Fields:  []string{"source", "text", "outline"},
		Refs:    map[string]int64{"document": document},
	}, nil
}

// refuseAbolished is Conflict for a document that is, or will be, abolished.
func refuseAbolished(ctx context.Context, db postgres.Querier, document int64) error {
	var abolished bool
	if err := db.QueryRow(ctx, `SELECT EXISTS (SELECT FROM document_abolition WHERE document_id = $1)`, document).Scan(&abolished); err != nil {
		return fmt.Errorf("looking whether a document is abolished: %w", err)
	}
	if abolished {
		return fault.New(fault.Conflict, policy.Message("document_abolished"))
	}
	return nil
}
