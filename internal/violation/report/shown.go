package report

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/violation"
)

// Shown is a report as those see it who read its case whole: all but who has made it.
type Shown struct {
	ID         int64  `db:"id"`
	Case       string // the code of the case that it has opened, which may be joined to the one that is read
	ReceivedOn calendar.Date
	Way        Way
	TakenBy    string // empty for one that was made through the portal
	Named      bool   // whether it is known who has made it
	What       string
	When       string
	Where      string
	Whom       string // in words; empty where it is not known
	Papers     []violation.Paper
	Sealed     []byte     // the number by which who has made it finds its answers
	Lost       bool       `db:"-"` // its key is given up: who has made it can't be told of answers
	Answers    []Answered `db:"-"`
	Passed     []Passed   `db:"-"`
	Openings   []Opening  `db:"-"`
}

// Opening is that somebody has opened who has made a report.
type Opening struct {
	At     time.Time
	By     string
	Reason string
}

// Of lists the reports of a case that the actor has opened, and of what is joined to it: for who
// reads it whole, and of those that are joined, of which they are not themselves the matter.
func (s *Service) Of(ctx context.Context, actor authz.Actor, o violation.Opened) ([]Shown, error) {
	if o.Reading != violation.Whole {
		return nil, nil
	}
	list, err := postgres.List[Shown](ctx, s.pool, "listing the reports of a case", parts+`
		SELECT r.id, c.code AS case, r.received_on, r.way, coalesce(p.name, '') AS taken_by, r.named, r.what, r.happened AS when, r.place AS where, r.whom,
		       coalesce((SELECT jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'size', f.size) ORDER BY f.id)
		       	FROM violation_report_paper a JOIN attachment_shown f ON f.id = a.attachment_id WHERE a.report_id = r.id), '[]') AS papers, n.sealed
		FROM violation_report r JOIN violation_report_number n ON n.report_id = r.id JOIN part ON part.id = r.case_id JOIN violation_case c ON c.id = r.case_id LEFT JOIN person_shown p ON p.id = r.taken_by
		WHERE NOT EXISTS (SELECT FROM violation_recused x WHERE x.case_id = r.case_id AND x.person_id = @actor) ORDER BY r.case_id <> @case, r.id`,
		pgx.StrictNamedArgs{"case": o.ID, "actor": actor.Person})
	for i := range list {
		if err != nil {
			return nil, err
		}
		args := pgx.StrictNamedArgs{"id": list[i].ID}
		if list[i].Lost, err = s.keys.IsLost(ctx, s.pool, list[i].Sealed); err != nil {
			return nil, err
		}
		if list[i].Answers, err = postgres.List[Answered](ctx, s.pool, "listing answers", `SELECT at, answer, reason FROM violation_report_answer WHERE report_id = @id ORDER BY number`, args); err != nil {
			return nil, err
		}
		if list[i].Passed, err = passed(ctx, s.pool, list[i].ID); err != nil {
			return nil, err
		}
		list[i].Openings, err = postgres.List[Opening](ctx, s.pool, "listing who has opened a name", `
			SELECT o.at, p.name AS by, o.reason FROM violation_report_opening o JOIN person_shown p ON p.id = o.by WHERE o.report_id = @id ORDER BY o.at DESC`, args)
	}
	return list, err
}

// Paper returns the id of a file of a report of a case that the actor has opened: NotFound where
// it hangs on none that they are shown.
func (s *Service) Paper(ctx context.Context, actor authz.Actor, o violation.Opened, id int64) (int64, error) {
	list, err := s.Of(ctx, actor, o)
	for _, r := range list {
		for _, p := range r.Papers {
			if p.ID == id {
				return id, err
			}
		}
	}
	if err == nil {
		err = fault.New(fault.NotFound, "このファイルは見つかりません。前の画面を開き直してください。")
	}
	return 0, err
}
