// Package bars is what cases bar rights by (6(2)③, 7(7)): each bar of a case stands in the ledger of
// bars like every other, and says nothing there of why.
package bars

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/postgres"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/violation/procedure"
)

// Bars begins and ends what cases bar, in a step's own change.
type Bars struct{ ledger *bar.Service }

// New makes them on the ledger of bars.
func New(ledger *bar.Service) Bars { return Bars{ledger} }

// Of is the case that bars, and by whose leave.
type Of struct {
	Case   int64
	Person string        // the 職員番号
	Matter *authz.Matter // nil where the case does not say who may
}

// Why is what a bar says of why: the order of a connector, and who sees the bar and not the case,
// learn nothing of it.
const Why = "情報セキュリティ基本方針による。理由は、対象職員あての連絡にあります。"

// kinds are what the steps of a case bar by.
var kinds = map[procedure.Event]bar.Kind{procedure.EventSuspend: bar.Suspension, procedure.EventRevoke: bar.Revocation, procedure.EventCut: bar.ConductCut}

// Begin bars what an order says, as a step demands. It returns the bar's id; whom it tells, the case
// does.
func (b Bars) Begin(ctx context.Context, tx *door.Tx, actor authz.Actor, event procedure.Event, of Of, o bar.Order) (int64, door.Effect, error) {
	o.Kind, o.Person, o.Reason, o.Matter = kinds[event], of.Person, Why, of.Matter
	_, effect, err := b.ledger.BeginIn(ctx, tx, actor, o)
	effect.Notices, effect.Confidential = nil, nil
	return effect.Subject.ID, effect, err
}

// End ends what a case bars: for good what it has revoked, where it is left so.
func (b Bars) End(ctx context.Context, tx *door.Tx, actor authz.Actor, event procedure.Event, of Of) ([]door.Effect, error) {
	type row struct {
		Code    string
		Kind    bar.Kind
		Version int
	}
	list, err := postgres.List[row](ctx, tx, "looking what a case bars", `
		SELECT b.code, b.kind, b.version FROM violation_bar v JOIN bar_shown b ON b.id = v.bar_id
		WHERE v.case_id = @case AND (b.to_at IS NULL OR b.to_at > @now::timestamptz) ORDER BY b.id`, pgx.StrictNamedArgs{"case": of.Case, "now": tx.Now})
	if err != nil {
		return nil, err
	}
	var also []door.Effect
	for _, r := range list {
		ending := rights.EventReinstate
		if event == procedure.EventLeaveRevoked && r.Kind == bar.Revocation {
			ending = rights.EventLeaveRevoked
		}
		effect, err := b.ledger.DoIn(ctx, tx, actor, r.Code, ending, bar.Step{Version: r.Version, Note: Why, Matter: of.Matter})
		if err != nil {
			return nil, err
		}
		effect.Notices, effect.Confidential = nil, nil
		nested := effect.Also
		effect.Also = nil
		also = append(also, effect)
		also = append(also, nested...)
	}
	return also, nil
}

// EndRights ends all rights of a vendor's staff who is in the organization, for good (7(8)).
func (b Bars) EndRights(ctx context.Context, tx *door.Tx, actor authz.Actor, of Of) ([]door.Effect, error) {
	placed, effect, err := b.ledger.BeginIn(ctx, tx, actor, bar.Order{Kind: bar.Revocation, Person: of.Person, Whole: true, Reason: Why, Matter: of.Matter})
	if err != nil {
		return nil, err
	}
	ended, err := b.ledger.DoIn(ctx, tx, actor, placed.Code, rights.EventLeaveRevoked, bar.Step{Version: 1, Note: Why, Matter: of.Matter})
	if err != nil {
		return nil, err
	}
	also := slices.Concat([]door.Effect{effect, ended}, ended.Also)
	for i := range also {
		also[i].Notices, also[i].Confidential, also[i].Also = nil, nil, nil
	}
	return also, nil
}

// Note notes that a step of a case has barred.
func Note(ctx context.Context, tx *door.Tx, id, caseID int64, version int) error {
	_, err := tx.Exec(ctx, `INSERT INTO violation_bar (bar_id, case_id, version) VALUES (@bar, @case, @version)`,
		pgx.StrictNamedArgs{"bar": id, "case": caseID, "version": version})
	return wrap("noting what a case bars", err)
}

// Claim makes what was cut already for somebody's conduct part of a case, and returns the codes.
func Claim(ctx context.Context, tx *door.Tx, caseID int64, version int, person int64) (codes []string, err error) {
	err = tx.QueryRow(ctx, `
		WITH cut AS (
			INSERT INTO violation_bar (bar_id, case_id, version)
			SELECT b.id, @case, @version FROM bar_shown b
			WHERE b.person_id = @person AND b.kind = @kind AND (b.to_at IS NULL OR b.to_at > @now::timestamptz) ON CONFLICT DO NOTHING RETURNING bar_id)
		SELECT ARRAY(SELECT b.code FROM cut JOIN bar_shown b ON b.id = cut.bar_id)`,
		pgx.StrictNamedArgs{"case": caseID, "version": version, "person": person, "kind": string(bar.ConductCut), "now": tx.Now}).Scan(&codes)
	return codes, wrap("claiming what was cut", err)
}

// Owned tells whether a case bars so.
func Owned(ctx context.Context, db postgres.Querier, id int64) (owned bool, err error) {
	err = db.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM violation_bar v JOIN bar_shown b ON b.id = v.bar_id WHERE v.bar_id = @bar AND b.kind IN ('suspension', 'revocation'))`,
		pgx.StrictNamedArgs{"bar": id}).Scan(&owned)
	return owned, wrap("looking whose a bar is", err)
}

// CaseOf returns the id of the case that bars so; 0 for none.
func CaseOf(ctx context.Context, db postgres.Querier, id int64) (caseID int64, err error) {
	err = db.QueryRow(ctx, `SELECT case_id FROM violation_bar WHERE bar_id = @bar`, pgx.StrictNamedArgs{"bar": id}).Scan(&caseID)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return caseID, wrap("looking whose a bar is", err)
}

// wrap says what was tried.
func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}
