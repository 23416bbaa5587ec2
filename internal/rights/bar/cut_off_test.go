package bar_test

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
	"kagami/internal/door"
	"kagami/internal/org"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/rights/connector"
	"kagami/internal/rights/connector/connectortest"
	"kagami/internal/rights/connector/reach"
	"kagami/internal/rights/rightstest"
	"kagami/internal/secret"
)

// act is a suspension of all that somebody may use, as a portal of its own makes it.
type act struct {
	Now    time.Time
	By     int64
	Number string // of whom
}

// text is what a process of its own is told of it.
func (a act) text(o *rightstest.Office) string {
	text, err := json.Marshal(a)
	o.Must(err)
	return string(text)
}

// suspend does an act. What follows from the bar in the same change are the end of sign-ins, a
// connector's job, a work order, and the job of the day on which it is over.
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
	who := authz.Actor{Person: a.By, Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer}}}
	_, err := bar.New(pool, through, rights.New(pool, through, rights.Ties{Carry: connectors.Carry}), bar.Ties{Out: out}).
		Begin(ctx, who, bar.Order{Kind: bar.Suspension, Person: a.Number, Whole: true, Until: rightstest.Today.AddDays(2), Reason: "見本"})
	return err
}

// whole is what there is more of after an act.
var whole = map[string]int{
	"bars": 1, "steps": 1, "turns": 1, "suspended rights": 2, "sessions": -1, "entries of the trail": 1, "notices of bars": 3, "notices of orders": 2,
	"targets that are not wanted": 2, "targets that wait": 1, "work orders": 1, "jobs of connectors": 1, "jobs of the day when it is over": 1,
}

// counts counts what an act changes.
func counts(o *rightstest.Office) map[string]int {
	o.T.Helper()
	rows, err := o.DB.Pool.Query(o.T.Context(), `
		SELECT 'bars', count(*) FROM right_bar UNION ALL
		SELECT 'steps', count(*) FROM right_bar_step UNION ALL
		SELECT 'turns', count(*) FROM right_bar_turn UNION ALL
		SELECT 'suspended rights', count(*) FROM access_right r WHERE `+rights.StandingOf+` = 'suspended' UNION ALL
		SELECT 'sessions', count(*) FROM sessions UNION ALL
		SELECT 'entries of the trail', count(*) FROM trail_entry UNION ALL
		SELECT 'notices of bars', count(*) FROM notice WHERE topic = 'right_bar' UNION ALL
		SELECT 'notices of orders', count(*) FROM notice WHERE topic = 'work_order' UNION ALL
		SELECT 'targets that are not wanted', count(*) FROM right_target WHERE NOT wanted UNION ALL
		SELECT 'targets that wait', count(*) FROM right_target WHERE state = 'waiting' UNION ALL
		SELECT 'work orders', count(*) FROM work_order WHERE moot_at IS NULL AND done_at IS NULL UNION ALL
		SELECT 'jobs of connectors', count(*) FROM river_job WHERE kind = 'right_carry_out' UNION ALL
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

// reached is an office with people who are signed in, and may use a system that a connector
// reaches and one of which somebody is told by work orders. It returns what suspends each.
func reached(t *testing.T, people int) (*rightstest.Office, []string) {
	t.Helper()
	ctx := t.Context()
	var connectors *connector.Service
	o := rightstest.New(t, databases.New(t), rights.Ties{Carry: func(ctx context.Context, tx *door.Tx, people []int64) error {
		return connectors.Carry(ctx, tx, people)
	}})
	connectors = connector.New(o.DB.Pool, o.Door, secret.Random(), slog.New(slog.DiscardHandler), func(reach.Kind, json.RawMessage, string, func() time.Time) (reach.Far, error) {
		return reach.Far{Peer: connectortest.Accounts(people)}, nil
	})
	by := o.As("soumu 統括")
	code, err := connectors.Make(ctx, by, connector.Details{Name: "ディレクトリ", Kind: reach.LDAP, Secret: "secret"})
	o.Must(err)
	o.Must(connectors.Assign(ctx, by, code, 1, connector.Assignment{System: o.Tax, What: connector.WholeAccount}))
	o.Must(connectors.Try(ctx, by, code))
	o.Must(connectors.CompareDue(ctx))
	c, err := connectors.Find(ctx, by, code)
	o.Must(err)
	o.Must(connectors.SwitchOn(ctx, by, code, c.Version))

	acts := make([]string, people)
	for i := range acts {
		name := fmt.Sprint("clerk ", i)
		o.Number[name] = fmt.Sprint("C", i)
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
		acts[i] = act{Now: *o.Time, By: by.Person, Number: o.Number[name]}.text(o)
	}
	// what they may use was carried out
	for _, done := range []string{`UPDATE right_target SET effected = usable, state = 'done', done_at = since`, `UPDATE work_order SET moot_at = from_at`} {
		_, err = o.DB.Pool.Exec(ctx, done)
		o.Must(err)
	}
	return o, acts
}

// Whenever the database is lost while somebody's rights are suspended, there is nothing of it,
// or the whole: the bar, its step, the trail, the notices, that sign-ins were ended, and what
// connectors and work orders are to do.
func TestASuspensionIsWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	o, acts := reached(t, 1)
	suspend.CutOff(t, o.DB, acts[0], func() map[string]int { return counts(o) }, whole)
}

// At whatever moment of a suspension the portal is killed, there is nothing of it, or the
// whole; and where there is nothing, it can be done then.
func TestASuspensionThatIsKilledIsWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	o, acts := reached(t, 1+pgtest.Killed)
	o.DB.Kill(t, acts, func() map[string]int { return counts(o) }, whole)
}
