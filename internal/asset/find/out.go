package find

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/state"
)

// Out is that somebody has an asset with them, by a loan (持出し・貸出し).
type Out struct {
	Code        string // of the loan; empty where the asset is here
	SectionName string
	Taker       string
	Until       calendar.Date
}

// Overdue tells whether it should have come back before a day.
func (o Out) Overdue(day calendar.Date) bool { return day.After(o.Until) }

// loanChanges counts what may change which assets are out.
var loanChanges = state.Counted("loan")

// outKey names what it depends on whether an asset is out, and as what it is shown.
type outKey struct{ asset, organization, loans int64 }

// cachedOut is more than the assets that are looked at between two loans.
const cachedOut = 2000

// Out is by which loan an asset is out; the zero value where it is here, or the actor may not
// know.
func (s *Service) Out(ctx context.Context, actor authz.Actor, a asset.Asset) (Out, error) {
	if _, may := actor.May(authz.ReadLoans, authz.Matter{OwnersSection: a.Section}); !may {
		return Out{}, nil
	}
	find := func() (Out, error) {
		out, err := postgres.One[Out](ctx, s.pool, "looking whether an asset is out", `
			SELECT o.code, s.name AS section_name, coalesce(p.name, '') AS taker, o.until_on AS until
			FROM asset_out o JOIN section_shown s ON s.id = o.section_id LEFT JOIN person_shown p ON p.id = o.taker_id WHERE o.asset_id = @asset`,
			pgx.StrictNamedArgs{"asset": a.ID})
		if errors.Is(err, pgx.ErrNoRows) {
			return Out{}, nil
		}
		return out, err
	}
	organization, known := actor.State.Of(org.ChangeCounter)
	loans, counted := actor.State.Of(loanChanges)
	if !known || !counted {
		return find()
	}
	return s.outs.Get(outKey{a.ID, organization, loans}, find)
}
