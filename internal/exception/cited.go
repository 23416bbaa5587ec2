package exception

import (
	"context"
	"regexp"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/postgres"
)

// Cited is a clause of which exceptions are in force.
type Cited struct {
	Clause string // as one of them writes it
	Count  int    // how many: those that the list finds in force by it
}

// cachedCited is for how many people it is cached of which clauses exceptions are in force.
const cachedCited = 1_000

// ClausesInForce lists the clauses of which exceptions are in force that the actor may see;
// none for who sees no exceptions.
func (s *Service) ClausesInForce(ctx context.Context, actor authz.Actor) ([]Cited, error) {
	if actor.Reach(authz.ReadExceptions) == authz.None {
		return nil, nil
	}
	today := calendar.Day(s.door.Now())
	organization, known := actor.State.Of(org.ChangeCounter)
	asked, counted := actor.State.Of(ChangeCounter)
	key := waitingKey{actor.Person, today, organization, asked}
	if cached, ok := s.cited.Look(key); ok && known && counted {
		return cached, nil
	}
	args := pgx.StrictNamedArgs{"today": today}
	which := inForce
	if actor.Reach(authz.ReadExceptions) != authz.All {
		which += ` AND ` + readable
		args["sections"] = actor.Sections(authz.ReadExceptions)
	}
	type row struct {
		Key, Clause string
		Exceptions  []int64
	}
	rows, err := postgres.List[row](ctx, s.pool, "listing the clauses of exceptions in force", `
		SELECT c.key, min(c.clause) AS clause, array_agg(c.exception_id) AS exceptions
		FROM exception e JOIN exception_clause c ON c.exception_id = e.id WHERE `+which+` GROUP BY c.key ORDER BY c.key`, args)
	if err != nil {
		return nil, err
	}
	list := make([]Cited, len(rows))
	for i, r := range rows {
		cites, found := regexp.MustCompile(citing(r.Clause)), map[int64]bool{}
		for _, o := range rows {
			if cites.MatchString(o.Key) {
				for _, id := range o.Exceptions {
					found[id] = true
				}
			}
		}
		list[i] = Cited{r.Clause, len(found)}
	}
	if known && counted {
		s.cited.Add(key, list)
	}
	return list, nil
}
