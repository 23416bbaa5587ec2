package org

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/postgres"
)

// Overview is the organization on a day, as 図 1.1 draws it: who holds the roles
// of the whole town, and the sections with their 情報セキュリティ管理者.
type Overview struct {
	Seats    []Seat
	Sections []SectionLine
	Next     string // the code to hand to Overview for the sections after these; empty for none
}

// Holder is somebody who holds a post or a role on the day asked for.
type Holder struct {
	StaffNumber string `json:"number"`
	Name        string `json:"name"`
	Acting      bool   `json:"acting"` // 職務代理
	Away        string `json:"-"`      // that they are away, in words; for who fills it in
}

// Seat is a post that carries a role of the whole town, or those who have such
// a role directly.
type Seat struct {
	Role    authz.Role
	Post    string // with its section, 総務課長; empty for a role given directly, or that no post carries
	Holders []Holder
	// StandIn is the role that takes this one's matters, where nobody holds it
	// by any post; empty otherwise.
	StandIn authz.Role
}

// SectionLine is a section in the list.
type SectionLine struct {
	Section
	Managers       []Holder // who holds 情報セキュリティ管理者; none while it is vacant
	SystemManagers []Holder // who holds 情報システム管理者
	People         int      // how many people have a post there
}

// sectionsOnPage is how many sections one page of an Overview holds.
const sectionsOnPage = 100

// townRoles are the roles of the whole town, from the top of 図 1.1 down.
var townRoles = []authz.Role{authz.CIO, authz.CISO, authz.GeneralSecurityOfficer, authz.SecurityOfficer, authz.CSIRTMember}

// Overview returns the organization on a day, today's or any other; after is
// empty, or Next of the page before.
func (s *Service) Overview(ctx context.Context, actor authz.Actor, day calendar.Date, after string) (Overview, error) {
	if err := maySee(actor); err != nil {
		return Overview{}, err
	}
	var (
		o   Overview
		err error
	)
	if o.Seats, err = s.seats(ctx, day); err != nil {
		return Overview{}, err
	}
	if o.Sections, err = s.sectionLines(ctx, day, after); err != nil {
		return Overview{}, err
	}
	if len(o.Sections) > sectionsOnPage {
		o.Sections = o.Sections[:sectionsOnPage]
		o.Next = o.Sections[sectionsOnPage-1].Code
	}
	return o, nil
}

// seatRow is a seat as the database has it.
type seatRow struct {
	Role               authz.Role
	SectionName, Title string
	Holders            []Holder
}

// seats returns the roles of the whole town on a day, at least one seat each.
func (s *Service) seats(ctx context.Context, day calendar.Date) ([]Seat, error) {
	rows, err := postgres.List[seatRow](ctx, s.pool, "looking up the town's roles", `
		SELECT role, section_name, title, holders FROM (
			SELECT pr.role, coalesce(s.name, '') AS section_name, po.title, po.position, po.id, `+holdersOf(`FROM appointment a JOIN person p ON p.id = a.person_id
				WHERE a.post_id = po.id AND a.period @> @day::date`, `a.acting`)+` AS holders
			FROM post_role pr JOIN post po ON po.id = pr.post_id LEFT JOIN section s ON s.id = po.section_id
			WHERE pr.role = ANY(@of_town::text[]) AND pr.period @> @day::date AND `+sectionExists+`
			UNION ALL
			SELECT g.role, '', '', 0, 0, `+holdersOf(`FROM role_grant a JOIN person p ON p.id = a.person_id
				WHERE a.role = g.role AND a.period @> @day::date`, `false`)+`
			FROM (SELECT DISTINCT role FROM role_grant WHERE role = ANY(@of_town::text[]) AND period @> @day::date) g) seat
		ORDER BY position, id`, pgx.StrictNamedArgs{"day": day, "of_town": townRoles})
	if err != nil {
		return nil, err
	}
	seats := make([]Seat, len(rows))
	for i, r := range rows {
		seats[i] = Seat{Role: r.Role, Post: authz.PostName(r.SectionName, r.Title), Holders: r.Holders}
	}
	return seated(seats), nil
}

// seated puts seats in the order of 図 1.1, adds an empty one for a role without
// any, and says who stands in for the roles that nobody holds.
func seated(found []Seat) []Seat {
	held := func(role authz.Role) bool {
		return slices.ContainsFunc(found, func(s Seat) bool { return s.Role == role && len(s.Holders) > 0 })
	}
	var seats []Seat
	for _, role := range townRoles {
		standIn := authz.Role("")
		if !held(role) {
			standIn, _ = role.Above(func(up authz.Role) bool { return !held(up) })
		}
		before := len(seats)
		for _, s := range found {
			if s.Role == role {
				s.StandIn = standIn
				seats = append(seats, s)
			}
		}
		if len(seats) == before {
			seats = append(seats, Seat{Role: role, StandIn: standIn})
		}
	}
	return seats
}

// holdersOf is the SQL of a list of holders, sorted by フリガナ. from joins person
// p.
func holdersOf(from, acting string) string {
	return `(SELECT coalesce(jsonb_agg(jsonb_build_object('number', p.staff_number, 'name', p.name, 'acting', ` + acting + `) ORDER BY p.furigana_key, p.id), '[]') ` + from + `)`
}

// sectionLines returns a page of sections, and one more if there is one.
func (s *Service) sectionLines(ctx context.Context, day calendar.Date, after string) ([]SectionLine, error) {
	holders := func(role string) string {
		return holdersOf(`FROM holding a JOIN person p ON p.id = a.person_id
			WHERE a.section_id = s.id AND a.role = `+role+` AND a.period @> @day::date AND a.rule_period @> @day::date`, `a.acting`)
	}
	return postgres.List[SectionLine](ctx, s.pool, "listing sections", `
		SELECT `+sectionColumns+`, `+holders(`@manager`)+` AS managers, `+holders(`@system_manager`)+` AS system_managers,
		       (SELECT count(DISTINCT a.person_id) FROM post po JOIN appointment a ON a.post_id = po.id AND a.period @> @day::date
		        WHERE po.section_id = s.id) AS people
		FROM section s
		WHERE (@after = '' OR (s.position, s.code) > (SELECT position, code FROM section WHERE code = @after))
		  AND `+sectionExists+`
		ORDER BY s.position, s.code LIMIT @limit`,
		pgx.StrictNamedArgs{
			"day": day, "after": after, "limit": sectionsOnPage + 1, "manager": authz.SecurityManager, "system_manager": authz.SystemManager,
		})
}

// PostLine is a post of a section, with who holds it.
type PostLine struct {
	Post
	Roles   []authz.Role
	Holders []Holder // by フリガナ; none while the post is vacant
}

// SectionOn is a section with its posts and who held them on a day.
type SectionOn struct {
	Section
	ParentName string // empty where it is part of none
	Posts      []PostLine
	Inside     []Section // the sections that are part of it
	Vacant     bool      // nobody is 情報セキュリティ管理者
	// StandIn is the role that takes the matters of 情報セキュリティ管理者 while it is
	// vacant; empty otherwise, and where the roles above are vacant too.
	StandIn authz.Role
}

// SectionOn returns a section as it was on a day. NotFound if there is no such
// section.
func (s *Service) SectionOn(ctx context.Context, actor authz.Actor, code string, day calendar.Date) (SectionOn, error) {
	section, err := s.Section(ctx, actor, code)
	if err != nil {
		return SectionOn{}, err
	}
	on := SectionOn{Section: section}
	on.Posts, err = postgres.List[PostLine](ctx, s.pool, "listing posts", `
		SELECT po.id, po.section_id AS section, @code AS section_code, @name AS section_name, po.title, po.single_holder, po.position, po.version,
		       ARRAY(SELECT role FROM post_role WHERE post_id = po.id AND period @> @day::date ORDER BY array_position(@given::text[], role)) AS roles,
		       `+holdersOf(`FROM appointment a JOIN person p ON p.id = a.person_id WHERE a.post_id = po.id AND a.period @> @day::date`, `a.acting`)+` AS holders
		FROM post po WHERE po.section_id = @section ORDER BY po.position, po.id`,
		pgx.StrictNamedArgs{"section": section.ID, "code": section.Code, "name": section.Name, "day": day, "given": authz.Given()})
	if err != nil {
		return SectionOn{}, err
	}
	on.Inside, err = postgres.List[Section](ctx, s.pool, "listing the sections inside", `
		SELECT `+sectionColumns+` FROM section s
		WHERE s.parent_id = @section AND `+sectionExists+` ORDER BY s.position, s.code`, pgx.StrictNamedArgs{"section": section.ID, "day": day})
	if err != nil {
		return SectionOn{}, err
	}
	var held []authz.Role
	err = s.pool.QueryRow(ctx, `
		SELECT coalesce((SELECT name FROM section WHERE code = @parent), ''),
		       ARRAY(SELECT DISTINCT role FROM holding
		             WHERE (section_id = @section OR role = ANY(@of_town)) AND period @> @day::date AND rule_period @> @day::date)`,
		pgx.StrictNamedArgs{"section": section.ID, "day": day, "parent": section.Parent, "of_town": townRoles}).Scan(&on.ParentName, &held)
	if err != nil {
		return SectionOn{}, fmt.Errorf("looking for a section's 管理者: %w", err)
	}
	if on.Vacant = !slices.Contains(held, authz.SecurityManager); on.Vacant {
		on.StandIn, _ = authz.SecurityManager.Above(func(up authz.Role) bool { return !slices.Contains(held, up) })
	}
	return on, nil
}
