package report

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/postgres"
	"kagami/internal/trail"
)

// Handler is somebody who is named 公益通報対応業務従事者, from a day to a day.
type Handler struct {
	ID     int64
	Person int64
	Number string
	Name   string
	First  calendar.Date
	Last   calendar.Date // zero for no end
	By     string
}

// HandlerTopic is who may see that they are named.
func HandlerTopic() notice.Topic {
	return notice.Topic{Kind: handlerSubject, Shown: func(authz.Actor) (string, pgx.StrictNamedArgs) { return `true`, nil }}
}

// isHandler tells whether somebody is named on a day.
func isHandler(ctx context.Context, db postgres.Querier, person int64, day calendar.Date) (is bool, err error) {
	err = db.QueryRow(ctx, `SELECT EXISTS (SELECT FROM violation_report_handler WHERE person_id = @person AND period @> @day::date)`,
		pgx.StrictNamedArgs{"person": person, "day": day}).Scan(&is)
	return is, wrap("looking who handles reports", err)
}

// Handlers lists who is named, or was, those of today first: for who names them.
func (s *Service) Handlers(ctx context.Context, actor authz.Actor) ([]Handler, error) {
	if _, err := authz.Check(actor, authz.KeepReporters, authz.Matter{}); err != nil {
		return nil, err
	}
	return postgres.List[Handler](ctx, s.pool, "listing who handles reports", `
		SELECT h.id, h.person_id AS person, p.staff_number AS number, p.name, lower(h.period) AS first, CASE WHEN upper_inf(h.period) THEN NULL ELSE upper(h.period) - 1 END AS last, b.name AS by
		FROM violation_report_handler h JOIN person_shown p ON p.id = h.person_id JOIN person_shown b ON b.id = h.named_by
		ORDER BY upper_inf(h.period) OR upper(h.period) > @today::date DESC, p.furigana, h.id`, pgx.StrictNamedArgs{"today": s.today()})
}

// NameHandler names somebody from a day on, until a day or until further notice.
func (s *Service) NameHandler(ctx context.Context, actor authz.Actor, number string, first, last calendar.Date) error {
	err := s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.KeepReporters, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		var problems []fault.Problem
		wrong := func(field, message string) {
			problems = append(problems, fault.Problem{Field: field, Message: message})
		}
		var person int64
		err := tx.QueryRow(ctx, `SELECT id FROM person_shown WHERE lower(staff_number) = lower(@number)`, pgx.StrictNamedArgs{"number": strings.TrimSpace(number)}).Scan(&person)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			wrong("number", "この職員番号の人は、見つかりません。番号を確かめてください。")
		case err != nil:
			return door.Unchanged(), wrap("finding who handles reports", err)
		}
		if first.IsZero() || first.Before(tx.Today()) {
			wrong("first_on", "初日を、今日からの日で入力してください。")
		}
		if !last.IsZero() && last.Before(first) {
			wrong("last_on", "最後の日は、初日から後の日にしてください。期限がないときは、空のままにします。")
		}
		if err := fault.InvalidFields(problems); err != nil {
			return door.Unchanged(), err
		}
		var id int64
		err = tx.QueryRow(ctx, `
			INSERT INTO violation_report_handler (person_id, period, named_by, named_at) VALUES (@person, daterange(@first::date, @last::date, '[]'), @by, @now) RETURNING id`,
			pgx.StrictNamedArgs{"person": person, "first": first, "last": last, "by": actor.Person, "now": tx.Now}).Scan(&id)
		if err != nil {
			return door.Unchanged(), err
		}
		return door.Effect{
			Subject: trail.Subject{Kind: handlerSubject, ID: id}, Fields: []string{"period"}, Refs: map[string]int64{"person": person},
			Notices: []notice.Message{{To: []int64{person}, Notice: notice.Notice{
				Topic: handlerSubject, TopicID: id, Title: "公益通報対応業務従事者に決まりました", URL: address.ReportOpenings,
				Text: calendar.Wareki(first) + "からです。報告した人がだれかを漏らしてはなりません（公益通報者保護法）。",
			}}},
		}, nil
	})
	if postgres.Constraint(err) == "violation_report_handler_once" {
		return fault.InvalidFields([]fault.Problem{{Field: "number", Message: "この人は、その期間に、もう従事者になっています。"}})
	}
	return err
}

// EndHandler lets somebody be named until a day.
func (s *Service) EndHandler(ctx context.Context, actor authz.Actor, id int64, last calendar.Date) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.KeepReporters, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		type row struct {
			Person int64
			First  calendar.Date
			Open   bool // it has not ended
		}
		h, err := postgres.One[row](ctx, tx, "finding who handles reports", `
			SELECT person_id AS person, lower(period) AS first, upper_inf(period) OR upper(period) > @today::date AS open FROM violation_report_handler WHERE id = @id FOR UPDATE`,
			pgx.StrictNamedArgs{"id": id, "today": tx.Today()})
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return door.Unchanged(), fault.New(fault.NotFound, "この従事者は、見つかりません。一覧を開き直してください。")
		case err != nil:
			return door.Unchanged(), err
		case !h.Open:
			return door.Unchanged(), fault.New(fault.Conflict, "この人は、もう従事者ではありません。")
		case last.IsZero() || last.Before(tx.Today()) || last.Before(h.First):
			return door.Unchanged(), fault.InvalidFields([]fault.Problem{{Message: "最後の日を、初日と今日から後の日で入力してください。"}})
		}
		if _, err := tx.Exec(ctx, `UPDATE violation_report_handler SET period = daterange(@first::date, @last::date, '[]') WHERE id = @id`,
			pgx.StrictNamedArgs{"id": id, "first": h.First, "last": last}); err != nil {
			return door.Unchanged(), wrap("ending who handles reports", err)
		}
		return door.Effect{Subject: trail.Subject{Kind: handlerSubject, ID: id}, Fields: []string{"period"}, Refs: map[string]int64{"person": h.Person}}, nil
	})
}
