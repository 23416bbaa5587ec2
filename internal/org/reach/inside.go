package reach

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Inside is how far who leads a section, its 情報セキュリティ管理者 and whoever stands in
// for them, reaches the sections inside it. As long as nothing is set, a section reaches
// nothing but itself; the other roles, 職員等 above all, never do.
type Inside struct {
	Reads   bool // what is theirs to see there
	Told    bool // of what the 情報セキュリティ管理者 there is told
	Decides bool // what is theirs to decide there
}

// check refuses what would lead to a page that refuses: who is told or decides reads.
func (i Inside) check() error {
	if (i.Told || i.Decides) && !i.Reads {
		return fault.InvalidFields([]fault.Problem{{Field: "reads", Message: "知らせを受けたり決めたりするには、見られることが要ります。「見る」にも印を付けてください。"}})
	}
	return nil
}

// Section is a section with how far it reaches.
type Section struct {
	ID     int64
	Code   string
	Name   string
	Inner  []string // the names of the sections inside it, in their order
	Inside Inside   `db:"-"`
}

// Change is that it was set how far a section reaches, at once.
type Change struct {
	Inside
	By string // empty for the operator
	At time.Time
}

// Service is how far sections reach.
type Service struct {
	pool *pgxpool.Pool
	door *door.Door
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door) *Service { return &Service{pool, d} }

// Section returns how far a section reaches. Forbidden to who may not see the
// organization, NotFound where there is none of the code.
func (s *Service) Section(ctx context.Context, actor authz.Actor, code string) (Section, error) {
	if _, err := authz.Check(actor, authz.SeeOrganization, authz.Matter{}); err != nil {
		return Section{}, err
	}
	return load(ctx, s.pool, code)
}

func load(ctx context.Context, db postgres.Querier, code string) (Section, error) {
	found, err := postgres.One[Section](ctx, db, "loading a section", `
		WITH RECURSIVE below AS (
			SELECT id, parent_id FROM section WHERE parent_id = (SELECT id FROM section WHERE code = $1)
			UNION SELECT s.id, s.parent_id FROM section s JOIN below b ON s.parent_id = b.id)
		SELECT s.id, s.code, s.name, ARRAY(SELECT i.name FROM section i WHERE i.id IN (SELECT id FROM below) ORDER BY i.position, i.code) AS inner
		FROM section s WHERE s.code = $1`, code)
	if errors.Is(err, pgx.ErrNoRows) {
		return Section{}, fault.New(fault.NotFound, "この課室は見つかりません。「体制」の一覧から選び直してください。")
	}
	if err != nil {
		return Section{}, err
	}
	set, err := postgres.List[Inside](ctx, db, "loading how far a section reaches", `SELECT reads, told, decides FROM section_reach WHERE section_id = $1`, found.ID)
	if len(set) > 0 {
		found.Inside = set[0]
	}
	return found, err
}

// History lists how far a section was set to reach, the newest first: the first is how it
// stands. Forbidden to who may not set it.
func (s *Service) History(ctx context.Context, actor authz.Actor, section int64) ([]Change, error) {
	if _, err := authz.Check(actor, authz.ChangeSettings, authz.Matter{}); err != nil {
		return nil, err
	}
	return postgres.List[Change](ctx, s.pool, "listing how far a section reached", `
		SELECT c.reads, c.told, c.decides, coalesce(p.name, '') AS by, c.set_at AS at
		FROM section_reach_change c LEFT JOIN person_shown p ON p.id = c.set_by
		WHERE c.section_id = @section ORDER BY c.id DESC`, pgx.StrictNamedArgs{"section": section})
}

// Set sets how far a section reaches, from now on: seen is how far it did when it
// was shown. Conflict where that has changed since.
func (s *Service) Set(ctx context.Context, actor authz.Actor, code string, seen, to Inside) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.ChangeSettings, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		if err := to.check(); err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Take(ctx, "organization"); err != nil {
			return door.Unchanged(), err
		}
		section, err := load(ctx, tx, code)
		switch {
		case err != nil:
			return door.Unchanged(), err
		case section.Inside != seen:
			return door.Unchanged(), fault.New(fault.Conflict, "この画面を開いた後に、ほかの人が変更しました。画面を開き直して、いまの値を確かめてください。")
		case section.Inside == to:
			return door.Unchanged(), nil
		}
		_, err = tx.Exec(ctx, `
			WITH changed AS (
				INSERT INTO section_reach_change (section_id, reads, told, decides, set_by, set_at)
				VALUES (@section, @reads, @told, @decides, nullif(@by, 0::bigint), @now) RETURNING section_id, reads, told, decides)
			INSERT INTO section_reach (section_id, reads, told, decides) SELECT section_id, reads, told, decides FROM changed
			ON CONFLICT (section_id) DO UPDATE SET reads = excluded.reads, told = excluded.told, decides = excluded.decides`,
			pgx.StrictNamedArgs{
				"section": section.ID, "reads": to.Reads, "told": to.Told, "decides": to.Decides, "by": actor.Person, "now": tx.Now,
			})
		return door.Effect{
			Subject: trail.Subject{Kind: "section", ID: section.ID}, Fields: []string{"reads_inside", "told_inside", "decides_inside"},
			Confidential: map[string]any{
				"reads_before": seen.Reads, "told_before": seen.Told, "decides_before": seen.Decides,
				"reads": to.Reads, "told": to.Told, "decides": to.Decides,
			},
		}, err
	})
	if err != nil {
		return fmt.Errorf("setting how far a section reaches: %w", err)
	}
	return nil
}

// Outer is a section from which one inside it is decided on.
type Outer struct{ Code, Name string }

// DecidersOn returns the sections whose 情報セキュリティ管理者, of whom there is one on a
// day, decides on a section inside them; the actors of that day reach it by the same
// view.
func (s *Service) DecidersOn(ctx context.Context, actor authz.Actor, section int64, day calendar.Date) ([]Outer, error) {
	if _, err := authz.Check(actor, authz.SeeOrganization, authz.Matter{}); err != nil {
		return nil, err
	}
	return postgres.List[Outer](ctx, s.pool, "looking who decides on a section", `
		SELECT s.code, s.name FROM section_inside i JOIN section s ON s.id = i.outer_id
		WHERE i.reads AND i.decides AND i.inner_id = @section
		  AND EXISTS (SELECT FROM holding h WHERE h.section_id = i.outer_id AND h.role = @leads AND h.period @> @day::date AND h.rule_period @> @day::date)
		ORDER BY s.position, s.code`, pgx.StrictNamedArgs{"section": section, "day": day, "leads": authz.SecurityManager})
}

// ToldOf returns, for those of the sections that others reach from outside and are
// told of, these outer sections.
func ToldOf(ctx context.Context, db postgres.Querier, sections []int64) (map[int64][]int64, error) {
	type pair struct{ Outer, Inner int64 }
	pairs, err := postgres.List[pair](ctx, db, "looking who is told of sections", `
		SELECT outer_id AS outer, inner_id AS inner FROM section_inside WHERE told AND inner_id = ANY($1::bigint[]) ORDER BY outer_id`, sections)
	outer := map[int64][]int64{}
	for _, p := range pairs {
		outer[p.Inner] = append(outer[p.Inner], p.Outer)
	}
	return outer, err
}

// inside are the sections inside others as an actor is given them: outer, inner and
// whether it decides (1) in turn.
func inside(list []int64) []authz.Inside {
	var all []authz.Inside
	for triple := range slices.Chunk(list, 3) {
		if len(triple) == 3 {
			all = append(all, authz.Inside{Outer: triple[0], Inner: triple[1], Decides: triple[2] == 1})
		}
	}
	return all
}
