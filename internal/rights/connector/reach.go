package connector

import (
	"context"
	"fmt"

	"kagami/internal/rights/connector/peer"
	"kagami/internal/rights/connector/reach"
)

// deadline is how long one operation may take.
const deadline = peer.Deadline

// timely does one operation.
func timely(ctx context.Context, operation func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	return operation(ctx)
}

// about names whose secret is sealed.
func about(code string) string { return "connector " + code }

// far makes what a connector leads to.
func (s *Service) far(code string, kind reach.Kind, config []byte, sealed []byte, groups []string) (reach.Far, error) {
	secret, err := s.keys.Unseal(sealed, about(code))
	if err != nil {
		return reach.Far{}, fmt.Errorf("%w: %w", reach.NoSettings, err)
	}
	whole, err := reach.WithGroups(kind, config, groups)
	if err != nil {
		return reach.Far{}, err
	}
	return s.dial(kind, whole, string(secret), s.door.Now)
}
