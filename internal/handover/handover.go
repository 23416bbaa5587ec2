// Package handover is what hangs on a person: what they hold when they are transferred,
// leave, or are away for longer, and how it goes to somebody else in one act.
//
// A capability hands its Kinds to the portal in its Part. All are asked for in one
// batch, and all that is handed over changes in one transaction, each with its own entry
// in the trail.
package handover

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/task"
	"kagami/internal/trail"
)

// Thing is one thing that somebody holds.
type Thing struct {
	ID    int64 // among those of its kind
	Title string
	URL   string
}

// Kind is a kind of things that somebody may hold.
type Kind struct {
	Name  string // draft
	Title string // 書いている下書き
	// Takers says who may take such a thing over, or what becomes of it.
	Takers string
	// Queue asks in a batch for what a person holds, as far as the actor may see it.
	Queue func(b *task.Batch, actor authz.Actor, person int64, take func([]Thing))
	// Give hands things over; nil where they can't be. Conflict for one that the person
	// no longer holds, Invalid where the successor may not take it. It asks whether the
	// actor may, and returns what the trail is to say of each thing, without Confidential
	// parts.
	Give func(ctx context.Context, tx *door.Tx, actor authz.Actor, g Giving) ([]door.Effect, error)
}

// Giving is whose things go to whom.
type Giving struct {
	From int64
	To   authz.Actor // with what they hold today
	IDs  []int64     // of the things
}

// Group are the things of one kind that somebody holds.
type Group struct {
	Kind
	Things []Thing
}

// Split parts what can be handed over from what can't.
func Split(groups []Group) (given, fixed []Group) {
	for _, g := range groups {
		if g.Give != nil {
			given = append(given, g)
		} else {
			fixed = append(fixed, g)
		}
	}
	return given, fixed
}

// Service hands things over.
type Service struct {
	pool  *pgxpool.Pool
	door  *door.Door
	kinds []Kind
}

// New makes the service, of all kinds that there are.
func New(pool *pgxpool.Pool, d *door.Door, kinds ...Kind) *Service {
	return &Service{pool: pool, door: d, kinds: kinds}
}

// Hanging returns what a person holds, in one round trip: to who may change the
// organization. None to anybody else.
func (s *Service) Hanging(ctx context.Context, actor authz.Actor, person int64) ([]Group, error) {
	if actor.Reach(authz.ChangeOrganization) != authz.All {
		return nil, nil
	}
	var b task.Batch
	found := make([][]Thing, len(s.kinds))
	for i, kind := range s.kinds {
		kind.Queue(&b, actor, person, func(things []Thing) { found[i] = things })
	}
	if err := b.Run(ctx, s.pool); err != nil {
		return nil, fmt.Errorf("looking what hangs on somebody: %w", err)
	}
	var groups []Group
	for i, things := range found {
		if len(things) > 0 {
			groups = append(groups, Group{s.kinds[i], things})
		}
	}
	return groups, nil
}

// Picked are things that were picked, by the names of their kinds.
type Picked map[string][]int64

// HandOver hands things of a person over to the person with a 職員番号, all or none.
// Nobody hands over their own; it never goes to who holds it, has left, is away, or may
// not do what is to be done with it.
func (s *Service) HandOver(ctx context.Context, actor authz.Actor, from int64, to string, picked Picked) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Take(ctx, org.Lock); err != nil {
			return door.Unchanged(), err
		}
		matter, err := org.Concerning(ctx, tx, from, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Allow(authz.ChangeOrganization, matter); err != nil {
			return door.Unchanged(), err
		}
		successor, err := find(ctx, tx, from, to)
		if err != nil {
			return door.Unchanged(), err
		}
		var effects []door.Effect
		for _, kind := range s.kinds {
			if ids := picked[kind.Name]; len(ids) > 0 && kind.Give != nil {
				given, err := kind.Give(ctx, tx, actor, Giving{from, successor, ids})
				if err != nil {
					return door.Unchanged(), err
				}
				effects = append(effects, given...)
			}
		}
		if len(effects) == 0 {
			return door.Unchanged(), invalid("give", "引き継ぐものを選んでください。")
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "person", ID: from}, Fields: []string{"handed_over"}, Refs: map[string]int64{"person": successor.Person}, Also: effects,
		}, nil
	})
	if err != nil {
		return fmt.Errorf("handing over: %w", err)
	}
	return nil
}

// Candidate is somebody who may be asked to take things over.
type Candidate struct{ StaffNumber, Name, Post string }

// mostCandidates is how many are offered.
const mostCandidates = 200

// Candidates are those who work today in the sections in which a person works or has
// worked in the last year, and are not away: to who may change the organization. What
// somebody may take over is asked when it is handed over.
func (s *Service) Candidates(ctx context.Context, actor authz.Actor, person int64, day calendar.Date) ([]Candidate, error) {
	if actor.Reach(authz.ChangeOrganization) != authz.All {
		return nil, nil
	}
	type row struct{ StaffNumber, Name, SectionName, Title string }
	rows, err := postgres.List[row](ctx, s.pool, "looking who may take things over", `
		SELECT staff_number, name, section_name, title FROM (
			SELECT DISTINCT ON (p.id) p.id, p.staff_number, p.name, c.name AS section_name, a.title, c.position AS place, a.position
			FROM standing a JOIN person_shown p ON p.id = a.person_id JOIN section_shown c ON c.id = a.section_id
			WHERE a.period @> @day::date AND p.id <> @person
			  AND a.section_id IN (SELECT section_id FROM standing WHERE person_id = @person AND period && daterange(@day::date - 365, NULL))
			  AND NOT EXISTS (SELECT FROM absence_shown b WHERE b.person_id = p.id AND b.period @> @day::date)
			ORDER BY p.id, a.acting, a.position, a.id) candidate
		ORDER BY place, section_name, position, staff_number LIMIT @limit`,
		pgx.StrictNamedArgs{"person": person, "day": day, "limit": mostCandidates})
	candidates := make([]Candidate, len(rows))
	for i, r := range rows {
		candidates[i] = Candidate{r.StaffNumber, r.Name, authz.PostName(r.SectionName, r.Title)}
	}
	return candidates, err
}

// find is who is to take something over.
func find(ctx context.Context, tx *door.Tx, from int64, number string) (authz.Actor, error) {
	number = strings.ToLower(strings.TrimSpace(norm.NFKC.String(number))) // as somebody signs in
	if number == "" {
		return authz.Actor{}, invalid("to", "引き継ぐ人の職員番号を入力してください。")
	}
	type row struct {
		ID   int64
		Name string
		Away bool
	}
	p, err := postgres.One[row](ctx, tx, "looking for a successor", `
		SELECT p.id, p.name, EXISTS (SELECT FROM absence_shown b WHERE b.person_id = p.id AND b.period @> $2::date) AS away
		FROM person_shown p WHERE lower(p.staff_number) = $1`, number, tx.Today())
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return authz.Actor{}, invalid("to", "この職員番号の職員はいません。「職員」の一覧で確かめてください。")
	case err != nil:
		return authz.Actor{}, err
	case p.ID == from:
		return authz.Actor{}, invalid("to", "本人には引き継げません。ほかの職員の職員番号を入力してください。")
	case p.Away:
		return authz.Actor{}, invalid("to", p.Name+"さんは休業中です。ほかの職員の職員番号を入力してください。")
	}
	successor, err := org.FindActor(ctx, tx, p.ID, tx.Today())
	if fault.KindOf(err) == fault.Unauthenticated {
		return authz.Actor{}, invalid("to", p.Name+"さんは、いま職に就いていません。ほかの職員の職員番号を入力してください。")
	}
	return successor, err
}

func invalid(field, message string) error {
	return fault.InvalidFields([]fault.Problem{{Field: field, Message: message}})
}
