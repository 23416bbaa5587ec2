package postgres

import (
	"errors"
	"net"

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
	return ok && e.Code == "22021"
}

// IsUnavailable tells whether err comes from a database that does not answer:
// no connection, or a server that is shutting down or starting.
func IsUnavailable(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		class := e.Code[:2]
		return class == "08" || class == "57" || class == "53"
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	_, ok := errors.AsType[net.Error](err)
	return ok || pgconn.SafeToRetry(err)
}
