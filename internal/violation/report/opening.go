package report

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/trail"
	"kagami/internal/violation"
)

// Opener is as what somebody opens names.
type Opener int

// The openers.
const (
	NoOpener  Opener = iota
	AsGeneral        // they hold the 統括's role, or stand above it
	AsHandler        // they are named 公益通報対応業務従事者
)

// Opener tells as what an actor opens who has made reports, as far as no case is asked.
func (s *Service) Opener(ctx context.Context, actor authz.Actor) (Opener, error) {
	if actor.Might(authz.KeepReporters, authz.All) {
		return AsGeneral, nil
	}
	is, err := isHandler(ctx, s.pool, actor.Person, s.today())
	if err != nil || !is {
		return NoOpener, err
	}
	return AsHandler, nil
}

func errNoCase() error {
	return fault.New(fault.NotFound, "この番号の報告は、見つかりません。事案の番号を確かめてください。違反の確認から始まった事案には、報告がありません。")
}

// opens tells what an actor stands to a case whose report's name they want to open: NotFound for
// who may not, so that they learn not even that there is one.
func opens(ctx context.Context, db postgres.Querier, actor authz.Actor, code string, now time.Time) (violation.Look, Opener, error) {
	look, err := violation.LookAt(ctx, db, actor, code, now)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return look, NoOpener, errNoCase()
	case err != nil:
		return look, NoOpener, err
	case look.Aside:
		return look, NoOpener, errNoCase()
	case look.General && look.Reading == violation.Whole:
		return look, AsGeneral, nil
	}
	handler, err := isHandler(ctx, db, actor.Person, calendar.Day(now))
	if err == nil && !handler {
		err = errNoCase()
	}
	return look, AsHandler, err
}

// Open opens who has made the report of a case, with the reason, which is recorded. It returns
// the token by which the actor sees the name for ten minutes.
func (s *Service) Open(ctx context.Context, actor authz.Actor, code, reason string) (token string, err error) {
	reason, code = strings.TrimSpace(reason), strings.ToUpper(strings.TrimSpace(code))
	var problems []fault.Problem
	if n := utf8.RuneCountInString(reason); n == 0 || n > MostReason {
		problems = append(problems, fault.Problem{Field: "reason", Message: "氏名を開く理由を、500字までで入力してください。"})
	}
	if code == "" {
		problems = append(problems, fault.Problem{Field: "case", Message: "事案の番号を入力してください。"})
	}
	if err := fault.InvalidFields(problems); err != nil {
		return "", err
	}
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		look, as, err := opens(ctx, tx, actor, code, tx.Now)
		if err != nil {
			return door.Unchanged(), err
		}
		if as == AsGeneral {
			err = tx.Allow(authz.KeepReporters, look.Matter)
		} else {
			err = tx.Allow(authz.SignedIn, authz.Matter{Person: actor.Person}) // they are named
		}
		if err != nil {
			return door.Unchanged(), err
		}
		token = rand.Text()
		var id int64
		err = tx.QueryRow(ctx, `
			INSERT INTO violation_report_opening (token, report_id, at, by, reason)
			SELECT @token, r.id, @now, @by, @reason FROM violation_report r WHERE r.case_id = @case RETURNING report_id`,
			pgx.StrictNamedArgs{"token": token, "now": tx.Now, "by": actor.Person, "reason": reason, "case": look.ID}).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return door.Unchanged(), errNoCase()
		}
		if err != nil {
			return door.Unchanged(), wrap("opening who has made a report", err)
		}
		return door.Effect{
			Subject: trail.Subject{Kind: subject, ID: id}, Fields: []string{"open_reporter"}, Refs: map[string]int64{"violation_case": look.ID},
			Confidential: map[string]any{"reason": reason},
		}, nil
	})
	return token, err
}

// openFor is how long a name that was opened is shown.
const openFor = 10 * time.Minute

// Name is who has made a report, opened.
type Name struct {
	Case    string
	Name    string // empty where it is not known
	Number  string // the 職員番号; empty where it is known in words
	Section string
	Until   time.Time // how long it is shown
}

// Opened returns a name that the actor has opened, for ten minutes. NotFound afterwards, for
// everybody else, and where they may not open it any more.
func (s *Service) Opened(ctx context.Context, actor authz.Actor, token string) (Name, error) {
	now := s.door.Now()
	none := fault.New(fault.NotFound, "開いた氏名は、10分間だけ示します。もう一度、理由を書いて開いてください。")
	type row struct {
		Report int64
		Code   string
		At     time.Time
	}
	o, err := postgres.One[row](ctx, s.pool, "finding a name that was opened", `
		SELECT o.report_id AS report, c.code, o.at FROM violation_report_opening o JOIN violation_report r ON r.id = o.report_id JOIN violation_case c ON c.id = r.case_id
		WHERE o.token = @token AND o.by = @by AND o.at > @since`, pgx.StrictNamedArgs{"token": token, "by": actor.Person, "since": now.Add(-openFor)})
	if errors.Is(err, pgx.ErrNoRows) {
		return Name{}, none
	}
	if err != nil {
		return Name{}, err
	}
	if _, _, err := opens(ctx, s.pool, actor, o.Code, now); err != nil {
		return Name{}, err
	}
	who, _, err := s.of(ctx, s.pool, o.Report)
	if err != nil {
		return Name{}, err
	}
	name := Name{Case: o.Code, Name: who.Name, Until: o.At.Add(openFor)}
	if who.Person == 0 {
		return name, nil
	}
	err = s.pool.QueryRow(ctx, `
		SELECT p.name, p.staff_number, coalesce((SELECT o.name FROM standing w JOIN section_shown o ON o.id = w.section_id
			WHERE w.person_id = p.id AND w.period @> @today::date ORDER BY w.acting, w.position, w.id LIMIT 1), '') FROM person_shown p WHERE p.id = @person`,
		pgx.StrictNamedArgs{"person": who.Person, "today": calendar.Day(now)}).Scan(&name.Name, &name.Number, &name.Section)
	return name, wrap("naming who has made a report", err)
}

// MayOpen tells whether an actor may open who has made the report of a case.
func (s *Service) MayOpen(ctx context.Context, actor authz.Actor, code string) (bool, error) {
	_, _, err := opens(ctx, s.pool, actor, code, s.door.Now())
	if fault.KindOf(err) == fault.NotFound {
		return false, nil
	}
	return err == nil, err
}
