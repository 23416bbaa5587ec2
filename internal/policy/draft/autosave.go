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

// Autosave is what somebody has typed in a draft's place and not saved. It is
// theirs alone: nobody else is shown a word of it.
type Autosave struct {
	Text    string
	BasedOn []byte    // the hash of the draft's text that they had before them
	At      time.Time // when it was last autosaved
}

// AutosaveStatus is what somebody who is typing is told.
type AutosaveStatus struct {
	At      time.Time // zero where nothing differs from the draft, and nothing is autosaved
	Changed bool      // whether the draft has changed since they began
	Others  []string  // who else is typing
}

// typing is how long after their last words somebody counts as still at it.
const typing = 15 * time.Minute

// PutAutosave saves what the actor has typed in a draft's place, over what was
// autosaved before; basedOn is the hash of the text that it was made from. NotFound
// where there is no draft that the actor may see.
//
// It passes no door and leaves no trace in the trail: no record changes by it.
// It is a person's own unfinished sentence, written over every few seconds and
// shown to nobody else, and the trail would drown in it. What becomes of the draft
// is told when it is saved.
func (s *Service) PutAutosave(ctx context.Context, actor authz.Actor, code, text string, basedOn []byte) (AutosaveStatus, error) {
	if !MaySee(actor) {
		return AutosaveStatus{}, policy.NoDocument()
	}
	if _, err := authz.Check(actor, authz.DraftRevision, authz.Matter{}); err != nil {
		return AutosaveStatus{}, err
	}
	if len(basedOn) != sha256.Size {
		return AutosaveStatus{}, fault.New(fault.Invalid, "どの本文を直したものかが送られていません。下書きの画面から「本文を直す」を開き直してください。")
	}
	status := AutosaveStatus{At: s.now()}
	err := postgres.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		readable, args := policy.Readable(actor)
		args["code"], args["text"] = code, text
		var (
			revision int64
			same     bool
			now      []byte
		)
		// the lock holds off what ends the draft, or words could be saved for one
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
		status.Changed = !bytes.Equal(now, basedOn)
		if same {
			status.At = time.Time{}
			err = dropAutosave(ctx, tx, revision, actor.Person)
		} else {
			_, err = tx.Exec(ctx, `
				INSERT INTO unsaved_text (revision_id, person_id, based_on_sha256, text, kept_at) VALUES (@revision, @person, @based_on, @text, @now)
				ON CONFLICT (revision_id, person_id) DO UPDATE
				SET based_on_sha256 = excluded.based_on_sha256, text = excluded.text, kept_at = excluded.kept_at`,
				pgx.StrictNamedArgs{"revision": revision, "person": actor.Person, "based_on": basedOn, "text": text, "now": status.At})
		}
		if err != nil {
			return err
		}
		status.Others, err = s.loadTyping(ctx, tx, actor, revision)
		return err
	})
	if err != nil {
		return AutosaveStatus{}, fmt.Errorf("autosaving: %w", err)
	}
	return status, nil
}

// execer is the part of a pool or a transaction that changes.
type execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

func dropAutosave(ctx context.Context, db execer, revision, person int64) error {
	if _, err := db.Exec(ctx, `DELETE FROM unsaved_text WHERE revision_id = $1 AND person_id = $2`, revision, person); err != nil {
		return fmt.Errorf("removing an autosave: %w", err)
	}
	return nil
}

// DropAutosave throws away what was autosaved for the actor of a draft that Draft has
// returned to them. Like keeping it, it is no change of a record.
func (s *Service) DropAutosave(ctx context.Context, actor authz.Actor, d Draft) error {
	return dropAutosave(ctx, s.pool, d.Revision, actor.Person)
}

// Autosave returns what is autosaved for the actor of a draft that Draft has returned
// to them; false where nothing is, or it says what the draft says.
func (s *Service) Autosave(ctx context.Context, actor authz.Actor, d Draft) (Autosave, bool, error) {
	var u Autosave
	err := s.pool.QueryRow(ctx, `
		SELECT text, based_on_sha256, kept_at FROM unsaved_text WHERE revision_id = $1 AND person_id = $2`, d.Revision, actor.Person).
		Scan(&u.Text, &u.BasedOn, &u.At)
	if errors.Is(err, pgx.ErrNoRows) {
		return Autosave{}, false, nil
	}
	if err != nil {
		return Autosave{}, false, fmt.Errorf("loading an autosave: %w", err)
	}
	return u, u.Text != d.Text, nil
}

// Typing names who else is editing a draft that Draft has returned to the actor:
// by name only, whoever has fresh autosaves.
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
	Own       time.Time // when the actor's own text was autosaved; zero where there is none
	OwnClause time.Time // when their own words on a single clause were autosaved last; zero where there are none
	Others    []string  // who else has autosaves, by name only, the latest first
}

// None tells whether nobody has any.
func (u Unfinished) None() bool { return u.Own.IsZero() && u.OwnClause.IsZero() && len(u.Others) == 0 }

// loadUnfinished looks for the words that differ from what the draft says,
// however old they are.
func loadUnfinished(ctx context.Context, db postgres.Querier, actor authz.Actor, revision int64) (Unfinished, error) {
	type row struct {
		Own    bool
		Name   string
		Whole  *time.Time // when their text was autosaved; nil for none
		Clause *time.Time // when their words on a single clause were autosaved last; nil for none
	}
	rows, err := postgres.List[row](ctx, db, "looking for autosaves", `
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
