package loan

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/trail"
)

// maxOfferNote is how long what is said of an offer may be.
const maxOfferNote = 500

// Offer says whether a section lends an asset, by its 管理番号, to others, with what is to be
// known of that; on the version that the actor has seen, 0 where nobody has said anything.
func (s *Service) Offer(ctx context.Context, actor authz.Actor, code string, version int, offered bool, note string) error {
	note = strings.TrimSpace(note)
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		t, err := findThing(ctx, tx, actor, code)
		if err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Allow(authz.PermitLoans, authz.Matter{OwnersSection: t.Section}); err != nil {
			return door.Unchanged(), err
		}
		switch {
		case t.State.Ended():
			return door.Unchanged(), fault.New(fault.Conflict, "「"+t.State.Title()+"」の情報資産は、貸すものにできません。")
		case t.OfferVersion != version:
			return door.Unchanged(), fault.New(fault.Conflict, "開いている間に、ほかの人がこの貸出しの設定を変えました。いまの内容を確かめて、もう一度行ってください。")
		case utf8.RuneCountInString(note) > maxOfferNote:
			return door.Unchanged(), fault.InvalidFields([]fault.Problem{{Field: "offer_note", Message: "長すぎます。500字までで書いてください。"}})
		case t.Offered == offered && t.OfferNote == note:
			return door.Unchanged(), nil
		}
		tag, err := tx.Exec(ctx, `
			WITH now AS (
				INSERT INTO loan_offer AS o (asset_id, offered, note) VALUES (@asset, @offered, @note)
				ON CONFLICT (asset_id) DO UPDATE SET offered = @offered, note = @note, version = o.version + 1 WHERE o.version = @version
				RETURNING asset_id, version)
			INSERT INTO loan_offer_change (asset_id, version, at, by, offered, note) SELECT asset_id, version, @now, @by, @offered, @note FROM now`,
			pgx.StrictNamedArgs{"asset": t.ID, "offered": offered, "note": note, "version": version, "now": tx.Now, "by": actor.Person})
		if err != nil {
			return door.Unchanged(), fmt.Errorf("offering an asset: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return door.Unchanged(), fault.New(fault.Conflict, "開いている間に、ほかの人がこの貸出しの設定を変えました。いまの内容を確かめて、もう一度行ってください。")
		}
		return door.Effect{Subject: trail.Subject{Kind: "loan_offer", ID: t.ID}, Fields: []string{"offered", "note"}, Refs: map[string]int64{"asset": t.ID}}, nil
	})
}
