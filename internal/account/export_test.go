package account

import (
	"context"
	"testing"
)

// Hashes counts how often a call holds a password against a hash.
func (s *Service) Hashes(call func()) int {
	turns := s.hashing
	defer func() { s.hashing = turns }()
	s.hashing = make(hashing) // of no size: each turn is taken from here
	done := make(chan struct{})
	go func() {
		defer close(done)
		call()
	}()
	for n := 0; ; n++ {
		select {
		case <-s.hashing:
			s.hashing <- struct{}{}
		case <-done:
			return n
		}
	}
}

// CutOff begins a try at a login that nothing becomes of, as where the portal
// breaks down while it checks.
func (s *Service) CutOff(ctx context.Context, t testing.TB, login string, try Try) {
	t.Helper()
	target := newTally(byAccount, ofLogin(folded(login)))
	target.network = keyOf(network(try.IP))
	_, err := s.pool.Exec(ctx, `
		INSERT INTO sign_in_try (target, network, at, ends_at) SELECT $1, $2, database_clock(), database_clock() + make_interval(secs => $3)`,
		target.target, target.network, checkLimit.Seconds())
	if err != nil {
		t.Fatal(err)
	}
}
