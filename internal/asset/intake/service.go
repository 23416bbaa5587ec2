package intake

import (
	"context"
	"iter"
	"slices"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/door"
)

// Service takes registers in.
type Service struct{ assets *asset.Service }

// New makes the service.
func New(assets *asset.Service) *Service { return &Service{assets} }

// Plan says what taking a file in would do, and does nothing. section is that of rows
// that name none; empty for none. Forbidden for who may change no asset.
func (s *Service) Plan(ctx context.Context, actor authz.Actor, file File, section string) (Plan, error) {
	found, err := s.assets.Standing(ctx, actor, file.Asked())
	if err != nil {
		return Plan{}, err
	}
	return makePlan(found, file, section)
}

// TakeIn takes a file in: all of it, or nothing where the plan has problems.
func (s *Service) TakeIn(ctx context.Context, actor authz.Actor, file File, section string) (plan Plan, err error) {
	err = s.assets.ChangeMany(ctx, actor, file.Asked(), func(_ *door.Tx, found asset.Standing) (iter.Seq[asset.Entry], error) {
		plan, err = makePlan(found, file, section)
		if err != nil || len(plan.Problems) > 0 {
			return nil, err
		}
		return slices.Values(plan.entries), nil
	})
	if err != nil {
		return Plan{}, err
	}
	return plan, nil
}
