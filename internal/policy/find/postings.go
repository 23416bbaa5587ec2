package find

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"kagami/internal/gram"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/policy"
	"kagami/internal/policy/outline"
	"kagami/internal/postgres"
)

// errBadPostings is a row that the portal has not written.
var errBadPostings = errors.New("positions of a gram that can't be read")

// appendPosition adds a clause to the positions of a gram; it must come after
// the last one, or before is -1.
func appendPosition(positions []byte, before, position int) []byte {
	return binary.AppendUvarint(positions, uint64(position-before)) //nolint:gosec // it comes after
}

// readPositions gives the clauses back, in their order.
func readPositions(positions []byte) ([]int, error) {
	var list []int
	at := -1
	for len(positions) > 0 {
		distance, n := binary.Uvarint(positions)
		if n <= 0 || distance == 0 || distance > 1<<31 {
			return nil, errBadPostings
		}
		at += int(distance)
		list, positions = append(list, at), positions[n:]
	}
	return list, nil
}

// inAll are the clauses that stand in all of the lists.
func inAll(lists [][]byte) ([]int, error) {
	slices.SortFunc(lists, func(a, b []byte) int { return len(a) - len(b) })
	var common []int
	for i, raw := range lists {
		list, err := readPositions(raw)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			common = list
			continue
		}
		at := 0
		common = slices.DeleteFunc(common, func(position int) bool {
			for at < len(list) && list[at] < position {
				at++
			}
			return at == len(list) || list[at] != position
		})
	}
	return common, nil
}

// clauseTable are the rows of a revision in the tables that search looks in.
type clauseTable struct {
	anchors, citations, headings, texts []string
	grams                               []string
	positions                           [][]byte
}

func tableOf(o *outline.Outline) clauseTable {
	var t clauseTable
	type held struct {
		last      int
		positions []byte
	}
	byGram := map[string]held{}
	for position, a := range o.Anchors() {
		t.anchors, t.citations = append(t.anchors, a.Anchor), append(t.citations, a.Citation)
		t.headings, t.texts = append(t.headings, a.Heading), append(t.texts, a.Text)
		of := append(gram.Of(fold(a.Heading)), gram.Of(fold(a.Text))...)
		for _, g := range of {
			h, known := byGram[g]
			if !known {
				h.last = -1
			}
			if h.last < position {
				byGram[g] = held{position, appendPosition(h.positions, h.last, position)}
			}
		}
	}
	for g := range byGram {
		t.grams = append(t.grams, g)
	}
	slices.Sort(t.grams)
	for _, g := range t.grams {
		t.positions = append(t.positions, byGram[g].positions)
	}
	return t
}

// Index makes a revision's clauses known to search; it belongs into the
// transaction that publishes it. Once done it does nothing.
func Index(ctx context.Context, tx pgx.Tx, revision int64) error {
	o, err := policy.LoadOutline(ctx, tx, revision)
	if err != nil {
		return err
	}
	t := tableOf(o)
	_, err = tx.Exec(ctx, `
		INSERT INTO clause (revision_id, position, anchor, citation, heading, text)
		SELECT @revision, n - 1, anchor, citation, heading, text
		FROM unnest(@anchors::text[], @citations::text[], @headings::text[], @texts::text[]) WITH ORDINALITY c (anchor, citation, heading, text, n)
		ON CONFLICT (revision_id, position) DO NOTHING`,
		pgx.StrictNamedArgs{"revision": revision, "anchors": t.anchors, "citations": t.citations, "headings": t.headings, "texts": t.texts})
	if err != nil {
		return fmt.Errorf("indexing clauses: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO clause_gram (gram, revision_id, positions)
		SELECT gram, @revision, positions FROM unnest(@grams::text[], @positions::bytea[]) g (gram, positions)
		ON CONFLICT DO NOTHING`, pgx.StrictNamedArgs{"revision": revision, "grams": t.grams, "positions": t.positions})
	if err != nil {
		return fmt.Errorf("indexing clauses: %w", err)
	}
	return nil
}

// IndexForPortal makes the revisions known to search that were published before
// there was search, and returns how many there were. Nobody decides anything by
// it, and it changes no text: it is for the start of the portal.
func (s *Service) IndexForPortal(ctx context.Context) (int, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT id FROM revision r
		WHERE published_at IS NOT NULL AND NOT EXISTS (SELECT FROM clause c WHERE c.revision_id = r.id)
		ORDER BY id`)
	if err != nil {
		return 0, fmt.Errorf("listing revisions: %w", err)
	}
	revisions, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return 0, fmt.Errorf("listing revisions: %w", err)
	}
	for _, revision := range revisions {
		err := postgres.InTx(ctx, s.pool, func(tx pgx.Tx) error { return Index(ctx, tx, revision) })
		if err != nil {
			return 0, err
		}
	}
	return len(revisions), nil
}
