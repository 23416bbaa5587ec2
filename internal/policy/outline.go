package policy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/policy/outline"
	"kagami/internal/postgres"
)

// LoadOutline returns a revision's outline as it was when it was drafted.
func LoadOutline(ctx context.Context, db postgres.Querier, revision int64) (*outline.Outline, error) {
	var raw []byte
	if err := db.QueryRow(ctx, `SELECT outline FROM revision WHERE id = $1`, revision).Scan(&raw); err != nil {
		return nil, fmt.Errorf("loading an outline: %w", err)
	}
	var o outline.Outline
	if err := json.Unmarshal(raw, &o); err != nil {
		return nil, fmt.Errorf("reading a stored outline: %w", err)
	}
	return &o, nil
}

// NewestOutline returns the text of a document's newest published revision, which a
// draft follows; nil where there is none.
func NewestOutline(ctx context.Context, db postgres.Querier, document int64) (*outline.Outline, error) {
	var revision int64
	err := db.QueryRow(ctx, `
		SELECT id FROM revision WHERE document_id = $1 AND state = 'published' ORDER BY number DESC LIMIT 1`, document).Scan(&revision)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking for the revision before: %w", err)
	}
	return LoadOutline(ctx, db, revision)
}

// Outline returns the text of a revision that Read has returned.
func (s *Service) Outline(ctx context.Context, reading Reading) (*outline.Outline, error) {
	return LoadOutline(ctx, s.pool, reading.Revision.ID)
}
