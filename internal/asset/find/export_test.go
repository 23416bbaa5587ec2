package find

// Within is the service that goes less far one way before it takes the other.
func (s *Service) Within(counted, steps, often int) *Service {
	return s.Sampling(counted, steps, often, usualBounds.sample, usualBounds.end)
}

// Sampling takes a sample as large as that beside.
func (s *Service) Sampling(counted, steps, often, percent, end int) *Service {
	less := New(s.pool, s.register)
	less.bounds = bounds{counted, steps, often, percent, end}
	return less
}
