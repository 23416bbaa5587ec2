package acknowledge

import (
	"context"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/policy"
	"kagami/internal/postgres"
	"kagami/internal/task"
)

// rollSection is a section with those of its people whom a revision asks. Whom it
// asks is for the whole town: who may see which of them is asked anew of each who
// looks.
type rollSection struct {
	ID         int64 // 0 for posts that belong to no section
	Code, Name string
	People     []int64
}

// rollKey names what it depends on that a revision asks somebody.
type rollKey struct {
	revision             int64
	day                  calendar.Date
	organization, policy int64
}

// keyOfRoll is the key of what an actor's request finds; false where the request
// does not know the state that it would name.
func keyOfRoll(actor authz.Actor, v view, day calendar.Date) (key rollKey, ok bool) {
	organization, counted := actor.State.Of(org.ChangeCounter)
	changes, countedToo := actor.State.Of(policy.ChangeCounter)
	return rollKey{v.revision, day, organization, changes}, counted && countedToo
}

// cachedRolls is how many the cache holds. In a city of 50,000 people one takes half
// a MB.
const cachedRolls = 8

// roll returns whom the revision that is in view asks, in the order of sections;
// an actor whose request knows the state of the database is given what was drawn
// from the same state.
func (s *Service) roll(ctx context.Context, actor authz.Actor, v view, day calendar.Date) ([]rollSection, error) {
	load := func() ([]rollSection, error) {
		return postgres.List[rollSection](ctx, s.pool, "listing whom a revision asks", selectRoll, askedArguments(v.document, v.asked, day))
	}
	key, ok := keyOfRoll(actor, v, day)
	if !ok {
		return load()
	}
	return s.rolls.Get(key, load)
}

// queueRoll is roll in a batch: what is in the cache is taken at once.
func (s *Service) queueRoll(b *task.Batch, actor authz.Actor, v view, day calendar.Date, take func([]rollSection)) {
	key, cacheable := keyOfRoll(actor, v, day)
	if cached, ok := s.rolls.Look(key); ok && cacheable {
		take(cached)
		return
	}
	task.Rows(b, "listing whom a revision asks", pgx.RowToStructByName[rollSection], func(roll []rollSection) {
		if cacheable {
			s.rolls.Add(key, roll)
		}
		take(roll)
	}, selectRoll, askedArguments(v.document, v.asked, day))
}

const selectRoll = `
	WITH ` + asked + `
	SELECT coalesce(s.id, 0) AS id, coalesce(s.code, '') AS code, coalesce(s.name, '') AS name, array_agg(a.person_id) AS people
	FROM asked a LEFT JOIN section_shown s ON s.id = a.section_id
	GROUP BY s.id, s.code, s.name, s.position ORDER BY s.position NULLS FIRST, s.code`
