package report

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/postgres"
	"kagami/internal/trail"
	"kagami/internal/violation"
	"kagami/internal/violation/procedure"
)

// parts are in SQL the case @case and all that are joined to it.
const parts = `WITH RECURSIVE part AS (SELECT @case::bigint AS id UNION SELECT c.id FROM violation_case c JOIN part ON c.joined_to = part.id)`

// Answer answers those who have made the reports of a case, and of what is joined to it, where a
// step of it is taken. It returns whom to tell: who has reported through the portal, or else
// who took the report; nobody where the key of who has reported is given up.
func (s *Service) Answer(ctx context.Context, tx *door.Tx, id int64, version int, event procedure.Event, text string) ([]notice.Message, error) {
	if procedure.AnswerTo(event, "") == "" {
		return nil, nil
	}
	type row struct {
		ID     int64
		Taken  int64 // who took it, unless they take no part in the case
		Way    Way
		Number int // of the last answer
		Before procedure.Answer
		Over   bool // it is joined to what is closed already
	}
	list, err := postgres.List[row](ctx, tx, "looking who is answered", parts+`
		SELECT r.id, r.way, coalesce(a.number, 0) AS number, coalesce(a.answer, '') AS before,
		       coalesce((SELECT o.state = 'closed' FROM violation_case c JOIN violation_case o ON o.id = c.joined_to WHERE c.id = @case), false) AS over,
		       CASE WHEN EXISTS (SELECT FROM violation_recused x WHERE x.case_id IN (@case, r.case_id) AND x.person_id = r.taken_by) THEN 0 ELSE coalesce(r.taken_by, 0) END AS taken
		FROM violation_report r JOIN part ON part.id = r.case_id
		LEFT JOIN LATERAL (SELECT l.number, l.answer FROM violation_report_answer l WHERE l.report_id = r.id ORDER BY l.number DESC LIMIT 1) a ON true
		ORDER BY r.id`, pgx.StrictNamedArgs{"case": id})
	if err != nil {
		return nil, err
	}
	var messages []notice.Message
	for _, r := range list {
		answers := []procedure.Answer{procedure.AnswerTo(event, r.Before)}
		if event == procedure.EventJoin && r.Over {
			answers = append(answers, procedure.Completed)
		}
		told := false
		for _, a := range answers {
			if a == "" {
				continue
			}
			told, r.Number = true, r.Number+1
			reason := ""
			if a == procedure.NotInvestigating {
				reason = text
			}
			if _, err := tx.Exec(ctx, `
				INSERT INTO violation_report_answer (report_id, number, at, case_id, version, answer, reason) VALUES (@report, @number, @now, @case, @version, @answer, @reason)`,
				pgx.StrictNamedArgs{"report": r.ID, "number": r.Number, "now": tx.Now, "case": id, "version": version, "answer": string(a), "reason": reason}); err != nil {
				return nil, wrap("answering who has reported", err)
			}
		}
		if !told {
			continue
		}
		who, number, err := s.of(ctx, tx, r.ID)
		if errors.Is(err, errLost) { // the case goes on: rights are given back though nobody can be told
			continue
		}
		if err != nil {
			return nil, err
		}
		messages = append(messages, message(r.Way, who.Person, r.Taken, number)...)
	}
	return messages, nil
}

// message tells of an answer. To who has reported it says no more than what anybody is told to
// whom the 総務課 writes: others see a screen too.
func message(way Way, person, taken int64, number string) []notice.Message {
	n := notice.Notice{Topic: topic, URL: address.ReportAnswer(number), Title: "総務課からの連絡があります", Text: "あなたにあてた連絡です。内容を見てください。"}
	to := person
	if way != ByPortal {
		to, n.Title, n.Text = taken, "受けた報告に、回答があります", "報告した人に伝えて、伝えたことを記録してください。"
	}
	if to == 0 {
		return nil
	}
	return []notice.Message{{To: []int64{to}, Notice: n}}
}

// Answered is what who has made a report was answered.
type Answered struct {
	At     time.Time
	Answer procedure.Answer
	Reason string // of 調査しない
}

// Passed is that who has made a report without the portal was told its answers.
type Passed struct {
	On  calendar.Date
	How string
	By  string
}

// Reply is a report as who has made it finds its answers, or who passes them on.
type Reply struct {
	Number     string
	ReceivedOn calendar.Date
	Way        Way
	To         procedure.Seat
	DueOn      calendar.Date // by when they are answered first
	Answers    []Answered    // in their order
	Passed     []Passed      // the newest first
	id         int64
	code       string // of the case
}

// Reply returns a report by its number: one that was made through the portal for who has made it
// alone; another for who takes such reports, unless they take no part in the case. NotFound for
// everybody else.
func (s *Service) Reply(ctx context.Context, actor authz.Actor, number string) (Reply, error) {
	r, err := s.reply(ctx, s.pool, actor, number, s.door.Now())
	if err != nil {
		return Reply{}, err
	}
	if r.Answers, err = postgres.List[Answered](ctx, s.pool, "listing answers", `SELECT at, answer, reason FROM violation_report_answer WHERE report_id = @id ORDER BY number`,
		pgx.StrictNamedArgs{"id": r.id}); err != nil {
		return Reply{}, err
	}
	r.Passed, err = passed(ctx, s.pool, r.id)
	return r, err
}

func passed(ctx context.Context, db postgres.Querier, id int64) ([]Passed, error) {
	return postgres.List[Passed](ctx, db, "listing how answers were passed on", `
		SELECT x.passed_on AS on, x.how, p.name AS by FROM violation_report_passed x JOIN person_shown p ON p.id = x.by WHERE x.report_id = @id ORDER BY x.id DESC`,
		pgx.StrictNamedArgs{"id": id})
}

// reply is Reply without what was answered.
func (s *Service) reply(ctx context.Context, db postgres.Querier, actor authz.Actor, number string, now time.Time) (Reply, error) {
	who, there, err := s.find(ctx, db, number)
	if err != nil {
		return Reply{}, err
	}
	if !there {
		return Reply{}, errNone()
	}
	type row struct {
		ID         int64
		Code       string
		ReceivedOn calendar.Date
		Way        Way
		Receiver   procedure.Seat
		DueOn      calendar.Date
	}
	r, err := postgres.One[row](ctx, db, "finding a report", `
		SELECT r.id, c.code, r.received_on, r.way, c.receiver, CASE WHEN c.state = 'reported' THEN c.due_on END AS due_on
		FROM violation_report r JOIN violation_case c ON c.id = r.case_id WHERE r.id = @id`, pgx.StrictNamedArgs{"id": who.Report})
	if errors.Is(err, pgx.ErrNoRows) {
		return Reply{}, errNone()
	}
	if err != nil {
		return Reply{}, err
	}
	reply := Reply{Number: number, ReceivedOn: r.ReceivedOn, Way: r.Way, To: r.Receiver, DueOn: r.DueOn, id: r.ID, code: r.Code}
	if r.Way == ByPortal {
		if who.Person != actor.Person || actor.Person == 0 {
			return Reply{}, errNone()
		}
		return reply, nil
	}
	if _, may := actor.May(authz.TakeReports, authz.Matter{}); !may {
		return Reply{}, errNone()
	}
	look, err := violation.LookAt(ctx, db, actor, r.Code, now)
	if err == nil && look.Aside {
		err = errNone()
	}
	return reply, err
}

// Pass records that who has made a report without the portal was told its answers.
func (s *Service) Pass(ctx context.Context, actor authz.Actor, number string, on calendar.Date, how string) error {
	how = strings.TrimSpace(how)
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.TakeReports, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		r, err := s.reply(ctx, tx, actor, number, tx.Now)
		if err != nil {
			return door.Unchanged(), err
		}
		if r.Way == ByPortal {
			return door.Unchanged(), errNone()
		}
		var problems []fault.Problem
		if on.IsZero() || on.After(tx.Today()) || on.Before(r.ReceivedOn) {
			problems = append(problems, fault.Problem{Field: "passed_on", Message: "伝えた日を、報告を受けた日から今日までの日で入力してください。"})
		}
		if n := utf8.RuneCountInString(how); n == 0 || n > MostReason {
			problems = append(problems, fault.Problem{Field: "how", Message: "どのように、何を伝えたかを、500字までで入力してください。"})
		}
		if err := fault.InvalidFields(problems); err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Take(ctx, recording); err != nil {
			return door.Unchanged(), err
		}
		done, err := tx.Exec(ctx, `
			INSERT INTO violation_report_passed (report_id, at, passed_on, how, by) SELECT @report, @now, @on, @how, @by
			WHERE NOT EXISTS (SELECT FROM violation_report_passed p WHERE p.report_id = @report AND p.passed_on = @on::date AND p.how = @how AND p.at > @since)`,
			pgx.StrictNamedArgs{"report": r.id, "now": tx.Now, "on": on, "how": how, "by": actor.Person, "since": tx.Now.Add(-twice)})
		if err != nil {
			return door.Unchanged(), wrap("recording that answers were passed on", err)
		}
		if done.RowsAffected() == 0 {
			return door.Unchanged(), nil
		}
		return door.Effect{Subject: trail.Subject{Kind: subject, ID: r.id}, Fields: []string{"passed"}}, nil
	})
}
