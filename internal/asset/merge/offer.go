package merge

import (
	"context"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/postgres"
)

// mostOffered is how many are offered to choose from: any other is found by its number.
const mostOffered = 300

// Offer is what an asset may be merged into.
type Offer struct{ Code, Name string }

// Offers are the others of an asset's section that are in the register: those of the same
// name first, then those of which one name holds the other, or that begin alike.
func (s *Service) Offers(ctx context.Context, actor authz.Actor, a asset.Asset) ([]Offer, error) {
	if _, err := authz.Check(actor, authz.ReadAssets, authz.Matter{OwnersSection: a.Section}); err != nil {
		return nil, err
	}
	return postgres.List[Offer](ctx, s.pool, "listing others of the section of an asset", `
		SELECT b.code, b.name FROM asset b
		CROSS JOIN LATERAL (SELECT regexp_replace(lower(normalize(b.name, NFKC)), '\s', '', 'g') AS its, regexp_replace(lower(normalize(@name::text, NFKC)), '\s', '', 'g') AS name) f
		WHERE b.section_id = @section AND b.state `+life.Counts+` AND b.id <> @asset
		ORDER BY CASE WHEN f.its = f.name THEN 0 WHEN strpos(f.its, f.name) > 0 OR strpos(f.name, f.its) > 0 THEN 1
		              WHEN left(f.its, 3) = left(f.name, 3) THEN 2 ELSE 3 END, b.name, b.code_order LIMIT @most`,
		pgx.StrictNamedArgs{"name": a.Name, "section": a.Section, "asset": a.ID, "most": mostOffered})
}
