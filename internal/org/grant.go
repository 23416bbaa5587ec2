package org

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
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
	First       time.Time
	Last        time.Time // zero: until further notice
	Reason      string
}

// GiveRole gives a person a role directly. Nobody gives one to themselves.
func (s *Service) GiveRole(ctx context.Context, actor authz.Actor, g Grant) error {
	if err := checkPeriod(g.First, g.Last); err != nil {
		return err
	}
	err := s.door.Do(ctx, actor, func(tx *door.Tx) (door.Effect, error) {
		if err := s.allowDecision(ctx, tx, g.Person); err != nil {
			return door.Unchanged(), err
		}
		section, err := sectionID(ctx, tx, g.Section)
		if err != nil {
			return door.Unchanged(), invalid("section", "課室を選び直してください。")
		}
		var id int64
		err = tx.QueryRow(ctx, `
			INSERT INTO role_grant (person_id, role, section_id, period, reason)
			VALUES ($1, $2, nullif($3, 0::bigint), daterange($4::date, $5::date, '[]'), $6) RETURNING id`,
			g.Person, g.Role, section, g.First, orNull(g.Last), oneLine(g.Reason)).Scan(&id)
		return door.Effect{
			Subject: trail.Subject{Kind: "role_grant", ID: id}, Fields: []string{"person", "role", "section", "period", "reason"},
			Refs: map[string]int64{"person": g.Person, "section": section}, Confidential: map[string]any{"role": g.Role, "reason": g.Reason},
		}, explain(err)
	})
	if err != nil {
		return fmt.Errorf("giving a role: %w", err)
	}
	return nil
}

// Grant returns a role given directly; NotFound if there is none.
func (s *Service) Grant(ctx context.Context, actor authz.Actor, id int64) (Grant, error) {
	if err := maySee(actor); err != nil {
		return Grant{}, err
	}
	grants, err := s.grants(ctx, `g.id = $1`, id)
	if err != nil {
		return Grant{}, err
	}
	if len(grants) == 0 {
		return Grant{}, errNoGrant()
	}
	return grants[0], nil
}

// grants lists those that fulfil a condition on g ($1), the latest first.
func (s *Service) grants(ctx context.Context, condition string, argument int64) ([]Grant, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT g.id, g.person_id, p.name, p.staff_number, g.role, coalesce(s.code, ''), coalesce(s.name, ''), lower(g.period), upper(g.period) - 1, g.reason
		FROM role_grant g JOIN person p ON p.id = g.person_id LEFT JOIN section s ON s.id = g.section_id
		WHERE `+condition+` ORDER BY lower(g.period) DESC, g.id`, argument)
	if err != nil {
		return nil, fmt.Errorf("listing roles given directly: %w", err)
	}
	grants, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Grant, error) {
		var (
			g    Grant
			last *time.Time
		)
		err := row.Scan(&g.ID, &g.Person, &g.PersonName, &g.StaffNumber, &g.Role, &g.Section, &g.SectionName, &g.First, &last, &g.Reason)
		if last != nil {
			g.Last = *last
		}
		return g, err
	})
	if err != nil {
		return nil, fmt.Errorf("listing roles given directly: %w", err)
	}
	return grants, nil
}

func errNoGrant() error {
	return fault.New(fault.NotFound, "この役割は見つかりません。職員の画面を開き直してください。")
}

// EndRole sets the last day of a role given directly, yesterday at the
// earliest; one that has not begun is taken back.
func (s *Service) EndRole(ctx context.Context, actor authz.Actor, id int64, last, today time.Time) error {
	if last.IsZero() || last.Before(today.AddDate(0, 0, -1)) {
		return invalid("last", "最後の日は、昨日か、それより後の日にしてください。")
	}
	err := s.door.Do(ctx, actor, func(tx *door.Tx) (door.Effect, error) {
		var (
			person int64
			first  time.Time
		)
		err := tx.QueryRow(ctx, `SELECT person_id, lower(period) FROM role_grant WHERE id = $1 FOR UPDATE`, id).Scan(&person, &first)
		if errors.Is(err, pgx.ErrNoRows) {
			return door.Unchanged(), errNoGrant()
		}
		if err != nil {
			return door.Unchanged(), fmt.Errorf("loading a role: %w", err)
		}
		if err := s.allowDecision(ctx, tx, person); err != nil {
			return door.Unchanged(), err
		}
		effect := door.Effect{Subject: trail.Subject{Kind: "role_grant", ID: id}, Fields: []string{"period"}, Refs: map[string]int64{"person": person}}
		return effect, s.keepingOffices(ctx, tx, func() error {
			if first.After(last) {
				_, err := tx.Exec(ctx, `DELETE FROM role_grant WHERE id = $1`, id)
				return err
			}
			_, err := tx.Exec(ctx, `UPDATE role_grant SET period = daterange(lower(period), $2::date, '[]') WHERE id = $1`, id, last)
			return explain(err)
		}, authz.GeneralSecurityOfficer)
	})
	if err != nil {
		return fmt.Errorf("ending a role: %w", err)
	}
	return nil
}
