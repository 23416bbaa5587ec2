package stocktaking

import (
	"context"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/state"
	"kagami/internal/task"
)

// ChangeCounter counts what may change what waits for somebody.
var ChangeCounter = state.Counted("stocktaking")

// Waits is a section, or the whole of a 棚卸し, that waits for somebody.
type Waits struct {
	Code                     string
	SectionCode, SectionName string // empty for the whole
	Stage                    Stage
	DueOn                    calendar.Date
	Undone                   int // of the whole: sections that are not confirmed
}

// Waiting is what waits for somebody: sections to go through or to confirm, and what is to be
// closed.
type Waiting []Waits

// waitingKey names what it depends on what waits for somebody.
type waitingKey struct {
	person               int64
	day                  calendar.Date
	organization, number int64
}

// cachedWaiting is how many answers are in the cache: of each who goes through a register.
const cachedWaiting = 2000

// QueueWaiting asks in a batch what waits for the actor, where the cache has it not; for
// nothing where they go through none, and open none. What is to be closed waits once all is
// confirmed, or its day is over.
func (s *Service) QueueWaiting(b *task.Batch, actor authz.Actor, take func(Waiting)) {
	opens := actor.Reach(authz.OpenStocktakings) == authz.All
	drafts, reviews := actor.Sections(authz.DraftAssets), actor.Sections(authz.ReviewAssets)
	if !opens && len(drafts) == 0 && len(reviews) == 0 {
		return
	}
	today := calendar.Day(s.door.Now())
	organization, known := actor.State.Of(org.ChangeCounter)
	number, counted := actor.State.Of(ChangeCounter)
	key := waitingKey{actor.Person, today, organization, number}
	if cached, ok := s.waiting.Look(key); ok && known && counted {
		take(cached)
		return
	}
	task.Rows(b, "listing what waits of 棚卸し", pgx.RowToStructByName[Waits], func(rows []Waits) {
		if known && counted {
			s.waiting.Add(key, rows)
		}
		take(rows)
	}, `
		SELECT t.code, s.code AS section_code, s.name AS section_name, n.state AS stage, t.due_on, 0 AS undone
		FROM stocktaking t JOIN stocktaking_section n ON n.stocktaking_id = t.id AND n.open JOIN section_shown s ON s.id = n.section_id
		WHERE (n.state IN ('not_begun', 'under_way') AND n.section_id = ANY(@drafts) OR n.state = 'handed_in' AND n.section_id = ANY(@reviews)) AND `+holdsAny+`
		UNION ALL
		SELECT t.code, '', '', '', t.due_on, u.undone::int
		FROM stocktaking t CROSS JOIN LATERAL (SELECT count(*) AS undone FROM stocktaking_section n WHERE n.stocktaking_id = t.id AND n.state <> 'confirmed' AND `+holdsAny+`) u
		WHERE @opens AND t.state = 'open' AND (u.undone = 0 OR t.due_on < @today::date)
		ORDER BY due_on, section_name`,
		pgx.StrictNamedArgs{"drafts": drafts, "reviews": reviews, "opens": opens, "today": today})
}

// SectionsToOpen are those of which the actor may open a 棚卸し: all that there are today.
func (s *Service) SectionsToOpen(ctx context.Context, actor authz.Actor) ([]Held, error) {
	if _, err := authz.Check(actor, authz.OpenStocktakings, authz.Matter{}); err != nil {
		return nil, err
	}
	return postgres.List[Held](ctx, s.pool, "listing sections", `
		SELECT s.id, s.code, s.name, 0 AS assets, '' AS busy, true AS managed FROM section_shown s
		WHERE (s.established_on IS NULL OR s.established_on <= @today::date) AND (s.abolished_on IS NULL OR s.abolished_on > @today::date) ORDER BY s.position, s.code`,
		pgx.StrictNamedArgs{"today": calendar.Day(s.door.Now())})
}

// Belongs is what of open 棚卸し a section, by its code, is still to go through; nothing where
// the actor may not see it.
func (s *Service) Belongs(ctx context.Context, actor authz.Actor, section string) ([]Waits, error) {
	args := reach(actor)
	args["section"] = section
	return postgres.List[Waits](ctx, s.pool, "listing what a section goes through", `
		SELECT t.code, s.code AS section_code, s.name AS section_name, n.state AS stage, t.due_on, 0 AS undone
		FROM stocktaking t JOIN stocktaking_section n ON n.stocktaking_id = t.id AND n.open JOIN section_shown s ON s.id = n.section_id
		WHERE s.code = @section AND n.state <> 'confirmed' AND (@all OR n.section_id = ANY(@mine)) ORDER BY t.id`, args)
}
