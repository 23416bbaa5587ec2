package find

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
	"kagami/internal/violation"
	"kagami/internal/violation/procedure"
)

// Search is what the list of cases is asked for.
type Search struct {
	State   procedure.State // empty for all
	Open    bool            // only those that are open
	Late    bool            // only those whose day is over
	Section string          // the code of a 課室; empty for all
	Clause  string          // words of the clauses
	Whom    string          // words of the name or the 職員番号; for who reads the cases whole
	After   string          // the code of the last case of the page before; empty for the first
}

// Line is a case in the list, as far as the actor reads it: of what they read only in parts
// nothing but its number and when they were last told of it.
type Line struct {
	Code        string
	Reading     violation.Reading
	State       procedure.State
	StateAt     time.Time
	Outcome     procedure.Outcome
	Whom        string
	SectionName string
	Clauses     string
	DueOn       calendar.Date
	Grave       bool
	Before      int
	Turn        procedure.Seat `db:"-"`
	OpenedAt    time.Time
	LastAt      time.Time // when the actor was last told of it or did something in it; the opening's for others

	Receiver                                         procedure.Seat
	Vendor, OwnFinding, Agreed, Waived, ReferralSeen bool
	Referral                                         procedure.Event
	HeardOn, SilentOn                                calendar.Date
}

// OnPage is how many cases stand on a page of the list.
const OnPage = 50

// Page is a page of the list, the newest first.
type Page struct {
	Lines []Line
	Next  string // what the next page comes after; empty for the last
}

// free tells in SQL that somebody holds a role, is not away, and takes part in a case c.
func free(role string) string {
	return `EXISTS (SELECT FROM holding h WHERE ` + role + ` AND h.period @> @today::date AND h.rule_period @> @today::date
		AND h.person_id IS DISTINCT FROM c.person_id AND NOT EXISTS (SELECT FROM violation_recused r WHERE r.case_id = c.id AND r.person_id = h.person_id)
		AND NOT EXISTS (SELECT FROM absence_shown a WHERE a.person_id = h.person_id AND a.period @> @today::date))`
}

// without may be of a case c in which a holder of a role takes no part, or of each where nobody holds it
// who is there.
func without(role string) string {
	held := responsible.Held(role)
	return `(cardinality(` + held + `) = 0 OR c.person_id IN (SELECT unnest(` + held + `)) OR c.id IN (SELECT r.case_id FROM violation_recused r WHERE r.person_id IN (SELECT unnest(` + held + `))))`
}

// never is a condition that holds of nothing.
const never = "false"

// reader is how an actor reads cases, as SQL: the same that Case.reading says of one.
type reader struct {
	whole    string // of a case c
	numbered string
	args     pgx.StrictNamedArgs
	// readsWhole says that they read some whole, as far as their roles go.
	readsWhole bool
}

func readerOf(actor authz.Actor, now time.Time) reader {
	r := reader{numbered: never, args: violation.Instant(now, pgx.StrictNamedArgs{"actor": actor.Person})}
	confirmed, reported := []string{}, []string{}
	for _, h := range actor.Holdings {
		if actor.Table.ReachOf(h.Role, authz.ReadViolation) != authz.All {
			continue
		}
		switch h.Role {
		case authz.Auditor:
			r.numbered = `(c.confirmed_at IS NOT NULL OR c.state <> 'reported')`
		case authz.CIO:
			// looked at closely is only what such a holder takes no part in, unless there is none at all
			near := `(c.referral = 'refer' OR ` + without(`h.role = 'ciso'`) + ` OR ` + without(`h.role = 'general_security_officer'`) + `)`
			noCISO, noGeneral := `NOT `+free(`h.role = 'ciso'`), `NOT `+free(`h.role = 'general_security_officer'`)
			noManager := `NOT ` + free(`h.role = 'security_manager' AND h.section_id = `+violation.Works)
			confirmed = append(confirmed, near+` AND (c.referral = 'refer' OR `+noCISO+` OR `+noGeneral+` AND `+noManager+`)`)
			reported = append(reported, near+` AND `+noCISO+` AND (c.receiver = 'chief' OR `+noGeneral+`)`)
		case authz.CISO:
			confirmed, reported = append(confirmed, `true`), append(reported, `true`)
		default:
			confirmed, reported = append(confirmed, `true`), append(reported, `c.receiver = 'general'`)
		}
	}
	if sections := actor.Sections(authz.ReadViolation); len(sections) > 0 {
		r.args["sections"] = sections
		confirmed = append(confirmed, inSection(`= ANY(@sections)`)+` AND `+violation.Works+` = ANY(@sections)`)
	}
	r.readsWhole = len(confirmed)+len(reported) > 0
	either := func(list []string) string {
		if len(list) == 0 {
			return never
		}
		return "(" + strings.Join(list, " OR ") + ")"
	}
	r.whole = `(c.confirmed_at IS NOT NULL AND ` + either(confirmed) + ` OR c.confirmed_at IS NULL AND ` + either(reported) + `)`
	return r
}

const (
	// aside tells of a case c that the actor takes no part in it.
	aside = `(c.person_id IS NOT DISTINCT FROM @actor::bigint OR EXISTS (SELECT FROM violation_recused r WHERE r.case_id = c.id AND r.person_id = @actor))`
	// party tells of a case c that the actor was told of it, or has done something in it.
	party = `EXISTS (SELECT FROM violation_party t WHERE t.case_id = c.id AND t.person_id = @actor AND t.from_at <= @now::timestamptz)`
)

// late tells of a case c that the day of what is next is over.
const late = `coalesce(c.due_on < @today::date AND c.state IN ('reported', 'guided', 'not_improved', 'suspended'), false)`

// reads is how the actor reads a case c, as a number of Reading.
func (r reader) reads() string {
	return `(CASE WHEN NOT ` + aside + ` AND ` + r.whole + ` THEN 3 WHEN NOT ` + aside + ` AND ` + r.numbered + ` THEN 2 WHEN ` + party + ` THEN 1 ELSE 0 END)`
}

// List lists the cases that the actor may read.
func (s *Service) List(ctx context.Context, actor authz.Actor, q Search) (Page, error) {
	now := s.now()
	r := readerOf(actor, now)
	where, args := q.where(r)
	lines, err := postgres.List[Line](ctx, s.pool, "listing cases", `
		SELECT c.code, x.reading, c.state, c.state_at, c.outcome, coalesce(p.name, c.outsider) AS whom, coalesce(s.name, '') AS section_name, c.clauses, c.due_on, c.grave,
		       (SELECT count(*)::int FROM violation_case o WHERE o.person_id = c.person_id AND o.id <> c.id AND o.confirmed_at < coalesce(c.confirmed_at, @now::timestamptz)
		       	AND o.outcome NOT IN ('dismissed', 'not_violation')) AS before,
		       c.opened_at, coalesce((SELECT max(t.from_at) FROM violation_party t WHERE t.case_id = c.id AND t.person_id = @actor AND t.from_at <= @now::timestamptz), c.opened_at) AS last_at,
		       c.receiver, c.vendor, c.own_finding, c.agreed, c.waived, c.referral_seen, c.referral, c.heard_on, c.silent_on
		FROM violation_case c LEFT JOIN person_shown p ON p.id = c.person_id
		CROSS JOIN LATERAL (SELECT `+r.reads()+` AS reading, `+violation.Works+` AS section) x LEFT JOIN section_shown s ON s.id = x.section
		WHERE `+where+` ORDER BY c.id DESC LIMIT @limit`, args)
	if err != nil {
		return Page{}, err
	}
	page := Page{Lines: lines}
	if len(lines) > OnPage {
		page.Lines, page.Next = lines[:OnPage], lines[OnPage-1].Code
	}
	for i := range page.Lines {
		page.Lines[i] = page.Lines[i].as(calendar.Day(now))
	}
	return page, nil
}

// as is a line as far as it is read.
func (l Line) as(today calendar.Date) Line {
	switch l.Reading {
	case violation.Parts:
		return Line{Code: l.Code, Reading: violation.Parts, LastAt: l.LastAt, OpenedAt: l.LastAt}
	case violation.Numbered:
		l.Whom = "（氏名は番号）"
	case violation.Nothing, violation.Whole:
	}
	l.Turn = procedure.Turn(procedure.Standing{
		State: l.State, Receiver: l.Receiver, Vendor: l.Vendor, OwnFinding: l.OwnFinding, Agreed: l.Agreed, Grave: l.Grave, Referral: l.Referral, ReferralSeen: l.ReferralSeen,
		Hearing: !l.Waived && !today.After(l.HeardOn), Silent: violation.Silent(l.SilentOn, today),
	})
	return l
}

// where is what a case c must be like that an actor reads, and is asked for. What they read only
// in parts is found by nothing.
func (q Search) where(r reader) (string, pgx.StrictNamedArgs) {
	args := maps.Clone(r.args)
	args["limit"] = OnPage + 1
	var conditions []string
	least := violation.Parts
	narrow := func(condition string) {
		conditions, least = append(conditions, condition), max(least, violation.Numbered)
	}
	if q.State != "" && slices.Contains(procedure.States(), q.State) {
		narrow(`c.state = @state`)
		args["state"] = string(q.State)
	}
	if q.Open {
		narrow(`c.state IN ('reported', 'confirmed', 'guided', 'not_improved', 'suspended', 'revoked')`)
	}
	if q.Late {
		narrow(late)
	}
	if q.Section != "" {
		const asked = `(SELECT o.id FROM section_shown o WHERE o.code = @section)`
		narrow(inSection(`= `+asked) + ` AND ` + violation.Works + ` = ` + asked)
		args["section"] = q.Section
	}
	if clause := fold(q.Clause); clause != "" {
		narrow(`position(@clause IN normalize(c.clauses, NFKC)) > 0`)
		args["clause"] = clause
	}
	if whom := fold(q.Whom); whom != "" {
		narrow(`(c.person_id IN (SELECT n.id FROM person_shown n WHERE position(@whom IN n.search) > 0) OR position(@whom IN normalize(c.outsider, NFKC)) > 0)`)
		least = violation.Whole
		args["whom"] = strings.ReplaceAll(strings.ToLower(whom), " ", "")
	}
	if q.After != "" {
		// of a case that they don't read nothing comes after, as of none: or they would learn that it is there
		conditions = append(conditions, `c.id < (SELECT c.id FROM violation_case c WHERE c.code = @after AND `+r.reads()+` > 0)`)
		args["after"] = q.After
	}
	if r.most() < least {
		return "false", pgx.StrictNamedArgs{"actor": args["actor"], "now": args["now"], "today": args["today"], "limit": args["limit"]}
	}
	args["least"] = int(least)
	return strings.Join(append(conditions, r.reads()+` >= @least`), " AND "), args
}

// most is as much as somebody reads of any case.
func (r reader) most() violation.Reading {
	switch {
	case r.readsWhole:
		return violation.Whole
	case r.numbered != never:
		return violation.Numbered
	}
	return violation.Parts
}

// inSection may be of a case c whose person works in a section, as a comparison says it, before it is
// asked of each where they do.
func inSection(comparison string) string {
	return `(c.section_id ` + comparison + ` OR c.person_id IN (SELECT w.person_id FROM standing w WHERE w.section_id ` + comparison + ` AND w.period @> @today::date))`
}

func fold(words string) string { return norm.NFKC.String(strings.TrimSpace(words)) }

// Section is one by which the list can be narrowed.
type Section struct{ Code, Name string }

// Sections are those of which the actor reads cases.
func (s *Service) Sections(ctx context.Context, actor authz.Actor) ([]Section, error) {
	return postgres.List[Section](ctx, s.pool, "listing the sections of cases", `
		SELECT code, name FROM section_shown WHERE @all OR id = ANY(@sections) ORDER BY position, code`,
		pgx.StrictNamedArgs{"all": actor.Reach(authz.ReadViolation) == authz.All, "sections": actor.Sections(authz.ReadViolation)})
}

// System is one in which a violation may have happened.
type System struct{ Code, Name string }

// SystemsForPortal are the systems of the register, by their 管理番号.
func (s *Service) SystemsForPortal(ctx context.Context) ([]System, error) {
	return postgres.List[System](ctx, s.pool, "listing systems", `SELECT code, name FROM system_shown WHERE counts ORDER BY code LIMIT 2000`)
}
