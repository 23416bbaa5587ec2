package find

import (
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/policy"
	"kagami/internal/state"
)

// Service finds what the policy says, in a database.
type Service struct {
	pool       *pgxpool.Pool
	policy     *policy.Service
	vocabulary state.Cache[int64, vocabulary] // by the revision, which never changes
}

// New makes the service that finds what somebody may read.
func New(pool *pgxpool.Pool, policies *policy.Service) *Service {
	return &Service{pool: pool, policy: policies, vocabulary: state.NewCache[int64, vocabulary](cachedVocabularies)}
}
