package find

import (
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/org/responsible"
	"kagami/internal/task"
	"kagami/internal/violation"
	"kagami/internal/violation/procedure"
)

// Waiting is a case that waits for somebody.
type Waiting struct {
	Code  string
	State procedure.State
	Seat  procedure.Seat // as what it waits for them
	DueOn calendar.Date
}

// waitingKey names what it depends on what waits for somebody.
type waitingKey struct {
	person              int64
	day                 calendar.Date
	organization, cases int64
}

// cachedWaiting is how many answers are in the cache.
const cachedWaiting = 1000

// mostWaiting is how many open cases are looked through for whose turn it is.
const mostWaiting = 2000

// QueueWaiting asks in a batch what waits for an actor, where the cache has it not.
func (s *Service) QueueWaiting(b *task.Batch, actor authz.Actor, take func([]Waiting)) {
	if !slices.ContainsFunc([]authz.Role{authz.CIO, authz.CISO, authz.GeneralSecurityOfficer, authz.SecurityManager}, actor.Has) {
		return
	}
	today := calendar.Day(s.now())
	organization, known := actor.State.Of(org.ChangeCounter)
	cases, counted := actor.State.Of(violation.ChangeCounter)
	key := waitingKey{actor.Person, today, organization, cases}
	if cached, ok := s.waiting.Look(key); ok && known && counted {
		take(cached)
		return
	}
	task.Rows(b, "looking what cases wait", pgx.RowToStructByName[waitingRow], func(rows []waitingRow) {
		var list []Waiting
		for _, r := range rows {
			if w, waits := r.waits(actor.Person, today); waits {
				list = append(list, w)
			}
		}
		if known && counted {
			s.waiting.Add(key, list)
		}
		take(list)
	}, waitingCases, violation.Instant(s.now(), pgx.StrictNamedArgs{"most": mostWaiting}))
}

// waitingRow is an open case with who holds the roles that it asks for.
type waitingRow struct {
	Code                                  string
	State                                 procedure.State
	Person                                int64
	Receiver                              procedure.Seat
	Vendor, OwnFinding, Agreed, Grave     bool
	Referral                              procedure.Event
	ReferralSeen, Waived                  bool
	HeardOn, DueOn, SilentOn              calendar.Date
	CIO, CISO, General, Managers, Recused []int64
}

var waitingCases = `
	WITH town AS MATERIALIZED (SELECT ` + responsible.Held(`h.role = 'cio'`) + ` AS cio, ` + responsible.Held(`h.role = 'ciso'`) + ` AS ciso, ` + responsible.Held(`h.role = 'general_security_officer'`) + ` AS general)
	SELECT c.code, c.state, coalesce(c.person_id, 0) AS person, c.receiver, c.vendor, c.own_finding, c.agreed, c.grave, c.referral, c.referral_seen, c.waived,
	       c.heard_on, c.due_on, c.silent_on, town.cio, town.ciso, town.general, ` + responsible.Held(`h.role = 'security_manager' AND h.section_id = x.section`) + ` AS managers,
	       ARRAY(SELECT r.person_id FROM violation_recused r WHERE r.case_id = c.id) AS recused
	FROM violation_case c CROSS JOIN town CROSS JOIN LATERAL (SELECT ` + violation.Works + ` AS section) x
	WHERE c.state IN ('reported', 'confirmed', 'guided', 'not_improved', 'suspended', 'revoked') AND @now::timestamptz >= c.opened_at
	ORDER BY c.due_on NULLS LAST, c.id LIMIT @most`

// waits tells whether a case waits for somebody.
func (r waitingRow) waits(person int64, today calendar.Date) (Waiting, bool) {
	seats := procedure.Sit(procedure.Holders{CIO: r.CIO, CISO: r.CISO, General: r.General, Managers: r.Managers}, r.Person, r.Recused)
	if procedure.Overseen(r.OwnFinding, r.Grave, r.Referral) {
		seats = seats.Overseen()
	}
	seat := procedure.Turn(procedure.Standing{
		State: r.State, Receiver: r.Receiver, Vendor: r.Vendor, OwnFinding: r.OwnFinding, Agreed: r.Agreed, Grave: r.Grave, Referral: r.Referral, ReferralSeen: r.ReferralSeen,
		Hearing: !r.Waived && !today.After(r.HeardOn), Silent: violation.Silent(r.SilentOn, today),
	})
	return Waiting{r.Code, r.State, seat, r.DueOn}, seats.Of(seat).Has(person)
}
