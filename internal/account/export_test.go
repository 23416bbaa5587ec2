package account

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
