package draft

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/postgres"
)

// Unsaved is what somebody has typed in a draft's place and not saved. It is
// theirs alone: nobody else is shown a word of it.
type Unsaved struct {
	Text    string
	BasedOn []byte    // the hash of the draft's text that they had before them
	At      time.Time // when it was last kept
}

// Kept is what somebody who is typing is told.
type Kept struct {
	At      time.Time // zero where nothing differs from the draft, and nothing is kept
	Changed bool      // whether the draft has changed since they began
	Others  []string  // who else is typing
}

// typing is how long after their last words somebody counts as still at it.
const typing = 15 * time.Minute

// KeepUnsaved keeps what the actor has typed in a draft's place, over what was
// kept before; basedOn is the hash of the text that it was made from. NotFound
// where there is no draft that the actor may see.
//
// It passes no door and leaves no trace in the trail: no record changes by it.
// It is a person's own unfinished sentence, written over every few seconds and
// seen by nobody else, and the trail would drown in it. What becomes of the draft
// is told when it is saved.
func (s *Service) KeepUnsaved(ctx context.Context, actor authz.Actor, code, text string, basedOn []byte) (Kept, error) {
	if !MaySee(actor) {
		return Kept{}, policy.NoDocument()
	}
	if _, err := authz.Check(actor, authz.DraftRevision, authz.Matter{}); err != nil {
		return Kept{}, err
	}
	if len(basedOn) != sha256.Size {
		return Kept{}, fault.New(fault.Invalid, "どの本文を直したものかが送られていません。下書きの画面から「本文を直す」を開き直してください。")
	}
	kept := Kept{At: s.now()}
	err := postgres.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		readable, args := policy.Readable(actor)
		args["code"], args["text"] = code, text
		var (
			revision int64
			same     bool
			now      []byte
		)
		// the lock holds off what ends the draft, or words could be kept for one
		// that is over
		err := tx.QueryRow(ctx, `
			SELECT r.id, r.text = @text, r.text_sha256 FROM revision r JOIN document d ON d.id = r.document_id
			WHERE d.code = @code AND r.state IN ('draft', 'submitted', 'decided') AND `+readable+` FOR SHARE OF r`, args).
			Scan(&revision, &same, &now)
		if errors.Is(err, pgx.ErrNoRows) {
			return policy.NoDocument()
		}
		if err != nil {
			return err
		}
		kept.Changed = !bytes.Equal(now, basedOn)
		if same {
			kept.At = time.Time{}
			err = dropUnsaved(ctx, tx, revision, actor.Person)
		} else {
			_, err = tx.Exec(ctx, `
				INSERT INTO unsaved_text (revision_id, person_id, based_on_sha256, text, kept_at) VALUES (@revision, @person, @based_on, @text, @now)
				ON CONFLICT (revision_id, person_id) DO UPDATE
				SET based_on_sha256 = excluded.based_on_sha256, text = excluded.text, kept_at = excluded.kept_at`,
				pgx.StrictNamedArgs{"revision": revision, "person": actor.Person, "based_on": basedOn, "text": text, "now": kept.At})
		}
		if err != nil {
			return err
		}
		kept.Others, err = s.loadTyping(ctx, tx, actor, revision)
		return err
	})
	if err != nil {
		return Kept{}, fmt.Errorf("keeping what is not saved: %w", err)
	}
	return kept, nil
}

// execer is the part of a pool or a transaction that changes.
type execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

func dropUnsaved(ctx context.Context, db execer, revision, person int64) error {
	if _, err := db.Exec(ctx, `DELETE FROM unsaved_text WHERE revision_id = $1 AND person_id = $2`, revision, person); err != nil {
		return fmt.Errorf("removing what was not saved: %w", err)
	}
	return nil
}

// DropUnsaved throws away what was kept for the actor of a draft that Draft has
// returned to them. Like keeping it, it is no change of a record.
func (s *Service) DropUnsaved(ctx context.Context, actor authz.Actor, d Draft) error {
	return dropUnsaved(ctx, s.pool, d.Revision, actor.Person)
}

// Unsaved returns what is kept for the actor of a draft that Draft has returned
// to them; false where nothing is, or it says what the draft says.
func (s *Service) Unsaved(ctx context.Context, actor authz.Actor, d Draft) (Unsaved, bool, error) {
	var u Unsaved
	err := s.pool.QueryRow(ctx, `
		SELECT text, based_on_sha256, kept_at FROM unsaved_text WHERE revision_id = $1 AND person_id = $2`, d.Revision, actor.Person).
		Scan(&u.Text, &u.BasedOn, &u.At)
	if errors.Is(err, pgx.ErrNoRows) {
		return Unsaved{}, false, nil
	}
	if err != nil {
		return Unsaved{}, false, fmt.Errorf("loading what is not saved: %w", err)
	}
	return u, u.Text != d.Text, nil
}

// Typing names who else is editing a draft that Draft has returned to the actor:
// by name only, whoever has words kept that are not old.
func (s *Service) Typing(ctx context.Context, actor authz.Actor, d Draft) ([]string, error) {
	return s.loadTyping(ctx, s.pool, actor, d.Revision)
}

func (s *Service) loadTyping(ctx context.Context, db postgres.Querier, actor authz.Actor, revision int64) ([]string, error) {
	rows, err := db.Query(ctx, `
		SELECT p.name FROM unsaved_text u JOIN person_shown p ON p.id = u.person_id
		WHERE u.revision_id = $1 AND u.person_id <> $2 AND u.kept_at > $3 ORDER BY u.kept_at DESC`,
		revision, actor.Person, s.now().Add(-typing))
	if err != nil {
		return nil, fmt.Errorf("looking who else is typing: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("looking who else is typing: %w", err)
	}
	return names, nil
}

// Unfinished is what has been typed in a draft's place and would be lost with it.
type Unfinished struct {
	Own       time.Time // when the actor's own text was kept; zero where there is none
	OwnClause time.Time // when their own words on a single clause were kept last; zero where there are none
	Others    []string  // who else has words kept, by name only, the latest first
}

// None tells whether nobody has any.
func (u Unfinished) None() bool { return u.Own.IsZero() && u.OwnClause.IsZero() && len(u.Others) == 0 }

// loadUnfinished looks for the words that differ from what the draft says,
// however old they are.
func loadUnfinished(ctx context.Context, db postgres.Querier, actor authz.Actor, revision int64) (Unfinished, error) {
	type row struct {
		Own    bool
		Name   string
		Whole  *time.Time // when their text was kept; nil for none
		Clause *time.Time // when their words on a single clause were kept last; nil for none
	}
	rows, err := postgres.List[row](ctx, db, "looking for what is not saved", `
		SELECT p.id = $2 AS own, p.name, max(k.kept_at) FILTER (WHERE k.whole) AS whole, max(k.kept_at) FILTER (WHERE NOT k.whole) AS clause
		FROM (
			SELECT u.person_id, u.kept_at, true AS whole FROM unsaved_text u JOIN revision r ON r.id = u.revision_id
			WHERE u.revision_id = $1 AND u.text <> r.text
			UNION ALL
			SELECT person_id, kept_at, false FROM unsaved_clause WHERE revision_id = $1
		) k JOIN person_shown p ON p.id = k.person_id
		GROUP BY p.id, p.name ORDER BY max(k.kept_at) DESC, p.id`, revision, actor.Person)
	var u Unfinished
	for _, r := range rows {
		if r.Own {
			u.Own, u.OwnClause = orZero(r.Whole), orZero(r.Clause)
		} else {
			u.Others = append(u.Others, r.Name)
		}
	}
	return u, err
}
