package acknowledge

import (
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/policy"
	"kagami/internal/state"
)

// Service is the acknowledgements in a database.
type Service struct {
	pool   *pgxpool.Pool
	door   *door.Door
	now    func() time.Time
	policy *policy.Service
	rolls  state.Cache[rollKey, []rollSection]
}

// New makes the service of acknowledgements of what somebody may read.
func New(pool *pgxpool.Pool, d *door.Door, now func() time.Time, policies *policy.Service) *Service {
	return &Service{pool: pool, door: d, now: now, policy: policies, rolls: state.NewCache[rollKey, []rollSection](cachedRolls)}
}

func (s *Service) today() calendar.Date { return calendar.Day(s.now()) }
