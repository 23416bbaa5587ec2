package rights

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/state"
)

// Service is the ledger in a database.
type Service struct {
	pool   *pgxpool.Pool
	door   *door.Door
	ties   Ties
	caches caches
}

// Ties are what rights start in other rooms. What is nil is not started.
type Ties struct {
	// Carry lets the town's directories take over what some people may use from now on, in
	// the change after which they may. It gets ids of people, and nothing of why.
	Carry func(ctx context.Context, tx *door.Tx, people []int64) error
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door, ties Ties) *Service {
	return &Service{pool: pool, door: d, ties: ties, caches: newCaches()}
}

// At is the ledger at an instant: the sample town is filled with what began before.
func (s *Service) At(now time.Time) *Service {
	return New(s.pool, door.New(s.pool, func() time.Time { return now }), s.ties)
}

// ChangeCounter counts what changes who may use what, but for what follows from the
// organization.
var ChangeCounter = state.Counted("right")

func (s *Service) today() calendar.Date { return calendar.Day(s.door.Now()) }

// Instant are the arguments of what is asked of an instant: @now, and @today, its day.
func Instant(now time.Time) pgx.StrictNamedArgs {
	return pgx.StrictNamedArgs{"now": now, "today": calendar.Day(now)}
}

// InstantAnd are those together with others.
func InstantAnd(now time.Time, args pgx.StrictNamedArgs) pgx.StrictNamedArgs {
	args["now"], args["today"] = now, calendar.Day(now)
	return args
}

const (
	// bar is by what a right r is barred at @now, as a standing; NULL for nothing. Of several
	// the gravest counts.
	bar = `(SELECT CASE WHEN bool_or(b.kind = 'revocation') THEN 'revoked' WHEN bool_or(b.kind <> 'suspension') THEN 'cut' ELSE 'suspended' END
		FROM right_barred b WHERE b.person_id = r.person_id AND (b.right_id IS NULL OR b.right_id = r.id) AND b.during @> @now::timestamptz HAVING count(*) > 0)`
	// held tells of a right r that it lets its person in on @today, but for what bars it.
	held = `EXISTS (SELECT FROM right_held h WHERE h.right_id = r.id AND h.period @> @today::date)`
	// over tells of a right r that its time is over on @today.
	over = `LEAST(r.until_on + 1, r.ended_on) <= @today::date`
	// StandingOf is where a right r stands at @now, on @today.
	StandingOf = `CASE WHEN r.state IN ('asked', 'refused', 'withdrawn') THEN r.state
		WHEN ` + over + ` OR NOT EXISTS (SELECT FROM system_shown y WHERE y.id = r.asset_id AND y.counts) THEN 'ended'
		ELSE coalesce(` + bar + `, CASE WHEN r.from_on > @today::date THEN 'upcoming' WHEN ` + held + ` THEN 'in_force'
			WHEN EXISTS (SELECT FROM standing w WHERE w.person_id = r.person_id AND w.period @> @today::date) THEN 'moved' ELSE 'left' END) END`
)

// Usable tells in SQL of a right r that it lets its person in at the instant @now, which is
// on @today: its standing is in_force.
const Usable = `(` + held + ` AND r.state IN ('permitted', 'ended') AND EXISTS (SELECT FROM system_shown y WHERE y.id = r.asset_id AND y.counts) AND ` + bar + ` IS NULL)`

const selectRight = `
	SELECT r.id, r.code, r.person_id AS person, p.staff_number, p.name AS person_name, coalesce(q.post, '') AS post, coalesce(q.section_id, 0) AS person_section,
	       ARRAY(SELECT DISTINCT w.section_id FROM standing w WHERE w.person_id = r.person_id AND w.period @> @today::date AND w.section_id IS NOT NULL) AS person_sections,
	       r.asset_id AS system, y.code AS system_code, y.name AS system_name, y.section_id AS system_section, o.name AS system_of, y.counts AS system_counts,
	       coalesce(r.section_id, 0) AS section, coalesce(c.name, '') AS section_name,
	       r.kind, r.grade, r.login, r.outsider, r.purpose, r.from_on AS from, r.until_on AS until, r.source,
	       r.asked_by AS asked_by_id, a.name AS asked_by, r.asked_at, coalesce(d.name, '') AS decided_by, r.decided_on,
	       coalesce(f.name, '') AS confirmed_by, r.confirmed_on, r.ended_on, r.version, ` + StandingOf + ` AS standing
	FROM access_right r JOIN person_shown p ON p.id = r.person_id JOIN system_shown y ON y.id = r.asset_id JOIN section_shown o ON o.id = y.section_id
	JOIN person_shown a ON a.id = r.asked_by LEFT JOIN section_shown c ON c.id = r.section_id
	LEFT JOIN person_shown d ON d.id = r.decided_by LEFT JOIN person_shown f ON f.id = r.confirmed_by
	LEFT JOIN LATERAL (SELECT w.section_id, concat_ws(' ', x.name, w.title) AS post FROM standing w LEFT JOIN section_shown x ON x.id = w.section_id
		WHERE w.person_id = r.person_id AND w.period @> @today::date ORDER BY w.acting, w.position, w.id LIMIT 1) q ON true`

func errNone() error {
	return fault.New(fault.NotFound, "この番号の利用権限は、見つかりません。番号を確かめて、アカウント管理台帳から探してください。")
}

// Find returns a right by its code. NotFound where there is none that the actor may see.
func (s *Service) Find(ctx context.Context, actor authz.Actor, code string) (Right, error) {
	return find(ctx, s.pool, actor, code, s.door.Now(), "")
}

func find(ctx context.Context, db postgres.Querier, actor authz.Actor, code string, now time.Time, lock string) (Right, error) {
	condition, args := seen(actor)
	maps.Copy(args, Instant(now))
	args["code"] = code
	r, err := postgres.One[Right](ctx, db, "finding a right", selectRight+` WHERE r.code = @code AND `+condition+` `+lock, args)
	if errors.Is(err, pgx.ErrNoRows) {
		return Right{}, errNone()
	}
	if err != nil {
		return Right{}, err
	}
	r.Standing = r.Standing.Shown(r.barsShown(actor))
	return r, nil
}

// barsShown tells whether the actor may know why a right is barred. Who is cut may not be told
// yet, and reads that it is suspended.
func (r Right) barsShown(actor authz.Actor) bool {
	if r.Person == actor.Person && r.Standing == Cut {
		return false
	}
	_, may := actor.May(authz.ReadBars, authz.Matter{Person: r.Person, PersonsSection: r.sectionFor(actor, authz.ReadBars)})
	return may
}

// sectionFor is in which of the sections where its person works the actor may do an action;
// their first where in none, and 0 for who works nowhere.
func (r Right) sectionFor(actor authz.Actor, action authz.Action) int64 {
	for _, section := range actor.Sections(action) {
		if slices.Contains(r.PersonSections, section) {
			return section
		}
	}
	return r.PersonSection
}

// seen says in SQL of a right r that the actor may see it: that of who works in their sections
// or is to use it for their work, of a system that they answer for, their own, and what they
// have asked for.
func seen(actor authz.Actor) (condition string, args pgx.StrictNamedArgs) {
	if actor.Reach(authz.ReadRights) == authz.All {
		return "true", pgx.StrictNamedArgs{}
	}
	return `(r.person_id = @seen_by OR r.asked_by = @seen_by OR r.section_id = ANY(@seen_people)
		OR EXISTS (SELECT FROM standing w WHERE w.person_id = r.person_id AND w.section_id = ANY(@seen_people) AND w.period @> @today::date)
		OR EXISTS (SELECT FROM system_shown y WHERE y.id = r.asset_id AND y.section_id = ANY(@seen_systems)))`,
		pgx.StrictNamedArgs{"seen_by": actor.Person, "seen_people": actor.Sections(authz.ReadRights), "seen_systems": actor.Sections(authz.ReadSystemRights)}
}

// matter is what an event is about, as far as permission depends on it: nobody decides on a
// right of their own, nor on what they have asked for.
func (r Right) matter(ctx context.Context, db postgres.Querier, actor authz.Actor, event Event, day calendar.Date) (authz.Matter, error) {
	m := authz.Matter{SystemsSection: r.SystemSection, PersonsSection: r.sectionFor(actor, course.Who(event).May[0]), Person: r.Person}
	people := []int64{r.Person}
	switch course.Who(event).Except {
	case "":
		return m, nil
	case permitting.Except:
		people = append(people, r.AskedByID)
	}
	alone, err := org.Alone(ctx, db, day, people...)
	m.Decision, m.Alone = true, alone
	if event == EventPermit || event == EventRefuse {
		if actor.Person == r.AskedByID {
			m.Person = actor.Person
		}
	}
	return m, err
}
