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

// free tells in SQL that of those who hold a role and are not away, as an array, somebody takes part
// in a case c.
func free(held string) string {
	return `EXISTS (SELECT FROM unnest(` + held + `) h (person_id) WHERE h.person_id IS DISTINCT FROM c.person_id
		AND NOT EXISTS (SELECT FROM violation_recused r WHERE r.case_id = c.id AND r.person_id = h.person_id))`
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
	// among narrows to cases c beside which they read none; empty where there is no such limit.
	among string
}

func (s *Service) readerOf(ctx context.Context, actor authz.Actor, now time.Time) (reader, error) {
	r := reader{numbered: never, args: violation.Instant(now, pgx.StrictNamedArgs{"actor": actor.Person})}
	confirmed, reported := []string{}, []string{}
	var above *held
	for _, h := range actor.Holdings {
		if actor.Table.ReachOf(h.Role, authz.ReadViolation) != authz.All {
			continue
		}
		switch h.Role {
		case authz.Auditor:
			r.numbered = `(c.confirmed_at IS NOT NULL OR c.state <> 'reported')`
		case authz.CIO:
			var err error
			if above, err = s.held(ctx, now); err != nil {
				return r, err
			}
			r.args["ciso"], r.args["general"] = above.CISO, above.General
			noCISO, noGeneral := `NOT `+free(`@ciso::bigint[]`), `NOT `+free(`@general::bigint[]`)
			// the 統括 is passed over also where it is about the CISO, who is above them
			passed := `(` + noGeneral + ` OR c.person_id = ANY(@ciso::bigint[]))`
			overseen := `(c.own_finding OR c.grave OR c.referral <> '')`
			noManager := `NOT ` + free(responsible.Held(`h.role = 'security_manager' AND h.section_id = `+violation.Works))
			confirmed = append(confirmed, `(c.referral = 'refer' OR `+noCISO+` OR `+passed+` AND (`+noManager+` OR `+overseen+`))`)
			reported = append(reported, noCISO+` AND (c.receiver = 'chief' OR `+passed+`)`)
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
	// the CIO reads the few in which one of those takes no part whom they stand above, and such as are referred
	if len(confirmed) == 1 && r.numbered == never && above != nil && len(above.CISO) > 0 && len(above.General) > 0 {
		r.among = `c.id = ANY(ARRAY(SELECT o.id FROM violation_case o WHERE o.referral = 'refer' UNION SELECT o.id FROM violation_case o WHERE o.person_id = ANY(@ciso::bigint[] || @general::bigint[])
			UNION SELECT q.case_id FROM violation_recused q WHERE q.person_id = ANY(@ciso::bigint[] || @general::bigint[]) UNION SELECT t.case_id FROM violation_party t WHERE t.person_id = @actor))`
	}
	if !r.readsWhole && r.numbered == never {
		r.among = `c.id = ANY(ARRAY(SELECT t.case_id FROM violation_party t WHERE t.person_id = @actor))`
	}
	r.whole = `(c.confirmed_at IS NOT NULL AND ` + either(confirmed) + ` OR c.confirmed_at IS NULL AND ` + either(reported) + `)`
	return r, nil
}

// held are who holds the roles above which the CIO stands, and is not away.
type held struct{ CISO, General []int64 }

func (s *Service) held(ctx context.Context, now time.Time) (*held, error) {
	h, err := postgres.One[held](ctx, s.pool, "looking who holds the roles", `SELECT `+responsible.Held(`h.role = 'ciso'`)+` AS ciso, `+responsible.Held(`h.role = 'general_security_officer'`)+` AS general`,
		pgx.StrictNamedArgs{"today": calendar.Day(now)})
	return &h, err
}

const (
	// aside tells of a case c that the actor takes no part in it.
	aside = `(c.person_id IS NOT DISTINCT FROM @actor::bigint OR EXISTS (SELECT FROM violation_recused r WHERE r.case_id = c.id AND r.person_id = @actor))`
	// party tells of a case c that the actor was told of it, or has done something in it.
	party = `EXISTS (SELECT FROM violation_party t WHERE t.case_id = c.id AND t.person_id = @actor AND t.from_at <= @now::timestamptz)`
)

// late is a condition on a case c: the day of what is next is over.
const late = `c.due_on < @today::date AND c.state IN ('reported', 'guided', 'not_improved', 'suspended')`

// reads is how the actor reads a case c, as a number of Reading.
func (r reader) reads() string {
	return `(CASE WHEN NOT ` + aside + ` AND ` + r.whole + ` THEN 3 WHEN NOT ` + aside + ` AND ` + r.numbered + ` THEN 2 WHEN ` + party + ` THEN 1 ELSE 0 END)`
}

// List lists the cases that the actor may read.
func (s *Service) List(ctx context.Context, actor authz.Actor, q Search) (Page, error) {
	now := s.now()
	r, err := s.readerOf(ctx, actor, now)
	if err != nil {
		return Page{}, err
	}
	among, where, args := q.where(r)
	lines, err := postgres.List[Line](ctx, s.pool, "listing cases", listing(r, among, where), args)
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

// listing goes through the cases that are asked for, the newest first and in one index, until it has a
// page of those that are read, and only then looks for what the list shows of each. OFFSET 0 keeps the
// two apart: or all would be asked how much of them is read, to be sorted after that.
func listing(r reader, among, where string) string {
	return `
		WITH page AS MATERIALIZED (
			SELECT c.id, ` + r.reads() + ` AS reading FROM (
				SELECT c.id, c.state, c.section_id, c.person_id, c.confirmed_at, c.receiver, c.referral, c.own_finding, c.grave FROM violation_case c WHERE ` + among + ` ORDER BY c.id DESC OFFSET 0) c
			WHERE ` + where + ` ORDER BY c.id DESC LIMIT @limit)
		SELECT c.code, page.reading, c.state, c.state_at, c.outcome, coalesce(p.name, c.outsider) AS whom, coalesce(s.name, '') AS section_name, c.clauses, c.due_on, c.grave,
		       (SELECT count(*)::int FROM violation_case o WHERE o.person_id = c.person_id AND o.id <> c.id AND o.confirmed_at < coalesce(c.confirmed_at, @now::timestamptz)
		       	AND o.outcome NOT IN ('dismissed', 'not_violation')) AS before,
		       c.opened_at, coalesce((SELECT max(t.from_at) FROM violation_party t WHERE t.case_id = c.id AND t.person_id = @actor AND t.from_at <= @now::timestamptz), c.opened_at) AS last_at,
		       c.receiver, c.vendor, c.own_finding, c.agreed, c.waived, c.referral_seen, c.referral, c.heard_on, c.silent_on
		FROM page JOIN violation_case c USING (id) LEFT JOIN person_shown p ON p.id = c.person_id
		LEFT JOIN section_shown s ON s.id = ` + violation.Works + `
		ORDER BY c.id DESC`
}

// as is a line as far as it is read.
func (l Line) as(today calendar.Date) Line {
	switch l.Reading {
	case violation.Parts:
		return Line{Code: l.Code, Reading: violation.Parts, LastAt: l.LastAt, OpenedAt: l.LastAt}
	case violation.Numbered:
		l.Whom = "（氏名は伏せています）"
	case violation.Nothing, violation.Whole:
	}
	l.Turn = procedure.Turn(procedure.Standing{
		State: l.State, Receiver: l.Receiver, Vendor: l.Vendor, OwnFinding: l.OwnFinding, Agreed: l.Agreed, Grave: l.Grave, Referral: l.Referral, ReferralSeen: l.ReferralSeen,
		Hearing: !l.Waived && !today.After(l.HeardOn), Silent: violation.Silent(l.SilentOn, today),
	})
	return l
}

// where is among which cases c an actor looks, by what is asked for, and what is left to ask of each.
// What they read only in parts is found by nothing.
func (q Search) where(r reader) (among, where string, _ pgx.StrictNamedArgs) {
	args := maps.Clone(r.args)
	args["limit"] = OnPage + 1
	near, far := []string{"true"}, []string{r.reads() + ` >= @least`}
	least := violation.Parts
	narrow := func(condition string) {
		near, least = append(near, condition), max(least, violation.Numbered)
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
		narrow(inSection(`= ` + asked))
		far = append(far, violation.Works+` = `+asked)
		args["section"] = q.Section
	}
	if clause := fold(q.Clause); clause != "" {
		narrow(`position(@clause IN c.words) > 0`)
		args["clause"] = clause
	}
	if whom := fold(q.Whom); whom != "" {
		narrow(`(c.person_id IN (SELECT n.id FROM person_shown n WHERE position(@whom IN n.search) > 0)
			OR c.id IN (SELECT o.id FROM violation_case o WHERE o.outsider <> '' AND position(@whom IN normalize(o.outsider, NFKC)) > 0))`)
		least = violation.Whole
		args["whom"] = strings.ReplaceAll(strings.ToLower(whom), " ", "")
	}
	if q.After != "" {
		// of a case that they don't read nothing comes after, as of none: or they would learn that it is there
		near = append(near, `c.id < (SELECT c.id FROM violation_case c WHERE c.code = @after AND `+r.reads()+` > 0)`)
		args["after"] = q.After
	}
	if r.most() < least {
		args = maps.Clone(r.args)
		args["limit"] = OnPage + 1
		return "false", "true", args
	}
	if r.among != "" {
		near = append(near, r.among)
	}
	args["least"] = int(least)
	return strings.Join(near, " AND "), strings.Join(far, " AND "), args
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
