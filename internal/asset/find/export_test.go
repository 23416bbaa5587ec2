package find

// Within is the service that goes less far one way before it takes the other.
func (s *Service) Within(counted, steps, often int) *Service {
	less := New(s.pool, s.register)
	less.bounds = bounds{counted, steps, often}
	return less
}
