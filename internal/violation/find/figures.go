package find

import (
	"context"
	"slices"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/violation"
	"kagami/internal/violation/name"
	"kagami/internal/violation/procedure"
)

// Figures are the town's cases in numbers, as far as the actor reads them by more than parts: each
// is the length of the list that is asked for the same.
type Figures struct {
	Open, Late int
	States     map[procedure.State]int
	Ages       [len(AgeTitles)]int // of those that are open, since they were opened
	Clauses    []Clause            // of those that are open, the most first
	Repeats    [3]int              // of those that count: the first of its person, the second, a later one
}

// Clause is how many open cases name clauses in the same words.
type Clause struct {
	Clauses string
	Cases   int
}

// AgeTitles are the ages by which open cases are counted.
var AgeTitles = [...]string{"30日まで", "31日から90日", "91日から180日", "181日以上"}

const mostClauses = 20

// readable are the cases c that an actor reads by more than parts.
func (r reader) readable() string {
	return ` FROM violation_case c WHERE ` + r.reads() + ` >= 2 AND ` + untilToday(`c.opened_at`) + ` `
}

// untilToday tells of an instant that it is not after today.
func untilToday(instant string) string {
	return `(` + instant + ` AT TIME ZONE 'Asia/Tokyo')::date <= @today::date`
}

// Figures counts cases: for who reads all of the town's. Of what somebody takes no part in
// nothing is counted for them, so that they don't find their own case by a number.
func (s *Service) Figures(ctx context.Context, actor authz.Actor) (Figures, error) {
	f := Figures{States: map[procedure.State]int{}}
	if err := townWide(actor); err != nil {
		return f, err
	}
	now := s.now()
	r, err := s.readerOf(ctx, actor, now)
	if err != nil {
		return f, err
	}
	type row struct {
		State     procedure.State
		Age, Time int
		Late      bool
		Cases     int
	}
	rows, err := postgres.List[row](ctx, s.pool, "counting cases", `
		SELECT x.state, CASE WHEN x.days <= 30 THEN 0 WHEN x.days <= 90 THEN 1 WHEN x.days <= 180 THEN 2 ELSE 3 END AS age, x.time, x.late, count(*)::int AS cases FROM (
			SELECT c.state, @today::date - (c.opened_at AT TIME ZONE 'Asia/Tokyo')::date AS days, coalesce(`+late+`, false) AS late,
			       CASE WHEN c.confirmed_at IS NULL OR c.outcome IN ('dismissed', 'not_violation') THEN 0 ELSE 1 + (SELECT count(*)::int FROM violation_case o
			       	WHERE o.person_id = c.person_id AND o.id <> c.id AND o.confirmed_at < c.confirmed_at AND o.outcome NOT IN ('dismissed', 'not_violation')) END AS time
			`+r.readable()+`) x GROUP BY 1, 2, 3, 4`, r.args)
	if err != nil {
		return f, err
	}
	for _, n := range rows {
		f.States[n.State] += n.Cases
		if n.Time > 0 {
			f.Repeats[min(n.Time, len(f.Repeats))-1] += n.Cases
		}
		if !n.State.Open() {
			continue
		}
		f.Open += n.Cases
		f.Ages[n.Age] += n.Cases
		if n.Late {
			f.Late += n.Cases
		}
	}
	args := violation.Instant(now, r.args)
	args["most"] = mostClauses
	f.Clauses, err = postgres.List[Clause](ctx, s.pool, "counting the clauses of cases", `
		SELECT c.clauses, count(*)::int AS cases`+r.readable()+`AND c.clauses <> '' AND c.closed_at IS NULL AND c.state <> 'joined' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT @most`, args)
	return f, err
}

// Year is what was done in a fiscal year, of the whole town: no 課室 and no month, by which
// somebody could be found in a small town.
type Year struct {
	Cases, Closed int
	States        map[procedure.State]int // of those that have not ended
	Outcomes      map[procedure.Outcome]int
	Cuts          int // cases in which somebody's access was cut
	Repeated      int // cases of somebody of whom one had been confirmed before
}

// Year counts the cases that were open in a fiscal year, with those that were disposed of since.
func (s *Service) Year(ctx context.Context, actor authz.Actor, year int) (Year, error) {
	y := Year{States: map[procedure.State]int{}, Outcomes: map[procedure.Outcome]int{}}
	if err := townWide(actor); err != nil {
		return y, err
	}
	r, err := s.readerOf(ctx, actor, s.now())
	if err != nil {
		return y, err
	}
	type row struct {
		State                 procedure.State
		Outcome               procedure.Outcome
		Cases, Cuts, Repeated int
	}
	args := violation.Instant(s.now(), r.args)
	args["year"], args["from"], args["after"] = year, calendar.NewDate(year, time.April, 1).Start(), calendar.NewDate(year+1, time.April, 1).Start()
	rows, err := postgres.List[row](ctx, s.pool, "counting the cases of a year", `
		SELECT c.state, c.outcome, count(*)::int AS cases,
		       (count(*) FILTER (WHERE EXISTS (SELECT FROM violation_step h WHERE h.case_id = c.id AND h.event = 'cut')))::int AS cuts,
		       (count(*) FILTER (WHERE EXISTS (SELECT FROM violation_case o WHERE o.person_id = c.person_id AND o.id <> c.id AND o.confirmed_at < c.confirmed_at AND o.outcome NOT IN ('dismissed', 'not_violation'))))::int AS repeated
		`+r.readable()+`AND c.state <> 'joined' AND c.opened_at < @after::timestamptz AND (c.closed_at IS NULL OR c.closed_at >= @from::timestamptz) GROUP BY 1, 2
		UNION ALL
		SELECT d.state, d.outcome, count(*)::int, 0, 0 FROM violation_disposal d WHERE NOT d.stood_in AND d.state <> 'joined' AND d.opened_in <= @year AND d.closed_in >= @year GROUP BY 1, 2`, args)
	if err != nil {
		return y, err
	}
	for _, n := range rows {
		y.Cases += n.Cases
		y.Cuts += n.Cuts
		y.Repeated += n.Repeated
		if n.State.Open() {
			y.States[n.State] += n.Cases
		} else {
			y.Closed += n.Cases
			y.Outcomes[n.Outcome] += n.Cases
		}
	}
	return y, nil
}

// townWide refuses who does not read the town's cases.
func townWide(actor authz.Actor) error {
	if !slices.ContainsFunc(actor.Holdings, func(h authz.Holding) bool {
		return actor.Table.ReachOf(h.Role, authz.ReadViolation) == authz.All && h.Role != authz.CIO
	}) {
		return fault.New(fault.Forbidden, "町全体の数は、あなたの役割では見られません。")
	}
	return nil
}

// ReadsTown tells whether an actor reads the town's numbers.
func ReadsTown(actor authz.Actor) bool { return townWide(actor) == nil }

// Least is the smallest number that a split of the town's numbers shows.
const Least = 3

// Shown is a number of a split as it may be shown.
type Shown struct {
	Number int
	Small  bool // it is less than Least: 「3未満」
	Apart  bool // it is left out, for the total would say what a small one is
}

// Mask is a split of a total as it may be shown. A number below Least, none among them, is shown
// only as that: the one whose rights were revoked would be known by it. Where the total and the
// others give away the small ones, the smallest of the others is left out too.
func Mask(split []int) []Shown {
	list := make([]Shown, len(split))
	hidden, sum := 0, 0
	for i, n := range split {
		list[i] = Shown{Number: n}
		if n < Least {
			list[i] = Shown{Small: true}
			hidden, sum = hidden+1, sum+n
		}
	}
	if sum == 0 || hidden > 1 && sum < hidden*(Least-1) {
		return list
	}
	least := -1
	for i, n := range split {
		if n >= Least && (least < 0 || n < split[least]) {
			least = i
		}
	}
	if least >= 0 {
		list[least] = Shown{Apart: true}
	}
	return list
}

// Alone is an act that somebody did though nobody else could (兼務).
type Alone struct {
	Code   string
	At     time.Time
	Event  procedure.Event
	Seat   procedure.Seat
	ByName string // empty for who reads numbers in the place of names
	Reason string
}

const mostAlone = 500

// Alone lists the acts that were done as 兼務（やむを得ない理由）, the newest first: for the CISO
// with the names, for 監査 without.
func (s *Service) Alone(ctx context.Context, actor authz.Actor) ([]Alone, error) {
	if !ReadsAlone(actor) {
		return nil, fault.New(fault.Forbidden, "兼務の一覧を見るのは、CISOと監査担当者です。")
	}
	type row struct {
		Alone
		Reading violation.Reading
		Names   []string
	}
	r, err := s.readerOf(ctx, actor, s.now())
	if err != nil {
		return nil, err
	}
	args := violation.Instant(s.now(), r.args)
	args["most"] = mostAlone
	rows, err := postgres.List[row](ctx, s.pool, "listing what was done alone", `
		SELECT c.code, h.at, h.event, h.seat, coalesce(p.name, '') AS by_name, h.alone AS reason, `+r.reads()+` AS reading,
		       ARRAY(SELECT n.name FROM person_shown n WHERE n.id = c.person_id OR n.id IN (SELECT t.person_id FROM violation_party t WHERE t.case_id = c.id) OR n.id IN (SELECT q.person_id FROM violation_recused q WHERE q.case_id = c.id)) AS names
		FROM violation_step h JOIN violation_case c ON c.id = h.case_id LEFT JOIN person_shown p ON p.id = h.by
		WHERE h.alone <> '' AND `+r.reads()+` >= 2 AND `+untilToday(`h.at`)+` ORDER BY h.at DESC, c.id DESC, h.version DESC LIMIT @most`, args)
	list := make([]Alone, len(rows))
	for i, a := range rows {
		list[i] = a.Alone
		if a.Reading == violation.Numbered {
			list[i].ByName, list[i].Reason = "", name.Hide(a.Reason, a.Names)
		}
	}
	return list, err
}

// ReadsAlone tells whether an actor reads that list.
func ReadsAlone(actor authz.Actor) bool { return actor.Has(authz.CISO) || actor.Has(authz.Auditor) }
