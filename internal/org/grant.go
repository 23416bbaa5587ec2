package org

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org/telling"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Grant is a role that a person has without a post that carries it.
type Grant struct {
	ID          int64
	Person      int64
	PersonName  string // when listed
	StaffNumber string // when listed
	Role        authz.Role
	Section     string // the section's code; empty for roles of the whole town
	SectionName string
	First       calendar.Date
	Last        calendar.Date // zero: until further notice
	Reason      string
}

// GiveRole gives a person a role directly, from today or a day to come. Nobody
// gives one to themselves.
func (s *Service) GiveRole(ctx context.Context, actor authz.Actor, g Grant) error {
	err := s.change(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := allowDecision(ctx, tx, g.Person); err != nil {
			return door.Unchanged(), err
		}
		if err := g.Check(actor, tx.Today()); err != nil {
			return door.Unchanged(), err
		}
		section, err := sectionID(ctx, tx, g.Section)
		if err != nil {
			return door.Unchanged(), invalid("section", "課室を選び直してください。")
		}
		var id int64
		err = tx.QueryRow(ctx, `
			INSERT INTO role_grant (person_id, role, section_id, period, reason)
			SELECT @person, @role, nullif(@section, 0::bigint), daterange(@first::date, @last::date, '[]'), @reason
			WHERE @section = 0 OR EXISTS (SELECT FROM section s WHERE s.id = @section AND `+sectionLasts(`@first::date`)+`) RETURNING id`,
			pgx.StrictNamedArgs{
				"person": g.Person, "role": g.Role, "section": section, "first": g.First, "last": g.Last, "reason": OneLine(g.Reason),
			}).Scan(&id)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return door.Unchanged(), errNotLasting("section")
		case err != nil:
			return door.Unchanged(), explain(err)
		}
		effect := g.effect(id, "person", "role", "section", "period", "reason")
		effect.Refs["section"] = section
		effect.Notices, err = telling.RoleGiven(ctx, tx, id)
		return effect, err
	})
	if err != nil {
		return fmt.Errorf("giving a role: %w", err)
	}
	return nil
}

// Check finds what is wrong with a role that an actor is about to give: it is given for
// no days that are past, but by the operator, who sets towns up: nobody has had it then.
func (g Grant) Check(actor authz.Actor, today calendar.Date) error {
	wrong := ""
	switch {
	case !slices.Contains(authz.Given(), g.Role):
		wrong = "role_grant_role_check"
	case g.Role.OfSection() != (g.Section != ""):
		wrong = "role_grant_section_where_needed"
	case OneLine(g.Reason) == "":
		wrong = "role_grant_reason_given"
	case actor.Person != 0 && g.First.Before(today) && !g.First.IsZero():
		return errPast()
	default:
		return checkPeriod(g.First, g.Last)
	}
	return invalid(messages[wrong].Field, messages[wrong].Message)
}

func errPast() error {
	return invalid("first", "役割は、過ぎた日からは与えられません。最初の日を今日か、それより後の日にしてください。")
}

// Grant returns a role given directly; NotFound if there is none.
func (s *Service) Grant(ctx context.Context, actor authz.Actor, id int64) (Grant, error) {
	if err := maySee(actor); err != nil {
		return Grant{}, err
	}
	grants, err := s.grants(ctx, `g.id = @id`, id)
	return theOne(grants, err, errNoGrant())
}

// grants lists those that fulfil a condition on g and @id, the latest first.
func (s *Service) grants(ctx context.Context, condition string, id int64) ([]Grant, error) {
	return postgres.List[Grant](ctx, s.pool, "listing roles given directly", `
		SELECT g.id, g.person_id AS person, p.name AS person_name, p.staff_number, g.role, coalesce(s.code, '') AS section,
		       coalesce(s.name, '') AS section_name, lower(g.period) AS first, upper(g.period) - 1 AS last, g.reason
		FROM role_grant g JOIN person p ON p.id = g.person_id LEFT JOIN section s ON s.id = g.section_id
		WHERE `+condition+` ORDER BY lower(g.period) DESC, g.id`, pgx.StrictNamedArgs{"id": id})
}

func errNoGrant() error {
	return fault.New(fault.NotFound, "この役割は見つかりません。職員の画面を開き直してください。")
}

// EndRole sets the last day of a role given directly, yesterday at the
// earliest. It is refused where nobody would be left as 統括情報セキュリティ責任者 or
// ポータル管理者.
func (s *Service) EndRole(ctx context.Context, actor authz.Actor, id int64, last calendar.Date) error {
	return s.changeGrant(ctx, actor, id, "period", func(tx *door.Tx, g *Grant) error {
		if last.IsZero() {
			return invalid("last", "最後の日を入力してください。")
		}
		if err := checkEnd(tx.Today(), g.First, g.Last, last); err != nil {
			return err
		}
		g.Last = last
		tag, err := tx.Exec(ctx, `
			UPDATE role_grant g SET period = daterange(lower(g.period), @last::date, '[]')
			WHERE g.id = @id AND NOT EXISTS (SELECT FROM section s WHERE s.id = g.section_id AND NOT (`+sectionLasts(`lower(g.period)`)+`))`,
			pgx.StrictNamedArgs{"id": id, "last": last})
		if err == nil && tag.RowsAffected() == 0 {
			return errNotLasting("last")
		}
		return explain(err)
	})
}

// WithdrawRole takes back a role given directly that has not begun.
func (s *Service) WithdrawRole(ctx context.Context, actor authz.Actor, id int64) error {
	return s.changeGrant(ctx, actor, id, "withdrawn", func(tx *door.Tx, g *Grant) error {
		if !g.First.After(tx.Today()) {
			return errBegun()
		}
		_, err := tx.Exec(ctx, `DELETE FROM role_grant WHERE id = $1`, id)
		return err
	})
}

// grantRow is a role given directly as it is stored.
type grantRow struct {
	Person      int64
	Role        authz.Role
	First, Last calendar.Date
	Reason      string
}

// changeGrant changes a role given directly, which its holder never does.
func (s *Service) changeGrant(ctx context.Context, actor authz.Actor, id int64, field string, change func(tx *door.Tx, g *Grant) error) error {
	err := s.change(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		rows, err := postgres.List[grantRow](ctx, tx, "loading a role", `
			SELECT person_id AS person, role, lower(period) AS first, upper(period) - 1 AS last, reason
			FROM role_grant WHERE id = $1 FOR UPDATE`, id)
		row, err := theOne(rows, err, errNoGrant())
		if err != nil {
			return door.Unchanged(), err
		}
		g := Grant{Person: row.Person, Role: row.Role, First: row.First, Last: row.Last, Reason: row.Reason}
		if err := allowDecision(ctx, tx, g.Person); err != nil {
			return door.Unchanged(), err
		}
		err = keepingOffices(ctx, tx, func() error { return change(tx, &g) }, authz.GeneralSecurityOfficer)
		return g.effect(id, field), err
	})
	if err != nil {
		return fmt.Errorf("changing a role given directly: %w", err)
	}
	return nil
}

// effect is what the trail says of a change of the grant with that id.
func (g Grant) effect(id int64, fields ...string) door.Effect {
	return door.Effect{
		Subject: trail.Subject{Kind: "role_grant", ID: id}, Fields: fields, Refs: map[string]int64{"person": g.Person},
		Confidential: map[string]any{"role": g.Role, "section": g.Section, "first": g.First.String(), "last": g.Last.String(), "reason": g.Reason},
	}
}
