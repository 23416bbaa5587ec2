// Package migrations holds the schema, as goose reads it: forward only in
// production, down for development.
package migrations

import (
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

// FS holds the migrations that are written in SQL.
//
//go:embed *.sql
var FS embed.FS

// Schema is the steps of a schema.
type Schema struct {
	SQL fs.FS              // files, each with a step
	Go  []*goose.Migration // steps that a library makes
}

// All is every step there is.
func All() Schema { return Schema{SQL: FS, Go: []*goose.Migration{jobsAndNotices(), orderOfNames()}} }

// Len is how many steps the schema has.
func (s Schema) Len() (int, error) {
	names, err := fs.Glob(s.SQL, "*.sql")
	if err != nil {
		return 0, fmt.Errorf("counting the migrations: %w", err)
	}
	return len(names) + len(s.Go), nil
}
