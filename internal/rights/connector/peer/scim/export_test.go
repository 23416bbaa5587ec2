package scim

import "time"

// Hurry has the service wait for less.
func (s *Service) Hurry(deadline time.Duration) { s.deadline = deadline }
