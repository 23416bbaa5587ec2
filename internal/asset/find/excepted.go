package find

import (
	"context"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/postgres"
)

// Excepted is that an asset need not fit a rule until a day, by an exception (例外措置).
type Excepted struct {
	Rule  string
	Code  string // of the exception
	Until calendar.Date
}

// Excepted lists what an asset need not fit today, one exception for each rule: that which
// goes on longest. It asks only where the asset does not fit something, and the actor reads
// exceptions.
func (s *Service) Excepted(ctx context.Context, actor authz.Actor, a asset.Asset) ([]Excepted, error) {
	if _, may := actor.May(authz.ReadExceptions, authz.Matter{OwnersSection: a.Section}); !may || len(a.Breaks) == 0 {
		return nil, nil
	}
	return postgres.List[Excepted](ctx, s.pool, "listing what an asset need not fit", `
		SELECT DISTINCT ON (rule) rule, code, until_on AS until FROM exception_asset
		WHERE asset_id = @asset AND @today::date BETWEEN from_on AND until_on ORDER BY rule, until_on DESC`,
		pgx.StrictNamedArgs{"asset": a.ID, "today": actor.On})
}
