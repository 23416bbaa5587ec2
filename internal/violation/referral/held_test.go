package referral_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"kagami/internal/postgres"
	"kagami/internal/violation/referral"
)

// past takes a step of a referral past the service, beside a step of the case that has none: the
// next one, from where it stands, with what becomes of it then.
func (d desk) past(code, event, way, to, set string) error {
	ctx := context.Background()
	return postgres.InTx(ctx, d.DB.Pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO violation_referral_step (referral_id, version, case_id, case_version, at, by, event, way, from_state, to_state)
			SELECT id, version + 1, case_id, 1, now(), $2, $3, $4, state, $5 FROM violation_referral WHERE code = $1`, code, d.People[general], event, way, to)
		if err == nil {
			_, err = tx.Exec(ctx, `UPDATE violation_referral SET version = version + 1, `+set+` WHERE code = $1`, code)
		}
		return err
	})
}

// What the course refuses the database refuses too, whoever asks it.
func TestTheDatabaseHoldsTheCourse(t *testing.T) {
	d := open(t)
	asked, served := d.propose(person), d.propose(supervisor)
	d.decided(served)
	request, met := `state = 'requested', requested_on = proposed_on`, `met_on = proposed_on, convened_on = proposed_on`
	for name, c := range map[string]struct{ code, event, way, to, set, want string }{
		"asked before it was proposed": {asked, "request", "body", "requested", `state = 'requested', requested_on = proposed_on - 1`, "violation_referral_days"},
		"met before it was convened":   {asked, "request", "body", "requested", request + `, convened_on = proposed_on, met_on = proposed_on - 1, hearing = 'waived'`, "violation_referral_days"},
		"met before anybody was heard": {asked, "request", "body", "requested", request + `, ` + met, "violation_referral_heard_first"},
		"met without a quorum":         {asked, "request", "body", "requested", request + `, ` + met + `, hearing = 'waived', present = 1, quorum = 2`, "violation_referral_quorum"},
		"decided before its report":    {asked, "request", "body", "requested", request + `, decided_on = proposed_on`, "violation_referral_reported_first"},
		"an outcome before its end":    {asked, "request", "body", "requested", request + `, outcome = 'measure'`, "violation_referral_ended"},
		"ended while it goes on":       {asked, "request", "body", "requested", request + `, ended_on = proposed_on`, "violation_referral_ended"},
		"ended on no day":              {asked, "withdraw", "body", "ended", `state = 'ended', outcome = 'withdrawn'`, "violation_referral_ended"},
		"told before its end":          {asked, "request", "body", "requested", request + `, told_from = now()`, "violation_referral_told"},
		"served, and no discipline":    {asked, "request", "body", "requested", request + `, served_on = proposed_on`, "violation_referral_served"},
		"of another way":               {asked, "request", "appointer", "requested", request, "violation_referral_step_next"},
		"elsewhere than it leads":      {asked, "request", "body", "requested", `state = 'convened'`, "violation_referral_kept"},
		"of somebody else":             {asked, "request", "body", "requested", request + `, person_id = 1`, "violation_referral_kept"},
		"of another body":              {asked, "request", "body", "requested", request + `, body = 'x'`, "violation_referral_kept"},
		"decided by another":           {asked, "request", "body", "requested", request + `, appointer = 'x'`, "violation_referral_kept"},
		"judged by who took part":      {asked, "request", "body", "requested", request + `, involved_out = NOT involved_out`, "violation_referral_kept"},
		"decided anew":                 {served, "end", "body", "ended", `state = 'ended', ended_on = served_on, outcome = 'measure', served_on = NULL, appeal_until = NULL`, "violation_referral_kept"},
		"another paper":                {served, "end", "body", "ended", `state = 'ended', ended_on = served_on, decision_number = 'x'`, "violation_referral_kept"},
	} {
		if err := d.past(c.code, c.event, c.way, c.to, c.set); postgres.Constraint(err) != c.want {
			t.Errorf("%s: %v, not %s", name, err, c.want)
		}
	}
	for name, c := range map[string]struct{ sql, want string }{
		"a step too far": {`INSERT INTO violation_referral_step (referral_id, version, case_id, case_version, at, by, event, way, from_state, to_state)
			SELECT r.id, 3, r.case_id, 1, now(), s.by, 'request', 'body', 'proposed', 'requested' FROM violation_referral r JOIN violation_referral_step s ON s.referral_id = r.id WHERE r.code = $1`, "violation_referral_step_next"},
		"two beside one of the case": {`INSERT INTO violation_referral_step (referral_id, version, case_id, case_version, at, by, event, way, from_state, to_state)
			SELECT r.id, 2, r.case_id, s.case_version, now(), s.by, 'request', 'body', 'proposed', 'requested' FROM violation_referral r JOIN violation_referral_step s ON s.referral_id = r.id WHERE r.code = $1`, "violation_referral_step_of_case"},
		"two of one person": {`INSERT INTO violation_referral (code, case_id, person_id, supervisor, person_kind, kind_title, way, appointer, body, requester, members, basis, involved_out, state_at)
			SELECT '0000-0000', case_id, person_id, supervisor, 'x', '', 'body', '', '', '', '', '', true, now() FROM violation_referral WHERE code = $1`, "violation_referral_one_each"},
		"one without a step": {`INSERT INTO violation_referral (code, case_id, person_id, supervisor, person_kind, kind_title, way, appointer, body, requester, members, basis, involved_out, state_at)
			SELECT '0000-0000', case_id, 1, supervisor, 'x', '', 'body', '', '', '', '', '', true, now() FROM violation_referral WHERE code = $1`, "violation_referral_begun"},
	} {
		if _, err := d.DB.Pool.Exec(t.Context(), c.sql, asked); postgres.Constraint(err) != c.want {
			t.Errorf("%s: %v, not %s", name, err, c.want)
		}
	}
	d.take(asked, referral.EventRequest, referral.Said{}) // what there is a step for
}
