package follow

import (
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/policy"
	"kagami/internal/state"
)

// Service follows clauses through the revisions in a database.
type Service struct {
	pool   *pgxpool.Pool
	policy *policy.Service
	fates  state.Cache[[2]int64, map[string]fate] // by two revisions, the earlier first
}

// New makes the service that follows clauses of what somebody may read.
func New(pool *pgxpool.Pool, policies *policy.Service) *Service {
	return &Service{pool: pool, policy: policies, fates: state.NewCache[[2]int64, map[string]fate](cachedFates)}
}
