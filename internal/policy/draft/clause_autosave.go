package draft

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/amend"
	"kagami/internal/policy/outline"
	"kagami/internal/postgres"
)

// ClauseAutosave is what somebody has typed on one clause of a draft and not
// saved. Like Autosave, it is theirs alone.
type ClauseAutosave struct {
	// Token tells the form that it was typed in: 26 letters and digits, as
	// crypto/rand.Text gives them.
	Token string
	// Amendment is a Rewrite or an Insert of the text that BasedOn is the hash of.
	amend.Amendment
	Shown   string // the page's way to tell the clause again once the text has changed
	BasedOn []byte
	At      time.Time // when it was last autosaved
}

// PutClauseAutosave saves what the actor has typed in a form on one clause of a
// draft, over what was autosaved of the form before; it saves nothing where no words
// differ from the clause's. It passes no door, for the reasons that PutAutosave
// gives, and is refused as it is. The At of what is given does not matter, and
// that of what is returned is zero where nothing is saved.
func (s *Service) PutClauseAutosave(ctx context.Context, actor authz.Actor, code string, u ClauseAutosave) (AutosaveStatus, error) {
	if !MaySee(actor) {
		return AutosaveStatus{}, policy.NoDocument()
	}
	if _, err := authz.Check(actor, authz.DraftRevision, authz.Matter{}); err != nil {
		return AutosaveStatus{}, err
	}
	if err := u.check(); err != nil {
		return AutosaveStatus{}, err
	}
	status := AutosaveStatus{At: s.now()}
	err := postgres.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		readable, args := policy.Readable(actor)
		args["code"], args["based_on"] = code, u.BasedOn
		var revision int64
		// the lock holds off what ends the draft, or words could be saved for one
		// that is over
		err := tx.QueryRow(ctx, `
			SELECT r.id, r.text_sha256 <> @based_on FROM revision r JOIN document d ON d.id = r.document_id
			WHERE d.code = @code AND r.state IN ('draft', 'submitted', 'decided') AND `+readable+` FOR SHARE OF r`, args).
			Scan(&revision, &status.Changed)
		if errors.Is(err, pgx.ErrNoRows) {
			return policy.NoDocument()
		}
		if err != nil {
			return err
		}
		now, err := policy.LoadOutline(ctx, tx, revision)
		if err != nil {
			return err
		}
		if !u.Brings(now) {
			status.At = time.Time{}
			return dropClauseAutosave(ctx, tx, revision, actor.Person, u.Token)
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO unsaved_clause (revision_id, person_id, token, act, anchor, shown, place, kind, heading, text, renumber, based_on_sha256, kept_at)
			VALUES (@revision, @person, @token, @act, @anchor, @shown, @place, @kind, @heading, @text, @renumber, @based_on, @now)
			ON CONFLICT (revision_id, person_id, token) DO UPDATE
			SET act = excluded.act, anchor = excluded.anchor, shown = excluded.shown, place = excluded.place, kind = excluded.kind,
			    heading = excluded.heading, text = excluded.text, renumber = excluded.renumber,
			    based_on_sha256 = excluded.based_on_sha256, kept_at = excluded.kept_at`,
			pgx.StrictNamedArgs{
				"revision": revision, "person": actor.Person, "token": u.Token, "act": u.Act, "anchor": u.Anchor, "shown": u.Shown,
				"place": u.Where, "kind": u.Kind, "heading": u.Heading, "text": u.Text, "renumber": u.Renumber, "based_on": u.BasedOn, "now": status.At,
			})
		return err
	})
	if err != nil {
		return AutosaveStatus{}, fmt.Errorf("autosaving a clause: %w", err)
	}
	return status, nil
}

// check refuses what no form of ours has sent, and what is too long.
func (u ClauseAutosave) check() error {
	const (
		letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
		token   = 26 // of them
		shown   = 64 // characters
		kind    = 40
	)
	placed := slices.Contains([]amend.Where{amend.Before, amend.After, amend.Under}, u.Where)
	for _, s := range []string{u.Anchor, u.Shown, string(u.Kind), u.Heading, u.Text} {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return fault.New(fault.Unsupported, "文字として読めないところがあります。その文字を消してください。")
		}
	}
	switch {
	case len(u.Heading) > outline.MaxSize, len(u.Text) > outline.MaxSize:
		return fault.New(fault.TooLarge, "見出しか本文が長すぎます。10 MB までにしてください。")
	case len(u.Token) != token, strings.Trim(u.Token, letters) != "", len(u.BasedOn) != sha256.Size, u.Anchor == "",
		utf8.RuneCountInString(u.Shown) > shown, utf8.RuneCountInString(string(u.Kind)) > kind,
		u.Act != amend.Rewrite && u.Act != amend.Insert, placed != (u.Act == amend.Insert), !placed && u.Where != "":
		return fault.New(fault.Invalid, "どの項目を直したものかが送られていません。項目の一覧から、画面を開き直してください。")
	}
	return nil
}

func dropClauseAutosave(ctx context.Context, db execer, revision, person int64, token string) error {
	if _, err := db.Exec(ctx, `DELETE FROM unsaved_clause WHERE revision_id = $1 AND person_id = $2 AND token = $3`, revision, person, token); err != nil {
		return fmt.Errorf("removing the autosave of a clause: %w", err)
	}
	return nil
}

// DropClauseAutosave throws away what was autosaved of the actor's form with a token on a
// draft that Draft has returned to them.
func (s *Service) DropClauseAutosave(ctx context.Context, actor authz.Actor, d Draft, token string) error {
	return dropClauseAutosave(ctx, s.pool, d.Revision, actor.Person, token)
}

// ClauseAutosaves lists what is autosaved for the actor of single clauses of a draft
// that Draft has returned to them, the newest first.
func (s *Service) ClauseAutosaves(ctx context.Context, actor authz.Actor, d Draft) ([]ClauseAutosave, error) {
	return postgres.List[ClauseAutosave](ctx, s.pool, "listing the autosaves of clauses", `
		SELECT token, act, anchor, shown, place AS "where", '' AS "to", kind, heading, text, renumber, based_on_sha256 AS based_on, kept_at AS at FROM unsaved_clause
		WHERE revision_id = $1 AND person_id = $2 ORDER BY kept_at DESC, token`, d.Revision, actor.Person)
}
