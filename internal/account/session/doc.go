// Package session is the store of who is signed in where: the sessions, the
// devices from which people have signed in before, and the sign-ins that take
// more than one request. It holds the rows, their limits and what ends them; how
// a browser carries their tokens is the server's matter.
//
// A token stands in PostgreSQL only as a hash. A session ends at sign-out, after
// IdleLimit without a request, and in any case after AbsoluteLimit; package
// account, which lets people in, also ends sessions: with a suspension, and with
// a new password all but the one in which it was changed. What a person may do
// does not stand in a session: package org is asked at each request.
package session

import (
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/door"
)

// Service is the sessions, known devices and attempts in a database.
type Service struct {
	pool *pgxpool.Pool
	door *door.Door
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door) *Service { return &Service{pool: pool, door: d} }
