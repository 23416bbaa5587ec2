package account

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/calendar"
	"kagami/internal/door"
)

// What the accounts ask of the organization's views stands in this file, but
// for the names of people that other rows are about.

const (
	// soon is the day @today and the 60 after it: whoever begins within them can be
	// invited. Nobody signs in before their first day.
	soon = `daterange(@today::date, @today::date + 60, '[]')`

	// servesSoon are the ids of the people with a post or a role on the day @today,
	// or soon after.
	servesSoon = `(
		SELECT DISTINCT person_id FROM serving WHERE period && ` + soon + `)`

	// firstPosts joins to a person p the first of their posts t on the day @today,
	// or soon after; a role without a post comes last, and without a title.
	firstPosts = `
		JOIN LATERAL (
			SELECT coalesce(s.name, '') AS section, h.title, coalesce(s.position, -1) AS position, h.position AS within,
			       nullif(greatest(lower(h.period), @today::date), @today::date) AS begins
			FROM standing h LEFT JOIN section_shown s ON s.id = h.section_id
			WHERE h.person_id = p.id AND h.period && ` + soon + `
			UNION ALL
			SELECT '', '', 1000000, 0, nullif(greatest(lower(g.period), @today::date), @today::date)
			FROM holding g WHERE g.person_id = p.id AND g.post_id IS NULL AND g.period && ` + soon + `
			ORDER BY begins NULLS FIRST, position, within, title LIMIT 1) t ON true`
)

// administers is the SQL that holds for a person, such as a.person_id, who is
// ポータル管理者 on the day @today.
func administers(person string) string {
	return `EXISTS (SELECT FROM holding h WHERE h.person_id = ` + person + ` AND h.role = 'administrator'
		AND h.period @> @today::date AND h.rule_period @> @today::date)`
}

// administrators are the people who are ポータル管理者 today.
func (s *Service) administrators(ctx context.Context) ([]int64, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT DISTINCT person_id FROM holding WHERE role = 'administrator' AND period @> $1::date AND rule_period @> $1::date`, s.today())
	if err != nil {
		return nil, fmt.Errorf("listing administrators: %w", err)
	}
	people, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("listing administrators: %w", err)
	}
	return people, nil
}

// wordsOfPerson are what an outsider would try first as a person's password:
// number, name, フリガナ, e-mail; none of somebody who is not registered.
func (s *Service) wordsOfPerson(ctx context.Context, person int64) ([]string, error) {
	var words []string
	err := s.pool.QueryRow(ctx, `SELECT ARRAY[staff_number, name, furigana, coalesce(email, '')] FROM person_shown WHERE id = $1`, person).Scan(&words)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return nil, fmt.Errorf("looking up a person: %w", err)
	}
	return words, nil
}

// keyOf is what a person is known by elsewhere; empty for somebody without it.
func (s *Service) keyOf(ctx context.Context, person int64, key Key) (string, error) {
	column := `coalesce(email, '')`
	if key == KeyStaffNumber {
		column = `staff_number`
	}
	var value string
	err := s.pool.QueryRow(ctx, `SELECT `+column+` FROM person_shown WHERE id = $1`, person).Scan(&value)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("looking up a person: %w", err)
	}
	return value, nil
}

// serves tells whether a person holds a post or a role on a day.
func serves(ctx context.Context, tx *door.Tx, person int64, day calendar.Date) (bool, error) {
	var serves bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM serving WHERE person_id = $1 AND period @> $2::date)`, person, day).Scan(&serves); err != nil {
		return false, fmt.Errorf("looking whether a person has a post: %w", err)
	}
	return serves, nil
}

// beginsAfter is the first day after a day on which a person has a new post or
// role; zero for none.
func beginsAfter(ctx context.Context, tx *door.Tx, person int64, day calendar.Date) (calendar.Date, error) {
	var begins calendar.Date
	err := tx.QueryRow(ctx, `
		SELECT min(lower(period)) FROM serving WHERE person_id = $1 AND lower(period) > $2::date`, person, day).Scan(&begins)
	if err != nil {
		return calendar.Date{}, fmt.Errorf("looking when a person begins: %w", err)
	}
	return begins, nil
}
