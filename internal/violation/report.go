package violation

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/notice"
	"kagami/internal/postgres"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/term"
)

// Report is what opens a case that is only reported. Who reports it is not known here.
type Report struct {
	Receiver procedure.Seat // the 統括 or the CISO
	Person   string         // the 職員番号 of whom it is about; empty where that is not known
	On       calendar.Date  // the day on which it came
}

// Reported is a case that a report has opened.
type Reported struct {
	ID      int64
	Code    string
	Notices []notice.Message // for those to whom it goes
}

// Receive opens a case by a report, for which leave was asked: it waits for an answer to who
// has reported it.
func Receive(ctx context.Context, tx *door.Tx, r Report) (Reported, error) {
	t := turn{Case: Case{Receiver: r.Receiver}, event: procedure.EventReport, seat: reporterSeat, today: tx.Today()}
	var err error
	if t.reckoning, err = reckon(ctx, tx, t.today); err != nil {
		return Reported{}, err
	}
	if r.Person != "" {
		if err := t.whose(ctx, tx, &Finding{Person: r.Person}); err != nil {
			return Reported{}, err
		}
	}
	if t.seats, err = t.Case.seats(ctx, tx, t.today); err != nil {
		return Reported{}, err
	}
	if t.Case, err = begin(ctx, tx, t.Case); err != nil {
		return Reported{}, err
	}
	if t.to, err = procedure.Arrow(t.State, t.event); err != nil {
		return Reported{}, err
	}
	t.DueOn = term.Due(t.terms, term.AnswerReporter, r.On, t.office)
	told := t.whom(t.event, t.seats, nil, 0)
	for i := range told {
		told[i].FromAt = tx.Now
	}
	if _, err := t.write(ctx, tx, authz.Actor{}, Said{}, told); err != nil {
		return Reported{}, err
	}
	if t.Person != 0 {
		_, err = tx.Exec(ctx, `INSERT INTO violation_recused (case_id, person_id, why) VALUES (@case, @person, @why)`,
			pgx.StrictNamedArgs{"case": t.ID, "person": t.Person, "why": string(Concerned)})
	}
	return Reported{t.ID, t.Code, t.notices(t.event, told, tx.Now)}, wrap("keeping the person out of a case", err)
}

// reporterSeat is the seat of who has reported a case.
const reporterSeat procedure.Seat = "reporter"

// SeatsAbout are who sits in the seats of a case about somebody in a 課室, or nobody (0), before there
// is one.
func SeatsAbout(ctx context.Context, db postgres.Querier, person, section int64, day calendar.Date) (procedure.Seats, error) {
	return Case{Person: person, Section: section}.seats(ctx, db, day)
}

// Look is how an actor stands to a case, without what stands in it.
type Look struct {
	ID      int64
	Reading Reading
	Aside   bool // they take no part in it, nor in the one that it is part of
	// General tells whether they sit in the 統括's seat; Matter is the case's from there.
	General bool
	Matter  authz.Matter
}

// LookAt looks how an actor stands to a case, also where they may read nothing of it. NotFound
// where there is none.
func LookAt(ctx context.Context, db postgres.Querier, actor authz.Actor, code string, now time.Time) (Look, error) {
	c, seats, err := find(ctx, db, actor, code, now, "")
	if err != nil {
		return Look{}, err
	}
	look := Look{
		ID: c.ID, Reading: c.reading(actor, seats), Aside: c.out(actor.Person),
		General: seats.General.Has(actor.Person), Matter: seats.General.Matter(c.matter()),
	}
	for c.JoinedTo != "" {
		if c, _, err = find(ctx, db, actor, c.JoinedTo, now, ""); err != nil {
			return Look{}, err
		}
		look.Aside = look.Aside || c.out(actor.Person)
	}
	return look, nil
}
