package violation_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"kagami/internal/postgres"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/violationtest"
)

// past takes a step of a case past the service: the next one, from where the case stands, with what
// becomes of the case then.
func past(o *violationtest.Office, code, event, to, set string) error {
	ctx := context.Background()
	return postgres.InTx(ctx, o.DB.Pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO violation_step (case_id, version, at, by, seat, event, from_state, to_state)
			SELECT id, version + 1, $2, $3, 'general', $4, state, $5 FROM violation_case WHERE code = $1`, code, *o.Time, o.People["soumu 統括"], event, to)
		if err == nil {
			_, err = tx.Exec(ctx, `UPDATE violation_case SET version = version + 1, `+set+` WHERE code = $1`, code)
		}
		return err
	})
}

// What the procedure refuses the database refuses too, whoever asks it.
func TestTheDatabaseHoldsTheCourse(t *testing.T) {
	o := office(t)
	report, none, confirmed := o.Reported(procedure.General, "fukushi 主事"), o.Reported(procedure.General, ""), o.Confirm("zeimu 課長", "zeimu 主事")
	guided := o.Confirm("fukushi 課長", "fukushi 主事")
	o.Guide("fukushi 課長", guided, 7)
	confirmedBy := func(who string) string {
		return `state = 'confirmed', clauses = 'x', facts = 'x', since_on = '2026-11-01', confirmed_at = now(), confirmed_by = (SELECT id FROM person WHERE staff_number = '` + o.Number[who] + `')`
	}
	confirm := confirmedBy("soumu 統括")
	end := `state = 'closed', outcome = 'improved', closed_at = now()`
	for name, c := range map[string]struct {
		code, event, to, set string
		want                 string // the constraint; empty for none
	}{
		"a step that there is":       {confirmed, "weigh", "confirmed", `grave = false`, ""},
		"a step that there is not":   {confirmed, "suspend", "suspended", `state = 'suspended'`, "violation_step_there_is"},
		"elsewhere than it leads":    {confirmed, "weigh", "confirmed", `state = 'guided'`, "violation_case_kept"},
		"another number":             {confirmed, "weigh", "confirmed", `code = 'AAAA-AAAA'`, "violation_case_kept"},
		"begun on another day":       {confirmed, "weigh", "confirmed", `opened_at = now()`, "violation_case_kept"},
		"about somebody else":        {report, "investigate", "reported", `person_id = (SELECT id FROM person WHERE staff_number = '` + o.Number["zeimu 主事"] + `')`, "violation_case_kept"},
		"about nobody any more":      {report, "investigate", "reported", `person_id = NULL`, "violation_case_kept"},
		"other facts":                {confirmed, "weigh", "confirmed", `facts = 'y'`, "violation_case_kept"},
		"other clauses":              {confirmed, "weigh", "confirmed", `clauses = 'y'`, "violation_case_kept"},
		"another who has confirmed":  {confirmed, "weigh", "confirmed", `confirmed_by = (SELECT id FROM person WHERE staff_number = '` + o.Number["soumu CISO"] + `')`, "violation_case_kept"},
		"no own finding any more":    {confirmed, "weigh", "confirmed", `own_finding = true`, "violation_case_kept"},
		"confirmed of nobody":        {none, "confirm", "confirmed", confirm, "violation_case_whom"},
		"confirmed of two":           {report, "confirm", "confirmed", confirm + `, outsider = 'x', vendor = true`, "violation_case_whom"},
		"an outsider of no vendor":   {none, "confirm", "confirmed", confirm + `, outsider = 'x'`, "violation_case_vendor"},
		"confirmed without facts":    {report, "confirm", "confirmed", strings.Replace(confirm, `facts = 'x'`, `facts = ''`, 1), "violation_case_confirmed"},
		"confirmed by whom it is of": {report, "confirm", "confirmed", confirmedBy("fukushi 主事"), "violation_case_by_none_concerned"},
		"closed without its end":     {guided, "improve", "closed", `state = 'closed'`, "violation_case_ended"},
		"joined to none":             {report, "combine", "joined", `state = 'joined'`, "violation_case_joined"},
		"grave, and not referred":    {guided, "improve", "closed", end + `, grave = true`, "violation_case_grave_referred"},
		"grave, and not seen":        {guided, "improve", "closed", end + `, grave = true, referral = 'refer'`, "violation_case_grave_referred"},
	} {
		if err := past(o, c.code, c.event, c.to, c.set); (err == nil) != (c.want == "") || postgres.Constraint(err) != c.want {
			t.Errorf("%s: %v, not %s", name, err, c.want)
		}
	}
	for name, c := range map[string]struct{ sql, want string }{
		"without a step":             {`UPDATE violation_case SET version = version + 1, grave = true WHERE code = $1`, "violation_case_kept"},
		"without a version":          {`UPDATE violation_case SET grave = true WHERE code = $1`, "violation_case_kept"},
		"a step too far":             {`INSERT INTO violation_step (case_id, version, at, seat, event, from_state, to_state) SELECT id, version + 2, now(), 'manager', 'guide', state, 'guided' FROM violation_case WHERE code = $1`, "violation_step_next"},
		"a step from another state":  {`INSERT INTO violation_step (case_id, version, at, seat, event, from_state, to_state) SELECT id, version + 1, now(), 'manager', 'not_improve', 'guided', 'not_improved' FROM violation_case WHERE code = $1`, "violation_step_next"},
		"a step that does not count": {`INSERT INTO violation_step (case_id, version, at, seat, event, from_state, to_state) SELECT id, version, now(), 'manager', 'guide', state, 'guided' FROM violation_case WHERE code = $1`, "violation_step_next"},
	} {
		if _, err := o.DB.Pool.Exec(t.Context(), c.sql, confirmed); postgres.Constraint(err) != c.want {
			t.Errorf("%s: %v, not %s", name, err, c.want)
		}
	}
}

// Every table of cases keeps what is in it: only these change as their own rules say, and what
// stands nowhere is not emptied either.
func TestTheTablesOfCasesAreKept(t *testing.T) {
	o := office(t)
	changes := []string{
		"violation_case", "violation_referral", "violation_hold", // as their steps say
		"violation_report_handler", "violation_report_number", "violation_reporter", // until a day; sealed anew
	}
	fixed := []string{"violation_move", "violation_referral_move"} // by migrations
	type table struct {
		Name                      string
		Deletes, Updates, Empties bool // are refused, or looked at
	}
	list, err := postgres.List[table](t.Context(), o.DB.Pool, "looking at triggers", `
		SELECT c.relname AS name, coalesce(bool_or(g.tgtype & 8 > 0), false) AS deletes, coalesce(bool_or(g.tgtype & 16 > 0), false) AS updates, coalesce(bool_or(g.tgtype & 32 > 0), false) AS empties
		FROM pg_class c LEFT JOIN pg_trigger g ON g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgtype & 2 > 0 AND g.tgenabled <> 'D'
		WHERE c.relkind = 'r' AND c.relname LIKE 'violation\_%' GROUP BY 1 ORDER BY 1`)
	o.Must(err)
	if len(list) < 20 {
		t.Fatalf("%d tables", len(list))
	}
	for _, x := range list {
		if slices.Contains(fixed, x.Name) {
			continue
		}
		if !x.Deletes || !x.Empties || !x.Updates && !slices.Contains(changes, x.Name) {
			t.Errorf("%+v", x)
		}
	}
}
