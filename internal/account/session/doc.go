// Package session is the store of who is signed in where: the sessions, the
// devices from which people have signed in before, and the sign-ins that take
// more than one request. It holds the rows, their limits and what ends them; how
// a browser carries their tokens is the server's matter.
//
// A token stands in PostgreSQL only as a hash. A session ends at sign-out, after
// IdleLimit without a request, and in any case after AbsoluteLimit; package
// account, which lets people in, also ends sessions: with a suspension, and with
// a new password all but the one in which it was changed. That of somebody whose right
// to use the portal is barred is confined to their own case. What a person may do
// does not stand in a session: package org is asked at each request.
package session

import (
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/door"
)

// Service is the sessions, known devices and attempts in a database.
type Service struct {
	pool        *pgxpool.Pool
	door        *door.Door
	confinement *Confinement
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door) *Service { return &Service{pool: pool, door: d} }

// Confining is the service that goes by a confinement.
func (s *Service) Confining(c *Confinement) *Service {
	other := *s
	other.confinement = c
	return &other
}
