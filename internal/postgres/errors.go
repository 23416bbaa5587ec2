package postgres

import (
	"errors"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Constraint is the name of the rule of the database that err says was broken,
// such as section_code_unique; empty for any other error.
func Constraint(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.ConstraintName
	}
	return ""
}

// IsBadText tells whether err comes from a text that no database keeps, such as
// one with a NUL in it.
func IsBadText(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "22021" || e.Code == "22P05") // in itself, or within JSON
}

// IsReadOnly tells whether err comes from a database that takes no writes now, such
// as a standby.
func IsReadOnly(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "25006"
}

// IsFull tells whether err comes from a database whose disk is full.
func IsFull(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.Code == "53100"
}

// unavailable are the codes and the classes of codes of a server that can't do its
// work now.
var unavailable = []string{
	"08",             // the connection
	"53",             // memory, disk, or connections are used up
	"57",             // it is stopped, or stops what takes too long
	"58",             // its system fails it
	"25006",          // it takes no writes
	"25P03", "25P04", // it ends a session that was idle in a transaction, or too long in it
}

// IsUnavailable tells whether err comes from a database that does not do its work
// now: no connection or one that broke, or a server that is stopped, starting, full
// or a standby.
func IsUnavailable(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return slices.ContainsFunc(unavailable, func(code string) bool { return strings.HasPrefix(e.Code, code) })
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) { // in the middle of an answer
		return true
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	_, ok := errors.AsType[net.Error](err)
	return ok || pgconn.SafeToRetry(err)
}
