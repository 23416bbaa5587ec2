package relation

import (
	"context"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/postgres"
)

// Neighbor is an asset that another rests on, or that rests on it.
type Neighbor struct {
	ID    int64
	Steps int // 1 for what stands beside it
	// Code is its 管理番号, and Section its section's name; empty where the actor may not see
	// it, unless it stands beside an asset that they may change: they have agreed to it, or
	// have asked.
	Code, Section string
	// Name and what follows are empty where the actor may not see it. The levels are keys.
	Name                                     string
	Kind                                     asset.Kind
	Confidentiality, Integrity, Availability string
	// Low tells that a level of it stands below what rests on it.
	Low bool
}

// Seen tells whether the actor may see more of it than that it is there.
func (n Neighbor) Seen() bool { return n.Name != "" }

// Level is the key of its level in an aspect.
func (n Neighbor) Level(a asset.Aspect) string {
	return asset.Details{Confidentiality: n.Confidentiality, Integrity: n.Integrity, Availability: n.Availability}.Level(a)
}

// Step is how many assets stand so many steps from one.
type Step struct {
	Count int
	More  bool // there are more than Count
}

// Side is what is reached from an asset in one direction, the nearest first: Neighbors are
// at most MostListed, and Steps are counted as far as one went for these.
type Side struct {
	Neighbors []Neighbor
	Steps     []Step
}

// Count is how many there are on the side, and whether there are more.
func (s Side) Count() (n int, more bool) {
	for _, step := range s.Steps {
		n, more = n+step.Count, more || step.More
	}
	return min(n, MostListed), more || n > MostListed
}

// Rest is that an asset rests on another, by their ids.
type Rest struct{ Asset, RestsOn int64 }

// Around is what stands around an asset: all that stops where it stops, and all that it
// stops with.
type Around struct {
	Above, Below Side
	Rests        []Rest // between these, and between them and the asset
}

// MostListed is how many are listed on a side, and mostSteps how far one goes for them.
// Of a step no more than mostLooked relations are looked at: on a network stands the whole
// register, and who asks what stops with it waits for none that is not shown.
const MostListed, mostSteps, mostLooked = 1000, 20, 5000

// Around finds what stands around an asset. Of a step that has more than are looked at,
// those that the actor may see are found nevertheless.
func (s *Service) Around(ctx context.Context, actor authz.Actor, code string) (Around, error) {
	a, err := s.assets.Find(ctx, actor, code)
	if err != nil {
		return Around{}, err
	}
	var around Around
	// by how many steps the 管理番号 and the section of what the actor may not see are told:
	// that on which their own asset was said to rest, and to who answers for an asset that
	// which rests on it
	if around.Below, err = s.side(ctx, a, actor, stepDown, 1, mostSteps); err != nil {
		return Around{}, err
	}
	told := 0
	if a.MayChange(actor) {
		told = 1
	}
	if around.Above, err = s.side(ctx, a, actor, stepUp, told, mostSteps); err != nil {
		return Around{}, err
	}
	ids := []int64{a.ID}
	for _, side := range []Side{around.Below, around.Above} {
		for _, n := range side.Neighbors {
			ids = append(ids, n.ID)
		}
	}
	around.Rests, err = postgres.List[Rest](ctx, s.pool, "listing what rests on what", `
		SELECT asset_id AS asset, rests_on FROM asset_relation WHERE asset_id = ANY(@ids) AND rests_on = ANY(@ids) AND agreed ORDER BY 1, 2 LIMIT @looked`,
		pgx.StrictNamedArgs{"ids": ids, "looked": mostLooked})
	return around, err
}

// Beside are what stands directly on an asset and under it.
func (s *Service) Beside(ctx context.Context, actor authz.Actor, a asset.Asset) (above, below Side, err error) {
	if _, may := actor.May(authz.ReadAssets, authz.Matter{OwnersSection: a.Section}); !may {
		return Side{}, Side{}, nil
	}
	told := 0
	if a.MayChange(actor) {
		told = 1
	}
	if below, err = s.side(ctx, a, actor, stepDown, 1, 1); err != nil {
		return Side{}, Side{}, err
	}
	above, err = s.side(ctx, a, actor, stepUp, told, 1)
	return above, below, err
}

// side walks from an asset in one direction, a step after another, so far.
func (s *Service) side(ctx context.Context, a asset.Asset, actor authz.Actor, next string, named, far int) (Side, error) {
	var found Side
	from, passed := []int64{a.ID}, []int64{a.ID}
	var ids []int64
	var steps []int
	for step := 1; step <= far && len(ids) < MostListed; step++ {
		reached, cut, err := s.step(ctx, actor, next, from, passed)
		if err != nil {
			return Side{}, err
		}
		if len(reached) == 0 {
			break
		}
		for _, id := range reached {
			ids, steps = append(ids, id), append(steps, step)
		}
		found.Steps = append(found.Steps, Step{Count: min(len(reached), MostListed), More: cut || len(reached) > MostListed})
		from, passed = reached, append(passed, reached...)
	}
	if len(ids) == 0 {
		return found, nil
	}
	args := sight(actor)
	args["ids"], args["steps"], args["named"], args["most"], args["floor"] = ids, steps, named, MostListed, asset.FloorRule
	var err error
	found.Neighbors, err = postgres.List[Neighbor](ctx, s.pool, "listing what stands around an asset", `
		SELECT a.id, n.steps, CASE WHEN v.seen THEN a.kind ELSE '' END AS kind, CASE WHEN v.seen OR n.steps <= @named THEN a.code ELSE '' END AS code,
		       CASE WHEN v.seen THEN a.name ELSE '' END AS name, CASE WHEN v.seen OR n.steps <= @named THEN s.name ELSE '' END AS section,
		       CASE WHEN v.seen THEN a.confidentiality ELSE '' END AS confidentiality, CASE WHEN v.seen THEN a.integrity ELSE '' END AS integrity,
		       CASE WHEN v.seen THEN a.availability ELSE '' END AS availability, v.seen AND a.breaks ? @floor AS low
		FROM unnest(@ids::bigint[], @steps::int[]) AS n (id, steps) CROSS JOIN LATERAL (SELECT * FROM asset WHERE id = n.id OFFSET 0) a
		JOIN section_shown s ON s.id = a.section_id
		CROSS JOIN LATERAL (SELECT @everywhere OR a.section_id = ANY(@sections) AS seen) v
		ORDER BY n.steps, v.seen DESC, CASE WHEN v.seen THEN a.code ELSE '' END, a.id LIMIT @most`, args)
	return found, err
}

// stepUp and stepDown find what stands one step on from assets, with how many relations were
// looked at.
const (
	stepUp = `
		SELECT n.id, (sum(count(*)) OVER ())::bigint AS looked FROM (
			SELECT next.id FROM unnest(@from::bigint[]) AS from_ (id), ` + above + ` WHERE next.id <> ALL(@passed::bigint[]) LIMIT @looked) n
		GROUP BY n.id`
	stepDown = `
		SELECT n.id, (sum(count(*)) OVER ())::bigint AS looked FROM (
			SELECT next.id FROM unnest(@from::bigint[]) AS from_ (id), ` + below + ` WHERE next.id <> ALL(@passed::bigint[]) LIMIT @looked) n
		GROUP BY n.id`
)

// step finds what stands one step on, beside what was passed; cut tells that there is more
// of it.
func (s *Service) step(ctx context.Context, actor authz.Actor, next string, from, passed []int64) (reached []int64, cut bool, err error) {
	type found struct{ ID, Looked int64 }
	list, err := postgres.List[found](ctx, s.pool, "going a step on from assets", next, pgx.StrictNamedArgs{"from": from, "passed": passed, "looked": mostLooked})
	if err != nil {
		return nil, false, err
	}
	for _, f := range list {
		reached = append(reached, f.ID)
	}
	if len(list) == 0 || list[0].Looked < mostLooked {
		return reached, false, nil
	}
	own, err := s.own(ctx, actor, next, from, append(passed, reached...))
	return append(own, reached...), true, err
}

// own finds of a step what an actor sees who does not see all, from what they see: that of
// a section is less than that of a town.
func (s *Service) own(ctx context.Context, actor authz.Actor, next string, from, passed []int64) ([]int64, error) {
	if next != stepUp || actor.Reach(authz.ReadAssets) == authz.All {
		return nil, nil
	}
	type found struct{ ID int64 }
	list, err := postgres.List[found](ctx, s.pool, "finding what an actor sees of a step", `
		SELECT a.id FROM (SELECT id FROM asset WHERE section_id = ANY(@sections) AND state `+life.Counts+` OFFSET 0) a
		CROSS JOIN LATERAL (SELECT FROM asset_relation r WHERE r.asset_id = a.id AND r.rests_on = ANY(@from::bigint[]) AND r.agreed LIMIT 1) r
		WHERE a.id <> ALL(@passed::bigint[]) ORDER BY a.id LIMIT @most`,
		pgx.StrictNamedArgs{"sections": actor.Sections(authz.ReadAssets), "from": from, "passed": passed, "most": MostListed + 1})
	var ids []int64
	for _, f := range list {
		ids = append(ids, f.ID)
	}
	return ids, err
}

// mostFirst is how many of a side are named where only the first are.
const mostFirst = 5

// First are the first of a side, how many there are besides, and whether there are still
// more than are counted.
func (s Side) First() (list []Neighbor, left int, more bool) {
	list = s.Neighbors[:min(len(s.Neighbors), mostFirst)]
	n, more := s.Count()
	return list, n - len(list), more
}
