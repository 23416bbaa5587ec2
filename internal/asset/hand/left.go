package hand

import (
	"context"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset/propose"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/state"
	"kagami/internal/task"
)

// Left is a section that is no more and has assets still.
type Left struct {
	Code   string
	Name   string
	Assets int
}

// leftKey names what these depend on.
type leftKey struct {
	day                  calendar.Date
	organization, assets int64
}

type leftCache = state.Cache[leftKey, []Left]

// newLeftCache holds few: they are of a day, and alike for all.
func newLeftCache() leftCache { return state.NewCache[leftKey, []Left](16) }

// QueueLeft asks in a batch which sections have left assets, where the cache has it not;
// for nothing where the actor hands none over.
func (s *Service) QueueLeft(b *task.Batch, actor authz.Actor, take func([]Left)) {
	if _, may := actor.May(authz.HandAssets, authz.Matter{}); !may {
		return
	}
	day := calendar.Day(s.door.Now())
	organization, known := actor.State.Of(org.ChangeCounter)
	assets, counted := actor.State.Of(propose.ChangeCounter) // each that is added, ends or moves counts there
	key := leftKey{day, organization, assets}
	if cached, ok := s.left.Look(key); ok && known && counted {
		take(cached)
		return
	}
	task.Rows(b, "looking for what abolished sections have left", pgx.RowToStructByName[Left], func(rows []Left) {
		if known && counted {
			s.left.Add(key, rows)
		}
		take(rows)
	}, `
		SELECT s.code, s.name, sum(n.assets)::int AS assets FROM section_shown s JOIN asset_sum n ON n.section_id = s.id
		WHERE s.abolished_on <= @today::date GROUP BY s.id, s.code, s.name, s.position HAVING sum(n.assets) > 0 ORDER BY s.position, s.code`,
		pgx.StrictNamedArgs{"today": day})
}

// Belongs is how many assets a section, by its code, has; false where the actor may not
// see them.
func (s *Service) Belongs(ctx context.Context, actor authz.Actor, section string) (count int, seen bool, err error) {
	of, err := postgres.List[struct {
		ID     int64
		Assets int
	}](ctx, s.pool, "counting what belongs to a section", `
		SELECT s.id, coalesce((SELECT sum(assets) FROM asset_sum WHERE section_id = s.id), 0)::int AS assets FROM section_shown s WHERE s.code = @code`,
		pgx.StrictNamedArgs{"code": section})
	if err != nil || len(of) == 0 {
		return 0, false, err
	}
	if _, seen := actor.May(authz.ReadAssets, authz.Matter{OwnersSection: of[0].ID}); !seen {
		return 0, false, nil
	}
	return of[0].Assets, true, nil
}
