package violation

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/holiday"
	"kagami/internal/notice"
	"kagami/internal/postgres"
	"kagami/internal/violation/authority"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/term"
)

// topic is what notices of cases are about, as it is stored.
const topic = "violation_case"

// Topic is who may see a notice of a case: who was told of it.
func (s *Service) Topic() notice.Topic {
	return notice.Topic{Kind: topic, Shown: func(actor authz.Actor) (string, pgx.StrictNamedArgs) {
		// who was reminded of their turn was told of nothing
		return `(EXISTS (SELECT FROM violation_told t WHERE t.case_id = n.topic_id AND t.person_id = @case_told)
			OR EXISTS (SELECT FROM violation_case c WHERE c.id = n.topic_id AND c.person_id IS DISTINCT FROM @case_told::bigint)
				AND NOT EXISTS (SELECT FROM violation_recused r WHERE r.case_id = n.topic_id AND r.person_id = @case_told))`, pgx.StrictNamedArgs{"case_told": actor.Person}
	}}
}

// whom are those who are told of an event, each once, but for who has done it.
func (c Case) whom(event procedure.Event, seats procedure.Seats, everyone []int64, by int64) []Told {
	var list []Told
	add := func(t procedure.Telling, people ...int64) {
		for _, person := range people {
			if person != 0 && person != by && !slices.ContainsFunc(list, func(o Told) bool { return o.Person == person }) {
				list = append(list, Told{Person: person, Seat: t.Seat, Mark: t.Mark})
			}
		}
	}
	if event == procedure.EventRefer || event == procedure.EventReferNot {
		seats = seats.Overseen() // who sees to it from now on
	}
	for _, t := range procedure.Tells(event, c.ConfirmedAt != nil) {
		switch t.Seat {
		case procedure.Person:
			if event != procedure.EventReopen || c.Known {
				add(t, c.Person)
			}
		case procedure.Everyone:
			add(t, everyone...)
		case procedure.Receiver:
			t.Seat = c.Receiver
			add(t, seats.Of(c.Receiver).People...)
		default:
			add(t, seats.Of(t.Seat).People...)
		}
	}
	for i, t := range list {
		if t.Seat == procedure.Everyone { // they are told as what they are, if they sit anywhere
			list[i].Seat = procedure.Finder
			for _, seat := range []procedure.Seat{procedure.General, procedure.Manager, procedure.Chief} {
				if seats.Of(seat).Has(t.Person) {
					list[i].Seat = seat
					break
				}
			}
			if t.Person == c.Person {
				list[i].Seat = procedure.Person
			}
		}
	}
	return list
}

// Preview are those who would be told of an event that an actor takes, by name, before it is
// taken.
func (s *Service) Preview(ctx context.Context, actor authz.Actor, o Opened, event procedure.Event) ([]Told, error) {
	everyone, err := toldBefore(ctx, s.pool, o.ID, event)
	if err != nil {
		return nil, err
	}
	return named(ctx, s.pool, o.whom(event, o.Seats, everyone, actor.Person))
}

// named puts the names of people into a list of who is told.
func named(ctx context.Context, db postgres.Querier, list []Told) ([]Told, error) {
	people := make([]int64, len(list))
	for i, t := range list {
		people[i] = t.Person
	}
	names, err := namesOf(ctx, db, people)
	for i, t := range list {
		list[i].Name = names[t.Person]
	}
	return list, err
}

// toldBefore are those who were told of a case before, or have acted in it, where an event tells them
// all: who has confirmed it by ② told themselves.
func toldBefore(ctx context.Context, db postgres.Querier, id int64, event procedure.Event) ([]int64, error) {
	if !slices.ContainsFunc(procedure.Tells(event, true), func(t procedure.Telling) bool { return t.Seat == procedure.Everyone }) {
		return nil, nil
	}
	rows, err := db.Query(ctx, `SELECT DISTINCT person_id FROM violation_party WHERE case_id = @case ORDER BY 1`, pgx.StrictNamedArgs{"case": id})
	if err != nil {
		return nil, wrap("looking who was told of a case", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	return list, wrap("looking who was told of a case", err)
}

// OfficeHours is the instant itself, in the town's office hours, or else when they begin next: then
// arrives what goes to somebody concerned.
func OfficeHours(ctx context.Context, db postgres.Querier, now time.Time) (time.Time, error) {
	days, err := reckon(ctx, db, calendar.Day(now))
	return days.office.InHours(now), err
}

// reckoning is by what the days of the procedure are reckoned.
type reckoning struct {
	office calendar.Office
	terms  []term.Term
	groups []authority.Group
}

// reckon is that of a day.
func reckon(ctx context.Context, db postgres.Querier, day calendar.Date) (reckoning, error) {
	editions, err := edition.LoadForPortal(ctx, db, day)
	return reckoning{holiday.Office(editions, day), term.Terms.On(editions, day), authority.Groups.On(editions, day)}, err
}

// notices are what those who are told of a step get at once; whoever reads it only later gets it
// then. They name nobody: others see a screen too.
func (c Case) notices(event procedure.Event, told []Told, now time.Time) []notice.Message {
	var list []notice.Message
	for _, t := range told {
		if !t.FromAt.After(now) {
			list = append(list, c.message(event, t))
		}
	}
	return list
}

// message is a notice of an event.
func (c Case) message(event procedure.Event, t Told) notice.Message {
	n := notice.Notice{Topic: topic, TopicID: c.ID, URL: address.Violation(c.Code)}
	if t.Seat == procedure.Person {
		n.Title, n.Text = "総務課からの連絡があります", "あなたにあてた連絡です。内容を見てください。"
	} else {
		n.Title = "事案 " + c.Code + "：" + event.Title()
		n.Text = t.Mark.Title() + "（" + event.Clause() + "）。" + procedure.Asked(event, t.Seat, c.Vendor)
	}
	return notice.Message{To: []int64{t.Person}, Notice: n}
}

// deliver is the job of giving the notices of a step that somebody reads only from an instant on.
type deliver struct {
	Case    int64     `json:"case"`
	Version int       `json:"version"`
	At      time.Time `json:"at"`
}

// Kind is the job's name in the database.
func (deliver) Kind() string { return "violation_deliver" }

// deliverLater puts down the notices of a step that are given later.
func deliverLater(ctx context.Context, tx *door.Tx, c Case, version int, told []Told) error {
	var at time.Time
	for _, t := range told {
		if t.FromAt.After(tx.Now) && t.FromAt.After(at) {
			at = t.FromAt
		}
	}
	if at.IsZero() {
		return nil
	}
	return tx.Enqueue(ctx, deliver{c.ID, version, at}, at)
}
