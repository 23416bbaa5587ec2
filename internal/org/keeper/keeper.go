package keeper

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Service is the 台帳担当者 in a database.
type Service struct {
	pool *pgxpool.Pool
	door *door.Door
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door) *Service { return &Service{pool, d} }

// Section is one whose 台帳担当者 somebody names.
type Section struct {
	ID   int64
	Code string
	Name string
}

// Keeper is somebody who keeps a section's register, today or from a day to come.
type Keeper struct {
	ID          int64
	Section     int64
	Person      int64
	StaffNumber string
	Name        string
	First       calendar.Date
	Last        calendar.Date // zero: until it is taken back, or they leave
}

// Member is somebody of a section.
type Member struct {
	Section     int64
	Person      int64
	StaffNumber string
	Name        string
	Title       string // of their post there
}

// Desk is what somebody needs to name 台帳担当者.
type Desk struct {
	Sections []Section
	Keepers  []Keeper
	Members  []Member // who can be named: not the actor, and not who is one already
}

// standsYet is that the naming r, which comes to k, is not over. One that is to begin after
// they have left stands, too, though it comes to nothing: it is in the way of another until
// it is taken back.
const standsYet = `(upper_inf(k.period * k.stay) OR upper(k.period * k.stay) > @today::date OR k.id IS NULL AND lower(r.period) >= @today::date)`

// Desk returns the sections whose 台帳担当者 the actor names, with those named and those
// who can be. Forbidden for who names none.
func (s *Service) Desk(ctx context.Context, actor authz.Actor) (Desk, error) {
	sections := actor.Sections(authz.NameKeepers)
	if len(sections) == 0 {
		return Desk{}, fault.New(fault.Forbidden, "台帳担当者は、課室の情報セキュリティ管理者が決めます。")
	}
	args := pgx.StrictNamedArgs{"sections": sections, "today": calendar.Day(s.door.Now()), "actor": actor.Person}
	var found Desk
	var err error
	if found.Sections, err = postgres.List[Section](ctx, s.pool, "listing sections of keepers", `
		SELECT id, code, name FROM section_shown WHERE id = ANY(@sections) ORDER BY position, code`, pgx.StrictNamedArgs{"sections": sections}); err != nil {
		return Desk{}, err
	}
	found.Keepers, err = postgres.List[Keeper](ctx, s.pool, "listing keepers of registers", `
		SELECT r.id, r.section_id AS section, r.person_id AS person, p.staff_number, p.name, lower(r.period) AS first, upper(k.period * k.stay) - 1 AS last
		FROM register_keeper r LEFT JOIN register_keeping k USING (id) JOIN person_shown p ON p.id = r.person_id
		WHERE r.section_id = ANY(@sections) AND `+standsYet+`
		ORDER BY lower(r.period), p.furigana, r.id`, pgx.StrictNamedArgs{"sections": sections, "today": args["today"]})
	if err != nil {
		return Desk{}, err
	}
	found.Members, err = postgres.List[Member](ctx, s.pool, "listing who can keep a register", `
		SELECT DISTINCT ON (t.section_id, p.furigana, p.id) t.section_id AS section, p.id AS person, p.staff_number, p.name, t.title
		FROM standing t JOIN person_shown p ON p.id = t.person_id
		WHERE t.section_id = ANY(@sections) AND t.period @> @today::date AND p.id <> @actor
		  AND NOT EXISTS (SELECT FROM register_keeper r LEFT JOIN register_keeping k USING (id) WHERE r.section_id = t.section_id AND r.person_id = p.id
		                  AND `+standsYet+`)
		ORDER BY t.section_id, p.furigana, p.id, t.acting, t.position, t.id`, args)
	return found, err
}

// Name names somebody of a section, by its code and their 職員番号, from today or a day to
// come. Nobody names themselves. Invalid where they are not of the section on that day, or
// are named already.
func (s *Service) Name(ctx context.Context, actor authz.Actor, section, staffNumber string, first calendar.Date) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Take(ctx, org.Lock); err != nil {
			return door.Unchanged(), err
		}
		found, err := postgres.One[struct {
			Section, Person int64
			Name            string
		}](ctx, tx, "finding whom to name", `
			SELECT coalesce((SELECT id FROM section_shown WHERE code = @section), 0) AS section,
			       coalesce((SELECT id FROM person_shown WHERE staff_number = @number), 0) AS person,
			       coalesce((SELECT name FROM section_shown WHERE code = @section), '') AS name`,
			pgx.StrictNamedArgs{"section": section, "number": staffNumber})
		if err != nil {
			return door.Unchanged(), err
		}
		if found.Section == 0 && actor.Reach(authz.NameKeepers) != authz.None {
			return door.Unchanged(), invalid("section", "課室を選んでください。")
		}
		if err := tx.Allow(authz.NameKeepers, authz.Matter{OwnersSection: found.Section, Person: found.Person, Decision: true}); err != nil {
			return door.Unchanged(), err
		}
		switch {
		case found.Person == 0:
			return door.Unchanged(), invalid("person", "台帳担当者にする人を選んでください。")
		case first.IsZero():
			return door.Unchanged(), invalid("first", "いつから担当するかを入力してください。")
		case first.Before(tx.Today()):
			return door.Unchanged(), invalid("first", "最初の日は、今日か、それより後の日にしてください。")
		case first.After(tx.Today().AddYears(1)):
			return door.Unchanged(), invalid("first", "「いつから」は、1年先までの日にしてください。")
		}
		args := pgx.StrictNamedArgs{"section": found.Section, "person": found.Person, "first": first}
		// what has ended by itself, since they had left, gives way
		_, err = tx.Exec(ctx, `
			UPDATE register_keeper r SET period = daterange(lower(r.period), @first::date)
			WHERE r.section_id = @section AND r.person_id = @person AND lower(r.period) < @first::date AND r.period @> @first::date
			  AND NOT EXISTS (SELECT FROM register_keeping k WHERE k.id = r.id AND k.stay @> @first::date)`, args)
		if err != nil {
			return door.Unchanged(), err
		}
		var id int64
		err = tx.QueryRow(ctx, `
			INSERT INTO register_keeper (section_id, person_id, period)
			SELECT @section, @person, daterange(@first::date, NULL)
			WHERE EXISTS (SELECT FROM standing WHERE person_id = @person AND section_id = @section AND period @> @first::date) RETURNING id`, args).Scan(&id)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return door.Unchanged(), invalid("person", "この人は、その日にこの課室の職員ではありません。人か、最初の日を選び直してください。")
		case postgres.Constraint(err) == "register_keeper_once":
			return door.Unchanged(), invalid("person", "この人は、もう台帳担当者に決まっています。")
		case err != nil:
			return door.Unchanged(), err
		}
		done := effect(id, found.Section, found.Person, "section", "person", "period")
		done.Notices = tell(found.Section, found.Person, found.Name+"の台帳担当者に決まりました",
			calendar.Wareki(first)+"から、この課室の情報資産の下書きを作り、登録済みのものの変更を提案できます。登録や変更になるのは、情報セキュリティ管理者が確認したときです。")
		return done, nil
	})
	if err != nil {
		return fmt.Errorf("naming a keeper of a register: %w", err)
	}
	return nil
}

// TakeBack ends it from now on. NotFound where there is none such.
func (s *Service) TakeBack(ctx context.Context, actor authz.Actor, id int64) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Take(ctx, org.Lock); err != nil {
			return door.Unchanged(), err
		}
		found, err := postgres.One[struct {
			Section, Person int64
			Name            string
			First           calendar.Date
			Over            bool
		}](ctx, tx, "finding a keeper of a register", `
			SELECT r.section_id AS section, r.person_id AS person, s.name, lower(r.period) AS first, coalesce(upper(r.period) <= @today::date, false) AS over
			FROM register_keeper r JOIN section_shown s ON s.id = r.section_id WHERE r.id = @id FOR UPDATE OF r`, pgx.StrictNamedArgs{"id": id, "today": tx.Today()})
		if errors.Is(err, pgx.ErrNoRows) {
			err = fault.New(fault.NotFound, "この台帳担当者は、見つかりません。一覧を開き直してください。")
		}
		if err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Allow(authz.NameKeepers, authz.Matter{OwnersSection: found.Section}); err != nil {
			return door.Unchanged(), err
		}
		if found.Over {
			return door.Unchanged(), nil
		}
		if err := tx.Exclude(ctx, found.Person); err != nil {
			return door.Unchanged(), err
		}
		sql, args := `UPDATE register_keeper SET period = daterange(lower(period), @today::date) WHERE id = @id`, pgx.StrictNamedArgs{"id": id, "today": tx.Today()}
		if !found.First.Before(tx.Today()) { // it has not lasted a day
			sql, args = `DELETE FROM register_keeper WHERE id = @id`, pgx.StrictNamedArgs{"id": id}
		}
		if _, err := tx.Exec(ctx, sql, args); err != nil {
			return door.Unchanged(), err
		}
		done := effect(id, found.Section, found.Person, "period")
		done.Notices = tell(found.Section, found.Person, found.Name+"の台帳担当者の指定が解除されました", "することは、ありません。これからは、この課室の情報資産の下書きを作れません。書きかけの下書きは、残っています。")
		if found.First.After(tx.Today()) {
			done.Notices = tell(found.Section, found.Person, found.Name+"の台帳担当者になるのは、取りやめになりました", "することは、ありません。"+calendar.Wareki(found.First)+"からの予定でした。")
		}
		return done, nil
	})
	if err != nil {
		return fmt.Errorf("taking back a keeper of a register: %w", err)
	}
	return nil
}

func invalid(field, message string) error {
	return fault.InvalidFields([]fault.Problem{{Field: field, Message: message}})
}

// about is the topic of what somebody is told of keeping the register of a section, by its id.
const about = "register_keeper"

// Topic is for who was told: it is about themselves, and stays so when they keep it no more.
func Topic() notice.Topic {
	return notice.Topic{Kind: about, Shown: func(authz.Actor) (string, pgx.StrictNamedArgs) { return `true`, nil }}
}

func tell(section, person int64, title, text string) []notice.Message {
	return []notice.Message{{To: []int64{person}, Notice: notice.Notice{Topic: about, TopicID: section, Title: title, Text: text, URL: address.Assets}}}
}

func effect(id, section, person int64, fields ...string) door.Effect {
	return door.Effect{
		Subject: trail.Subject{Kind: "register_keeper", ID: id}, Fields: fields, Refs: map[string]int64{"section": section, "person": person},
	}
}
