package connector

import (
	"context"

	"kagami/internal/authz"
	"kagami/internal/sample"
)

// fill puts a connector that fails, work orders and something that differs into the sample
// town. None is a real one.
func (s *Screens) fill(ctx context.Context, t sample.Town) error {
	for _, actor := range t.Actors {
		if actor.Has(authz.GeneralSecurityOfficer) {
			return s.connectors.At(t.Now).FillForPortal(ctx, actor)
		}
	}
	return nil
}
