package policy

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/policy/outline"
	"kagami/internal/postgres"
)

// History is a document with its published revisions, the earliest first.
type History struct {
	Document
	Revisions []Revision
}

// Place returns where the revision of a number stands in the list; NotFound where
// there is none.
func (h History) Place(number int) (int, error) {
	at := slices.IndexFunc(h.Revisions, func(r Revision) bool { return r.Number == number })
	if at < 0 {
		return 0, fault.New(fault.NotFound, "その版は見つかりません。「ポリシー」の一覧から文書を開き、版を選び直してください。")
	}
	return at, nil
}

// Revisions returns a document with its published revisions; NotFound where
// there is none that the actor may read.
func (s *Service) Revisions(ctx context.Context, actor authz.Actor, code string) (History, error) {
	readable, args := Readable(actor)
	args["code"] = code
	type revisionOf struct {
		Document
		Revision
	}
	list, err := postgres.List[revisionOf](ctx, s.pool, "listing revisions", `
		SELECT d.id, d.code, d.kind, d.title,
		       r.id AS revision_id, r.number, r.effective_on, r.decided_on, r.published_at, r.published_sha256 AS sha256
		FROM document d JOIN revision r ON r.document_id = d.id
		WHERE d.code = @code AND `+readable+` AND r.state = 'published'
		ORDER BY r.number`, args)
	if err != nil {
		return History{}, err
	}
	if len(list) == 0 {
		return History{}, NoDocument()
	}
	h := History{Document: list[0].Document}
	for _, r := range list {
		h.Revisions = append(h.Revisions, r.Revision)
	}
	return h, nil
}

// RevisionOutline returns the text of a document's published revision; NotFound
// where there is none that the actor may read.
func (s *Service) RevisionOutline(ctx context.Context, actor authz.Actor, code string, number int) (*outline.Outline, error) {
	readable, args := Readable(actor)
	args["code"], args["number"] = code, number
	o, err := selectOutline(ctx, s.pool, `
		SELECT r.outline FROM document d JOIN revision r ON r.document_id = d.id
		WHERE d.code = @code AND `+readable+` AND r.state = 'published' AND r.number = @number`, args)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, NoDocument()
	}
	return o, err
}
