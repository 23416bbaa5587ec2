package org

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Rule is a line of the role table (充て職): whoever holds a post of this title,
// in this section or wherever, has this role.
type Rule struct {
	ID          int64
	Title       string // 課長
	Section     string // the section's code; empty for wherever the post is
	SectionName string
	Role        authz.Role
	First       calendar.Date // zero: always
	Last        calendar.Date // zero: until further notice
	Holders     int           // how many hold a post of that title on the day asked for
}

// CommonRules is the role table as 図 1.1 and 7(1) have it for any town; which
// 課長 is 統括情報セキュリティ責任者 and the like, each town adds for its own sections.
func CommonRules() []Rule {
	rules := []Rule{{Title: "町長", Role: authz.CIO}, {Title: "副町長", Role: authz.CISO}}
	for _, head := range []string{"課長", "室長", "局長", "書記長"} {
		rules = append(rules, Rule{Title: head, Role: authz.SecurityManager})
	}
	return append(rules, Rule{Title: "担当副課長", Role: authz.SystemManager}, Rule{Title: "職員", Role: authz.SystemOperator})
}

// Rules returns the role table of a day and what is prepared for later, from
// the top of 図 1.1 down.
func (s *Service) Rules(ctx context.Context, actor authz.Actor, day calendar.Date) ([]Rule, error) {
	if err := maySee(actor); err != nil {
		return nil, err
	}
	return s.rules(ctx, `upper_inf(r.period) OR upper(r.period) > @day`, pgx.StrictNamedArgs{"day": day})
}

// Rule returns a line of the role table; NotFound if there is none.
func (s *Service) Rule(ctx context.Context, actor authz.Actor, id int64, day calendar.Date) (Rule, error) {
	if err := maySee(actor); err != nil {
		return Rule{}, err
	}
	rules, err := s.rules(ctx, `r.id = @id`, pgx.StrictNamedArgs{"day": day, "id": id})
	return theOne(rules, err, errNoRule())
}

// rules lists those that fulfil a condition on r, with how many hold such a post
// on @day.
func (s *Service) rules(ctx context.Context, condition string, args pgx.StrictNamedArgs) ([]Rule, error) {
	args["given"] = authz.Given()
	return postgres.List[Rule](ctx, s.pool, "listing the role table", `
		SELECT r.id, r.title, coalesce(s.code, '') AS section, coalesce(s.name, '') AS section_name, r.role,
		       lower(r.period) AS first, upper(r.period) - 1 AS last,
		       (SELECT count(DISTINCT a.person_id) FROM post po JOIN appointment a ON a.post_id = po.id AND a.period @> @day::date
		        WHERE po.title = r.title AND (r.section_id IS NULL OR r.section_id = po.section_id)) AS holders
		FROM role_rule r LEFT JOIN section s ON s.id = r.section_id
		WHERE `+condition+`
		ORDER BY array_position(@given::text[], r.role), s.position NULLS LAST, r.title, lower(r.period)`, args)
}

func errNoRule() error {
	return fault.New(fault.NotFound, "この行は見つかりません。職と役割の表を開き直してください。")
}

// AddRule adds a line to the role table, from today or a day to come (the
// operator, who sets towns up, also for always: zero). Nobody gives a role to a
// post of their own.
func (s *Service) AddRule(ctx context.Context, actor authz.Actor, r Rule) error {
	r.Title = OneLine(r.Title)
	err := s.change(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		section, err := sectionID(ctx, tx, r.Section)
		if err != nil {
			return door.Unchanged(), invalid("section", "課室を選び直してください。")
		}
		if err := (Change{Title: r.Title, Section: r.Section}).allow(ctx, tx, actor); err != nil {
			return door.Unchanged(), err
		}
		if actor.Person != 0 && r.First.Before(tx.Today()) {
			return door.Unchanged(), errPast()
		}
		var id int64
		err = tx.QueryRow(ctx, `
			INSERT INTO role_rule (title, section_id, role, period)
			VALUES (@title, nullif(@section, 0::bigint), @role, daterange(@first::date, NULL)) RETURNING id`,
			pgx.StrictNamedArgs{"title": r.Title, "section": section, "role": r.Role, "first": r.First}).Scan(&id)
		if err != nil {
			return door.Unchanged(), explain(err)
		}
		return r.effect(id, section, "title", "section", "role", "period"), nil
	})
	if err != nil {
		return fmt.Errorf("adding to the role table: %w", err)
	}
	return nil
}

// effect is what the trail says of a change of the line with that id.
func (r Rule) effect(id, section int64, fields ...string) door.Effect {
	return door.Effect{
		Subject: trail.Subject{Kind: "role_rule", ID: id}, Fields: fields, Refs: map[string]int64{"section": section},
		Confidential: map[string]any{"title": r.Title, "role": r.Role, "first": r.First.String(), "last": r.Last.String()},
	}
}

// EndRule sets the last day of a line of the role table, yesterday at the
// earliest. It is refused where nobody would be left as 統括情報セキュリティ責任者 or
// ポータル管理者.
func (s *Service) EndRule(ctx context.Context, actor authz.Actor, id int64, last calendar.Date) error {
	return s.changeRule(ctx, actor, id, "period", func(tx *door.Tx, r *Rule) error {
		if last.IsZero() {
			return invalid("last", "最後の日を入力してください。")
		}
		if err := checkEnd(tx.Today(), r.First, r.Last, last); err != nil {
			return err
		}
		r.Last = last
		_, err := tx.Exec(ctx, `UPDATE role_rule SET period = daterange(lower(period), $2::date, '[]') WHERE id = $1`, id, last)
		return explain(err)
	})
}

// WithdrawRule takes back a line of the role table that has not begun.
func (s *Service) WithdrawRule(ctx context.Context, actor authz.Actor, id int64) error {
	return s.changeRule(ctx, actor, id, "withdrawn", func(tx *door.Tx, r *Rule) error {
		if !r.First.After(tx.Today()) {
			return errBegun()
		}
		_, err := tx.Exec(ctx, `DELETE FROM role_rule WHERE id = $1`, id)
		return err
	})
}

// ruleRow is a line of the role table as it is stored.
type ruleRow struct {
	Title, SectionCode string
	Role               authz.Role
	Section            int64 // zero for wherever the post is
	First, Last        calendar.Date
}

func (s *Service) changeRule(ctx context.Context, actor authz.Actor, id int64, field string, change func(tx *door.Tx, r *Rule) error) error {
	err := s.change(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		rows, err := postgres.List[ruleRow](ctx, tx, "loading a line of the role table", `
			SELECT title, role, coalesce(section_id, 0) AS section, coalesce((SELECT s.code FROM section s WHERE s.id = section_id), '') AS section_code,
			       lower(period) AS first, upper(period) - 1 AS last
			FROM role_rule WHERE id = $1 FOR UPDATE`, id)
		row, err := theOne(rows, err, errNoRule())
		if err != nil {
			return door.Unchanged(), err
		}
		r := Rule{Title: row.Title, Section: row.SectionCode, Role: row.Role, First: row.First, Last: row.Last}
		if err := (Change{Title: r.Title, Section: r.Section}).allow(ctx, tx, actor); err != nil {
			return door.Unchanged(), err
		}
		err = keepingOffices(ctx, tx, func() error { return change(tx, &r) }, authz.GeneralSecurityOfficer)
		return r.effect(id, row.Section, field), err
	})
	if err != nil {
		return fmt.Errorf("changing the role table: %w", err)
	}
	return nil
}
