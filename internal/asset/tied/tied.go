// Package tied makes the register of information assets together with the rooms that stand
// on it: as the portal, its command and the tests of its screens have it.
package tied

import (
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/asset"
	"kagami/internal/asset/classify"
	"kagami/internal/asset/loan"
	"kagami/internal/asset/propose"
	"kagami/internal/asset/relation"
	"kagami/internal/door"
)

// New makes the register.
func New(pool *pgxpool.Pool, d *door.Door) *asset.Service {
	return asset.New(pool, d).With(asset.Ties{
		Judge: classify.Judge,
		Ready: relation.Ready, Spread: relation.Spread, Reckon: relation.Reckon, Misfit: relation.Misfit, Parted: relation.Part,
		Awaiting: propose.Awaiting, Drafted: propose.Drafted, Ended: propose.Ended, Out: loan.Out,
	})
}
