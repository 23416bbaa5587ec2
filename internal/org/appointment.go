package org

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Appointment is a 発令: a person holds a post from a first to a last day.
type Appointment struct {
	ID     int64
	Person int64
	Post   int64
	First  calendar.Date
	Last   calendar.Date // zero: until further notice
	Acting bool          // 職務代理
}

// Succession is what becomes of what is held already where somebody is given a post.
// It never changes the past.
type Succession struct {
	// Others lets who holds the post hold it until the day before: that is about them
	// too. Else they stay, and are in the way where the post is for one.
	Others bool
	// Own lets the person hold what they hold until the day before (異動). Else they
	// hold it beside (兼務).
	Own bool
	// Held are the appointments, by their ids in order, that they were shown to hold on
	// the first day: Conflict where they hold others by now. Nil where none were shown.
	Held []int64
}

// The ways to come to a post that leave what the person holds.
var (
	Beside = Succession{}
	After  = Succession{Others: true}
)

// Appoint gives a person a post from a day on, which may be past: a 発令 is often
// written down late. Conflict if they hold the post already, or if it
// is for one person and someone else holds it. Nobody appoints themselves.
func (s *Service) Appoint(ctx context.Context, actor authz.Actor, a Appointment, how Succession) error {
	if err := checkPeriod(a.First, a.Last); err != nil {
		return err
	}
	err := s.change(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := allowDecision(ctx, tx, a.Person); err != nil {
			return door.Unchanged(), err
		}
		return appoint(ctx, tx, a, how)
	})
	if err != nil {
		return fmt.Errorf("appointing: %w", err)
	}
	return nil
}

// appoint is Appoint once it is allowed.
func appoint(ctx context.Context, tx *door.Tx, a Appointment, how Succession) (door.Effect, error) {
	var (
		id    int64
		ended []door.Effect
	)
	err := keepingOffices(ctx, tx, func() (err error) {
		if ended, err = endBefore(ctx, tx, a, how); err != nil {
			return err
		}
		id, err = insertAppointment(ctx, tx, a)
		return err
	})
	effect := a.effect(id, "person", "post", "period", "acting")
	effect.Also = ended
	return effect, err
}

// effect is what the trail says of a change of the appointment with that id.
func (a Appointment) effect(id int64, fields ...string) door.Effect {
	return door.Effect{
		Subject: trail.Subject{Kind: "appointment", ID: id}, Fields: fields, Refs: map[string]int64{"person": a.Person, "post": a.Post},
		Confidential: map[string]any{"first": a.First.String(), "last": a.Last.String(), "acting": a.Acting},
	}
}

// checkPeriod refuses a period without a first day, or whose last day is before
// its first.
func checkPeriod(first, last calendar.Date) error {
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
		WITH po AS (
			SELECT po.id, po.single_holder FROM post po LEFT JOIN section s ON s.id = po.section_id
			WHERE po.id = @post AND `+sectionLasts(`@first::date`)+`)
		INSERT INTO appointment (person_id, post_id, single_holder, period, acting)
		SELECT @person, po.id, po.single_holder, daterange(@first::date, @last::date, '[]'), @acting FROM po RETURNING id`,
		pgx.StrictNamedArgs{"person": a.Person, "post": a.Post, "first": a.First, "last": a.Last, "acting": a.Acting}).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, errNotLasting("post")
	}
	return id, explain(err)
}

// errNotLasting refuses what would be outside of the days of its section, at the
// field that says so.
func errNotLasting(field string) error {
	switch field {
	case "post":
		return invalid(field, "職を選んでください。課室の設置の日より前と、廃止の日からあとには、発令できません。")
	case "section":
		return invalid(field, "課室を選び直してください。課室の設置の日より前と、廃止の日からあとには、役割を与えられません。")
	}
	return invalid(field, "最後の日は、課室の廃止の日より前の日にしてください。")
}

// Ending is the SQL of the appointments that end on the day before @day, where @person
// is given @post from that day: what is foreseen and what is done are the same.
const Ending = `(@others AND post_id = @post AND person_id <> @person AND acting = @acting OR @own AND person_id = @person AND post_id <> @post)
		  AND period @> @day::date AND lower(period) < @day::date`

// endBefore ends what is to end on the day before, each with its own permission, and
// returns what the trail is to say of each. What begins then or later stays.
func endBefore(ctx context.Context, tx *door.Tx, a Appointment, how Succession) ([]door.Effect, error) {
	var changed bool
	err := tx.QueryRow(ctx, `SELECT coalesce(ARRAY(SELECT id FROM appointment WHERE person_id = $1 AND period @> $2::date ORDER BY id) <> $3::bigint[], false)`,
		a.Person, a.First, how.Held).Scan(&changed)
	switch {
	case err != nil:
		return nil, fmt.Errorf("looking what somebody holds: %w", err)
	case changed:
		return nil, fault.New(fault.Conflict, "確かめる画面を開いた後に、ほかの人がこの人の発令を変更しました。いまの発令を確かめてから、もう一度行ってください。")
	case !how.Others && !how.Own:
		return nil, nil
	case a.First.Before(tx.Today()):
		return nil, invalid("first", "前任や本人の発令を終わらせるときは、最初の日を今日か、それより後の日にしてください。過ぎた期間は変えられません。")
	}
	before, err := postgres.List[Appointment](ctx, tx, "ending the appointments before", `
		UPDATE appointment SET period = daterange(lower(period), @day::date)
		WHERE `+Ending+`
		RETURNING `+appointmentColumns, pgx.StrictNamedArgs{
		"post": a.Post, "person": a.Person, "acting": a.Acting, "day": a.First, "others": how.Others, "own": how.Own,
	})
	if err != nil {
		return nil, explain(err)
	}
	var effects []door.Effect
	for _, b := range before {
		if err := allowDecision(ctx, tx, b.Person); err != nil {
			return nil, err
		}
		effect := b.effect(b.ID, "period")
		effect.Confidential = nil // entries beside the first have none
		effects = append(effects, effect)
	}
	return effects, nil
}

// EndAppointment sets the last day of an appointment; zero for until further
// notice. What has been is not undone: a last day before the first, or before
// yesterday for one that was in force until now, is refused.
func (s *Service) EndAppointment(ctx context.Context, actor authz.Actor, id int64, last calendar.Date) error {
	err := s.change(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		a, err := lockAppointment(ctx, tx, id)
		if err != nil {
			return door.Unchanged(), err
		}
		if err := allowDecision(ctx, tx, a.Person); err != nil {
			return door.Unchanged(), err
		}
		if err := checkEnd(tx.Today(), a.First, a.Last, last); err != nil {
			return door.Unchanged(), err
		}
		a.Last = last
		return a.effect(id, "period"), keepingOffices(ctx, tx, func() error {
			tag, err := tx.Exec(ctx, `
				UPDATE appointment a SET period = daterange(lower(a.period), @last::date, '[]')
				FROM post po LEFT JOIN section s ON s.id = po.section_id
				WHERE a.id = @id AND po.id = a.post_id AND `+sectionLasts(`lower(a.period)`), pgx.StrictNamedArgs{"id": id, "last": last})
			if err == nil && tag.RowsAffected() == 0 {
				return errNotLasting("last")
			}
			return explain(err)
		})
	})
	if err != nil {
		return fmt.Errorf("ending an appointment: %w", err)
	}
	return nil
}

// checkEnd refuses a new last day (zero for none) that would change what has
// been: of a period that is over, or before yesterday.
func checkEnd(today, first, was, last calendar.Date) error {
	yesterday := today.AddDays(-1)
	switch {
	case !last.IsZero() && last.Before(first):
		return errReversed()
	case !last.IsZero() && last.Before(yesterday), !was.IsZero() && was.Before(yesterday):
		return invalid("last", "すでに過ぎた期間は変えられません。最後の日は、昨日か、それより後の日にしてください。")
	}
	return nil
}

// errBegun refuses to take back what has begun.
func errBegun() error {
	return fault.New(fault.Conflict, "すでに始まったものは取り消せません。終わらせるときは、最後の日を入力してください。")
}

// Withdraw takes back an appointment that was prepared and has not begun.
func (s *Service) Withdraw(ctx context.Context, actor authz.Actor, id int64) error {
	err := s.change(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		a, err := lockAppointment(ctx, tx, id)
		if err != nil {
			return door.Unchanged(), err
		}
		if err := allowDecision(ctx, tx, a.Person); err != nil {
			return door.Unchanged(), err
		}
		if !a.First.After(tx.Today()) {
			return door.Unchanged(), errBegun()
		}
		return a.effect(id, "withdrawn"), keepingOffices(ctx, tx, func() error {
			_, err := tx.Exec(ctx, `DELETE FROM appointment WHERE id = $1`, id)
			return err
		})
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
	SectionName string // empty for posts that belong to none
	SectionCode string
	Title       string // of the post
	Roles       []authz.Role
}

// PostName is how the post is said, with its section.
func (l AppointmentLine) PostName() string { return authz.PostName(l.SectionName, l.Title) }

// On tells whether the appointment is in force on a day.
func (a Appointment) On(day calendar.Date) bool {
	return !day.Before(a.First) && (a.Last.IsZero() || !day.After(a.Last))
}

// Appointment returns an appointment; NotFound if there is none.
func (s *Service) Appointment(ctx context.Context, actor authz.Actor, id int64, day calendar.Date) (AppointmentLine, error) {
	if err := maySee(actor); err != nil {
		return AppointmentLine{}, err
	}
	lines, err := s.appointments(ctx, `a.id = @id`, id, day)
	return theOne(lines, err, errNoAppointment())
}

// appointments lists those that fulfil a condition on a and @id, the latest first,
// each with the roles that its post carries on its last day or, while it lasts,
// on the day asked for.
func (s *Service) appointments(ctx context.Context, condition string, id int64, day calendar.Date) ([]AppointmentLine, error) {
	return postgres.List[AppointmentLine](ctx, s.pool, "listing appointments", `
		SELECT a.id, a.person_id AS person, a.post_id AS post, lower(a.period) AS first, upper(a.period) - 1 AS last, a.acting,
		       p.name AS person_name, p.staff_number, coalesce(s.name, '') AS section_name, coalesce(s.code, '') AS section_code, po.title,
		       ARRAY(SELECT role FROM post_role WHERE post_id = po.id AND period @> greatest(lower(a.period), least(upper(a.period) - 1, @day::date))
		             ORDER BY array_position(@given::text[], role)) AS roles
		FROM appointment a JOIN person p ON p.id = a.person_id JOIN post po ON po.id = a.post_id LEFT JOIN section s ON s.id = po.section_id
		WHERE `+condition+` ORDER BY lower(a.period) DESC, po.position, a.id`, pgx.StrictNamedArgs{"id": id, "day": day, "given": authz.Given()})
}

func errNoAppointment() error {
	return fault.New(fault.NotFound, "この発令は見つかりません。取り消されていないか、職員の画面で確かめてください。")
}

// appointmentColumns are the fields of an Appointment, of table appointment.
const appointmentColumns = `id, person_id AS person, post_id AS post, lower(period) AS first, upper(period) - 1 AS last, acting`

func lockAppointment(ctx context.Context, tx pgx.Tx, id int64) (Appointment, error) {
	locked, err := postgres.List[Appointment](ctx, tx, "loading an appointment", `SELECT `+appointmentColumns+` FROM appointment WHERE id = $1 FOR UPDATE`, id)
	return theOne(locked, err, errNoAppointment())
}
