package org

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/state"
)

// Service is the organization as it stands in a database.
type Service struct {
	pool *pgxpool.Pool
	door *door.Door
	kept state.Kept[actorKey, authz.Actor]
}

// actorKey names what an actor depends on: the person, the day, and the state
// of the organization.
type actorKey struct {
	person       int64
	day          time.Time
	organization int64
}

// keptActors is how many people are kept: a large town's morning.
const keptActors = 20_000

// New makes the organization's service.
func New(pool *pgxpool.Pool, d *door.Door) *Service {
	return &Service{pool: pool, door: d, kept: state.NewKept[actorKey, authz.Actor](keptActors)}
}

// ActorSeen is ActorOn for a person whose request has seen a state of the
// database: of one state, the same person is looked up once a day.
func (s *Service) ActorSeen(ctx context.Context, person int64, day time.Time, seen state.Numbers) (authz.Actor, error) {
	actor, err := s.kept.Get(actorKey{person, day, seen.Organization}, func() (authz.Actor, error) {
		return s.ActorOn(ctx, person, day)
	})
	actor.Seen = seen
	return actor, err
}

// ActorOn returns a person with the roles that their posts give them on a day
// (a day in Asia/Tokyo, as calendar.Day gives it), from the top of 図 1.1 down.
// Unauthenticated if they hold no post that day: whoever has left has no
// rights, not even to sign in.
func (s *Service) ActorOn(ctx context.Context, person int64, day time.Time) (authz.Actor, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT p.name, po.title, coalesce(po.section_id, 0), coalesce(s.name, ''),
		       ARRAY(SELECT role FROM post_role WHERE post_id = po.id)
		FROM person p
		JOIN appointment a ON a.person_id = p.id AND a.period @> $2::date
		JOIN post po ON po.id = a.post_id
		LEFT JOIN section s ON s.id = po.section_id
		WHERE p.id = $1
		ORDER BY po.position, a.id`, person, day)
	if err != nil {
		return authz.Actor{}, fmt.Errorf("looking up roles: %w", err)
	}
	actor := authz.Actor{Person: person}
	var (
		h     authz.Holding
		roles []authz.Role
	)
	_, err = pgx.ForEachRow(rows, []any{&actor.Name, &h.Post, &h.Section, &h.SectionName, &roles}, func() error {
		for _, role := range append(roles, authz.Staff) {
			h.Role = role
			actor.Holdings = append(actor.Holdings, h)
		}
		return nil
	})
	if err != nil {
		return authz.Actor{}, fmt.Errorf("looking up roles: %w", err)
	}
	if len(actor.Holdings) == 0 {
		return authz.Actor{}, fault.New(fault.Unauthenticated, "本日の時点で発令されている職がないため、利用できません。総務課に連絡してください。")
	}
	actor.SortHoldings()
	return actor, nil
}

// Empty tells whether nobody has been registered yet.
func (s *Service) Empty(ctx context.Context) (bool, error) {
	var empty bool
	err := s.pool.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM person)`).Scan(&empty)
	if err != nil {
		return false, fmt.Errorf("looking for people: %w", err)
	}
	return empty, nil
}
