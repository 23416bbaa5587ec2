package propose

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/state"
	"kagami/internal/task"
)

// Line is something that waits for the 情報セキュリティ管理者.
type Line struct {
	asset.Asset // as it is now
	By          string
	At          time.Time
	Proposal    bool              // else a draft
	SentBack    string            // of a draft that was sent back to nobody who could mend it: what to mend
	After       map[string]string // the fields that a proposal changes
}

// Would is what the asset would be once it is confirmed.
func (l Line) Would() asset.Details { return l.Apply(l.After) }

// nothingOpen says of an asset a what asset.Details.Open does.
const nothingOpen = `a.confidentiality NOT IN ('', '3') AND a.integrity <> '' AND a.availability <> '' AND a.zone <> '' AND NOT (a.personal = 'specific' AND a.number_work = '')`

// drafts are those that wait, of the sections; proposals likewise. What somebody has
// prepared themselves does not wait for them.
const (
	drafts = `FROM asset_draft d JOIN asset a ON a.id = d.asset_id
		WHERE a.state = 'draft' AND (d.sent_back = '' OR ` + stranded + `) AND NOT @actor = ANY(d.writers) AND ` + nothingOpen
	proposals = `FROM asset_proposal r JOIN asset a ON a.id = r.asset_id
		WHERE r.state = 'open' AND a.state = 'registered' AND r.proposed_by <> @actor`
)

// waitingFor are drafts and proposals as they wait for the actor: of the sections where they
// confirm, and of those where all who do have prepared them, and the actor stands above.
func (s *Service) waitingFor(actor authz.Actor) (waitingDrafts, waitingProposals string, args pgx.StrictNamedArgs) {
	args = pgx.StrictNamedArgs{"actor": actor.Person, "sections": actor.Sections(authz.ConfirmAssets), "day": calendar.Day(s.door.Now()), "drafters": drafters}
	reached := `a.section_id = ANY(@sections)`
	for i, place := range actor.Places(authz.ConfirmAssets) {
		args["today"] = actor.On
		var concerned []string
		for j, role := range append([]authz.Role{place.Role}, place.Between...) {
			name := fmt.Sprintf("role_%d_%d", i, j)
			args[name] = role
			held := `(SELECT bool_and(h.person_id = ANY(<prepared>)) FROM holding h WHERE h.role = @` + name + ` AND h.period @> @today::date AND h.rule_period @> @today::date`
			if role.OfSection() {
				held += ` AND h.section_id = a.section_id`
			}
			concerned = append(concerned, held+`)`)
		}
		reached += ` OR ` + strings.Join(concerned, ` AND `)
	}
	by := func(prepared string) string {
		return ` AND (` + strings.ReplaceAll(reached, `<prepared>`, prepared) + `)`
	}
	return drafts + by(`d.writers`), proposals + by(`ARRAY[r.proposed_by]`), args
}

// Waiting lists what waits for the actor, the longest first: drafts up to Most, then
// proposals up to Most.
func (s *Service) Waiting(ctx context.Context, actor authz.Actor) ([]Line, error) {
	drafts, proposals, args := s.waitingFor(actor)
	args["most"] = Most
	return postgres.List[Line](ctx, s.pool, "listing what waits to be confirmed", `
		(SELECT `+asset.Columns+`, p.name AS by, w.at, w.proposal, w.sent_back, w.after
		 FROM (SELECT d.asset_id, d.drafted_by AS person, d.drafted_at AS at, false AS proposal, d.sent_back, '{}'::jsonb AS after `+drafts+` ORDER BY d.drafted_at, a.id LIMIT @most) w
		 JOIN asset a ON a.id = w.asset_id JOIN section_shown s ON s.id = a.section_id LEFT JOIN asset m ON m.id = a.merged_into JOIN person_shown p ON p.id = w.person ORDER BY w.at, a.id)
		UNION ALL
		(SELECT `+asset.Columns+`, p.name AS by, w.at, w.proposal, '' AS sent_back, w.after
		 FROM (SELECT r.asset_id, r.proposed_by AS person, r.proposed_at AS at, true AS proposal, r.after `+proposals+` ORDER BY r.proposed_at, a.id LIMIT @most) w
		 JOIN asset a ON a.id = w.asset_id JOIN section_shown s ON s.id = a.section_id LEFT JOIN asset m ON m.id = a.merged_into JOIN person_shown p ON p.id = w.person ORDER BY w.at, a.id)`, args)
}

// Counts are how many drafts and proposals wait for somebody, and how many drafts there are
// at all in the registers in which they confirm, whoever has made them.
type Counts struct {
	Drafts, Proposals int
	Unregistered      int
	Section           string // the code of the section of these; empty where they are of several
}

// ChangeCounter counts what may change how much waits.
var ChangeCounter = state.Counted("asset_waiting")

// countsKey names what the counts for somebody depend on.
type countsKey struct {
	person                int64
	day                   calendar.Date
	organization, waiting int64
}

// cachedCounts is how many are in the cache: the 課長 of a large town.
const cachedCounts = 2000

// QueueCounts asks in a batch how much waits for the actor, where the cache has it not; for
// nothing where they confirm nothing.
func (s *Service) QueueCounts(b *task.Batch, actor authz.Actor, take func(Counts)) {
	if len(actor.Sections(authz.ConfirmAssets)) == 0 && len(actor.Places(authz.ConfirmAssets)) == 0 {
		return
	}
	organization, known := actor.State.Of(org.ChangeCounter)
	waiting, counted := actor.State.Of(ChangeCounter)
	key := countsKey{actor.Person, actor.On, organization, waiting}
	if cached, ok := s.counts.Look(key); ok && known && counted {
		take(cached)
		return
	}
	drafts, proposals, args := s.waitingFor(actor)
	task.Rows(b, "counting what waits to be confirmed", pgx.RowToStructByName[Counts], func(rows []Counts) {
		if known && counted {
			s.counts.Add(key, rows[0])
		}
		take(rows[0])
	}, `
		SELECT (SELECT count(*) `+drafts+`) AS drafts, (SELECT count(*) `+proposals+`) AS proposals, u.unregistered,
		       CASE WHEN u.sections = 1 THEN (SELECT code FROM section_shown WHERE id = u.section) ELSE '' END AS section
		FROM (SELECT coalesce(sum(drafts), 0)::int AS unregistered, count(DISTINCT section_id) AS sections, min(section_id) AS section
		      FROM asset_sum WHERE section_id = ANY(@sections) AND drafts > 0) u`, args)
}

// Counts is how much waits for the actor.
func (s *Service) Counts(ctx context.Context, actor authz.Actor) (found Counts, err error) {
	var b task.Batch
	s.QueueCounts(&b, actor, func(c Counts) { found = c })
	return found, b.Run(ctx, s.pool)
}
