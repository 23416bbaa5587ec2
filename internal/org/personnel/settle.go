package personnel

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/sheet/intake"
	"kagami/internal/trail"
)

// Headings returns a file whose headings the actor can settle. Conflict where there is
// nothing to settle.
func (s *Service) Headings(ctx context.Context, actor authz.Actor, token string) (Import, error) {
	if err := mayImport(actor); err != nil {
		return Import{}, err
	}
	i, err := loadImport(ctx, s.pool, actor, token, s.door.Now())
	switch {
	case err != nil:
		return Import{}, err
	case !i.AppliedAt.IsZero():
		return Import{}, errApplied()
	case len(i.Headings.Headings) == 0:
		return Import{}, fault.New(fault.Conflict, "この名簿の見出しに、決めることはありません。")
	}
	return i, nil
}

// Settle reads a file by the columns that the actor has chosen for its headings, each
// by the heading's field, plans it anew, and remembers what was chosen for the next
// file. Invalid, at the fields, where the headings can't be read so; Conflict where
// there is nothing to settle.
func (s *Service) Settle(ctx context.Context, actor authz.Actor, token string, chosen func(field string) string) error {
	i, err := s.Headings(ctx, actor, token)
	if err != nil {
		return err
	}
	headings, err := table.Settle(i.Headings.Headings, chosen)
	if err != nil {
		return err
	}
	done, err := intake.Turn(ctx, s.pool, actor.Person)
	if err != nil {
		return err
	}
	defer done()
	var original []byte
	if err := s.pool.QueryRow(ctx, `SELECT original FROM person_import WHERE id = $1`, i.id).Scan(&original); err != nil {
		return fmt.Errorf("loading a personnel file: %w", err)
	}
	if len(original) == 0 { // applied meanwhile
		return errApplied()
	}
	file, err := Read(ctx, original, intake.AnswersOf(headings))
	if err != nil {
		return err
	}
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		i, err := lockRow(ctx, tx, actor, token)
		if err != nil {
			return door.Unchanged(), err
		}
		packed, err := pack(file)
		if err != nil {
			return door.Unchanged(), err
		}
		if _, err := tx.Exec(ctx, `UPDATE person_import SET file = @file, headings = @headings, unsettled = false WHERE id = @id`,
			pgx.StrictNamedArgs{"id": i.id, "file": packed, "headings": headings}); err != nil {
			return door.Unchanged(), fmt.Errorf("storing how headings are read: %w", err)
		}
		if err := table.Remember(ctx, tx, headings); err != nil {
			return door.Unchanged(), err
		}
		effect := door.Effect{Subject: trail.Subject{Kind: "person_import", ID: i.id}, Fields: []string{"headings"}}
		return effect, storePlan(ctx, tx, actor, i.id, file, i.Choices)
	})
	if err != nil {
		return fmt.Errorf("settling the headings of a personnel file: %w", err)
	}
	return nil
}
