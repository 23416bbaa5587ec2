package org

import (
	"context"
	"fmt"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/trail"
)

// Person is someone who works for the town.
type Person struct {
	ID          int64
	StaffNumber string
	Name        string
	Furigana    string // full-width katakana; lists sort by it
	Email       string // empty for none
}

// AddPerson adds a person and returns their id. Conflict if the staff number
// or the e-mail belongs to somebody else.
func (s *Service) AddPerson(ctx context.Context, actor authz.Actor, p Person) (int64, error) {
	var id int64
	err := s.door.Do(ctx, actor, func(tx *door.Tx) (door.Effect, error) {
		if err := tx.Allow(authz.ChangeOrganization, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		err := tx.QueryRow(ctx, `
			INSERT INTO person (staff_number, name, furigana, email) VALUES ($1, $2, $3, nullif($4, '')) RETURNING id`,
			p.StaffNumber, p.Name, p.Furigana, p.Email).Scan(&id)
		if err != nil {
			return door.Unchanged(), explain(err)
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "person", ID: id},
			Fields:  []string{"staff_number", "name", "furigana", "email"},
			Confidential: map[string]any{
				"staff_number": p.StaffNumber, "name": p.Name, "furigana": p.Furigana, "email": p.Email,
			},
		}, nil
	})
	if err != nil {
		return 0, fmt.Errorf("adding a person: %w", err)
	}
	return id, nil
}
