package policy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/policy/outline"
	"kagami/internal/postgres"
)

// LoadOutline returns a revision's outline as it was when it was drafted.
func LoadOutline(ctx context.Context, db postgres.Querier, revision int64) (*outline.Outline, error) {
	return selectOutline(ctx, db, `SELECT outline FROM revision WHERE id = @revision`, pgx.StrictNamedArgs{"revision": revision})
}

// selectOutline reads an outline that a statement selects.
func selectOutline(ctx context.Context, db postgres.Querier, sql string, args pgx.StrictNamedArgs) (*outline.Outline, error) {
	var raw []byte
	if err := db.QueryRow(ctx, sql, args).Scan(&raw); err != nil {
		return nil, fmt.Errorf("loading an outline: %w", err)
	}
	var o outline.Outline
	if err := json.Unmarshal(raw, &o); err != nil {
		return nil, fmt.Errorf("reading a stored outline: %w", err)
	}
	return &o, nil
}

// NewestOutline returns the text of a document's newest published revision, which a
// draft follows; nil where there is none that the actor may read.
func NewestOutline(ctx context.Context, db postgres.Querier, actor authz.Actor, document int64) (*outline.Outline, error) {
	readable, args := Readable(actor)
	args["document"] = document
	o, err := selectOutline(ctx, db, `
		SELECT r.outline FROM revision r JOIN document d ON d.id = r.document_id
		WHERE d.id = @document AND `+readable+` AND r.state = 'published' ORDER BY r.number DESC LIMIT 1`, args)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return o, err
}

// Outline returns the text of a revision that Read has returned to the actor.
func (s *Service) Outline(ctx context.Context, actor authz.Actor, reading Reading) (*outline.Outline, error) {
	return s.outline(ctx, scopeOf(actor), reading)
}

// OutlineForPublic is Outline of what ReadForPublic has returned.
func (s *Service) OutlineForPublic(ctx context.Context, reading Reading) (*outline.Outline, error) {
	return s.outline(ctx, public(), reading)
}

func (s *Service) outline(ctx context.Context, its scope, reading Reading) (*outline.Outline, error) {
	args := its.arguments()
	args["revision"] = reading.Revision.ID
	o, err := selectOutline(ctx, s.pool, `
		SELECT r.outline FROM revision r JOIN document d ON d.id = r.document_id WHERE r.id = @revision AND `+readableDocument, args)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, NoDocument()
	}
	return o, err
}
