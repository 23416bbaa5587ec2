package absence

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/state"
	"kagami/internal/trail"
)

// Service is the absences in a database.
type Service struct {
	pool *pgxpool.Pool
	door *door.Door
	// the cache of the sections where all are away
	unattended state.Cache[unattendedKey, []Unattended]
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door) *Service {
	return &Service{pool: pool, door: d, unattended: state.NewCache[unattendedKey, []Unattended](cachedUnattended)}
}

// Kinds lists the kinds for who may record an absence; none for anybody else.
func (s *Service) Kinds(ctx context.Context, actor authz.Actor) ([]Kind, error) {
	if !mayChange(actor) {
		return nil, nil
	}
	return postgres.List[Kind](ctx, s.pool, "listing kinds of absence", `SELECT name, title FROM absence_kind ORDER BY position`)
}

func mayChange(actor authz.Actor) bool { return actor.Reach(authz.ChangeOrganization) == authz.All }

// stored is a row of an absence.
type stored struct {
	First, Last calendar.Date
	Kind, Title string
	Reason      string
	Version     int
}

const selectStored = `
	SELECT lower(a.period) AS first, upper(a.period) - 1 AS last, k.name AS kind, k.title, a.reason, a.version
	FROM absence a JOIN absence_kind k ON k.name = a.kind WHERE a.person_id = @person`

func (r stored) absence() Absence {
	return Absence{First: r.First, Last: r.Last, Kind: Kind{r.Kind, r.Title}, Reason: r.Reason, Version: r.Version}
}

// Of lists a person's absences, the latest first. Who may neither change the
// organization nor is that person gets only the one that lasts on the day, without its
// kind and its reason.
func (s *Service) Of(ctx context.Context, actor authz.Actor, person int64, day calendar.Date) ([]Absence, error) {
	if _, err := authz.Check(actor, authz.SeeOrganization, authz.Matter{}); err != nil {
		return nil, err
	}
	rows, err := postgres.List[stored](ctx, s.pool, "listing absences", selectStored+` ORDER BY a.period DESC`, pgx.StrictNamedArgs{"person": person})
	if err != nil {
		return nil, err
	}
	whole := mayChange(actor) || actor.Person == person
	var list []Absence
	for _, r := range rows {
		switch a := r.absence(); {
		case whole:
			list = append(list, a)
		case a.On(day):
			list = append(list, Absence{First: a.First, Last: a.Last})
		}
	}
	return list, nil
}

// AwayOn are those who are away on a day, each with the last day (zero: until further
// notice) by their 職員番号. Who may not change the organization gets those of today only,
// and none of another day.
func (s *Service) AwayOn(ctx context.Context, actor authz.Actor, day calendar.Date) (map[string]calendar.Date, error) {
	if _, err := authz.Check(actor, authz.SeeOrganization, authz.Matter{}); err != nil {
		return nil, err
	}
	if !mayChange(actor) && day != calendar.Day(s.door.Now()) {
		return nil, nil
	}
	type row struct {
		StaffNumber string
		Last        calendar.Date
	}
	rows, err := postgres.List[row](ctx, s.pool, "looking who is away", `
		SELECT p.staff_number, upper(a.period) - 1 AS last FROM absence a JOIN person p ON p.id = a.person_id WHERE a.period @> $1::date`, day)
	away := make(map[string]calendar.Date, len(rows))
	for _, r := range rows {
		away[r.StaffNumber] = r.Last
	}
	return away, err
}

// One returns the absence of a person that begins on a day, for who may change those of
// others;
// NotFound for none.
func (s *Service) One(ctx context.Context, actor authz.Actor, person int64, first calendar.Date) (Absence, error) {
	if _, err := authz.Check(actor, authz.ChangeOrganization, authz.Matter{}); err != nil {
		return Absence{}, err
	}
	return load(ctx, s.pool, person, first, "")
}

func load(ctx context.Context, db postgres.Querier, person int64, first calendar.Date, locking string) (Absence, error) {
	r, err := postgres.One[stored](ctx, db, "loading an absence", selectStored+` AND lower(a.period) = @first::date`+locking,
		pgx.StrictNamedArgs{"person": person, "first": first})
	if errors.Is(err, pgx.ErrNoRows) {
		return Absence{}, fault.New(fault.NotFound, "この休業は見つかりません。取り消されていないか、職員の画面で確かめてください。")
	}
	return r.absence(), err
}

// Record records that somebody is away, which may have begun: it is often known late.
// Nobody records it of themselves. Conflict where they are away in those days already.
func (s *Service) Record(ctx context.Context, actor authz.Actor, person int64, t Typed) error {
	err := s.change(ctx, actor, person, func(tx *door.Tx) (door.Effect, error) {
		if err := fault.InvalidFields(t.problems(tx.Today())); err != nil {
			return door.Unchanged(), err
		}
		t.Reason = strings.TrimSpace(t.Reason)
		var id int64
		err := tx.QueryRow(ctx, `
			INSERT INTO absence (person_id, kind, period, reason) VALUES (@person, @kind, daterange(@first::date, @last::date, '[]'), @reason) RETURNING id`,
			pgx.StrictNamedArgs{"person": person, "kind": t.Kind, "first": t.First, "last": t.Last, "reason": t.Reason}).Scan(&id)
		return effect(id, person, t, "kind", "period", "reason"), explain(err)
	})
	if err != nil {
		return fmt.Errorf("recording an absence: %w", err)
	}
	return nil
}

// End sets the last day of a person's absence that began on a day; zero for until
// further notice. version is that of the row that was shown: Conflict where it has
// changed since. One that was over before yesterday stays as it is.
func (s *Service) End(ctx context.Context, actor authz.Actor, person int64, first, last calendar.Date, version int) error {
	err := s.change(ctx, actor, person, func(tx *door.Tx) (door.Effect, error) {
		a, err := lock(ctx, tx, person, first, version)
		if err != nil {
			return door.Unchanged(), err
		}
		problem := lastProblem(first, last, tx.Today())
		if a.Over(tx.Today().AddDays(-1)) {
			problem = "すでに終わった休業は変えられません。続けて休むときは、新しい休業を登録してください。"
		}
		if problem != "" {
			return door.Unchanged(), fault.InvalidFields([]fault.Problem{{Field: "last", Message: problem}})
		}
		var id int64
		err = tx.QueryRow(ctx, `
			UPDATE absence SET period = daterange(lower(period), @last::date, '[]'), version = version + 1
			WHERE person_id = @person AND lower(period) = @first::date RETURNING id`,
			pgx.StrictNamedArgs{"person": person, "first": first, "last": last}).Scan(&id)
		return effect(id, person, Typed{First: first, Last: last, Kind: a.Kind.Name, Reason: a.Reason}, "period"), explain(err)
	})
	if err != nil {
		return fmt.Errorf("ending an absence: %w", err)
	}
	return nil
}

// Withdraw takes back an absence of a person that begins on a day, since it was
// recorded by mistake: from now on it counts as never having been, and only the trail
// knows it, with why it was taken back. Conflict where it has changed since the version
// that was shown.
func (s *Service) Withdraw(ctx context.Context, actor authz.Actor, person int64, first calendar.Date, version int, why string) error {
	err := s.change(ctx, actor, person, func(tx *door.Tx) (door.Effect, error) {
		a, err := lock(ctx, tx, person, first, version)
		if err != nil {
			return door.Unchanged(), err
		}
		why = strings.TrimSpace(why)
		if problem := whyProblem(why); problem != "" {
			return door.Unchanged(), fault.InvalidFields([]fault.Problem{{Field: "why", Message: problem}})
		}
		var id int64
		err = tx.QueryRow(ctx, `DELETE FROM absence WHERE person_id = $1 AND lower(period) = $2 RETURNING id`, person, first).Scan(&id)
		done := effect(id, person, Typed{First: first, Last: a.Last, Kind: a.Kind.Name, Reason: a.Reason}, "withdrawn")
		done.Confidential["withdrawal_reason"] = why
		return done, err
	})
	if err != nil {
		return fmt.Errorf("withdrawing an absence: %w", err)
	}
	return nil
}

// change is door.Do for a change of when somebody is away.
func (s *Service) change(ctx context.Context, actor authz.Actor, person int64, fn func(*door.Tx) (door.Effect, error)) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Take(ctx, org.Lock); err != nil {
			return door.Unchanged(), err
		}
		matter, err := org.Concerning(ctx, tx, person, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Allow(authz.ChangeOrganization, matter); err != nil {
			return door.Unchanged(), err
		}
		return fn(tx)
	})
}

// lock is the absence as it stands, which must be of the version that was shown.
func lock(ctx context.Context, tx pgx.Tx, person int64, first calendar.Date, version int) (Absence, error) {
	a, err := load(ctx, tx, person, first, ` FOR UPDATE OF a`)
	if err == nil && a.Version != version {
		err = fault.New(fault.Conflict, "この画面を開いた後に、ほかの人がこの休業を変更しました。いまの期間を確かめてから、もう一度行ってください。")
	}
	return a, err
}

// effect is what the trail says: that and of whom in the open, and all else in the
// confidential part.
func effect(id, person int64, t Typed, fields ...string) door.Effect {
	return door.Effect{
		Subject: trail.Subject{Kind: "absence", ID: id}, Fields: fields, Refs: map[string]int64{"person": person},
		Confidential: map[string]any{"kind": t.Kind, "first": t.First.String(), "last": t.Last.String(), "reason": t.Reason},
	}
}
