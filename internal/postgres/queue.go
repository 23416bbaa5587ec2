package postgres

import (
	"context"
	"regexp"
	"sync"

	"github.com/jackc/pgx/v5"
)

// Queue adds a statement with named arguments to a batch, whose names it reads only
// the first time: for what is sent with requests that many make at once. sql is one of
// a few texts, each held for good. A name without an argument, or an argument
// without its name, is a mistake of the program and panics.
func Queue(batch *pgx.Batch, sql string, args pgx.StrictNamedArgs) {
	known, ok := read.Load(sql)
	if !ok {
		known = readNames(sql)
		read.Store(sql, known)
	}
	s := known.(statement)
	values := make([]any, len(s.names))
	for i, name := range s.names {
		value, ok := args[name]
		if !ok {
			panic("no argument " + name + " for: " + sql)
		}
		values[i] = value
	}
	if len(args) != s.distinct {
		panic("more arguments than the names of: " + sql)
	}
	batch.Queue(s.text, values...)
}

// read are the statements whose names have been read, by their text.
var read sync.Map

// statement is one with numbered arguments, and which name is at which number.
type statement struct {
	text  string
	names []string // by number, from 1
	// distinct is how many names there are: pgx gives a name that stands twice one number
	distinct int
}

var argument = regexp.MustCompile(`@([a-z_0-9]+)`)

func readNames(sql string) statement {
	names := pgx.StrictNamedArgs{}
	for _, found := range argument.FindAllStringSubmatch(sql, -1) {
		names[found[1]] = found[1]
	}
	text, values, err := names.RewriteQuery(context.Background(), nil, sql, nil)
	if err != nil {
		panic(err)
	}
	s := statement{text: text, distinct: len(names)}
	for _, value := range values {
		s.names = append(s.names, value.(string))
	}
	return s
}
