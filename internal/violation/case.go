package violation

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/postgres"
	"kagami/internal/violation/procedure"
)

// Case is a case as those see it who deal with it.
type Case struct {
	ID           int64
	Code         string // 7K4Q-M2XY
	State        procedure.State
	StateAt      time.Time
	Outcome      procedure.Outcome // empty while it is open
	Person       int64             // 0 for nobody of the organization, or nobody yet
	PersonNumber string
	PersonName   string
	Outsider     string // of a vendor's staff who is not in the organization
	Company      string
	Vendor       bool   // a vendor's staff, in the organization or not
	Kind         string // of the edition violation_authority; empty before it is confirmed
	Section      int64  // where the person works in whose work it happened, or else works today
	SectionName  string
	SectionThen  int64 // in whose work it happened
	System       int64
	SystemCode   string
	SystemName   string
	Clauses      string
	Facts        string
	Since        calendar.Date
	Receiver     procedure.Seat // to whom it was reported
	OwnFinding   bool           // the 統括 has seen it themselves
	Grave        bool
	ConfirmedBy  int64
	ConfirmedAt  *time.Time
	DueOn        calendar.Date // of what is next; zero for none
	SilentOn     calendar.Date // after which the 統括 may say that guidance has failed; zero before there is one
	HeardOn      calendar.Date // the last day of the chance to answer; zero before there is one
	Waived       bool
	Agreed       bool
	Referral     procedure.Event // EventRefer or EventReferNot; empty before it is decided
	ReferralSeen bool            // by the CISO
	JoinedTo     string          // the code of the case that it is part of
	Joined       []string        // the codes of those that are part of it
	OpenedAt     time.Time
	ClosedAt     *time.Time
	Version      int
	Recused      []Recusal
	Bars         []string // the codes of what bars rights because of it and has not ended
	Known        bool     // the person was told of it
	Underway     bool     // what the person was told last has not reached them, nor was it handed over
	IsParty      bool     // the actor was told of it, or has done something in it
	Before       int      // how many cases of the person were confirmed before it, and count
}

// Recusal is that somebody takes no part in a case.
type Recusal struct {
	Person int64  `json:"person"`
	Name   string `json:"name"`
	Why    Why    `json:"why"`
}

// Why is why somebody takes no part in a case.
type Why string

// The whys.
const (
	Concerned  Why = "concerned"
	Supervisor Why = "supervisor" // 監督責任者
	Kin        Why = "kin"
)

// Title is what it is called.
func (w Why) Title() string {
	switch w {
	case Concerned:
		return "対象職員"
	case Supervisor:
		return "監督責任者"
	case Kin:
		return "親族などの関係"
	}
	return ""
}

// Works is where the person of a case c works on @today: in whose work it happened, if they
// still do, or else in their first post; where it happened, of who has left.
const Works = `CASE WHEN EXISTS (SELECT FROM standing w WHERE w.person_id = c.person_id AND w.section_id = c.section_id AND w.period @> @today::date) THEN c.section_id
	ELSE coalesce((SELECT w.section_id FROM standing w WHERE w.person_id = c.person_id AND w.period @> @today::date AND w.section_id IS NOT NULL
		ORDER BY w.acting, w.position, w.id LIMIT 1), c.section_id) END`

const selected = `
	SELECT c.id, c.code, c.state, c.state_at, c.outcome, coalesce(c.person_id, 0) AS person, coalesce(p.staff_number, '') AS person_number, coalesce(p.name, '') AS person_name,
	       c.outsider, c.company, c.vendor, c.person_kind AS kind, coalesce(x.section, 0) AS section, coalesce(s.name, '') AS section_name, coalesce(c.section_id, 0) AS section_then,
	       coalesce(c.system_id, 0) AS system, coalesce(y.code, '') AS system_code, coalesce(y.name, '') AS system_name,
	       c.clauses, c.facts, c.since_on AS since, c.receiver, c.own_finding, c.grave, coalesce(c.confirmed_by, 0) AS confirmed_by, c.confirmed_at,
	       c.due_on, c.silent_on, c.heard_on, c.waived, c.agreed, c.referral, c.referral_seen, coalesce(j.code, '') AS joined_to,
	       ARRAY(SELECT o.code FROM violation_case o WHERE o.joined_to = c.id ORDER BY o.id) AS joined,
	       c.opened_at, c.closed_at, c.version,
	       coalesce((SELECT jsonb_agg(jsonb_build_object('person', r.person_id, 'name', n.name, 'why', r.why) ORDER BY r.why, n.furigana, n.id)
	       	FROM violation_recused r JOIN person_shown n ON n.id = r.person_id WHERE r.case_id = c.id), '[]') AS recused,
	       ARRAY(SELECT b.code FROM violation_bar v JOIN bar_shown b ON b.id = v.bar_id WHERE v.case_id = c.id AND (b.to_at IS NULL OR b.to_at > @now::timestamptz) ORDER BY b.id) AS bars,
	       EXISTS (SELECT FROM violation_told t WHERE t.case_id = c.id AND t.seat = 'person') AS known,
	       EXISTS (SELECT FROM violation_told t WHERE t.case_id = c.id AND t.seat = 'person' AND t.from_at > @now::timestamptz
	       	AND NOT EXISTS (SELECT FROM violation_step h WHERE h.case_id = c.id AND h.version > t.version AND h.event = 'hand')) AS underway,
	       EXISTS (SELECT FROM violation_party t WHERE t.case_id = c.id AND t.person_id = @actor AND t.from_at <= @now::timestamptz) AS is_party,
	       (SELECT count(*)::int FROM violation_case o WHERE o.person_id = c.person_id AND o.id <> c.id AND o.confirmed_at < coalesce(c.confirmed_at, @now::timestamptz)
	       	AND o.outcome NOT IN ('dismissed', 'not_violation')) AS before
	FROM violation_case c LEFT JOIN person_shown p ON p.id = c.person_id LEFT JOIN system_shown y ON y.id = c.system_id LEFT JOIN violation_case j ON j.id = c.joined_to
	CROSS JOIN LATERAL (SELECT ` + Works + ` AS section) x LEFT JOIN section_shown s ON s.id = x.section`

// load returns a case by its code as the actor may read it at an instant, and how they read it.
// NotFound where they may not.
func load(ctx context.Context, db postgres.Querier, actor authz.Actor, code string, now time.Time, lock string) (Case, procedure.Seats, Reading, error) {
	c, seats, err := find(ctx, db, actor, code, now, lock)
	if err != nil {
		return Case{}, procedure.Seats{}, 0, err
	}
	reading := c.reading(actor, seats)
	if reading == Nothing {
		return Case{}, procedure.Seats{}, 0, errNone()
	}
	return c, seats, reading, nil
}

// find is load of a case that the actor need not be allowed to read.
func find(ctx context.Context, db postgres.Querier, actor authz.Actor, code string, now time.Time, lock string) (Case, procedure.Seats, error) {
	c, err := postgres.One[Case](ctx, db, "finding a case", selected+` WHERE c.code = @code `+lock, Instant(now, pgx.StrictNamedArgs{"code": code, "actor": actor.Person}))
	none := isNone(err)
	if err != nil && !none {
		return Case{}, procedure.Seats{}, err
	}
	// asked also where there is none: that would take less time than a case which they may not read
	seats, err := c.seats(ctx, db, calendar.Day(now))
	if none && err == nil {
		err = errNone()
	}
	return c, seats, err
}

// Whom is whom it is about, in words.
func (c Case) Whom() string {
	switch {
	case c.PersonName != "":
		return c.PersonName
	case c.Outsider != "":
		return c.Outsider
	}
	return "（まだ分からない）"
}

// Suspect is what the person is called: 違反の疑い until it is confirmed.
func (c Case) Suspect() string {
	if c.ConfirmedAt == nil {
		return "違反の疑いのある人"
	}
	return "対象職員"
}

// out tells whether somebody takes no part in it.
func (c Case) out(person int64) bool {
	return person != 0 && (person == c.Person || slices.ContainsFunc(c.Recused, func(r Recusal) bool { return r.Person == person }))
}

// recused are those who take no part.
func (c Case) recused() []int64 {
	var list []int64
	for _, r := range c.Recused {
		list = append(list, r.Person)
	}
	return list
}

// holders are who holds the roles that a case asks for, without those who are away.
func (c Case) holders(ctx context.Context, db postgres.Querier, day calendar.Date) (procedure.Holders, error) {
	type row struct {
		Role   authz.Role
		Person int64
	}
	list, err := postgres.List[row](ctx, db, "looking who acts in a case", `
		SELECT DISTINCT h.role, h.person_id AS person FROM holding h
		WHERE h.period @> @day::date AND h.rule_period @> @day::date
		  AND (h.role IN ('cio', 'ciso', 'general_security_officer') OR h.role = 'security_manager' AND h.section_id = @section)
		  AND NOT EXISTS (SELECT FROM absence_shown a WHERE a.person_id = h.person_id AND a.period @> @day::date)
		ORDER BY 1, 2`, pgx.StrictNamedArgs{"day": day, "section": c.Section})
	var h procedure.Holders
	for _, r := range list {
		switch r.Role {
		case authz.CIO:
			h.CIO = append(h.CIO, r.Person)
		case authz.CISO:
			h.CISO = append(h.CISO, r.Person)
		case authz.GeneralSecurityOfficer:
			h.General = append(h.General, r.Person)
		default:
			h.Managers = append(h.Managers, r.Person)
		}
	}
	return h, err
}

func (c Case) seats(ctx context.Context, db postgres.Querier, day calendar.Date) (procedure.Seats, error) {
	h, err := c.holders(ctx, db, day)
	seats := procedure.Sit(h, c.Person, c.recused())
	if procedure.Overseen(c.OwnFinding, c.Grave, c.Referral) {
		seats = seats.Overseen()
	}
	return seats, err
}

// matter is what a case is about, as far as permission depends on it.
func (c Case) matter() authz.Matter {
	return authz.Matter{Person: c.Person, PersonsSection: c.Section, ConfirmedBy: c.ConfirmedBy, Decision: true}
}

// Turn is whose turn it is in a case on a day.
func (c Case) Turn(today calendar.Date) procedure.Seat {
	return procedure.Turn(procedure.Standing{
		State: c.State, Receiver: c.Receiver, Vendor: c.Vendor, OwnFinding: c.OwnFinding, Agreed: c.Agreed, Grave: c.Grave, Referral: c.Referral, ReferralSeen: c.ReferralSeen,
		Hearing: !c.Waived && !today.After(c.HeardOn), Silent: Silent(c.SilentOn, today),
	})
}

// Silent tells whether the 管理者 has been silent for the set time after the day of a guidance.
func Silent(silent, today calendar.Date) bool { return !silent.IsZero() && today.After(silent) }
