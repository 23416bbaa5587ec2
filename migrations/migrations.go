// Package migrations holds the schema, as goose reads it: forward only in
// production, down for development.
package migrations

import "embed"

// FS holds the migrations.
//
//go:embed *.sql
var FS embed.FS
