// Package connectortest is a directory of many accounts in memory, with their people, to
// measure by.
package connectortest

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/fault"
	"kagami/internal/rights/connector/peer"
)

// Odd is which of the accounts were disabled by hand.
const Odd = 50

// Accounts is a directory in memory that lists so many accounts, each of the person with its
// number, of whom each Odd-th was disabled by hand.
type Accounts int

// Check finds nothing wrong.
func (n Accounts) Check(context.Context) error { return nil }

// Find finds nobody.
func (n Accounts) Find(context.Context, string) ([]peer.Account, error) { return nil, nil }

// Get finds nobody.
func (n Accounts) Get(context.Context, string) (peer.Account, error) {
	return peer.Account{}, fault.New(fault.NotFound, "ありません。")
}

// Enable does nothing.
func (n Accounts) Enable(context.Context, string, bool) error { return nil }

// Join does nothing.
func (n Accounts) Join(context.Context, string, string, bool) error { return nil }

// List lists them.
func (n Accounts) List(_ context.Context, yield func(peer.Account) error) error {
	for i := 1; i <= int(n); i++ {
		number := fmt.Sprint("G", i)
		if err := yield(peer.Account{ID: "id-" + number, Login: number, Number: number, Name: "見本", Enabled: i%Odd != 0}); err != nil {
			return err
		}
	}
	return nil
}

// Grow makes those people with a right of one system each, in the database of an owner, and
// returns its 管理番号.
func (n Accounts) Grow(ctx context.Context, url string) (system string, err error) {
	owner, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, owner.Close(ctx)) }()
	if err := owner.QueryRow(ctx, `SELECT y.code FROM system_shown y WHERE y.counts AND NOT EXISTS (SELECT FROM connector_system x WHERE x.asset_id = y.id) AND NOT EXISTS (SELECT FROM right_system e WHERE e.asset_id = y.id AND e.portal) ORDER BY y.id LIMIT 1`).Scan(&system); err != nil {
		return "", fmt.Errorf("looking for a system: %w", err)
	}
	for _, statement := range []string{
		`WITH p AS (INSERT INTO person (staff_number, name, furigana) SELECT 'G' || n, '見本', 'ミホン' FROM generate_series(1, @count::int) AS n RETURNING id),
		 s AS (INSERT INTO post (section_id, title, single_holder, position) SELECT min(id), '大勢の職員', false, 99 FROM section WHERE @system::text <> '' RETURNING id)
		 INSERT INTO appointment (person_id, post_id, single_holder, period) SELECT p.id, s.id, false, '[2020-01-01,)' FROM p, s`,
		`ANALYZE person, post, appointment`,
		`INSERT INTO access_right (code, person_id, asset_id, kind, grade, login, outsider, purpose, source, asked_by, asked_at, from_on, state, decided_by, decided_on)
		 SELECT '1-' || lpad(row_number() OVER ()::text, 6, '0'), p.id, y.id, 'general', '', '', '', '見本', 'asked', p.id, '2026-01-01', '2026-01-01', 'permitted', q.id, '2026-01-01'
		 FROM person p, system_shown y, (SELECT min(id) AS id FROM person) q WHERE y.code = @system AND p.staff_number LIKE 'G%' AND @count::int > 0`,
		`ANALYZE access_right`,
	} {
		args := []any{pgx.StrictNamedArgs{"count": int(n), "system": system}}
		if statement[:7] == "ANALYZE" {
			args = nil
		}
		if _, err := owner.Exec(ctx, statement, args...); err != nil {
			return "", fmt.Errorf("growing accounts: %w", err)
		}
	}
	return system, nil
}
