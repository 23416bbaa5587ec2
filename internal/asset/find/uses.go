package find

import (
	"context"
	"strconv"

	"github.com/jackc/pgx/v5"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/again"
	"kagami/internal/asset/level"
	"kagami/internal/authz"
	"kagami/internal/edition"
	"kagami/internal/postgres"
)

// Uses are by the keys of rows of a kind how many assets are classified by them, of those
// that the actor may see; what none is by has none. Of 完全性 and 可用性, of which no sums
// are kept, they are counted up to MostCounted.
func (s *Service) Uses(ctx context.Context, actor authz.Actor, kind string, keys []string) (map[string]edition.Use, error) {
	uses := map[string]edition.Use{}
	if actor.Reach(authz.ReadAssets) == authz.None || kind != level.Levels.Name && kind != level.Zones.Name {
		return uses, nil
	}
	summed, err := s.summed(ctx, actor)
	if err != nil {
		return nil, err
	}
	for _, row := range keys {
		field, key := again.TurnedKey(kind, row)
		count, more := summed[field][key], ""
		if field == string(asset.Integrity) || field == string(asset.Availability) {
			page, err := s.List(ctx, actor, Search{Levels: map[asset.Aspect]string{asset.Aspect(field): key}})
			if err != nil {
				return nil, err
			}
			if count = page.Count; page.More {
				more = "以上"
			}
		}
		if count > 0 {
			uses[row] = edition.Use{Words: "情報資産 " + strconv.Itoa(count) + "件" + more, URL: address.With(address.Assets, field, key)}
		}
	}
	return uses, nil
}

// summed is how many assets the actor may see of each 機密性 and in each zone.
func (s *Service) summed(ctx context.Context, actor authz.Actor) (map[string]map[string]int, error) {
	type sum struct {
		Zone, Confidentiality string
		Assets                int
	}
	list, err := postgres.List[sum](ctx, s.pool, "adding up assets by what they are classified by", `
		SELECT zone, confidentiality, sum(assets)::int AS assets FROM asset_sum WHERE @everywhere OR section_id = ANY(@sections) GROUP BY 1, 2`,
		pgx.StrictNamedArgs{"everywhere": actor.Reach(authz.ReadAssets) == authz.All, "sections": actor.Sections(authz.ReadAssets)})
	if err != nil {
		return nil, err
	}
	summed := map[string]map[string]int{"zone": {}, string(asset.Confidentiality): {}}
	for _, s := range list {
		summed["zone"][s.Zone] += s.Assets
		summed[string(asset.Confidentiality)][s.Confidentiality] += s.Assets
	}
	return summed, nil
}
