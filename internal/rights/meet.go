package rights

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/rights/apart"
)

// together is the lock under which somebody's rights are looked at for what must not meet. A
// right that is asked for beside another is no row yet that could be locked, so that it is the
// person who is locked; and before any row is, in the order of the door.
func together(person int64) door.Lock { return door.Lock(fmt.Sprintf("rights of %d", person)) }

// takeTogether takes that lock for whose right a code is, before the right is read.
func takeTogether(ctx context.Context, tx *door.Tx, code string, event Event) error {
	if event != EventPermit && event != EventKeep {
		return nil
	}
	var person int64
	err := tx.QueryRow(ctx, `SELECT person_id FROM access_right WHERE code = @code`, pgx.StrictNamedArgs{"code": code}).Scan(&person)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil // whoever reads it says so
	case err != nil:
		return fmt.Errorf("finding whose right it is: %w", err)
	}
	return tx.Take(ctx, together(person))
}

// mustNotMeet is why somebody can't have a right in a system, by its 管理番号, beside what they
// have asked for and what is permitted to them there and not over by the first day of this one;
// empty where they can. id is that of the right itself, 0 for one that is only asked for. The
// person is locked.
func mustNotMeet(ctx context.Context, tx *door.Tx, id, person int64, system string, d Details) (why string, err error) {
	values, err := edition.LoadForPortal(ctx, tx, tx.Today())
	if err != nil {
		return "", err
	}
	rules := apart.Rules.On(values, tx.Today())
	fresh := d.apart("", system)
	if rule, both := apart.Both(rules, fresh); both {
		return rule.Title() + "を、1つの権限で両方行うことはできません（" + rule.Clause + "）。" + rule.Sentence, nil
	}
	type held struct {
		Code     string
		Kind     Kind
		Grade    string
		Outsider string
		Asked    bool
	}
	list, err := postgres.List[held](ctx, tx, "listing what somebody may use beside", `
		SELECT r.code, r.kind, r.grade, r.outsider, r.state = 'asked' AS asked FROM access_right r JOIN system_shown y ON y.id = r.asset_id
		WHERE r.person_id = @person AND y.code = @system AND r.id <> @id AND r.state IN ('asked', 'permitted') AND (`+over+`) IS NOT TRUE
		  AND daterange(r.from_on, r.until_on, '[]') && daterange(@from, @until, '[]') ORDER BY r.id`,
		pgx.StrictNamedArgs{"person": person, "system": system, "id": id, "today": tx.Today(), "from": d.From, "until": d.Until})
	if err != nil {
		return "", err
	}
	others := make([]apart.Right, len(list))
	stands := map[string]string{}
	for i, h := range list {
		others[i] = Details{Kind: h.Kind, Grade: h.Grade, Outsider: h.Outsider}.apart(Number(h.Code), system)
		stands[Number(h.Code)] = "許可されています"
		if h.Asked {
			stands[Number(h.Code)] = "申請中です"
		}
	}
	rule, other, clash := apart.Clash(rules, fresh, others)
	if !clash {
		return "", nil
	}
	return rule.Title() + "は、同じシステムで同じ人が持てません（" + rule.Clause + "）。同じ人の" + other.Number + "が、" + stands[other.Number] + "。" + rule.Sentence +
		"片方だけにするときは、もう一方を、先に取り下げ・不許可・返却・終了のどれかにしてください。", nil
}

// refuseAskedBeside locks somebody and refuses what they can't have in a system.
func refuseAskedBeside(ctx context.Context, tx *door.Tx, person int64, system string, d Details) error {
	if err := tx.Take(ctx, together(person)); err != nil {
		return err
	}
	why, err := mustNotMeet(ctx, tx, 0, person, system, d)
	if err != nil || why == "" {
		return err
	}
	return fault.InvalidFields([]fault.Problem{{Field: "grade", Message: why}})
}

// apart are the details as the rules of what must not meet look at them.
func (d Details) apart(number, system string) apart.Right {
	return apart.Right{Number: number, System: system, User: d.Outsider, Kind: d.Kind.Title(), Grade: d.Grade}
}

// refuseMeeting refuses a step by which somebody would have two rights that must not meet.
func (r Right) refuseMeeting(ctx context.Context, tx *door.Tx, event Event) error {
	if event != EventPermit && event != EventKeep {
		return nil
	}
	why, err := mustNotMeet(ctx, tx, r.ID, r.Person, r.SystemCode, r.Details)
	if err != nil || why == "" {
		return err
	}
	return fault.New(fault.Conflict, why)
}
