package find

// Within is the service that goes less far one way before it takes the other.
func (s *Service) Within(counted, steps, often int) *Service {
	return &Service{s.pool, s.register, bounds{counted, steps, often}}
}
