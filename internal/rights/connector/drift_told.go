package connector

import (
	"context"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/postgres"
)

// DriftForPortal tells of people, by their ids, in words what differs about them: for who goes
// through their rights and has made sure that the reader leads them.
func (s *Service) DriftForPortal(ctx context.Context, people []int64) (map[int64][]string, error) {
	type line struct {
		Person        int64
		Kind          DriftKind
		System, Login string
	}
	list, err := postgres.List[line](ctx, s.pool, "listing what differs about people", `
		SELECT f.person_id AS person, f.kind, y.name AS system, f.login FROM right_drift f JOIN system_shown y ON y.id = f.asset_id
		WHERE f.person_id = ANY(@people) AND f.settled_at IS NULL ORDER BY f.id LIMIT 1000`, pgx.StrictNamedArgs{"people": people})
	told := map[int64][]string{}
	for _, l := range list {
		words := l.System + "：" + l.Kind.Title()
		if l.Login != "" {
			words += "（" + l.Login + "）"
		}
		told[l.Person] = append(told[l.Person], words)
	}
	return told, err
}

// mostUnknown is how many accounts are listed at once that no right is of.
const mostUnknown = 500

// Unknown lists the accounts that no right of the ledger is of, in systems that the actor may
// see, the oldest first.
func (s *Service) Unknown(ctx context.Context, actor authz.Actor) ([]Drift, error) {
	if actor.Reach(authz.ReadConnectors) == authz.None {
		return nil, errForbidden()
	}
	return postgres.List[Drift](ctx, s.pool, "listing accounts that no right is of", selectDrift+`
		f.kind = 'unknown' AND f.settled_at IS NULL AND (@all OR y.section_id = ANY(@sections)) ORDER BY f.id LIMIT @limit`,
		pgx.StrictNamedArgs{"all": actor.Reach(authz.ReadConnectors) == authz.All, "sections": actor.Sections(authz.ReadConnectors), "limit": mostUnknown})
}
