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

// Appointment is a 発令: a person holds a post from a first to a last day.
type Appointment struct {
	ID     int64
	Person int64
	Post   int64
	First  time.Time
	Last   time.Time // zero: until further notice
	Acting bool      // 職務代理
}

// Appoint gives a person a post, today or from a day to come (発令). With
// succeed, whoever holds the post then holds it until the day before: that is
// how a transfer is prepared. Conflict if they hold it already, or if it is for
// one person and someone else holds it. Nobody appoints themselves.
func (s *Service) Appoint(ctx context.Context, actor authz.Actor, a Appointment, succeed bool) error {
	if err := checkPeriod(a.First, a.Last); err != nil {
		return err
	}
	err := s.door.Do(ctx, actor, func(tx *door.Tx) (door.Effect, error) {
		if err := s.allowDecision(ctx, tx, a.Person); err != nil {
			return door.Unchanged(), err
		}
		var id int64
		err := s.keepingOffices(ctx, tx, func() (err error) {
			if succeed {
				if err := endOthers(ctx, tx, a); err != nil {
					return err
				}
			}
			id, err = insertAppointment(ctx, tx, a)
			return err
		})
		return door.Effect{
			Subject: trail.Subject{Kind: "appointment", ID: id},
			Fields:  []string{"person", "post", "period", "acting"},
			Refs:    map[string]int64{"person": a.Person, "post": a.Post},
		}, err
	})
	if err != nil {
		return fmt.Errorf("appointing: %w", err)
	}
	return nil
}

// checkPeriod refuses a period without a first day, or whose last day is before
// its first.
func checkPeriod(first, last time.Time) error {
	switch {
	case first.IsZero():
		return invalid("first", "最初の日を入力してください。")
	case !last.IsZero() && last.Before(first):
		return errReversed()
	}
	return nil
}

func insertAppointment(ctx context.Context, tx pgx.Tx, a Appointment) (int64, error) {
	var id int64
	err := tx.QueryRow(ctx, `
		INSERT INTO appointment (person_id, post_id, single_holder, period, acting)
		SELECT $1, po.id, po.single_holder, daterange($3::date, $4::date, '[]'), $5
		FROM post po LEFT JOIN section s ON s.id = po.section_id
		WHERE po.id = $2 AND (s.abolished_on IS NULL OR s.abolished_on > coalesce($4::date, 'infinity')) RETURNING id`,
		a.Person, a.Post, a.First, orNull(a.Last), a.Acting).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, invalid("post", "職を選んでください。廃止される課室の職には、廃止の前日までの発令しかできません。")
	}
	return id, explain(err)
}

// endOthers ends the appointments of others to a post on the day before.
// Somebody else's appointment that begins then or later stays, and stands in
// the way.
func endOthers(ctx context.Context, tx pgx.Tx, a Appointment) error {
	_, err := tx.Exec(ctx, `
		UPDATE appointment SET period = daterange(lower(period), $3::date)
		WHERE post_id = $1 AND person_id <> $2 AND acting = $4 AND period @> $3::date AND lower(period) < $3::date`,
		a.Post, a.Person, a.First, a.Acting)
	if err != nil {
		return fmt.Errorf("ending the appointments before: %w", explain(err))
	}
	return nil
}

// EndAppointment sets the last day of an appointment; zero for until further
// notice. What has been is not undone: a last day before the first, or before
// yesterday for one that was in force until now, is refused.
func (s *Service) EndAppointment(ctx context.Context, actor authz.Actor, id int64, last, today time.Time) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx) (door.Effect, error) {
		a, err := lockAppointment(ctx, tx, id)
		if err != nil {
			return door.Unchanged(), err
		}
		if err := s.allowDecision(ctx, tx, a.Person); err != nil {
			return door.Unchanged(), err
		}
		yesterday := today.AddDate(0, 0, -1)
		switch {
		case !last.IsZero() && last.Before(a.First):
			return door.Unchanged(), errReversed()
		case !last.IsZero() && last.Before(yesterday), !a.Last.IsZero() && a.Last.Before(yesterday):
			return door.Unchanged(), invalid("last", "すでに過ぎた期間は変えられません。最後の日は、昨日か、それより後の日にしてください。")
		}
		err = s.keepingOffices(ctx, tx, func() error {
			_, err := tx.Exec(ctx, `UPDATE appointment SET period = daterange(lower(period), $2::date, '[]') WHERE id = $1`, id, orNull(last))
			return explain(err)
		})
		return door.Effect{
			Subject: trail.Subject{Kind: "appointment", ID: id}, Fields: []string{"period"},
			Refs: map[string]int64{"person": a.Person, "post": a.Post},
		}, err
	})
	if err != nil {
		return fmt.Errorf("ending an appointment: %w", err)
	}
	return nil
}

// Withdraw takes back an appointment that was prepared and has not begun.
func (s *Service) Withdraw(ctx context.Context, actor authz.Actor, id int64, today time.Time) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx) (door.Effect, error) {
		a, err := lockAppointment(ctx, tx, id)
		if err != nil {
			return door.Unchanged(), err
		}
		if err := s.allowDecision(ctx, tx, a.Person); err != nil {
			return door.Unchanged(), err
		}
		if !a.First.After(today) {
			return door.Unchanged(), fault.New(fault.Conflict, "すでに始まった発令は取り消せません。終わらせるときは、最後の日を入力してください。")
		}
		err = s.keepingOffices(ctx, tx, func() error {
			_, err := tx.Exec(ctx, `DELETE FROM appointment WHERE id = $1`, id)
			return err
		})
		return door.Effect{
			Subject: trail.Subject{Kind: "appointment", ID: id}, Fields: []string{"withdrawn"},
			Refs: map[string]int64{"person": a.Person, "post": a.Post},
		}, err
	})
	if err != nil {
		return fmt.Errorf("withdrawing an appointment: %w", err)
	}
	return nil
}

// AppointmentLine is an appointment as a person's page lists it.
type AppointmentLine struct {
	Appointment
	PersonName  string
	StaffNumber string
	Post        string // with its section
	SectionCode string // empty for posts that belong to none
	Roles       []authz.Role
}

// On tells whether the appointment is in force on a day.
func (a Appointment) On(day time.Time) bool {
	return !day.Before(a.First) && (a.Last.IsZero() || !day.After(a.Last))
}

// Appointment returns an appointment; NotFound if there is none.
func (s *Service) Appointment(ctx context.Context, actor authz.Actor, id int64, day time.Time) (AppointmentLine, error) {
	if err := maySee(actor); err != nil {
		return AppointmentLine{}, err
	}
	lines, err := s.appointments(ctx, `a.id = $1`, id, day)
	if err != nil {
		return AppointmentLine{}, err
	}
	if len(lines) == 0 {
		return AppointmentLine{}, errNoAppointment()
	}
	return lines[0], nil
}

// appointments lists those that fulfil a condition on a ($1), the latest first,
// each with the roles that its post carries on its last day or, while it lasts,
// on the day asked for.
func (s *Service) appointments(ctx context.Context, condition string, argument int64, day time.Time) ([]AppointmentLine, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT a.id, a.person_id, p.name, p.staff_number, a.post_id, lower(a.period), upper(a.period) - 1, a.acting,
		       coalesce(s.name, ''), coalesce(s.code, ''), po.title,
		       ARRAY(SELECT role FROM post_role WHERE post_id = po.id AND period @> greatest(lower(a.period), least(upper(a.period) - 1, $2::date))
		             ORDER BY array_position($3::text[], role))
		FROM appointment a JOIN person p ON p.id = a.person_id JOIN post po ON po.id = a.post_id LEFT JOIN section s ON s.id = po.section_id
		WHERE `+condition+` ORDER BY lower(a.period) DESC, po.position, a.id`, argument, day, authz.Given())
	if err != nil {
		return nil, fmt.Errorf("listing appointments: %w", err)
	}
	lines, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (AppointmentLine, error) {
		var (
			l              AppointmentLine
			last           *time.Time
			section, title string
		)
		err := row.Scan(&l.ID, &l.Person, &l.PersonName, &l.StaffNumber, &l.Appointment.Post, &l.First, &last, &l.Acting,
			&section, &l.SectionCode, &title, &l.Roles)
		l.Post = PostName(section, title)
		if last != nil {
			l.Last = *last
		}
		return l, err
	})
	if err != nil {
		return nil, fmt.Errorf("listing appointments: %w", err)
	}
	return lines, nil
}

func errNoAppointment() error {
	return fault.New(fault.NotFound, "この発令は見つかりません。取り消されていないか、職員の画面で確かめてください。")
}

func lockAppointment(ctx context.Context, tx pgx.Tx, id int64) (Appointment, error) {
	a := Appointment{ID: id}
	var last *time.Time
	err := tx.QueryRow(ctx, `SELECT person_id, post_id, lower(period), upper(period) - 1, acting FROM appointment WHERE id = $1 FOR UPDATE`, id).
		Scan(&a.Person, &a.Post, &a.First, &last, &a.Acting)
	if errors.Is(err, pgx.ErrNoRows) {
		return Appointment{}, errNoAppointment()
	}
	if err != nil {
		return Appointment{}, fmt.Errorf("loading an appointment: %w", err)
	}
	if last != nil {
		a.Last = *last
	}
	return a, nil
}
