package violation_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/org"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/rights/connector"
	"kagami/internal/rights/rightstest"
	"kagami/internal/secret"
	"kagami/internal/violation"
	casebars "kagami/internal/violation/bars"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/violationtest"
)

// act is the suspension of all that the person of a case may use, as a portal of its own makes it.
type act struct {
	Now     time.Time
	By      int64
	Code    string // of the case
	Version int
}

// suspend does an act. In the same change follow the bar, the end of sign-ins, work orders, the
// notices, and the jobs of what arrives in office hours and of the day on which it is over.
var suspend pgtest.Act = func(ctx context.Context, pool *pgxpool.Pool, text string) error {
	var a act
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return err
	}
	through := door.New(pool, func() time.Time { return a.Now })
	connectors := connector.New(pool, through, secret.Random(), slog.New(slog.DiscardHandler), nil)
	out := func(ctx context.Context, tx *door.Tx, person int64) error {
		_, err := tx.Exec(ctx, `DELETE FROM sessions WHERE person_id = $1`, person)
		return err
	}
	bars := bar.New(pool, through, rights.New(pool, through, rights.Ties{Carry: connectors.Carry}), bar.Ties{Out: out, Owned: casebars.Owned, Cut: violation.Cut, Told: violation.CutTold})
	who := authz.Actor{Person: a.By, Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer}}}
	return violation.New(pool, through, bars).Do(ctx, who, a.Code, procedure.EventSuspend, violation.Said{
		Version: a.Version, Text: "指導の後も続けた。", Whole: true, More: violation.More{Until: calendar.Day(a.Now).AddDays(3)},
	})
}

// whole is what there is more of after an act.
var whole = map[string]int{
	"cases suspended": 1, "steps of cases": 1, "told": 3, "told later": 1, "bars of cases": 1, "bars": 1, "steps of bars": 1, "suspended rights": 2, "sessions": -1,
	"entries of the trail": 2, "notices of cases": 2, "notices of orders": 4, "work orders": 2, "jobs of what arrives later": 1, "jobs of the day when it is over": 1,
}

// counts counts what an act changes.
func counts(o *violationtest.Office) map[string]int {
	o.T.Helper()
	rows, err := o.DB.Pool.Query(o.T.Context(), `
		SELECT 'cases suspended', count(*) FROM violation_case WHERE state = 'suspended' UNION ALL
		SELECT 'steps of cases', count(*) FROM violation_step UNION ALL
		SELECT 'told', count(*) FROM violation_told UNION ALL
		SELECT 'told later', count(*) FROM violation_told WHERE from_at > @now::timestamptz UNION ALL
		SELECT 'bars of cases', count(*) FROM violation_bar UNION ALL
		SELECT 'bars', count(*) FROM right_bar UNION ALL
		SELECT 'steps of bars', count(*) FROM right_bar_step UNION ALL
		SELECT 'suspended rights', count(*) FROM access_right r WHERE `+rights.StandingOf+` = 'suspended' UNION ALL
		SELECT 'sessions', count(*) FROM sessions UNION ALL
		SELECT 'entries of the trail', count(*) FROM trail_entry UNION ALL
		SELECT 'notices of cases', count(*) FROM notice WHERE topic = 'violation_case' UNION ALL
		SELECT 'notices of bars', count(*) FROM notice WHERE topic = 'right_bar' UNION ALL
		SELECT 'notices of orders', count(*) FROM notice WHERE topic = 'work_order' UNION ALL
		SELECT 'work orders', count(*) FROM work_order WHERE moot_at IS NULL AND done_at IS NULL UNION ALL
		SELECT 'jobs of what arrives later', count(*) FROM river_job WHERE kind = 'violation_deliver' UNION ALL
		SELECT 'jobs of the day when it is over', count(*) FROM river_job WHERE kind = 'right_bar_turn'`, rights.Instant(*o.Time))
	o.Must(err)
	found := map[string]int{}
	var (
		what  string
		count int
	)
	_, err = pgx.ForEachRow(rows, []any{&what, &count}, func() error {
		found[what] = count
		return nil
	})
	o.Must(err)
	return found
}

// failed is an office with cases of people who were guided in vain, are signed in, and may use two
// systems; their chance to answer is over, and so is the day's work. It returns what suspends each.
func failed(t *testing.T, people int) (*violationtest.Office, []string) {
	o := office(t)
	ctx := t.Context()
	codes := make([]string, people)
	for i := range codes {
		name := fmt.Sprint("clerk ", i)
		o.Number[name] = fmt.Sprint("C", i)
		var err error
		o.People[name], err = o.Town.AddPerson(ctx, authz.AsOperator(), org.Person{StaffNumber: o.Number[name], Name: "見本", Furigana: "ミホン"})
		o.Must(err)
		o.Must(o.Town.Appoint(ctx, authz.AsOperator(), org.Appointment{Person: o.People[name], Post: o.Posts["fukushi 主事"], First: rightstest.Today.AddDays(-200)}, org.Beside))
		for _, system := range []string{o.Tax, o.Mail} {
			o.Permitted(name, "zeimu 担当副課長", rightstest.Asking(system))
		}
		_, err = o.DB.Pool.Exec(ctx, `
			INSERT INTO sessions (token, person_id, id, method, device, strong, begun_at, seen_at, proved_at, expiry, ends_at)
			VALUES ($3, $1, $3, 'password', 'x', false, $2, $2, $2, $2, $2)`, o.People[name], *o.Time, name)
		o.Must(err)
		codes[i] = o.Confirm("fukushi 課長", name)
		o.Guide("fukushi 課長", codes[i], 1)
	}
	o.Days(2)
	for _, code := range codes {
		o.Take("fukushi 課長", code, procedure.EventNotImprove, violation.Said{})
	}
	o.Days(10)
	*o.Time = o.Time.Add(12 * time.Hour)
	_, err := o.DB.Pool.Exec(ctx, `
		INSERT INTO right_target (person_id, asset_id, usable, effected, wanted, since, state, version, next_at, done_at)
		SELECT r.person_id, r.asset_id, ARRAY[r.id], ARRAY[r.id], true, $1, 'done', 1, $1, $1 FROM access_right r`, *o.Time) // it was carried out
	o.Must(err)
	acts := make([]string, people)
	for i, code := range codes {
		text, err := json.Marshal(act{Now: *o.Time, By: o.People["soumu 統括"], Code: code, Version: opened(t, o, "soumu 統括", code).Version})
		o.Must(err)
		acts[i] = string(text)
	}
	return o, acts
}

// Whenever the database is lost while a case suspends, there is nothing of it, or the whole: the
// case's step, who is told of it at once or later, the bar, the trail, the notices, that sign-ins
// were ended, and the orders.
func TestASuspensionByACaseIsWholeOrNotAtAll(t *testing.T) {
	o, acts := failed(t, 1)
	suspend.CutOff(t, o.DB, acts[0], func() map[string]int { return counts(o) }, whole)
}

// So it is at whatever moment the portal is killed; and where there is nothing, it can be done then.
func TestASuspensionByACaseThatIsKilledIsWholeOrNotAtAll(t *testing.T) {
	o, acts := failed(t, 1+pgtest.Killed)
	o.DB.Kill(t, acts, func() map[string]int { return counts(o) }, whole)
}
