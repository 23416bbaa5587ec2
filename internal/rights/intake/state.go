package intake

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/postgres"
	"kagami/internal/rights"
	"kagami/internal/rights/apart"
)

// load loads what a file's plan is made on: everybody and every system, by whose names its
// lines are understood, and of the ledger what is of those that it names.
func load(ctx context.Context, db postgres.Querier, actor authz.Actor, f file, now time.Time) (state, error) {
	today := calendar.Day(now)
	all, own := actor.Reach(authz.RecordRights) == authz.All, actor.Sections(authz.RecordRights)
	s := state{
		today: today, actor: actor.Person, sections: map[string][]int64{}, barred: map[use]bool{}, barredBy: map[int64]bool{},
		may: func(section int64) bool { return all || slices.Contains(own, section) },
	}
	var err error
	if s.people, err = postgres.List[person](ctx, db, "listing the people of a ledger", `
		SELECT p.id, p.staff_number AS number, p.name, coalesce(w.sections, '{}') AS sections FROM person_shown p
		LEFT JOIN (SELECT person_id, array_agg(coalesce(section_id, 0) ORDER BY section_id IS NULL, acting, position, id) AS sections
			FROM standing WHERE period @> @today::date GROUP BY person_id) w ON w.person_id = p.id ORDER BY p.id`, pgx.StrictNamedArgs{"today": today}); err != nil {
		return s, err
	}
	if s.systems, err = postgres.List[system](ctx, db, "listing the systems of a ledger", `
		SELECT y.id, y.code, y.name, y.section_id AS section, c.name AS section_name, y.counts, coalesce(e.everywhere, false) AS everywhere
		FROM system_shown y JOIN section_shown c ON c.id = y.section_id LEFT JOIN right_system e ON e.asset_id = y.id ORDER BY y.id`); err != nil {
		return s, err
	}
	places, err := postgres.List[struct {
		ID         int64
		Code, Name string
	}](ctx, db, "listing the sections of a ledger", `SELECT id, code, name FROM section_shown ORDER BY id`)
	if err != nil {
		return s, err
	}
	for _, p := range places {
		for _, word := range []string{fold(p.Code), fold(p.Name)} {
			s.sections[word] = append(s.sections[word], p.ID)
		}
	}
	people, systems := s.named(f)
	// what has ended since a line's first day is one that the line is of
	visible := `r.person_id = ANY(@people) AND r.asset_id = ANY(@systems)
		  AND (@all OR y.section_id = ANY(@own) OR r.section_id = ANY(@led) OR EXISTS (SELECT FROM standing w WHERE w.person_id = r.person_id AND w.section_id = ANY(@led) AND w.period @> @today::date))`
	args := pgx.StrictNamedArgs{"people": people, "systems": systems, "all": all, "own": own, "led": actor.Sections(authz.ReadRights), "today": today}
	if s.ended, err = postgres.List[ended](ctx, db, "listing what has ended in the ledger", `
		SELECT r.code, r.person_id AS person, r.asset_id AS system, r.kind, r.grade, r.login, r.ended_on AS on
		FROM access_right r JOIN system_shown y ON y.id = r.asset_id WHERE r.state = 'ended' AND r.ended_on > r.from_on AND `+visible+` ORDER BY r.id`, args); err != nil {
		return s, err
	}
	if s.held, err = postgres.List[held](ctx, db, "listing what is in the ledger already", `
		SELECT r.id, r.code, r.person_id AS person, r.asset_id AS system, r.kind, r.grade, r.login, r.outsider, r.purpose, r.from_on AS from, r.until_on AS until,
		       r.confirmed_on AS confirmed, r.state = 'asked' AS asked
		FROM access_right r JOIN system_shown y ON y.id = r.asset_id
		WHERE r.state IN ('asked', 'permitted') AND `+visible+` ORDER BY r.id`, args); err != nil {
		return s, err
	}
	bars, err := postgres.List[struct{ Person, System int64 }](ctx, db, "listing what is barred", `
		SELECT DISTINCT b.person_id AS person, coalesce(r.asset_id, 0) AS system FROM right_barred b LEFT JOIN access_right r ON r.id = b.right_id
		WHERE `+rights.ToBar+` AND b.person_id = ANY(@people)`, pgx.StrictNamedArgs{"now": now, "people": people})
	if err != nil {
		return s, err
	}
	for _, b := range bars {
		if b.System == 0 {
			s.barredBy[b.Person] = true
		} else {
			s.barred[use{b.Person, b.System}] = true
		}
	}
	values, err := edition.LoadForPortal(ctx, db, today)
	s.rules = apart.Rules.On(values, today)
	return s, err
}

// named are the people and the systems that the lines of a file may be about.
func (s state) named(f file) (people, systems []int64) {
	numbers, names, codes, titles := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, r := range f.rows {
		numbers[strings.ToLower(r.number)], names[fold(r.name)], codes[strings.ToLower(r.code)], titles[fold(r.system)] = true, true, true, true
	}
	people, systems = []int64{}, []int64{}
	for _, p := range s.people {
		if numbers[strings.ToLower(p.Number)] || names[fold(p.Name)] {
			people = append(people, p.ID)
		}
	}
	for _, y := range s.systems {
		if codes[strings.ToLower(y.Code)] || titles[fold(y.Name)] {
			systems = append(systems, y.ID)
		}
	}
	return people, systems
}

// MostOnly is how many rights are shown that are in the ledger alone.
const MostOnly = 5_000

// only lists the rights of the systems that a file names which it does not, with how many
// these are.
func only(ctx context.Context, db postgres.Querier, s state, f file, p plan) (list []Line, count int, err error) {
	_, systems := s.named(f)
	systems = slices.DeleteFunc(systems, func(id int64) bool {
		i := slices.IndexFunc(s.systems, func(y system) bool { return y.ID == id })
		return !s.may(s.systems[i].Section)
	})
	rows, err := postgres.List[struct {
		Code, Number, Name, System string
		Kind                       rights.Kind
		Grade, Login               string
		From, Until                calendar.Date
		Count                      int
	}](ctx, db, "listing what is in the ledger alone", `
		SELECT r.code, p.staff_number AS number, p.name, y.name AS system, r.kind, r.grade, r.login, r.from_on AS from, r.until_on AS until, count(*) OVER () AS count
		FROM access_right r JOIN person_shown p ON p.id = r.person_id JOIN system_shown y ON y.id = r.asset_id
		WHERE r.state = 'permitted' AND r.asset_id = ANY(@systems) AND NOT EXISTS (SELECT FROM unnest(@matched::bigint[]) m(id) WHERE m.id = r.id) AND coalesce(r.until_on >= @today, true)
		ORDER BY y.code, p.staff_number, r.id LIMIT @most`,
		pgx.StrictNamedArgs{"systems": systems, "matched": p.matched, "today": s.today, "most": MostOnly})
	for _, r := range rows {
		count = r.Count
		list = append(list, Line{
			Code: r.Code, Number: r.Number, Name: r.Name, System: r.System, What: rights.Details{Kind: r.Kind, Grade: r.Grade}.Words(), Login: r.Login, From: r.From, Until: r.Until,
		})
	}
	return list, count, err
}
