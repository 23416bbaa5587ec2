package acknowledge

import (
	"context"
	"fmt"

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
	id         int64 // 0 for posts that belong to no section
	code, name string
	people     []int64
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
	return rollKey{v.reading.Revision.ID, day, organization, changes}, counted && countedToo
}

// keptRolls is how many are kept. In a city of 50,000 people one takes half a MB.
const keptRolls = 8

// roll returns whom the revision that is in view asks, in the order of sections;
// an actor whose request has seen a state of the database is given what was
// drawn from the same state.
func (s *Service) roll(ctx context.Context, actor authz.Actor, v view, day calendar.Date) ([]rollSection, error) {
	load := func() ([]rollSection, error) { return loadRoll(ctx, s.pool, v, day) }
	key, ok := keyOfRoll(actor, v, day)
	if !ok {
		return load()
	}
	return s.rolls.Get(key, load)
}

// queueRoll is roll in a batch: what is kept is taken at once.
func (s *Service) queueRoll(b *task.Batch, actor authz.Actor, v view, day calendar.Date, take func([]rollSection)) {
	key, cacheable := keyOfRoll(actor, v, day)
	if cached, ok := s.rolls.Look(key); ok && cacheable {
		take(cached)
		return
	}
	task.Rows(b, "listing whom a revision asks", scanRoll, func(roll []rollSection) {
		if cacheable {
			s.rolls.Add(key, roll)
		}
		take(roll)
	}, selectRoll, v.rollArguments(day)...)
}

const selectRoll = `
	WITH ` + bound + `
	SELECT coalesce(s.id, 0), coalesce(s.code, ''), coalesce(s.name, ''), array_agg(b.person_id)
	FROM bound b LEFT JOIN section_shown s ON s.id = b.section_id
	GROUP BY s.id, s.code, s.name, s.position ORDER BY s.position NULLS FIRST, s.code`

func (v view) rollArguments(day calendar.Date) []any {
	return []any{day, v.reading.Document.ID, v.called.Roles, v.called.Sections}
}

func scanRoll(row pgx.CollectableRow) (r rollSection, err error) {
	return r, row.Scan(&r.id, &r.code, &r.name, &r.people)
}

func loadRoll(ctx context.Context, db postgres.Querier, v view, day calendar.Date) ([]rollSection, error) {
	rows, err := db.Query(ctx, selectRoll, v.rollArguments(day)...)
	if err != nil {
		return nil, fmt.Errorf("listing whom a revision asks: %w", err)
	}
	sections, err := pgx.CollectRows(rows, scanRoll)
	return sections, wrap("listing whom a revision asks", err)
}
