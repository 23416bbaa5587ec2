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
	if a.First.IsZero() {
		return invalid("first", "最初の日を入力してください。")
	}
	if !a.Last.IsZero() && a.Last.Before(a.First) {
		return errReversed()
	}
	err := s.door.Do(ctx, actor, func(tx *door.Tx) (door.Effect, error) {
		if err := s.allowDecision(ctx, tx, a.Person); err != nil {
			return door.Unchanged(), err
		}
		var id int64
		err := s.keepingOffices(ctx, tx, func() error {
			if succeed {
				if err := endOthers(ctx, tx, a); err != nil {
					return err
				}
			}
			err := tx.QueryRow(ctx, `
				INSERT INTO appointment (person_id, post_id, single_holder, period, acting)
				SELECT $1, po.id, po.single_holder, daterange($3::date, $4::date, '[]'), $5
				FROM post po LEFT JOIN section s ON s.id = po.section_id
				WHERE po.id = $2 AND (s.abolished_on IS NULL OR s.abolished_on > coalesce($4::date, 'infinity')) RETURNING id`,
				a.Person, a.Post, a.First, orNull(a.Last), a.Acting).Scan(&id)
			if errors.Is(err, pgx.ErrNoRows) {
				return invalid("post", "職を選んでください。廃止される課室の職には、廃止の前日までの発令しかできません。")
			}
			return explain(err)
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

func lockAppointment(ctx context.Context, tx pgx.Tx, id int64) (Appointment, error) {
	a := Appointment{ID: id}
	var last *time.Time
	err := tx.QueryRow(ctx, `SELECT person_id, post_id, lower(period), upper(period) - 1, acting FROM appointment WHERE id = $1 FOR UPDATE`, id).
		Scan(&a.Person, &a.Post, &a.First, &last, &a.Acting)
	if errors.Is(err, pgx.ErrNoRows) {
		return Appointment{}, fault.New(fault.NotFound, "この発令は見つかりません。取り消されていないか、職員の画面で確かめてください。")
	}
	if err != nil {
		return Appointment{}, fmt.Errorf("loading an appointment: %w", err)
	}
	if last != nil {
		a.Last = *last
	}
	return a, nil
}
