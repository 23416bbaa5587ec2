// Package orgtest draws small towns at random, for tests that hold two ways of
// asking one question together: sections, posts, appointments with their periods,
// a role table and roles given directly, straight in the database.
package orgtest

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"kagami/internal/authz"
	"kagami/internal/calendar"
)

// Town is a town as it was drawn. Its people, sections and posts have the ids 1,
// 2, …; what the database's rules don't let in (two holders of a post for one) is
// not there.
type Town struct {
	Sections int
	People   int

	posts        []post
	appointments []appointment
	rules        []rule
	grants       []grant
	absences     []absence
}

type post struct {
	section int64 // 0 for none
	title   string
	single  bool
}

type period struct {
	first, last calendar.Date // zero: always, and until further notice
}

type appointment struct {
	period
	person, post int64
	acting       bool
}

type rule struct {
	period
	title   string
	section int64 // 0 for wherever the post is
	role    authz.Role
}

type absence struct {
	period
	person int64
}

type grant struct {
	period
	person, section int64
	role            authz.Role
}

// Horizon is how many days after the day that a town is drawn for its last change
// comes at most.
const Horizon = 40

var (
	titles = []string{"課長", "係長", "職員"}
	turns  = []int{-Horizon, -1, 0, 1, 2, Horizon} // days on which something begins or ends
)

// Draw draws a town in which things change around a day.
func Draw(t *rapid.T, day calendar.Date) Town {
	some := func(most int, what string) int { return rapid.IntRange(0, most).Draw(t, what) }
	turn := func(what string) calendar.Date { return day.AddDays(rapid.SampledFrom(turns).Draw(t, what)) }
	// most periods begin long before the day, and have no end
	when := func() period {
		p := period{first: turn("first")}
		if rapid.Bool().Draw(t, "began long ago") {
			p.first = day.AddDays(-Horizon)
		}
		if rapid.IntRange(0, 3).Draw(t, "ends") == 0 {
			if p.last = turn("last"); p.last.Before(p.first) {
				p.last = calendar.Date{}
			}
		}
		return p
	}
	town := Town{Sections: some(3, "sections"), People: 1 + some(4, "people")}
	person := func() int64 { return int64(rapid.IntRange(1, town.People).Draw(t, "person")) }
	section := func() int64 { return int64(rapid.IntRange(0, town.Sections).Draw(t, "section")) }
	for range 1 + some(5, "posts") {
		town.posts = append(town.posts, post{section(), rapid.SampledFrom(titles).Draw(t, "title"), rapid.Bool().Draw(t, "single")})
	}
	for range some(7, "appointments") {
		town.appointments = append(town.appointments, appointment{when(), person(), int64(rapid.IntRange(1, len(town.posts)).Draw(t, "post")), some(4, "acting") == 0})
	}
	for range some(6, "rules") {
		r := rule{when(), rapid.SampledFrom(titles).Draw(t, "title"), section(), rapid.SampledFrom(authz.Given()).Draw(t, "role")}
		if some(2, "always") > 0 {
			r.first = calendar.Date{}
		}
		town.rules = append(town.rules, r)
	}
	for range some(4, "grants") {
		g := grant{when(), person(), 0, rapid.SampledFrom(authz.Given()).Draw(t, "role")}
		if g.role.OfSection() {
			if g.section = section(); g.section == 0 {
				continue
			}
		}
		town.grants = append(town.grants, g)
	}
	for range some(2, "absences") {
		town.absences = append(town.absences, absence{when(), person()})
	}
	return town
}

// Roles are the roles that the town gives, to a post or directly.
func (town Town) Roles() []authz.Role {
	var roles []authz.Role
	for _, r := range town.rules {
		roles = append(roles, r.role)
	}
	for _, g := range town.grants {
		roles = append(roles, g.role)
	}
	return roles
}

// Fill puts a town into a database in place of the one before, as the schema's
// owner.
func (town Town) Fill(ctx context.Context, owner *pgx.Conn) error {
	var batch pgx.Batch
	for _, table := range []string{"absence", "role_grant", "role_rule", "appointment", "post", "person", "section"} {
		batch.Queue(`DELETE FROM ` + table)
	}
	batch.Queue(`
		INSERT INTO section (id, code, name, kind, position) OVERRIDING SYSTEM VALUE
		SELECT i, 's' || i, '課' || i, 'internal', i FROM generate_series(1, $1::int) i`, town.Sections)
	batch.Queue(`
		INSERT INTO person (id, staff_number, name, furigana) OVERRIDING SYSTEM VALUE
		SELECT i, 'p' || i, '見本 ' || i, 'ミホン' FROM generate_series(1, $1::int) i`, town.People)
	for i, p := range town.posts {
		batch.Queue(`
			INSERT INTO post (id, section_id, title, single_holder, position) OVERRIDING SYSTEM VALUE
			VALUES ($1::bigint, nullif($2, 0::bigint), $3, $4, $1::bigint) ON CONFLICT DO NOTHING`, i+1, p.section, p.title, p.single)
	}
	for i, a := range town.appointments {
		batch.Queue(`
			INSERT INTO appointment (id, person_id, post_id, single_holder, period, acting) OVERRIDING SYSTEM VALUE
			SELECT $1, $2, id, single_holder, daterange($4::date, $5::date, '[]'), $6 FROM post WHERE id = $3 ON CONFLICT DO NOTHING`,
			i+1, a.person, a.post, a.first, a.last, a.acting)
	}
	for _, a := range town.absences {
		batch.Queue(`
			INSERT INTO absence (person_id, kind, period, reason) VALUES ($1, 'other', daterange($2::date, $3::date, '[]'), '') ON CONFLICT DO NOTHING`,
			a.person, a.first, a.last)
	}
	for _, r := range town.rules {
		batch.Queue(`
			INSERT INTO role_rule (title, section_id, role, period)
			VALUES ($1, nullif($2, 0::bigint), $3, daterange($4::date, $5::date, '[]')) ON CONFLICT DO NOTHING`, r.title, r.section, r.role, r.first, r.last)
	}
	for _, g := range town.grants {
		batch.Queue(`
			INSERT INTO role_grant (person_id, role, section_id, period, reason)
			VALUES ($1, $2, nullif($3, 0::bigint), daterange($4::date, $5::date, '[]'), '見本') ON CONFLICT DO NOTHING`,
			g.person, g.role, g.section, g.first, g.last)
	}
	// what is added later gets other ids
	batch.Queue(`SELECT setval(pg_get_serial_sequence(t, 'id'), 1000) FROM unnest(ARRAY['section', 'person', 'post', 'appointment']) t`)
	if err := owner.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("filling a town: %w", err)
	}
	return nil
}
