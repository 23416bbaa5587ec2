package server

import (
	"crypto/rand"
	"strconv"
	"sync/atomic"
)

// requestIDs number the requests of one portal; what stands before the number
// tells portals apart, and one portal's starts.
type requestIDs struct {
	prefix string
	last   atomic.Int64
}

func newRequestIDs() *requestIDs { return &requestIDs{prefix: rand.Text()[:8] + "-"} }

func (r *requestIDs) next() string { return r.prefix + strconv.FormatInt(r.last.Add(1), 36) }
