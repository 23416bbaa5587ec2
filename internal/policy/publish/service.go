package publish

import (
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/policy/draft"
	"kagami/internal/state"
)

// Service publishes drafts and abolishes documents, in a database.
type Service struct {
	pool  *pgxpool.Pool
	door  *door.Door
	now   func() time.Time
	draft *draft.Service
	// mayAbolish is who may abolish what, drawn from states of the database.
	mayAbolish state.Cache[abolishKey, bool]
}

// New makes the service that publishes what the drafts' service holds.
func New(pool *pgxpool.Pool, d *door.Door, now func() time.Time, drafts *draft.Service) *Service {
	return &Service{pool: pool, door: d, now: now, draft: drafts, mayAbolish: state.NewCache[abolishKey, bool](cachedAsks)}
}

func (s *Service) today() calendar.Date { return calendar.Day(s.now()) }
