package migrations

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// orderOfNames puts beside each フリガナ what it is sorted by: the numbers of the
// characters, which it was sorted by until now, put all of カ before any of ガ. The keys
// are those of internal/furigana as it was when this step was made.
func orderOfNames() *goose.Migration {
	m := goose.NewGoMigration(35,
		&goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, orderOfNamesUp); err != nil {
				return err
			}
			return writeOrderOfNames(ctx, tx)
		}},
		&goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, orderOfNamesDown)
			return err
		}})
	m.Source = "0035_order_of_names.go"
	return m
}

func writeOrderOfNames(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT furigana FROM person`)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // they are read to their end
	var (
		names  []string
		keys   [][]byte
		order  = collate.New(language.Japanese)
		buffer collate.Buffer
	)
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		names, keys = append(names, name), append(keys, append([]byte{}, order.KeyFromString(&buffer, name)...))
		buffer.Reset()
	}
	if err := rows.Err(); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE person p SET furigana_key = u.key FROM unnest($1::text[], $2::bytea[]) AS u(name, key) WHERE p.furigana = u.name`, names, keys)
	return err
}

const orderOfNamesUp = `
-- by the collation of Japanese, byte by byte; who has none stands first
ALTER TABLE person ADD COLUMN furigana_key bytea NOT NULL DEFAULT '';
DROP INDEX person_in_order;
CREATE INDEX person_in_order ON person (furigana_key, staff_number);
CREATE OR REPLACE VIEW person_shown AS
	SELECT id, staff_number, name, furigana, email, search, furigana_key FROM person;
`

const orderOfNamesDown = `
DROP VIEW person_shown;
CREATE VIEW person_shown AS
	SELECT id, staff_number, name, furigana, email, search FROM person;
GRANT SELECT ON person_shown TO kagami_portal;
DROP INDEX person_in_order;
CREATE INDEX person_in_order ON person (furigana, staff_number);
ALTER TABLE person DROP COLUMN furigana_key;
`
