package find

import (
	"context"

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

// excepted is an asset that is excepted from all that it does not fit, and until when.
type excepted struct {
	ID    int64
	Code  string
	Until calendar.Date
}

// exceptedOn are those of a day: few, beside all that do not fit.
func exceptedOn(ctx context.Context, db postgres.Querier, day calendar.Date) ([]excepted, error) {
	return postgres.List[excepted](ctx, db, "finding what is excepted",
		`SELECT asset_id AS id, code, until_on AS until FROM excepted_assets(@day::date)`, pgx.StrictNamedArgs{"day": day})
}

func idsOfExcepted(list []excepted) []int64 {
	ids := []int64{}
	for _, e := range list {
		ids = append(ids, e.ID)
	}
	return ids
}

// markExcepted marks the lines of assets that are excepted from all that they don't fit.
func markExcepted(lines []Line, exempt []excepted) {
	until := map[string]calendar.Date{}
	for _, e := range exempt {
		until[e.Code] = e.Until
	}
	for i := range lines {
		lines[i].ExceptedUntil = until[lines[i].Code]
	}
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
