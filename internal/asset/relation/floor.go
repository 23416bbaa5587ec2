package relation

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/postgres"
)

// Floor is the highest level of what rests on an asset, in one aspect.
type Floor struct {
	Aspect asset.Aspect
	Level  string // its key
	Rank   int
	Code   string // whose level it is, and its name; empty where the actor may not see it
	Name   string
	// Broken tells that the asset's own level is lower.
	Broken bool
}

// Demand is what a floor asks of the asset, after the name of that which it comes from.
func (f Floor) Demand(scheme asset.Scheme) string {
	level, _ := scheme.Level(f.Aspect, f.Level)
	return "が" + level.Title + "のため、" + f.Aspect.Title() + "は、" + level.Title + "以上にしてください。"
}

// Broken are the floors below which the asset's own level stands.
func Broken(floors []Floor) []Floor {
	return slices.DeleteFunc(slices.Clone(floors), func(f Floor) bool { return !f.Broken })
}

// Floors are the levels that an asset must have at least, of each aspect, where something
// rests on it. Whoever answers for a system learns so how high the assets of others in it
// are, and not which they are.
//
// NotFound where the actor may not see it. The floor of each asset is kept (Spread): so one goes only where it leads, to the nearest
// asset of such a level, of these to one that the actor may see.
func (s *Service) Floors(ctx context.Context, actor authz.Actor, a asset.Asset) ([]Floor, error) {
	if err := a.AskSee(actor); err != nil {
		return nil, err
	}
	var list []Floor
	for i, aspect := range asset.Aspects {
		if a.Floor[i] == 0 {
			continue
		}
		f, err := s.floor(ctx, actor, a, i+1)
		if errors.Is(err, pgx.ErrNoRows) {
			continue // what it came from has ended this instant
		}
		if err != nil {
			return nil, err
		}
		f.Aspect, f.Rank, f.Broken = aspect, int(a.Floor[i]), a.Ranks[i] < a.Floor[i]
		list = append(list, f)
	}
	return list, nil
}

// floor finds whose level the floor of an asset is, by the position of an aspect. A town
// may title levels by other keys of the same rank: the key is that asset's.
func (s *Service) floor(ctx context.Context, actor authz.Actor, a asset.Asset, position int) (Floor, error) {
	from := []int64{a.ID}
	for step := 0; step < mostSteps && len(from) > 0; step++ {
		args := sight(actor)
		args["from"], args["position"], args["rank"] = from, position, a.Floor[position-1]
		f, err := postgres.One[Floor](ctx, s.pool, "finding whose level a floor is", `
			WITH own AS (
				SELECT a.id FROM asset a CROSS JOIN LATERAL (SELECT FROM asset_relation r WHERE r.asset_id = a.id AND r.rests_on = ANY(@from::bigint[]) AND r.agreed LIMIT 1) r
				WHERE NOT @everywhere AND a.section_id = ANY(@sections) AND a.state `+life.Counts+` AND a.ranks[@position] = @rank LIMIT 1),
			others AS (
				SELECT next.id FROM unnest(@from::bigint[]) AS from_ (id) CROSS JOIN LATERAL (
					SELECT x.id FROM asset_relation r JOIN asset x ON x.id = r.asset_id
					WHERE r.rests_on = from_.id AND r.agreed AND x.state `+life.Counts+` AND x.ranks[@position] = @rank LIMIT 1) next
				WHERE NOT EXISTS (SELECT FROM own) LIMIT 1)
			SELECT '' AS aspect, CASE @position WHEN 1 THEN a.confidentiality WHEN 2 THEN a.integrity ELSE a.availability END AS level, 0 AS rank, false AS broken,
			       CASE WHEN v.seen THEN a.code ELSE '' END AS code, CASE WHEN v.seen THEN a.name ELSE '' END AS name
			FROM (SELECT id FROM own UNION ALL SELECT id FROM others) one JOIN asset a USING (id)
			CROSS JOIN LATERAL (SELECT @everywhere OR a.section_id = ANY(@sections) AS seen) v`, args)
		if !errors.Is(err, pgx.ErrNoRows) {
			return f, err
		}
		next, err := postgres.List[struct{ ID int64 }](ctx, s.pool, "following a floor", `
			SELECT DISTINCT next.id FROM unnest(@from::bigint[]) AS from_ (id) CROSS JOIN LATERAL (
				SELECT x.id FROM asset_relation r JOIN asset x ON x.id = r.asset_id
				WHERE r.rests_on = from_.id AND r.agreed AND x.state `+life.Counts+` AND x.floor[@position] = @rank OFFSET 0) next LIMIT @most`,
			pgx.StrictNamedArgs{"from": from, "position": position, "rank": a.Floor[position-1], "most": MostListed})
		if err != nil {
			return Floor{}, err
		}
		from = from[:0]
		for _, n := range next {
			from = append(from, n.ID)
		}
	}
	return Floor{}, pgx.ErrNoRows
}
