package keeping

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
	"kagami/internal/trail"
	"kagami/internal/violation"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/retention"
)

// Kind is why a case is held.
type Kind string

// The kinds.
const (
	Appeal     Kind = "appeal"     // 審査請求
	Lawsuit    Kind = "lawsuit"    // 訴訟
	Disclosure Kind = "disclosure" // 開示請求
	Audit      Kind = "audit"      // 監査
)

// Kinds are all of them.
func Kinds() []Kind { return []Kind{Appeal, Lawsuit, Disclosure, Audit} }

// Title is what the kind is called; empty for none.
func (k Kind) Title() string {
	switch k {
	case Appeal:
		return "審査請求"
	case Lawsuit:
		return "訴訟"
	case Disclosure:
		return "開示請求"
	case Audit:
		return "監査"
	}
	return ""
}

// Hold is that a case is kept whatever its time.
type Hold struct {
	ID        int64
	Kind      Kind
	FromOn    calendar.Date
	Reason    string
	SetBy     string // the name
	SetAt     time.Time
	LiftedBy  string // empty while it holds
	LiftedAt  *time.Time
	LiftedWhy string
}

// Extension is that a case is kept longer.
type Extension struct {
	UntilOn calendar.Date
	Reason  string
	ByName  string
	At      time.Time
}

// Kept is how long a case is kept.
type Kept struct {
	violation.Led
	Period     retention.Period // zero where nothing is said of its outcome
	LastOn     calendar.Date    // the last day, with what it was made longer; zero for none
	Holds      []Hold
	Extensions []Extension
	Today      calendar.Date
}

// Held tells whether something holds it.
func (k Kept) Held() bool {
	for _, h := range k.Holds {
		if h.LiftedAt == nil {
			return true
		}
	}
	return false
}

// Over tells whether its time is over, and somebody is to decide.
func (k Kept) Over() bool { return !k.LastOn.IsZero() && k.LastOn.Before(k.Today) && !k.Held() }

// outcomeOf is how a case ended, as its keeping goes by it.
func outcomeOf(referral procedure.Event, outcome procedure.Outcome) retention.Outcome {
	if referral == procedure.EventRefer {
		return retention.Referred
	}
	return retention.Outcome(outcome)
}

// lastDay is the last day on which a case is kept; zero for no end.
func lastDay(periods []retention.Period, outcome retention.Outcome, closed time.Time, extended calendar.Date) calendar.Date {
	last, ends := retention.Until(periods, outcome, calendar.Day(closed))
	switch {
	case !ends:
		return calendar.Date{}
	case extended.After(last):
		return extended
	}
	return last
}

func periodsOn(ctx context.Context, db postgres.Querier, day calendar.Date) ([]retention.Period, error) {
	values, err := edition.LoadForPortal(ctx, db, day)
	return retention.Periods.On(values, day), err
}

// Of returns how long a case is kept, for who leads it. NotFound for everybody else.
func (s *Service) Of(ctx context.Context, actor authz.Actor, code string) (Kept, error) {
	return kept(ctx, s.pool, actor, code, s.door.Now())
}

func kept(ctx context.Context, db postgres.Querier, actor authz.Actor, code string, now time.Time) (Kept, error) {
	led, err := violation.Lead(ctx, db, actor, code, now)
	if err != nil {
		return Kept{}, err
	}
	k := Kept{Led: led, Today: calendar.Day(now)}
	of := pgx.StrictNamedArgs{"case": led.ID}
	k.Holds, err = postgres.List[Hold](ctx, db, "listing the holds of a case", `
		SELECT h.id, h.kind, h.from_on, h.reason, p.name AS set_by, h.set_at, coalesce(l.name, '') AS lifted_by, h.lifted_at, h.lifted_why
		FROM violation_hold h JOIN person_shown p ON p.id = h.set_by LEFT JOIN person_shown l ON l.id = h.lifted_by WHERE h.case_id = @case ORDER BY h.id`, of)
	if err != nil {
		return k, err
	}
	k.Extensions, err = postgres.List[Extension](ctx, db, "listing how a case is kept longer", `
		SELECT e.until_on, e.reason, p.name AS by_name, e.at FROM violation_extension e JOIN person_shown p ON p.id = e.by WHERE e.case_id = @case ORDER BY e.until_on`, of)
	if err != nil || led.ClosedAt == nil {
		return k, err
	}
	periods, err := periodsOn(ctx, db, k.Today)
	if err != nil {
		return k, err
	}
	outcome := outcomeOf(led.Referral, led.Outcome)
	for _, p := range periods {
		if p.Outcome == outcome {
			k.Period = p
		}
	}
	var extended calendar.Date
	for _, e := range k.Extensions {
		extended = e.UntilOn
	}
	k.LastOn = lastDay(periods, outcome, *led.ClosedAt, extended)
	return k, nil
}

// Line is a case whose time is over.
type Line struct {
	Code     string
	State    procedure.State
	Outcome  procedure.Outcome
	Class    string
	ClosedAt time.Time
	LastOn   calendar.Date
}

const mostLines = 500

// Over lists the cases whose time is over and that nothing holds, for who leads each.
func (s *Service) Over(ctx context.Context, actor authz.Actor) ([]Line, error) {
	now := s.door.Now()
	today := calendar.Day(now)
	periods, err := periodsOn(ctx, s.pool, today)
	if err != nil {
		return nil, err
	}
	type row struct {
		Line
		Referral           procedure.Event
		Person             int64
		Recused            []int64
		Receiver           procedure.Seat
		Confirmed          bool
		Extended           calendar.Date
		CIO, CISO, General []int64
	}
	var outcomes []string
	var closed []time.Time
	for _, p := range periods {
		if p.Years > 0 {
			outcomes, closed = append(outcomes, string(p.Outcome)), append(closed, today.AddYears(-p.Years).Start())
		}
	}
	rows, err := postgres.List[row](ctx, s.pool, "listing the cases whose time is over", `
		WITH town AS MATERIALIZED (SELECT `+responsible.Held(`h.role = 'cio'`)+` AS cio, `+responsible.Held(`h.role = 'ciso'`)+` AS ciso, `+responsible.Held(`h.role = 'general_security_officer'`)+` AS general)
		SELECT c.code, c.state, c.outcome, '' AS class, c.closed_at, NULL::date AS last_on, c.referral, coalesce(c.person_id, 0) AS person,
		       ARRAY(SELECT r.person_id FROM violation_recused r WHERE r.case_id = c.id) AS recused, c.receiver, c.confirmed_at IS NOT NULL AS confirmed,
		       (SELECT max(e.until_on) FROM violation_extension e WHERE e.case_id = c.id) AS extended, town.cio, town.ciso, town.general
		FROM violation_case c CROSS JOIN town JOIN unnest(@outcomes::text[], @closed::timestamptz[]) u (outcome, before)
			ON u.outcome = CASE WHEN c.referral = 'refer' THEN 'referred' ELSE c.outcome END AND c.closed_at < u.before
		WHERE c.state IN ('closed', 'dismissed') AND NOT EXISTS (SELECT FROM violation_hold h WHERE h.case_id = c.id AND h.lifted_at IS NULL)
		  AND NOT EXISTS (SELECT FROM violation_extension e WHERE e.case_id = c.id AND e.until_on >= @today::date)
		ORDER BY c.closed_at, c.id LIMIT @most`, pgx.StrictNamedArgs{"today": today, "outcomes": outcomes, "closed": closed, "most": mostLines})
	var list []Line
	for _, r := range rows {
		seats := procedure.Sit(procedure.Holders{CIO: r.CIO, CISO: r.CISO, General: r.General}, r.Person, r.Recused)
		outcome := outcomeOf(r.Referral, r.Outcome)
		r.LastOn = lastDay(periods, outcome, r.ClosedAt, r.Extended)
		if actor.Person == r.Person || !seats.Of(procedure.LeadSeat(r.Confirmed, r.Receiver)).Has(actor.Person) || r.LastOn.IsZero() || !r.LastOn.Before(today) {
			continue
		}
		for _, p := range periods {
			if p.Outcome == outcome {
				r.Class = p.Class
			}
		}
		list = append(list, r.Line)
	}
	return list, err
}

const maxReason = 500

func reasonOf(typed, field, title string) (string, []fault.Problem) {
	reason := strings.TrimSpace(typed)
	if reason == "" || utf8.RuneCountInString(reason) > maxReason {
		return "", []fault.Problem{{Field: field, Message: title + "を、" + strconv.Itoa(maxReason) + "字までで入力してください。"}}
	}
	return reason, nil
}

const subject = "violation_case"

// act is a change of how a case is kept, by who leads it.
func (s *Service) act(ctx context.Context, actor authz.Actor, code string, do func(tx *door.Tx, actor authz.Actor, k Kept) (door.Effect, error)) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		k, err := kept(ctx, tx, actor, code, tx.Now)
		if err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Allow(k.Action, k.Matter); err != nil {
			return door.Unchanged(), err
		}
		effect, err := do(tx, actor, k)
		effect.Subject = trail.Subject{Kind: subject, ID: k.ID}
		return effect, err
	})
}

// Typed is what is typed where a case is held.
type Typed struct {
	Kind   Kind
	From   calendar.Date
	Reason string
}

// Hold holds a case until it is lifted.
func (s *Service) Hold(ctx context.Context, actor authz.Actor, code string, typed Typed) error {
	return s.act(ctx, actor, code, func(tx *door.Tx, actor authz.Actor, k Kept) (door.Effect, error) {
		reason, problems := reasonOf(typed.Reason, "reason", "止める理由（事件番号や請求の日など）")
		if typed.Kind.Title() == "" {
			problems = append(problems, fault.Problem{Field: "kind", Message: "何のために止めるかを選んでください。"})
		}
		if typed.From.IsZero() || typed.From.After(tx.Today()) {
			problems = append(problems, fault.Problem{Field: "from_on", Message: "いつからかを、今日までの日で入力してください。"})
		}
		if len(problems) > 0 {
			return door.Unchanged(), fault.InvalidFields(problems)
		}
		_, err := tx.Exec(ctx, `INSERT INTO violation_hold (case_id, kind, from_on, reason, set_by, set_at) VALUES (@case, @kind, @from, @reason, @by, @at)`,
			pgx.StrictNamedArgs{"case": k.ID, "kind": string(typed.Kind), "from": typed.From, "reason": reason, "by": actor.Person, "at": tx.Now})
		if postgres.Constraint(err) == "violation_hold_of_case" {
			return door.Unchanged(), fault.New(fault.Conflict, "この事案の記録は、いま廃棄されました。止められません。")
		}
		return door.Effect{Fields: []string{"held"}, Confidential: map[string]any{"kind": typed.Kind, "reason": reason}}, err
	})
}

// Lift ends a hold.
func (s *Service) Lift(ctx context.Context, actor authz.Actor, code string, hold int64, why string) error {
	return s.act(ctx, actor, code, func(tx *door.Tx, actor authz.Actor, k Kept) (door.Effect, error) {
		reason, problems := reasonOf(why, "lifted_why", "解く理由")
		if len(problems) > 0 {
			return door.Unchanged(), fault.InvalidFields(problems)
		}
		done, err := tx.Exec(ctx, `UPDATE violation_hold SET lifted_by = @by, lifted_at = @at, lifted_why = @why WHERE id = @hold AND case_id = @case AND lifted_at IS NULL`,
			pgx.StrictNamedArgs{"by": actor.Person, "at": tx.Now, "why": reason, "hold": hold, "case": k.ID})
		if err == nil && done.RowsAffected() == 0 {
			err = fault.New(fault.Conflict, "廃棄を止める記録は、もう解かれています。いまの内容を確かめてください。")
		}
		return door.Effect{Fields: []string{"hold_lifted"}, Confidential: map[string]any{"reason": reason}}, err
	})
}

// longest is how many years a case may be kept longer at once.
const longest = 10

// Extend keeps a case whose time is over through another day.
func (s *Service) Extend(ctx context.Context, actor authz.Actor, code string, until calendar.Date, why string) error {
	return s.act(ctx, actor, code, func(tx *door.Tx, actor authz.Actor, k Kept) (door.Effect, error) {
		reason, problems := reasonOf(why, "reason", "延長する理由")
		if until.IsZero() || !until.After(tx.Today()) || until.After(tx.Today().AddYears(longest)) {
			problems = append(problems, fault.Problem{Field: "until_on", Message: "いつまで残すかを、明日から" + strconv.Itoa(longest) + "年後までの日で入力してください。"})
		}
		if len(problems) > 0 {
			return door.Unchanged(), fault.InvalidFields(problems)
		}
		if err := k.ripe(); err != nil {
			return door.Unchanged(), err
		}
		_, err := tx.Exec(ctx, `INSERT INTO violation_extension (case_id, until_on, reason, by, at) VALUES (@case, @until, @reason, @by, @at)`,
			pgx.StrictNamedArgs{"case": k.ID, "until": until, "reason": reason, "by": actor.Person, "at": tx.Now})
		return door.Effect{Fields: []string{"kept_longer"}, Confidential: map[string]any{"reason": reason}}, err
	})
}

// ripe refuses where there is nothing to decide yet.
func (k Kept) ripe() error {
	switch {
	case k.Held():
		return fault.New(fault.Conflict, "廃棄を止めている記録があります。それが解かれるまで、廃棄も延長も決められません。")
	case !k.Over():
		return fault.New(fault.Conflict, "この事案の保存期間は、まだ過ぎていません。過ぎたものだけ、廃棄か延長かを決められます。")
	}
	return nil
}

// Dispose disposes of a case whose time is over, for good.
func (s *Service) Dispose(ctx context.Context, actor authz.Actor, code, why string) error {
	return s.act(ctx, actor, code, func(tx *door.Tx, actor authz.Actor, k Kept) (door.Effect, error) {
		reason, problems := reasonOf(why, "reason", "廃棄する理由")
		if len(problems) > 0 {
			return door.Unchanged(), fault.InvalidFields(problems)
		}
		if err := k.ripe(); err != nil {
			return door.Unchanged(), err
		}
		forget, err := s.ties.Forget(ctx, tx, k.ID)
		if err != nil {
			return door.Unchanged(), err
		}
		_, err = tx.Exec(ctx, `SELECT dispose_violation(@case, @by, @at, @reason, @in_place, @outcome, @class, @years, @start)`, pgx.StrictNamedArgs{
			"case": k.ID, "by": actor.Person, "at": tx.Now, "reason": reason, "in_place": k.InPlace, "outcome": string(k.Period.Outcome),
			"class": k.Period.Class, "years": k.Period.Years, "start": string(k.Period.Start),
		})
		if name := postgres.Constraint(err); strings.HasPrefix(name, "violation_disposal_") {
			return door.Unchanged(), fault.New(fault.Conflict, "いまは廃棄できません。止める記録や延長が、いま入ったかもしれません。もう一度開いて確かめてください。")
		}
		if err != nil {
			return door.Unchanged(), err
		}
		return door.Effect{Fields: []string{"disposed"}}, forget()
	})
}

// NotePrint records that somebody prints the town's numbers of a fiscal year: nothing is shown
// where that fails.
func (s *Service) NotePrint(ctx context.Context, actor authz.Actor, year int) error {
	effect := door.Effect{Subject: trail.Subject{Kind: "violation_figures", ID: int64(year)}, Fields: []string{"printed"}}
	return s.door.Write(ctx, actor, authz.ReadViolation, authz.Matter{}, effect, func(now time.Time) (string, pgx.StrictNamedArgs) {
		return `INSERT INTO violation_figures_print (year, person_id, at) SELECT @year, @person, @at`, pgx.StrictNamedArgs{"year": year, "person": actor.Person, "at": now}
	})
}
