package find

import (
	"context"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/postgres"
	"kagami/internal/state"
)

// Excepted is that an asset need not fit a rule until a day, by an exception (例外措置).
type Excepted struct {
	Rule  string
	Code  string // of the exception
	Until calendar.Date
}

// excepted marks the lines of assets that are excepted from all that they don't fit.
func (s *Service) excepted(ctx context.Context, lines []Line, today calendar.Date) error {
	at := map[string]int{}
	for i, l := range lines {
		if !l.BrokenSince.IsZero() {
			at[l.Code] = i
		}
	}
	if len(at) == 0 {
		return nil
	}
	type line struct {
		Code  string
		Until calendar.Date
	}
	list, err := postgres.List[line](ctx, s.pool, "finding what is excepted", `
		SELECT e.code, e.until FROM (SELECT a.code, excepted_until(a.id, a.breaks, @today::date) AS until FROM asset a WHERE a.code = ANY(@codes)) e
		WHERE e.until IS NOT NULL`, pgx.StrictNamedArgs{"today": today, "codes": slices.Collect(maps.Keys(at))})
	for _, found := range list {
		lines[at[found.Code]].ExceptedUntil = found.Until
	}
	return err
}

// exceptionCounter is that of the exceptions, whose owner hands it in.
var exceptionCounter = state.Counted("exception")

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
