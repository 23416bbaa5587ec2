package intake

import (
	"context"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/asset"
	"kagami/internal/asset/many"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/sheet/intake"
)

// Service takes registers in.
type Service struct {
	pool *pgxpool.Pool
	door *door.Door
	many *many.Service
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door, assets *asset.Service) *Service {
	return &Service{pool, d, many.New(pool, d, assets)}
}

// Plan says what taking a file in would do, and does nothing. Forbidden for who may
// change no asset.
func (s *Service) Plan(ctx context.Context, actor authz.Actor, file File, choices Choices) (Plan, error) {
	found, err := s.many.Standing(ctx, actor, file.asked(choices))
	if err != nil {
		return Plan{}, err
	}
	return makePlan(ctx, found, file, choices)
}

// TakeIn takes a file in at once, for those who look at what it would do beforehand: all
// of it, or nothing where the plan has problems or rows of
// sections that are not theirs.
func (s *Service) TakeIn(ctx context.Context, actor authz.Actor, file File, choices Choices) (plan Plan, err error) {
	err = s.many.Change(ctx, actor, file.asked(choices), func(_ *door.Tx, found many.Standing) (iter.Seq[asset.Entry], error) {
		plan, err = makePlan(ctx, found, file, choices)
		if err != nil || len(plan.Problems)+plan.Elsewhere > 0 {
			return func(func(asset.Entry) bool) {}, err
		}
		return plan.entries, nil
	})
	if err != nil {
		return Plan{}, err
	}
	return plan, nil
}

// Advice is what somebody should look at, once for all rows of which it is so.
func (p Plan) Advice() []string {
	times, first := map[intake.Problem]int{}, []intake.Problem{}
	for _, note := range p.Notes {
		same := intake.Problem{Column: note.Column, Reason: note.Reason}
		if times[same]++; times[same] == 1 {
			first = append(first, note)
		}
	}
	var list []string
	for _, note := range first {
		sentence := note.Sentence()
		if n := times[intake.Problem{Column: note.Column, Reason: note.Reason}]; n > 1 {
			sentence += fmt.Sprintf("（ほかに%d行）", n-1)
		}
		list = append(list, sentence)
	}
	return list
}
