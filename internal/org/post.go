package org

import (
	"context"
	"fmt"
	"time"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/trail"
)

// Post is a 職, with the security roles that come with it (充て職).
type Post struct {
	ID           int64
	Section      int64 // 0 for 町長 and 副町長, who belong to no section
	Title        string
	SingleHolder bool // one holder at a time, as a 課長 is
	Position     int  // its place within the section
	Roles        []authz.Role
}

// AddPost adds a post and returns its id.
func (s *Service) AddPost(ctx context.Context, actor authz.Actor, p Post) (int64, error) {
	var id int64
	err := s.door.Do(ctx, actor, func(tx *door.Tx) (door.Effect, error) {
		if err := tx.Allow(authz.ChangeOrganization, authz.Matter{Section: p.Section}); err != nil {
			return door.Unchanged(), err
		}
		err := tx.QueryRow(ctx, `
			WITH added AS (
				INSERT INTO post (section_id, title, single_holder, position)
				VALUES (nullif($1, 0::bigint), $2, $3, $4) RETURNING id),
			roles AS (
				INSERT INTO post_role (post_id, role) SELECT id, unnest($5::text[]) FROM added)
			SELECT id FROM added`,
			p.Section, p.Title, p.SingleHolder, p.Position, p.Roles).Scan(&id)
		if err != nil {
			return door.Unchanged(), explain(err)
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "post", ID: id},
			Fields:  []string{"title", "single_holder", "position", "roles"},
			Refs:    map[string]int64{"section": p.Section},
		}, nil
	})
	if err != nil {
		return 0, fmt.Errorf("adding post %s: %w", p.Title, err)
	}
	return id, nil
}

// Appoint gives a person a post from a day on (発令). Conflict if they hold it
// already, or if it is for one person and someone else holds it.
func (s *Service) Appoint(ctx context.Context, actor authz.Actor, person, post int64, from time.Time) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx) (door.Effect, error) {
		if err := tx.Allow(authz.ChangeOrganization, authz.Matter{Person: person}); err != nil {
			return door.Unchanged(), err
		}
		var id int64
		err := tx.QueryRow(ctx, `
			INSERT INTO appointment (person_id, post_id, single_holder, period)
			SELECT $1, id, single_holder, daterange($3::date, NULL) FROM post WHERE id = $2 RETURNING id`,
			person, post, from).Scan(&id)
		if err != nil {
			return door.Unchanged(), explain(err)
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "appointment", ID: id},
			Fields:  []string{"person", "post", "period"},
			Refs:    map[string]int64{"person": person, "post": post},
		}, nil
	})
	if err != nil {
		return fmt.Errorf("appointing: %w", err)
	}
	return nil
}
