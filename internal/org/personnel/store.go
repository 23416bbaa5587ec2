package personnel

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/sheet/intake"
	"kagami/internal/trail"
)

// newImport is a file that somebody has handed in.
type newImport struct {
	fileName string
	file     File
	choices  Choices
	// original is the file itself, as long as its headings can be settled
	original  []byte
	unsettled bool
}

// headings are those of a file whose headings can be settled.
func (n newImport) headings() []intake.Heading {
	if n.original == nil {
		return []intake.Heading{}
	}
	return n.file.reading.Headings
}

// store stores a file with its plan, for a day.
func (s *Service) store(ctx context.Context, actor authz.Actor, n newImport) (string, error) {
	token := rand.Text()
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		if _, err := tx.Exec(ctx, forgetImports, pgx.StrictNamedArgs{"until": tx.Now.Add(-importLife)}); err != nil {
			return door.Unchanged(), fmt.Errorf("removing what is over: %w", err)
		}
		original := n.original
		if original == nil {
			original = []byte{}
		}
		packed, err := pack(n.file)
		if err != nil {
			return door.Unchanged(), err
		}
		var id int64
		err = tx.QueryRow(ctx, `
			INSERT INTO person_import (token, person_id, made_at, file_name, sha256, file, original, headings, unsettled, choices, summary, digest)
			VALUES (@token, nullif(@person, 0::bigint), @now, @file_name, @sha256, @file, @original, @headings, @unsettled, @choices, '{}', '')
			RETURNING id`,
			pgx.StrictNamedArgs{
				"token": token, "person": actor.Person, "now": tx.Now, "file_name": shortName(n.fileName), "sha256": n.file.SHA256, "file": packed,
				"original": original, "headings": n.headings(), "unsettled": n.unsettled, "choices": n.choices,
			}).Scan(&id)
		if err != nil {
			return door.Unchanged(), fmt.Errorf("storing a personnel file: %w", err)
		}
		effect := door.Effect{
			Subject: trail.Subject{Kind: "person_import", ID: id}, Fields: []string{"file"},
			Confidential: map[string]any{"file_name": n.fileName, "sha256": hex.EncodeToString(n.file.SHA256)},
		}
		if n.unsettled {
			return effect, nil
		}
		return effect, storePlan(ctx, tx, actor, id, n.file, n.choices)
	})
	if err != nil {
		return "", fmt.Errorf("taking a personnel file in: %w", err)
	}
	return token, nil
}

// shortName is a file's name as it is stored: no longer than a cell may be.
func shortName(name string) string {
	runes := []rune(name)
	return string(runes[:min(len(runes), maxCell)])
}

// storePlan plans anew and stores the plan for its page.
func storePlan(ctx context.Context, tx *door.Tx, actor authz.Actor, id int64, file File, choices Choices) error {
	state, err := loadState(ctx, tx, actor, file, tx.Today())
	if err != nil {
		return err
	}
	plan := makePlan(state, file, choices)
	digest, err := plan.digest()
	if err != nil {
		return err
	}
	var batch pgx.Batch
	batch.Queue(`UPDATE person_import SET choices = @choices, summary = @summary, digest = @digest WHERE id = @id`,
		pgx.StrictNamedArgs{"id": id, "choices": choices, "summary": plan.Summary(file), "digest": digest})
	batch.Queue(`DELETE FROM person_import_page WHERE import_id = $1`, id)
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("storing a plan: %w", err)
	}
	var pages [][]any
	for _, list := range []struct {
		name  string
		pages [][]any
	}{{"added", pagesOf(plan.Added)}, {"changed", pagesOf(plan.Changed)}, {"ended", pagesOf(plan.Ended)}, {"problems", pagesOf(plan.Problems)}} {
		for n, lines := range list.pages {
			pages = append(pages, []any{id, list.name, n, lines[0]})
		}
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"person_import_page"}, []string{"import_id", "list", "page", "lines"}, pgx.CopyFromRows(pages))
	if err != nil {
		return fmt.Errorf("storing a plan's pages: %w", err)
	}
	return nil
}

// pagesOf cuts a list into pages, each as a column's value.
func pagesOf[T any](list []T) [][]any {
	var pages [][]any
	for len(list) > 0 {
		n := min(len(list), OnPage)
		pages = append(pages, []any{list[:n]})
		list = list[n:]
	}
	return pages
}

// pack is what was read of a file, as it is stored.
func pack(file File) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if err := json.NewEncoder(w).Encode(file); err != nil {
		return nil, fmt.Errorf("packing a personnel file: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("packing a personnel file: %w", err)
	}
	return b.Bytes(), nil
}

func unpack(packed []byte) (file File, err error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err == nil {
		err = json.NewDecoder(r).Decode(&file)
	}
	if err != nil {
		return File{}, fmt.Errorf("unpacking a personnel file: %w", err)
	}
	return file, nil
}
