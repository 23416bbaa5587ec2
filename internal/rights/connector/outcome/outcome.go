package outcome

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/postgres"
	"kagami/internal/rights/connector"
	"kagami/internal/rights/connector/drift"
)

// Service answers out of a database.
type Service struct{ pool *pgxpool.Pool }

// New makes the service.
func New(pool *pgxpool.Pool) *Service { return &Service{pool} }

// Outcome is how far what somebody may use of a system is carried out there, and how the
// directory differs from it.
type Outcome struct {
	Person, System int64
	State          connector.State
	Differences    []Difference
}

// Difference is one, as it is told of a person.
type Difference struct {
	Kind      drift.Kind `json:"kind"`
	Login     string     `json:"login"`
	FirstSeen time.Time  `json:"first_seen"`
}

// Words say what differs, and of which account where a person may have two.
func (d Difference) Words() string {
	if d.Login == "" {
		return d.Kind.Title()
	}
	return d.Kind.Title() + "（" + d.Login + "）"
}

// Of are the outcomes of what people may use of systems, each person beside a system at the
// same place, in systems of which the actor may see it. Of what nobody has carried out yet
// there is none.
func (s *Service) Of(ctx context.Context, actor authz.Actor, people, systems []int64) ([]Outcome, error) {
	if actor.Reach(authz.ReadConnectors) == authz.None {
		return nil, nil
	}
	condition, args := connector.Seen(actor)
	args["people"], args["systems"] = people, systems
	return postgres.List[Outcome](ctx, s.pool, "looking how far rights are carried out", `
		SELECT t.person_id AS person, t.asset_id AS system, t.state,
		       coalesce((SELECT jsonb_agg(jsonb_build_object('kind', f.kind, 'login', f.login, 'first_seen', f.first_seen) ORDER BY f.first_seen, f.id)
		                 FROM right_drift f WHERE f.person_id = t.person_id AND f.asset_id = t.asset_id AND f.kind <> 'unknown' AND f.settled_at IS NULL), '[]') AS differences
		FROM unnest(@people::bigint[], @systems::bigint[]) AS u(person, system) JOIN right_target t ON t.person_id = u.person AND t.asset_id = u.system AND t.version > 0
		JOIN system_shown y ON y.id = t.asset_id WHERE `+condition, args)
}

// DriftForPortal tells of people, by their ids, in words what differs about them: for who goes
// through their rights and has made sure that the reader leads them.
func (s *Service) DriftForPortal(ctx context.Context, people []int64) (map[int64][]string, error) {
	type line struct {
		Person int64
		System string
		Kind   drift.Kind
		Login  string
	}
	list, err := postgres.List[line](ctx, s.pool, "listing what differs about people", `
		SELECT f.person_id AS person, y.name AS system, f.kind, f.login FROM right_drift f JOIN system_shown y ON y.id = f.asset_id
		WHERE f.person_id = ANY(@people) AND f.settled_at IS NULL ORDER BY f.id LIMIT 1000`, pgx.StrictNamedArgs{"people": people})
	told := map[int64][]string{}
	for _, l := range list {
		told[l.Person] = append(told[l.Person], l.System+"："+Difference{Kind: l.Kind, Login: l.Login}.Words())
	}
	return told, err
}

// Account is one that a directory has and no right of the ledger is of.
type Account struct {
	SystemCode     string
	Login          string
	Number, Person string // empty where the account is nobody's
	FirstSeen      time.Time
}

// Unknown lists the accounts that no right of the ledger is of, in systems that the actor may
// see, the oldest first: so many at most.
func (s *Service) Unknown(ctx context.Context, actor authz.Actor, most int) ([]Account, error) {
	if actor.Reach(authz.ReadConnectors) == authz.None {
		return nil, nil
	}
	condition, args := connector.Seen(actor)
	args["most"] = most
	return postgres.List[Account](ctx, s.pool, "listing accounts that no right is of", `
		SELECT y.code AS system_code, f.login, coalesce(p.staff_number, '') AS number, coalesce(p.name, '') AS person, f.first_seen
		FROM right_drift f JOIN system_shown y ON y.id = f.asset_id LEFT JOIN person_shown p ON p.id = f.person_id
		WHERE f.kind = 'unknown' AND f.settled_at IS NULL AND `+condition+` ORDER BY f.id LIMIT @most`, args)
}
