package org

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/furigana"
	"kagami/internal/trail"
)

// Found registers the first person to use a portal as its ポータル管理者, in the
// transaction of whoever makes their account, and gives a town without a role
// table the one that all towns begin with. Somebody who is registered already
// is found by their staff number; what is typed now counts. It returns their id
// and what the trail says of it.
func Found(ctx context.Context, tx *door.Tx, p Person) (int64, door.Effect, error) {
	p = p.Folded()
	if err := p.Check(); err != nil {
		return 0, door.Unchanged(), err
	}
	var id int64
	err := tx.QueryRow(ctx, `
		INSERT INTO person (staff_number, name, furigana, furigana_key, email) VALUES (@staff_number, @name, @furigana, @furigana_key, nullif(@email, ''))
		ON CONFLICT (staff_number) DO UPDATE
		SET name = excluded.name, furigana = excluded.furigana, furigana_key = excluded.furigana_key, email = coalesce(excluded.email, person.email), version = person.version + 1
		RETURNING id`, pgx.StrictNamedArgs{
		"staff_number": p.StaffNumber, "name": p.Name, "furigana": p.Furigana, "furigana_key": furigana.Key(p.Furigana), "email": p.Email,
	}).Scan(&id)
	if err != nil {
		return 0, door.Unchanged(), explain(err)
	}
	const reason = "初期設定"
	_, err = tx.Exec(ctx, `
		INSERT INTO role_grant (person_id, role, period, reason)
		SELECT @person, @role, daterange(@today::date, NULL), @reason
		WHERE NOT EXISTS (SELECT FROM role_grant WHERE person_id = @person AND role = @role AND period && daterange(@today::date, NULL))`,
		pgx.StrictNamedArgs{"person": id, "role": authz.Administrator, "today": tx.Today(), "reason": reason})
	if err != nil {
		return 0, door.Unchanged(), fmt.Errorf("giving the first role: %w", err)
	}
	if err := foundRules(ctx, tx); err != nil {
		return 0, door.Unchanged(), err
	}
	confidential := p.confidential()
	delete(confidential, "kind") // not asked for
	confidential["role"], confidential["reason"] = authz.Administrator, reason
	return id, door.Effect{
		Subject: trail.Subject{Kind: "person", ID: id}, Confidential: confidential,
		Fields: []string{"staff_number", "name", "furigana", "email", "role_grant", "role_rule"},
	}, nil
}

// foundRules fills an empty role table.
func foundRules(ctx context.Context, tx *door.Tx) error {
	var (
		batch pgx.Batch
		empty bool
	)
	if err := tx.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM role_rule)`).Scan(&empty); err != nil {
		return fmt.Errorf("looking for a role table: %w", err)
	}
	if !empty {
		return nil
	}
	for _, rule := range CommonRules() {
		batch.Queue(`INSERT INTO role_rule (title, role, period) VALUES ($1, $2, daterange(NULL, NULL))`, rule.Title, rule.Role)
	}
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("filling the role table: %w", err)
	}
	return nil
}
