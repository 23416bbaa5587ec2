package reach

import (
	"sync"

	"kagami/internal/rights/connector/peer"
)

// Silence counts how often in a row what a connector leads to was away as a whole.
type Silence struct {
	enough int
	mu     sync.Mutex
	times  map[int64]int // by the connector
}

// NewSilence counts up to what is enough to take the other end to be away.
func NewSilence(enough int) *Silence { return &Silence{enough: enough, times: map[int64]int{}} }

// Heard takes what came of one try, and tells whether the connector's other end is away for
// everybody: enough in a row have met that.
func (s *Silence) Heard(connector int64, failure error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !peer.Away(failure) {
		delete(s.times, connector)
		return false
	}
	s.times[connector]++
	return s.times[connector] >= s.enough
}
