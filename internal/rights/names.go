package rights

import (
	"context"

	"github.com/jackc/pgx/v5"

	"kagami/internal/postgres"
)

// NamesOf are rights as people read them, by their codes: 税務システム（更新）.
func NamesOf(ctx context.Context, db postgres.Querier, codes []string) ([]string, error) {
	type row struct {
		System, Grade string
		Kind          Kind
	}
	list, err := postgres.List[row](ctx, db, "naming rights", `
		SELECT y.name AS system, r.grade, r.kind FROM access_right r JOIN system_shown y ON y.id = r.asset_id WHERE r.code = ANY(@codes) ORDER BY r.id`,
		pgx.StrictNamedArgs{"codes": codes})
	names := make([]string, len(list))
	for i, r := range list {
		names[i] = r.System + "（" + Details{Kind: r.Kind, Grade: r.Grade}.Words() + "）"
	}
	return names, err
}
