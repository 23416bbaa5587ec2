package exception

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/holiday"
	"kagami/internal/lifecycle"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/setting"
	"kagami/internal/state"
	"kagami/internal/trail"
)

// Service is the register of exceptions in a database.
type Service struct {
	pool    *pgxpool.Pool
	door    *door.Door
	waiting state.Cache[waitingKey, Waiting]
	cited   state.Cache[waitingKey, []Cited]
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door) *Service {
	return &Service{pool: pool, door: d, waiting: state.NewCache[waitingKey, Waiting](cachedWaiting), cited: state.NewCache[waitingKey, []Cited](cachedCited)}
}

// Exception is one of the register.
type Exception struct {
	ID          int64
	Code        string // 8-0001
	Section     int64
	SectionName string
	AskedByID   int64
	AskedBy     string
	AskedAt     time.Time
	Details
	Clauses   []string // each by itself
	Unfound   []string // those of them that who asked was warned of
	ForID     int64    // whom it is for, where it is for one person; 0 for nobody
	For       string
	ReportBy  calendar.Date // by when what is done already should have been reported; zero where nobody knows
	Follows   string        // the code of the one that it goes on from; empty for none
	Followed  bool          // whether another one that is permitted goes on from it
	State     State
	DecidedBy string // empty before it is decided
	DecidedOn calendar.Date
	MendOn    calendar.Date // by when what was done already is put right; zero for no such day
	EndedOn   calendar.Date // where it ended early
	SettleBy  calendar.Date // by when it is recorded how the rule is kept again, once it is over; zero where there is nothing to record
	SettledOn calendar.Date // since when it is kept again
	Version   int
	About     []About
	Held      []int64 // the sections in which its assets stand now, where that is another one
	Hidden    int     `db:"-"` // assets that it is about and the actor does not see
}

const selectException = `
	SELECT e.id, e.code, e.section_id AS section, s.name AS section_name, e.asked_by AS asked_by_id, coalesce(p.name, '') AS asked_by, e.asked_at,
	       e.clause, e.subject, e.reason, e.risk, e.instead, e.from_on AS from, e.until_on AS until, e.review_on, e.done_since,
	       ARRAY(SELECT c.clause FROM exception_clause c WHERE c.exception_id = e.id ORDER BY c.place) AS clauses,
	       ARRAY(SELECT c.clause FROM exception_clause c WHERE c.exception_id = e.id AND c.unfound ORDER BY c.place) AS unfound,
	       coalesce(e.for_id, 0) AS for_id, coalesce(w.name, '') AS for, e.report_by, coalesce(f.code, '') AS follows, ` + goesOn + ` AS followed,
	       e.state, coalesce(d.name, '') AS decided_by, e.decided_on, e.mend_on, e.ended_on, e.settle_by, e.settled_on, e.version,
	       coalesce((SELECT jsonb_agg(jsonb_build_object('asset_id', a.asset_id, 'code', a.code, 'name', a.name, 'rule', a.rule,
	                                                   'section', h.section_id, 'section_name', n.name, 'merged', a.merged_from IS NOT NULL) ORDER BY a.code, a.rule)
	                 FROM exception_about a JOIN exception_held h ON h.exception_id = a.exception_id AND h.asset_id = a.asset_id AND h.rule = a.rule
	                 JOIN section_shown n ON n.id = h.section_id
	                 WHERE a.exception_id = e.id), '[]') AS about,
	       ARRAY(SELECT DISTINCT h.section_id FROM exception_elsewhere h WHERE h.exception_id = e.id ORDER BY 1) AS held
	FROM exception e JOIN section_shown s ON s.id = e.section_id LEFT JOIN person_shown p ON p.id = e.asked_by
	LEFT JOIN person_shown d ON d.id = e.decided_by LEFT JOIN person_shown w ON w.id = e.for_id LEFT JOIN exception f ON f.id = e.follows`

func errNone() error {
	return fault.New(fault.NotFound, "この番号の例外措置は、見つかりません。番号を確かめて、例外措置の一覧から探してください。")
}

// Find returns an exception by its code. NotFound where there is none that the actor may
// see.
func (s *Service) Find(ctx context.Context, actor authz.Actor, code string) (Exception, error) {
	return find(ctx, s.pool, actor, code, "")
}

func find(ctx context.Context, db postgres.Querier, actor authz.Actor, code, lock string) (Exception, error) {
	e, err := postgres.One[Exception](ctx, db, "finding an exception", selectException+` WHERE e.code = @code `+lock, pgx.StrictNamedArgs{"code": code})
	if errors.Is(err, pgx.ErrNoRows) {
		return Exception{}, errNone()
	}
	if err != nil {
		return Exception{}, err
	}
	if !e.May(actor, authz.ReadExceptions) {
		return Exception{}, errNone()
	}
	return e.seenBy(actor), nil
}

// Number is the exception's number as people write it.
func Number(code string) string { return "例-" + code }

// Standing is where an exception stands on a day, in words.
func (e Exception) Standing(day calendar.Date) string { return standing(e.State, e.From, e.Until, day) }

// InForce tells whether it is in force on a day.
func (e Exception) InForce(day calendar.Date) bool {
	return e.State == Permitted && !day.Before(e.From) && !day.After(e.Until)
}

// concerned are those who never decide on it: who has asked for it, and whom it is for.
func (e Exception) concerned() []int64 { return concerned(e.AskedByID, e.ForID) }

func concerned(asker, person int64) []int64 {
	if person == 0 || person == asker {
		return []int64{asker}
	}
	return []int64{asker, person}
}

func standing(s State, from, until, day calendar.Date) string {
	switch {
	case s == Permitted && day.Before(from):
		return "許可（開始前）"
	case s == Permitted && day.After(until):
		return "期限切れ"
	case s == Permitted:
		return "有効"
	}
	return s.Title()
}

// matter is what a step of it is about for an actor: who is concerned never decides.
func (e Exception) matter(ctx context.Context, db postgres.Querier, actor authz.Actor, who lifecycle.Who, day calendar.Date) (authz.Matter, error) {
	if who.Except == "" {
		return e.owned(actor, authz.AskExceptions), nil
	}
	return decision(ctx, db, actor.Person, e.concerned(), day)
}

// decision is the matter of deciding for an actor on what some people are concerned in.
func decision(ctx context.Context, db postgres.Querier, actor int64, concerned []int64, day calendar.Date) (authz.Matter, error) {
	alone, err := org.Alone(ctx, db, day, concerned...)
	m := authz.Matter{Person: concerned[0], Decision: true, Alone: alone}
	if slices.Contains(concerned, actor) {
		m.Person = actor
	}
	return m, err
}

// Next are the events that the actor can do with an exception today.
func (s *Service) Next(ctx context.Context, actor authz.Actor, e Exception) ([]Event, error) {
	today := calendar.Day(s.door.Now())
	matter, err := decision(ctx, s.pool, actor.Person, e.concerned(), today)
	if err != nil {
		return nil, err
	}
	var next []Event
	for _, who := range []struct {
		except string
		matter authz.Matter
	}{{deciding.Except, matter}, {asking.Except, e.owned(actor, authz.AskExceptions)}} {
		for _, a := range life.Next(actor, who.matter, e.State, e.happens(today)) {
			if a.By.Except == who.except && e.untimely(a.Event, today) == "" {
				next = append(next, a.Event)
			}
		}
	}
	return next, nil
}

// AskStep refuses who may not do something with an exception, whatever its state: what a
// form asks before it is read, and the operation once more.
func (s *Service) AskStep(ctx context.Context, actor authz.Actor, code string, event Event) error {
	e, err := s.Find(ctx, actor, code)
	if err != nil {
		return err
	}
	who := life.Who(event)
	matter, err := e.matter(ctx, s.pool, actor, who, calendar.Day(s.door.Now()))
	if err != nil {
		return err
	}
	_, err = authz.Check(actor, who.Action(actor, matter), matter)
	return err
}

// Section is one for which somebody can ask.
type Section struct {
	ID         int64
	Code, Name string
}

// Sections are those for which the actor can ask for an exception.
func (s *Service) Sections(ctx context.Context, actor authz.Actor) ([]Section, error) {
	return postgres.List[Section](ctx, s.pool, "listing the sections that somebody asks for", `
		SELECT id, code, name FROM section_shown WHERE (@all OR id = ANY(@sections)) AND (abolished_on IS NULL OR abolished_on > @today::date) ORDER BY position, code`,
		pgx.StrictNamedArgs{"all": actor.Reach(authz.AskExceptions) == authz.All, "sections": actor.Sections(authz.AskExceptions), "today": calendar.Day(s.door.Now())})
}

// LongestForPortal is for how long an exception can be asked today, in words.
func (s *Service) LongestForPortal(ctx context.Context) (string, error) {
	values, err := setting.LoadForPortal(ctx, s.pool)
	return longestOn(values, calendar.Day(s.door.Now())).title, err
}

// Asking is what is asked for: an exception of a section, by its code, that goes on from
// another one, by its code, or from none.
type Asking struct {
	Details
	Section string
	Follows string
	About   []About
	For     string   // the 職員番号 of the one person whom it is for; empty for nobody
	Unfound []string // of its clauses those that no text in force has which who asks may read
	Warned  []string // those of them of which who asks has been told, so that they go on with them
}

// Ask asks for an exception, and returns its code. Who permits is told; where it is done
// already, the 統括 too. Invalid where something is missing or wrong.
func (s *Service) Ask(ctx context.Context, actor authz.Actor, a Asking) (code string, err error) {
	a.Details = a.tidy()
	err = s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		section, problems, err := sectionOf(ctx, tx, a.Section)
		if err != nil {
			return door.Unchanged(), err
		}
		if section != 0 {
			if err := tx.Allow(authz.AskExceptions, authz.Matter{OwnersSection: section}); err != nil {
				return door.Unchanged(), err
			}
		}
		values, err := setting.LoadForPortal(ctx, tx)
		if err != nil {
			return door.Unchanged(), err
		}
		problems = append(problems, a.check(a.About, section, longestOn(values, tx.Today()), tx.Today())...)
		person, nobody, err := personOf(ctx, tx, a.For)
		if err != nil {
			return door.Unchanged(), err
		}
		problems = append(problems, nobody...)
		follows, wrong, err := followed(ctx, tx, actor, a.Follows, section)
		if err != nil {
			return door.Unchanged(), err
		}
		if err := fault.InvalidFields(slices.Concat(problems, wrong, a.unwarned())); err != nil {
			return door.Unchanged(), err
		}
		made := inserted{Asking: a, clauses: clausesIn(a.Clause), section: section, follows: follows, person: person}
		if made.reportBy, err = a.reportBy(ctx, tx, values); err != nil {
			return door.Unchanged(), err
		}
		var id int64
		if id, code, err = made.insert(ctx, tx, actor); err != nil {
			return door.Unchanged(), err
		}
		if err := stand(ctx, tx, id); err != nil {
			return door.Unchanged(), err
		}
		told, err := made.tell(ctx, tx, actor, id, code)
		return door.Effect{
			Subject: trail.Subject{Kind: "exception", ID: id}, Refs: map[string]int64{"section": section},
			Fields:  []string{"clause", "subject", "reason", "risk", "instead", "from_on", "until_on", "review_on", "done_since", "assets", "for"},
			Notices: told,
		}, err
	})
	return code, err
}

func sectionOf(ctx context.Context, tx *door.Tx, code string) (id int64, problems []fault.Problem, err error) {
	err = tx.QueryRow(ctx, `SELECT id FROM section_shown WHERE code = @code AND (abolished_on IS NULL OR abolished_on > @today::date)`,
		pgx.StrictNamedArgs{"code": code, "today": tx.Today()}).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, []fault.Problem{{Field: "section", Message: "課室を選んでください。"}}, nil
	}
	if err != nil {
		return 0, nil, fmt.Errorf("finding a section: %w", err)
	}
	return id, nil, nil
}

// followed is the exception that another one goes on from; 0 for none.
func followed(ctx context.Context, tx *door.Tx, actor authz.Actor, code string, section int64) (int64, []fault.Problem, error) {
	if code == "" {
		return 0, nil, nil
	}
	before, err := find(ctx, tx, actor, code, "")
	if fault.KindOf(err) == fault.NotFound || err == nil && (!slices.Contains(before.sections(), section) || before.State != Permitted && before.State != Ended) {
		return 0, []fault.Problem{{Field: "follows", Message: "続ける例外措置は、同じ課室の、許可されたものに限ります。番号を確かめてください。"}}, nil
	}
	return before.ID, nil, err
}

// personOf is the one person whom an exception is for, by a 職員番号; 0 for nobody.
func personOf(ctx context.Context, tx *door.Tx, number string) (id int64, problems []fault.Problem, err error) {
	if number = strings.TrimSpace(norm.NFKC.String(number)); number == "" {
		return 0, nil, nil
	}
	err = tx.QueryRow(ctx, `
		SELECT p.id FROM person_shown p WHERE lower(p.staff_number) = lower(@number) AND EXISTS (SELECT FROM standing w WHERE w.person_id = p.id AND w.period @> @today::date)`,
		pgx.StrictNamedArgs{"number": number, "today": tx.Today()}).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, []fault.Problem{{Field: "for", Message: "この職員番号の、いまいる職員は見つかりません。番号を確かめてください。特定の人のためでないときは、空のままにします。"}}, nil
	}
	if err != nil {
		return 0, nil, fmt.Errorf("finding whom an exception is for: %w", err)
	}
	return id, nil, nil
}

// reportBy is by when what is done already should have been reported, by what the town has
// set; zero where nothing is done yet.
func (a Asking) reportBy(ctx context.Context, tx *door.Tx, values setting.Values) (calendar.Date, error) {
	if a.DoneSince.IsZero() {
		return calendar.Date{}, nil
	}
	editions, err := edition.LoadForPortal(ctx, tx, tx.Today())
	if err != nil {
		return calendar.Date{}, err
	}
	return reportBy(a.DoneSince, days(ReportWithin, values, tx.Today()), holiday.Office(editions, tx.Today())), nil
}

// inserted is what is asked for as it is written.
type inserted struct {
	Asking
	clauses                  []string
	section, follows, person int64
	reportBy                 calendar.Date
}

// insert writes it, with a number of the fiscal year.
func (i inserted) insert(ctx context.Context, tx *door.Tx, actor authz.Actor) (id int64, code string, err error) {
	about, err := json.Marshal(append([]About{}, i.About...))
	if err != nil {
		return 0, "", fmt.Errorf("writing what an exception is about: %w", err)
	}
	keys, unfound := make([]string, len(i.clauses)), make([]bool, len(i.clauses))
	for n, clause := range i.clauses {
		keys[n] = Key(clause)
		unfound[n] = slices.ContainsFunc(i.Unfound, func(u string) bool { return Key(u) == keys[n] })
	}
	err = tx.QueryRow(ctx, `
		WITH number AS (
			INSERT INTO exception_number AS n (year, last) VALUES (@year, 1) ON CONFLICT (year) DO UPDATE SET last = n.last + 1 RETURNING year, last),
		made AS (
			INSERT INTO exception (code, section_id, asked_by, asked_at, clause, subject, reason, risk, instead, from_on, until_on, review_on, done_since, report_by, for_id, follows, state)
			SELECT n.year || '-' || CASE WHEN n.last < 10000 THEN lpad(n.last::text, 4, '0') ELSE n.last::text END,
			       @section, @by, @now, @clause, @subject, @reason, @risk, @instead, @from, @until, @review, @since, @report_by, nullif(@for, 0::bigint), nullif(@follows, 0::bigint), 'asked'
			FROM number n RETURNING id, code),
		clauses AS (
			INSERT INTO exception_clause (exception_id, place, clause, key, unfound)
			SELECT m.id, c.place, c.clause, c.key, c.unfound
			FROM made m, unnest(@clauses::text[], @keys::text[], @unfound::boolean[]) WITH ORDINALITY c (clause, key, unfound, place)),
		about AS (
			INSERT INTO exception_about (exception_id, asset_id, code, name, rule)
			SELECT m.id, a.asset_id, a.code, a.name, a.rule FROM made m, jsonb_to_recordset(@about) AS a(asset_id bigint, code text, name text, rule text) ORDER BY a.asset_id),
		step AS (
			INSERT INTO exception_step (exception_id, version, at, by, event) SELECT id, 1, @now, @by, 'ask' FROM made)
		SELECT id, code FROM made`,
		pgx.StrictNamedArgs{
			"year": calendar.ReiwaYear(tx.Today()), "section": i.section, "by": actor.Person, "now": tx.Now, "clause": i.inWords(), "subject": i.Subject,
			"reason": i.Reason, "risk": i.Risk, "instead": i.Instead, "from": i.From, "until": i.Until, "review": i.ReviewOn, "since": i.DoneSince, "report_by": i.reportBy,
			"for": i.person, "follows": i.follows, "clauses": i.clauses, "keys": keys, "unfound": unfound, "about": about,
		}).Scan(&id, &code)
	if err != nil {
		return 0, "", fmt.Errorf("asking for an exception: %w", err)
	}
	return id, code, nil
}

// inWords are its clauses in one line.
func (i inserted) inWords() string { return strings.Join(i.clauses, "、") }

// stand refuses assets that do not stand in the section for which the exception is asked:
// one may have gone to another section since somebody looked at it.
func stand(ctx context.Context, tx *door.Tx, id int64) error {
	elsewhere, err := postgres.List[struct{ Code string }](ctx, tx, "looking where assets stand", `
		SELECT DISTINCT a.code FROM exception_about a JOIN exception_elsewhere h ON h.exception_id = a.exception_id AND h.asset_id = a.asset_id
		WHERE a.exception_id = @id ORDER BY a.code`, pgx.StrictNamedArgs{"id": id})
	var problems []fault.Problem
	for _, a := range elsewhere {
		problems = append(problems, elsewhereProblem(a.Code))
	}
	if err != nil {
		return err
	}
	return fault.InvalidFields(problems)
}

// Step is what is said with a step of an exception.
type Step struct {
	Version int    // that the actor has seen
	Note    string // the reason, or what was found
	// On is of a refusal by when it is put right, of a review when it is looked at next, of a
	// settlement since when the rule is kept again; zero for no such day.
	On calendar.Date
}

// maxNote is how long a note may be.
const maxNote = 2000

// Do takes a step with an exception: withdraws it, permits or refuses it, looks at it again,
// ends or revokes it, and once it is over records how the rule is kept again. Forbidden who may
// not, and who is concerned where they would decide; Conflict where somebody else has taken a
// step meanwhile, its state does not let it, or its last day is over.
func (s *Service) Do(ctx context.Context, actor authz.Actor, code string, event Event, step Step) error {
	step.Note = strings.TrimSpace(step.Note)
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		e, err := find(ctx, tx, actor, code, "FOR UPDATE OF e")
		if err != nil {
			return door.Unchanged(), err
		}
		who := life.Who(event)
		matter, err := e.matter(ctx, tx, actor, who, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Allow(who.Action(actor, matter), matter); err != nil {
			return door.Unchanged(), err
		}
		next, err := e.follow(event, step, tx.Today())
		if err != nil {
			return door.Unchanged(), err
		}
		values, err := setting.LoadForPortal(ctx, tx)
		if err != nil {
			return door.Unchanged(), err
		}
		e.settle(event, next, step, days(SettleWithin, values, tx.Today()), tx.Today())
		if err := write(ctx, tx, actor, e, event, next, step); err != nil {
			return door.Unchanged(), err
		}
		effect := door.Effect{Subject: trail.Subject{Kind: "exception", ID: e.ID}, Fields: []string{string(event)}}
		effect.Notices, err = e.tellStep(ctx, tx, actor, event)
		return effect, err
	})
}

// follow is the state that a step leads to; Conflict or Invalid where it can't be taken.
func (e Exception) follow(event Event, step Step, today calendar.Date) (State, error) {
	if e.State == Permitted && event == EventSettle && !today.After(e.Until) {
		return "", fault.New(fault.Conflict, "この例外措置は、まだ終わっていません。要らなくなったときは、先に「期限前の終了」を記録してください。")
	}
	a, err := life.Arrow(e.State, event, e.happens(today))
	if err != nil {
		return "", err
	}
	if e.Version != step.Version {
		return "", fault.New(fault.Conflict, "開いている間に、ほかの人がこの例外措置を進めました。いまの内容を確かめて、もう一度行ってください。")
	}
	if why := e.untimely(event, today); why != "" {
		return "", fault.New(fault.Conflict, why)
	}
	problems := a.Missing(map[string]bool{"note": step.Note != "", "on": !step.On.IsZero()})
	if utf8.RuneCountInString(step.Note) > maxNote {
		problems = append(problems, fault.Problem{Field: "note", Message: "長すぎます。2000字までで書いてください。"})
	}
	switch {
	case event == EventRefuse && !e.DoneSince.IsZero() && (step.On.IsZero() || step.On.Before(today)):
		problems = append(problems, fault.Problem{Field: "on", Message: "すでに行っているため、いつまでに元に戻すかを、今日か、それより後の日で入力してください。"})
	case event == EventReview && !step.On.IsZero() && (!step.On.After(today) || step.On.After(e.Until)):
		problems = append(problems, fault.Problem{Field: "on", Message: "次の見直し日は、明日から期限の日までの日にしてください。期限まで見直さないときは、空のままにします。"})
	case event == EventSettle && !step.On.IsZero() && (step.On.Before(e.From) || step.On.After(today)):
		problems = append(problems, fault.Problem{Field: "on", Message: "守るように戻した日は、例外措置の初日から今日までの日にしてください。まだのときは、戻してから記録します。"})
	}
	return a.To, fault.InvalidFields(problems)
}

// untimely says why it is no day for an event that the table lets; empty where it is one.
func (e Exception) untimely(event Event, today calendar.Date) string {
	switch {
	case event == EventSettle && e.Followed:
		return "この例外措置は、続きの例外措置が許可されています。後始末は、続きの方が終わってから、そちらに記録してください。"
	case event != EventWithdraw && event != EventRefuse && event != EventSettle && today.After(e.Until):
		return "この例外措置は、期限の日を過ぎています。続けるときは、新しく申請してください。"
	}
	return ""
}

// write writes a step that leads to a state, with its place in the history.
func write(ctx context.Context, tx *door.Tx, actor authz.Actor, e Exception, event Event, to State, step Step) error {
	_, err := tx.Exec(ctx, `
		WITH now AS (
			UPDATE exception SET state = @to, version = version + 1,
			       decided_by = CASE WHEN @decides THEN @by ELSE decided_by END, decided_on = CASE WHEN @decides THEN @today ELSE decided_on END,
			       mend_on = CASE WHEN @event = 'refuse' AND done_since IS NOT NULL THEN @on::date ELSE mend_on END,
			       review_on = CASE WHEN @event = 'review' THEN @on::date ELSE review_on END,
			       ended_on = CASE WHEN @to = 'ended' THEN @today ELSE ended_on END,
			       settle_by = @settle_by, settled_on = CASE WHEN @to = 'settled' THEN @on::date END
			WHERE id = @id RETURNING id, version)
		INSERT INTO exception_step (exception_id, version, at, by, event, note) SELECT id, version, @now, @by, @event, @note FROM now`,
		pgx.StrictNamedArgs{
			"id": e.ID, "to": string(to), "event": string(event), "by": actor.Person, "now": tx.Now, "today": tx.Today(), "on": step.On, "note": step.Note, "settle_by": e.SettleBy,
			"decides": slices.Contains([]Event{EventPermit, EventRefuse}, event),
		})
	if err != nil {
		return fmt.Errorf("taking a step of an exception: %w", err)
	}
	return nil
}

// Taken is a step that somebody has taken.
type Taken struct {
	At    time.Time
	By    string
	Event Event
	Note  string
}

// History lists the steps of an exception, by its code, the newest first. NotFound where
// there is none that the actor may see.
func (s *Service) History(ctx context.Context, actor authz.Actor, code string) ([]Taken, error) {
	e, err := s.Find(ctx, actor, code)
	if err != nil {
		return nil, err
	}
	return postgres.List[Taken](ctx, s.pool, "listing the steps of an exception", `
		SELECT h.at, coalesce(p.name, '') AS by, h.event, h.note FROM exception_step h LEFT JOIN person_shown p ON p.id = h.by
		WHERE h.exception_id = @id ORDER BY h.version DESC`, pgx.StrictNamedArgs{"id": e.ID})
}
