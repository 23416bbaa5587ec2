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

// Left is a section that is no more and has assets still, or communications between zones
// that go on.
type Left struct {
	Code           string
	Name           string
	Assets         int
	Communications int
}

// What is that in words, and in numbers as they are written: 情報資産3件と領域間の通信1件;
// empty for nothing.
func (l Left) What(number func(int) string) string { return asSaid(l.Assets, l.Communications, number) }

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
	assets, counted := actor.State.Of(propose.ChangeCounter) // each that is added, ends or moves counts there, and each communication
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
		SELECT * FROM (SELECT s.code, s.name, `+countsOf+` FROM section_shown s WHERE s.abolished_on <= @today::date ORDER BY s.position, s.code) AS l
		WHERE l.assets + l.communications > 0`,
		pgx.StrictNamedArgs{"today": day})
}

// countsOf counts in SQL what a section s has.
const countsOf = `
	coalesce((SELECT sum(n.assets) FROM asset_sum n WHERE n.section_id = s.id), 0)::int AS assets,
	(SELECT count(*) FROM communication c WHERE c.section_id = s.id AND c.ended_on IS NULL)::int AS communications`

// Belongs is what a section, by its code, has; nothing where the actor may not see it.
func (s *Service) Belongs(ctx context.Context, actor authz.Actor, section string) (Left, error) {
	of, err := postgres.List[struct {
		ID int64
		Left
	}](ctx, s.pool, "counting what belongs to a section", `SELECT s.id, s.code, s.name, `+countsOf+` FROM section_shown s WHERE s.code = @code`,
		pgx.StrictNamedArgs{"code": section})
	if err != nil || len(of) == 0 {
		return Left{}, err
	}
	if _, seen := actor.May(authz.ReadAssets, authz.Matter{OwnersSection: of[0].ID}); !seen {
		return Left{}, nil
	}
	return of[0].Left, nil
}
