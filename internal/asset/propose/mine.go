package propose

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/postgres"
)

// Mine is what somebody has proposed of an asset themselves, and may propose anew: what
// waits, or was sent back to them.
type Mine struct {
	ID         int64
	Waits      bool
	After      map[string]string // the fields that it changes
	Why        string
	SentBack   string // what to mend, where it was sent back
	SentBackBy string
}

// Mine is the newest that the actor has proposed of an asset that they see; the zero value
// where there is none, or it is over.
func (s *Service) Mine(ctx context.Context, actor authz.Actor, a asset.Asset) (Mine, error) {
	if _, may := actor.May(authz.DraftAssets, authz.Matter{OwnersSection: a.Section}); !may || !a.State.Allows(life.Propose) {
		return Mine{}, nil
	}
	m, err := postgres.One[Mine](ctx, s.pool, "finding what somebody has proposed of an asset", `
		SELECT r.id, r.state = 'open' AS waits, r.after, r.why, CASE WHEN r.state = 'sent_back' THEN r.words ELSE '' END AS sent_back,
		       CASE WHEN r.state = 'sent_back' THEN coalesce(p.name, '') ELSE '' END AS sent_back_by
		FROM asset_proposal r LEFT JOIN person_shown p ON p.id = r.decided_by
		WHERE r.asset_id = @asset AND r.proposed_by = @actor AND `+ownStands+` ORDER BY r.id DESC LIMIT 1`,
		pgx.StrictNamedArgs{"asset": a.ID, "actor": actor.Person})
	if errors.Is(err, pgx.ErrNoRows) {
		return Mine{}, nil
	}
	return m, err
}

// Last is what has become of the newest proposal about an asset.
type Last struct {
	By        string // who has made it
	Withdrawn bool
	SentBack  bool // and is still to be mended
	At        time.Time
}

// Last is that of an asset that the actor sees; the zero value where nobody has proposed a
// change.
func (s *Service) Last(ctx context.Context, actor authz.Actor, a asset.Asset) (Last, error) {
	if _, may := actor.May(authz.ReadAssets, authz.Matter{OwnersSection: a.Section}); !may {
		return Last{}, nil
	}
	last, err := postgres.One[Last](ctx, s.pool, "finding the last proposal about an asset", `
		SELECT p.name AS by, r.state = 'withdrawn' OR r.state = 'sent_back' AND r.settled_at IS NOT NULL AS withdrawn,
		       r.state = 'sent_back' AND r.settled_at IS NULL AS sent_back, coalesce(r.settled_at, r.decided_at, r.proposed_at) AS at
		FROM asset_proposal r JOIN person_shown p ON p.id = r.proposed_by WHERE r.asset_id = @asset ORDER BY r.id DESC LIMIT 1`,
		pgx.StrictNamedArgs{"asset": a.ID})
	if errors.Is(err, pgx.ErrNoRows) {
		return Last{}, nil
	}
	return last, err
}
