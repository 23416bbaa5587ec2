package review

import (
	"context"
	"maps"
	"strings"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
	"kagami/internal/state"
	"kagami/internal/task"
)

// ChangeCounter counts what may change what waits for somebody.
var ChangeCounter = state.Counted("right_review")

// rightCounter counts what changes rights: one that has ended waits no more.
var rightCounter = state.Counted("right")

// What waits for somebody.
const (
	ToAnswer = "answer"  // rights of a section
	ToHandIn = "hand_in" // a section in which all are answered
	ToJudge  = "judge"   // rights of who leads a section, by who stands above
	ToClose  = "close"   // the whole of it
	ToChange = "change"  // rights of systems, by who answers for these
)

// Waits is something that waits for somebody.
type Waits struct {
	What                           string
	Code, SectionCode, SectionName string
	DueOn                          calendar.Date
	Count                          int // of rights; of what is to be closed, of sections that have not handed in
}

// Waiting is what waits for somebody.
type Waiting []Waits

// waitingKey names what it depends on what waits for somebody.
type waitingKey struct {
	person                       int64
	day                          calendar.Date
	organization, number, rights int64
}

// cachedWaiting is how many answers are in the cache: of each who leads a section or answers for
// a system.
const cachedWaiting = 2000

// QueueWaiting asks in a batch what waits for the actor, where the cache has it not; for nothing
// where they lead nobody, answer for no system, and open none.
func (s *Service) QueueWaiting(b *task.Batch, actor authz.Actor, take func(Waiting)) {
	opens, sections, systems, places := actor.Reach(authz.OpenRightReviews) == authz.All, actor.Sections(authz.ReviewRights), actor.Sections(authz.PermitRights), actor.Places(authz.ReviewRights)
	if !opens && len(sections)+len(systems)+len(places) == 0 {
		return
	}
	today := s.today()
	organization, known := actor.State.Of(org.ChangeCounter)
	number, counted := actor.State.Of(ChangeCounter)
	changes, countedToo := actor.State.Of(rightCounter)
	key, cachable := waitingKey{actor.Person, today, organization, number, changes}, known && counted && countedToo
	if cached, ok := s.waiting.Look(key); ok && cachable {
		take(cached)
		return
	}
	args := pgx.StrictNamedArgs{"sections": sections, "systems": systems, "actor": actor.Person, "today": today}
	arms := []string{}
	if len(sections) > 0 {
		arms = append(arms, toAnswer)
	}
	if len(places) > 0 {
		judged, more := responsible.Above(places)
		maps.Copy(args, more)
		arms = append(arms, toJudge+judged+` GROUP BY e.code, s.code, s.name, e.due_on`)
	}
	if opens {
		arms = append(arms, toClose)
	}
	if len(systems) > 0 {
		arms = append(arms, toChange)
	}
	task.Rows(b, "listing what waits of confirmations of rights", pgx.RowToStructByName[Waits], func(rows []Waits) {
		if cachable {
			s.waiting.Add(key, rows)
		}
		take(rows)
	}, `SELECT * FROM (`+strings.Join(arms, ` UNION ALL `)+`) w WHERE @actor::bigint IS NOT NULL AND @today::date IS NOT NULL AND @sections::bigint[] IS NOT NULL AND @systems::bigint[] IS NOT NULL ORDER BY w.due_on, w.section_name`, args)
}

// What waits for somebody, as SQL. The confirmation that is open is looked up first, and not
// joined: by its id the rights of few people are found among those of a million.
const (
	underWay = `v.id = (SELECT x.id FROM right_review x WHERE x.state = 'open')`
	toAnswer = `(
		WITH mine AS MATERIALIZED (SELECT ` + place + ` AS section_id, i.person_id, ` + stands + ` AS stands FROM ` + items + ` WHERE ` + underWay + ` AND ` + near + `)
		SELECT CASE WHEN c.theirs > 0 THEN 'answer' ELSE 'hand_in' END AS what, v.code, s.code AS section_code, s.name AS section_name, v.due_on, c.theirs::int AS count
		FROM right_review v JOIN right_review_section n ON n.review_id = v.id AND n.section_id = ANY(@sections) JOIN section_shown s ON s.id = n.section_id
		CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE m.stands IN ('open', 'later') AND m.person_id <> @actor) AS theirs, count(*) FILTER (WHERE m.stands IN ('open', 'later')) AS open,
			count(*) FILTER (WHERE m.stands <> 'ended') AS asked FROM mine m WHERE m.section_id = n.section_id) c
		WHERE ` + underWay + ` AND (c.theirs > 0 OR c.open = 0 AND c.asked > 0 AND n.state <> 'handed_in'))`
	toJudge = `
		SELECT 'judge' AS what, e.code, s.code AS section_code, s.name AS section_name, e.due_on, count(*)::int AS count
		FROM (SELECT v.code, v.due_on, i.person_id, ` + place + ` AS section_id, ` + stands + ` AS stands FROM ` + items + ` WHERE ` + underWay + ` AND i.person_id <> @actor
			AND i.person_id = ANY(` + responsible.Heads + `)) e
		JOIN section_shown s ON s.id = e.section_id WHERE e.stands IN ('open', 'later') AND `
	toClose = `
		SELECT 'close' AS what, v.code, '' AS section_code, '' AS section_name, v.due_on, u.missing::int AS count
		FROM right_review v CROSS JOIN LATERAL (SELECT count(*) AS missing FROM right_review_section n WHERE n.review_id = v.id AND n.state <> 'handed_in') u
		WHERE v.state = 'open' AND (u.missing = 0 OR v.due_on < @today::date)`
	toChange = `
		SELECT 'change' AS what, '' AS code, '' AS section_code, '' AS section_name, NULL::date AS due_on, count(*)::int AS count FROM ` + wishes + ` AND i.person_id <> @actor HAVING count(*) > 0`
)

// Belongs is what of the confirmation that is open a section, by its code, has still to go
// through; nothing where the actor may not see it.
func (s *Service) Belongs(ctx context.Context, actor authz.Actor, section string) ([]Waits, error) {
	return postgres.List[Waits](ctx, s.pool, "listing what a section goes through", `
		SELECT 'answer' AS what, v.code, s.code AS section_code, s.name AS section_name, v.due_on, 0 AS count
		FROM right_review v JOIN right_review_section n ON n.review_id = v.id AND n.open JOIN section_shown s ON s.id = n.section_id
		WHERE s.code = @section AND n.state <> 'handed_in' AND (@all OR n.section_id = ANY(@mine)) ORDER BY v.id`, with(reach(actor), pgx.StrictNamedArgs{"section": section}))
}
