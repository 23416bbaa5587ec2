package violation

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/postgres"
	"kagami/internal/rights/bar"
	"kagami/internal/trail"
	"kagami/internal/violation/bars"
	"kagami/internal/violation/procedure"
)

// RegisterJobs adds the workers that give the notices of office hours, and tell of days that have
// come.
func (s *Service) RegisterJobs(workers *river.Workers) []*river.PeriodicJob {
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, job *river.Job[deliver]) error {
		return s.Deliver(ctx, job.Args.Case, job.Args.Version, job.Args.At)
	}))
	river.AddWorker(workers, river.WorkFunc(func(ctx context.Context, _ *river.Job[remindAll]) error { return s.Remind(ctx) }))
	return []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(remindEvery),
		func() (river.JobArgs, *river.InsertOpts) { return remindAll{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})}
}

// onlyCase returns a case by its id for what the portal does by itself.
func onlyCase(ctx context.Context, tx *door.Tx, id int64) (Case, error) {
	return postgres.One[Case](ctx, tx, "finding a case", selected+` WHERE c.id = @id FOR UPDATE OF c`, Instant(tx.Now, pgx.StrictNamedArgs{"id": id, "actor": int64(0)}))
}

// Deliver gives the notices of a step that arrive in office hours, but for who has been told of a
// later step since; before their time its job waits.
func (s *Service) Deliver(ctx context.Context, id int64, version int, at time.Time) error {
	if wait := at.Sub(s.door.Now()); wait > 0 { // the clock here may be behind that of the portal that has begun it
		return river.JobSnooze(wait)
	}
	return s.door.Do(ctx, authz.AsPortal(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.FallsDue, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		c, err := onlyCase(ctx, tx, id)
		if err != nil {
			return door.Unchanged(), err
		}
		type row struct {
			Person int64
			Seat   procedure.Seat
			Event  procedure.Event
		}
		list, err := postgres.List[row](ctx, tx, "delivering what was told", `
			WITH due AS (
				SELECT t.person_id, t.seat, h.event FROM violation_told t JOIN violation_step h ON h.case_id = t.case_id AND h.version = t.version
				WHERE t.case_id = @case AND t.version = @version AND t.from_at > h.at AND t.from_at <= @now::timestamptz
				  AND NOT EXISTS (SELECT FROM violation_told l WHERE l.case_id = t.case_id AND l.person_id = t.person_id AND l.version > t.version AND l.from_at <= @now::timestamptz)),
			delivered AS (
				INSERT INTO violation_delivery (case_id, version, person_id, at) SELECT @case, @version, person_id, @now FROM due ON CONFLICT DO NOTHING RETURNING person_id)
			SELECT d.person_id AS person, d.seat, d.event FROM due d JOIN delivered USING (person_id)`,
			pgx.StrictNamedArgs{"case": id, "version": version, "now": tx.Now})
		if err != nil || len(list) == 0 {
			return door.Unchanged(), err
		}
		effect := door.Effect{Subject: trail.Subject{Kind: subject, ID: id}, Fields: []string{"delivered"}}
		for _, r := range list {
			effect.Notices = append(effect.Notices, c.message(r.Event, Told{Person: r.Person, Seat: r.Seat}))
		}
		return effect, nil
	})
}

// Cut makes a cut for somebody's conduct, which was begun elsewhere, part of their newest case that
// is open. Who cuts need not read the case.
func Cut(ctx context.Context, tx *door.Tx, actor authz.Actor, cut, person int64, o bar.Order) (also []door.Effect, told bool, err error) {
	var id int64
	err = tx.QueryRow(ctx, `SELECT id FROM violation_case WHERE person_id = @person AND state IN ('confirmed', 'guided', 'not_improved', 'suspended', 'revoked') ORDER BY id DESC LIMIT 1`,
		pgx.StrictNamedArgs{"person": person}).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, wrap("looking for a case of whom access is cut", err)
	}
	c, err := onlyCase(ctx, tx, id)
	if err != nil || c.out(actor.Person) {
		return nil, false, err
	}
	t := turn{Case: c, event: procedure.EventCut, to: c.State, seat: procedure.Cutter, today: tx.Today(), by: actor.Person}
	if t.seats, err = c.seats(ctx, tx, t.today); err != nil {
		return nil, false, err
	}
	if t.reckoning, err = reckon(ctx, tx, t.today); err != nil {
		return nil, false, err
	}
	said := Said{Text: o.Reason, Whole: o.Whole, More: More{Withheld: o.Withheld}}
	whom := t.arriving(t.whom(t.event, t.seats, nil, actor.Person), said, tx.Now)
	if _, err := t.write(ctx, tx, actor, said, whom); err != nil {
		return nil, false, err
	}
	if err := bars.Note(ctx, tx, cut, t.ID, t.Version); err != nil {
		return nil, false, err
	}
	return []door.Effect{{Subject: trail.Subject{Kind: subject, ID: id}, Fields: []string{string(t.event)}, Notices: t.notices(t.event, whom, tx.Now)}}, true, nil
}

// CutTold lets who is told of a cut only later answer from then on in the case that it is part of.
func CutTold(ctx context.Context, tx *door.Tx, cut, person int64) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO violation_told (case_id, version, person_id, seat, mark, from_at)
		SELECT v.case_id, v.version, @person, 'person', 'other', @now FROM violation_bar v JOIN violation_step h USING (case_id, version) WHERE v.bar_id = @cut AND h.event = 'cut' ON CONFLICT DO NOTHING`,
		pgx.StrictNamedArgs{"cut": cut, "person": person, "now": tx.Now})
	return wrap("telling somebody of a cut", err)
}

// Ended closes the case that has barred so where it is suspended and nothing else bars, its last
// day being over. One that can't be closed yet, since nobody has said whether it is referred, goes
// on: then the 統括 lifts it.
func (ties Ties) Ended(ctx context.Context, tx *door.Tx, bar int64) (also []door.Effect, told bool, err error) {
	id, err := bars.CaseOf(ctx, tx, bar)
	if err != nil || id == 0 {
		return nil, false, err
	}
	c, err := onlyCase(ctx, tx, id)
	if err != nil || c.State != procedure.Suspended || len(c.Bars) > 0 {
		return nil, false, err
	}
	seats, err := c.seats(ctx, tx, tx.Today())
	if err != nil {
		return nil, false, err
	}
	t := turn{ties: ties, Case: c, event: procedure.EventExpire, to: procedure.Closed, seat: portalSeat, seats: seats, today: tx.Today()}
	if t.closable() != nil {
		return nil, false, nil
	}
	if t.reckoning, err = reckon(ctx, tx, t.today); err != nil {
		return nil, false, err
	}
	t.apply(Said{}, tx)
	whom := t.arriving(t.whom(t.event, seats, nil, 0), Said{}, tx.Now)
	answers, err := t.write(ctx, tx, authz.AsPortal(), Said{}, whom)
	if err != nil {
		return nil, false, err
	}
	effect := door.Effect{Subject: trail.Subject{Kind: subject, ID: id}, Fields: []string{string(t.event)}, Notices: append(t.notices(t.event, whom, tx.Now), answers...)}
	return []door.Effect{effect}, true, nil
}

// portalSeat is the seat of what the portal does by itself.
const portalSeat procedure.Seat = "portal"

// remindAll is the job of telling whose turn it is that a day has come.
type remindAll struct{}

// Kind is the job's name in the database.
func (remindAll) Kind() string { return "violation_remind" }

// remindEvery is how late people may be told on a day.
const remindEvery = time.Hour

// Remind tells once, of each case whose day is over, whose turn it is: of a guidance the 管理者,
// and after their silence the 統括; of a suspension that can't be closed yet, a day later.
func (s *Service) Remind(ctx context.Context) error {
	today := s.today()
	days, err := reckon(ctx, s.pool, today)
	if err != nil || !days.office.IsOpen(today) {
		return err
	}
	over, err := postgres.List[struct{ ID int64 }](ctx, s.pool, "looking for cases whose day is over", `SELECT id FROM violation_case WHERE due_on < @today::date - (state = 'suspended')::int AND state IN ('reported', 'guided', 'not_improved', 'suspended')
		ORDER BY EXISTS (SELECT FROM violation_reminder r WHERE r.case_id = violation_case.id AND r.due_on = violation_case.due_on), due_on, id LIMIT 1000`,
		pgx.StrictNamedArgs{"today": today})
	if err != nil {
		return err
	}
	var failed []error
	for _, c := range over {
		failed = append(failed, s.remind(ctx, c.ID))
	}
	return errors.Join(failed...)
}

func (s *Service) remind(ctx context.Context, id int64) error {
	err := s.door.Do(ctx, authz.AsPortal(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.FallsDue, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		c, err := onlyCase(ctx, tx, id)
		if err != nil || !c.DueOn.Before(tx.Today()) {
			return door.Unchanged(), err
		}
		seats, err := c.seats(ctx, tx, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		seat := c.Turn(tx.Today())
		var message []notice.Message
		for _, person := range seats.Of(seat).People {
			done, err := tx.Exec(ctx, `INSERT INTO violation_reminder (case_id, due_on, person_id, at) VALUES (@case, @due, @person, @now) ON CONFLICT DO NOTHING`,
				pgx.StrictNamedArgs{"case": id, "due": c.DueOn, "person": person, "now": tx.Now})
			if err != nil {
				return door.Unchanged(), wrap("noting who was reminded", err)
			}
			if done.RowsAffected() > 0 {
				m := c.message("", Told{Person: person, Seat: seat})
				m.Title, m.Text = overdue(c.Code), "期限は"+calendar.Wareki(c.DueOn)+"でした。内容を見て、次の手続をしてください。"
				message = append(message, m)
			}
		}
		if len(message) == 0 {
			return door.Unchanged(), nil
		}
		return door.Effect{Subject: trail.Subject{Kind: subject, ID: id}, Fields: []string{"reminded"}, Notices: message}, nil
	})
	if fault.KindOf(err) == fault.NotFound {
		return nil
	}
	return err
}

func overdue(code string) string { return "事案 " + code + "：期限を過ぎています" }
