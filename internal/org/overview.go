package org

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/fault"
)

// Overview is the organization on a day, as 図 1.1 draws it: who holds the roles
// of the whole town, and the sections with their 情報セキュリティ管理者.
type Overview struct {
	Heads    []Head
	Sections []SectionLine
	Next     string // the code to hand to Overview for the sections after these; empty for none
}

// Head is a post that carries a role of the whole town.
type Head struct {
	Role    authz.Role
	Post    string
	Section string
	Holder  string // empty while the post is vacant
}

// SectionLine is a section in the list.
type SectionLine struct {
	Section
	Managers []string // who holds 情報セキュリティ管理者; none while it is vacant
	People   int      // how many people have a post there
}

// sectionsOnPage is how many sections one page of an Overview holds.
const sectionsOnPage = 200

// townRoles are the roles of the whole town, from the top of 図 1.1 down.
var townRoles = []authz.Role{authz.CIO, authz.CISO, authz.GeneralSecurityOfficer, authz.SecurityOfficer, authz.CSIRTMember}

// Overview returns the organization on a day, today's or any other; after is
// empty, or Next of the page before.
func (s *Service) Overview(ctx context.Context, actor authz.Actor, day time.Time, after string) (Overview, error) {
	if err := maySee(actor); err != nil {
		return Overview{}, err
	}
	var o Overview
	rows, err := s.pool.Query(ctx, `
		SELECT pr.role, po.title, coalesce(s.name, '') AS section, coalesce(p.name, '') AS holder
		FROM post_role pr
		JOIN post po ON po.id = pr.post_id
		LEFT JOIN section s ON s.id = po.section_id
		LEFT JOIN appointment a ON a.post_id = po.id AND a.period @> $1::date
		LEFT JOIN person p ON p.id = a.person_id
		WHERE pr.role = ANY($2::text[])
		ORDER BY array_position($2::text[], pr.role), po.position, po.id, p.furigana, p.id`, day, townRoles)
	if err != nil {
		return Overview{}, fmt.Errorf("looking up the town's roles: %w", err)
	}
	o.Heads, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Head, error) {
		var h Head
		return h, row.Scan(&h.Role, &h.Post, &h.Section, &h.Holder)
	})
	if err != nil {
		return Overview{}, fmt.Errorf("looking up the town's roles: %w", err)
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

// sectionLines returns a page of sections, and one more if there is one.
func (s *Service) sectionLines(ctx context.Context, day time.Time, after string) ([]SectionLine, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT s.id, s.code, s.name, s.kind, s.position,
		       ARRAY(SELECT p.name FROM post po
		             JOIN post_role pr ON pr.post_id = po.id AND pr.role = 'security_manager'
		             JOIN appointment a ON a.post_id = po.id AND a.period @> $1::date
		             JOIN person p ON p.id = a.person_id
		             WHERE po.section_id = s.id ORDER BY p.furigana),
		       (SELECT count(DISTINCT a.person_id) FROM post po JOIN appointment a ON a.post_id = po.id AND a.period @> $1::date
		        WHERE po.section_id = s.id)
		FROM section s
		WHERE $2 = '' OR (s.position, s.code) > (SELECT position, code FROM section WHERE code = $2)
		ORDER BY s.position, s.code LIMIT $3`, day, after, sectionsOnPage+1)
	if err != nil {
		return nil, fmt.Errorf("listing sections: %w", err)
	}
	lines, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (SectionLine, error) {
		var l SectionLine
		return l, row.Scan(&l.ID, &l.Code, &l.Name, &l.Kind, &l.Position, &l.Managers, &l.People)
	})
	if err != nil {
		return nil, fmt.Errorf("listing sections: %w", err)
	}
	return lines, nil
}

// PostLine is a post of a section, with who holds it.
type PostLine struct {
	Title   string
	Roles   []authz.Role
	Holders []string // by フリガナ; none while the post is vacant
}

// SectionOn returns a section with its posts and who held them on a day.
// NotFound if there is no such section.
func (s *Service) SectionOn(ctx context.Context, actor authz.Actor, code string, day time.Time) (Section, []PostLine, error) {
	if err := maySee(actor); err != nil {
		return Section{}, nil, err
	}
	var section Section
	err := s.pool.QueryRow(ctx, `SELECT id, code, name, kind, position FROM section WHERE code = $1`, code).
		Scan(&section.ID, &section.Code, &section.Name, &section.Kind, &section.Position)
	if errors.Is(err, pgx.ErrNoRows) {
		return Section{}, nil, fault.New(fault.NotFound, "この課室は見つかりません。「体制」の一覧から選び直してください。")
	}
	if err != nil {
		return Section{}, nil, fmt.Errorf("loading a section: %w", err)
	}
	rows, err := s.pool.Query(ctx, `
		SELECT po.title, ARRAY(SELECT role FROM post_role WHERE post_id = po.id ORDER BY role),
		       ARRAY(SELECT p.name FROM appointment a JOIN person p ON p.id = a.person_id
		             WHERE a.post_id = po.id AND a.period @> $2::date ORDER BY p.furigana, p.id)
		FROM post po WHERE po.section_id = $1 ORDER BY po.position, po.id`, section.ID, day)
	if err != nil {
		return Section{}, nil, fmt.Errorf("listing posts: %w", err)
	}
	posts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (PostLine, error) {
		var l PostLine
		return l, row.Scan(&l.Title, &l.Roles, &l.Holders)
	})
	if err != nil {
		return Section{}, nil, fmt.Errorf("listing posts: %w", err)
	}
	return section, posts, nil
}

func maySee(actor authz.Actor) error {
	if actor.Reach(authz.SeeOrganization) == authz.All {
		return nil
	}
	_, err := authz.Check(actor, authz.SeeOrganization, authz.Matter{})
	return err
}
