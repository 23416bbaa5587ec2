package violation

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/whom"
)

// Led is a case as its lead deals with what is kept of it: who sits in the 統括's seat, or in
// that of the receiver of what was only reported.
type Led struct {
	Case
	Action  authz.Action // by which they are asked leave
	Matter  authz.Matter
	InPlace bool // the lead is not the 統括: they are concerned, there is none, or it was reported past them
}

// Lead returns a case for who leads it at an instant. NotFound for everybody else.
func Lead(ctx context.Context, db postgres.Querier, actor authz.Actor, code string, now time.Time) (Led, error) {
	c, seats, reading, err := load(ctx, db, actor, strings.ToUpper(code), now, "")
	if err != nil {
		return Led{}, err
	}
	seat := procedure.LeadSeat(c.ConfirmedAt != nil, c.Receiver)
	sat := seats.Of(seat)
	if reading != Whole || !sat.Has(actor.Person) {
		return Led{}, errNone()
	}
	matter := sat.Matter(c.matter())
	return Led{c, procedure.Who(procedure.EventDismiss).Action(actor, matter), matter, sat.StandsIn() || seat == procedure.Chief}, nil
}

// MayLead tells whether an actor holds a role by which somebody leads cases.
func MayLead(actor authz.Actor) bool {
	return actor.Has(authz.GeneralSecurityOfficer) || actor.Has(authz.CISO) || actor.Has(authz.CIO)
}

// Disclosure is what the town holds of somebody in cases that the actor leads, without the names
// of others.
type Disclosure struct {
	Name, Number string
	Cases        []Opened
}

// Disclose returns what there is of somebody who has asked to see it (開示請求), and records the
// reason on each case. Invalid where there is nobody of that number.
func (s *Service) Disclose(ctx context.Context, actor authz.Actor, number, reason string) (Disclosure, error) {
	if !MayLead(actor) {
		return Disclosure{}, fault.New(fault.Forbidden, "開示請求のための写しを作るのは、統括です。")
	}
	var problems []fault.Problem
	if reason = strings.TrimSpace(reason); reason == "" || len([]rune(reason)) > maxReason {
		problems = append(problems, fault.Problem{Field: "reason", Message: "どの開示請求のためかを、500字までで入力してください。"})
	}
	if strings.TrimSpace(number) == "" {
		problems = append(problems, fault.Problem{Field: "number", Message: "請求した人の職員番号を入力してください。"})
	}
	if len(problems) > 0 {
		return Disclosure{}, fault.InvalidFields(problems)
	}
	now := s.door.Now()
	who, err := whom.Named(ctx, s.pool, "number", number)
	if err != nil {
		return Disclosure{}, err
	}
	d := Disclosure{Name: who.Name, Number: who.Number}
	codes, err := postgres.List[struct{ Code string }](ctx, s.pool, "looking what there is of somebody", `
		SELECT c.code FROM violation_case c
		WHERE c.person_id = @person OR EXISTS (SELECT FROM violation_recused r WHERE r.case_id = c.id AND r.person_id = @person AND r.why = 'supervisor')
		ORDER BY c.id`, pgx.StrictNamedArgs{"person": who.ID})
	for _, found := range codes {
		led, failed := Lead(ctx, s.pool, actor, found.Code, now)
		if fault.KindOf(failed) == fault.NotFound {
			continue
		}
		if failed != nil {
			return Disclosure{}, failed
		}
		steps, failed := led.steps(ctx, s.pool, now)
		if failed != nil {
			return Disclosure{}, failed
		}
		if failed := s.note(ctx, actor, led.Case, procedure.AsExport, reason); failed != nil {
			return Disclosure{}, failed
		}
		d.Cases = append(d.Cases, Opened{Case: led.Case, Reading: Numbered, Steps: steps}.numbered(who.ID))
	}
	return d, err
}
