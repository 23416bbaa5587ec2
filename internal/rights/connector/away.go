package connector

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/postgres"
	"kagami/internal/rights/connector/reach"
	"kagami/internal/trail"
)

// passOver counts a try for all that are due at a connector whose other end is away. One by one
// each would hold a hand until its deadline, and what others are to carry out would wait behind
// thousands of them; and a directory would lock the portal out that is wrongly signed in to as often.
func (s *Service) passOver(ctx context.Context, t target, failure error) error {
	trouble := reach.TroubleOf(failure)
	type passed struct{ Failed, Waiting int64 }
	err := s.door.Do(ctx, authz.AsPortal(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.FallsDue, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		p, err := postgres.One[passed](ctx, tx, "passing over what is due", `
			WITH d AS (
				SELECT t.id, NOT @passes OR t.tries + 1 >= @most AS failed FROM right_target t JOIN connector_system x ON x.asset_id = t.asset_id JOIN connector c ON c.id = x.connector_id
				WHERE c.id = @connector AND `+due+` ORDER BY t.person_id, t.asset_id FOR UPDATE OF t SKIP LOCKED),
			u AS (
				UPDATE right_target t SET tries = t.tries + 1, trouble = @trouble, partly = false, state = CASE WHEN d.failed THEN 'failed' ELSE 'waiting' END,
					next_at = @now::timestamptz + least(@first::interval * 2 ^ t.tries, @longest::interval)
				FROM d WHERE d.id = t.id RETURNING d.failed)
			SELECT count(*) FILTER (WHERE failed) AS failed, count(*) FILTER (WHERE NOT failed) AS waiting FROM u`, pgx.StrictNamedArgs{
			"connector": t.Connector, "now": tx.Now, "passes": trouble.Passes(), "trouble": string(trouble), "most": mostTries, "first": firstWait, "longest": longest,
		})
		if err != nil || p == (passed{}) {
			return door.Unchanged(), err
		}
		s.log.LogAttrs(ctx, slog.LevelWarn, "connector away",
			slog.Int64("connector", t.Connector), slog.String("trouble", string(trouble)), slog.Int64("waiting", p.Waiting), slog.Int64("failed", p.Failed))
		if p.Failed > 0 {
			if err := tellFailed(ctx, tx, t); err != nil {
				return door.Unchanged(), err
			}
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "connector", ID: t.Connector}, Fields: []string{"away"}, Refs: map[string]int64{"targets": p.Failed + p.Waiting},
		}, nil
	})
	if err != nil {
		return fmt.Errorf("passing over what is due of connector %d: %w", t.Connector, err)
	}
	return nil
}
