package draft

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/outline"
	"kagami/internal/postgres"
	"kagami/internal/task"
)

// Summary is what a list tells of a revision on its way: not published, and not
// thrown away.
type Summary struct {
	policy.Document
	Revision  int64 // its id
	Number    int
	State     State
	Scale     Scale      // empty until it has been submitted
	Why       policy.Why // why the text is revised; empty until it has been submitted
	WhyText   string     // in words
	DraftedAt time.Time
	DraftedBy string        // who wrote on it last; empty for the operator
	Drafter   int64         // and their id; 0 for the operator
	SHA256    []byte        // of its text
	DecidedOn calendar.Date // zero until the 本部会議 has adopted it
}

// First tells whether there is no revision before it.
func (d Summary) First() bool { return d.Number == 1 }

// Draft is a revision on its way, whole, as one person sees it.
type Draft struct {
	Summary
	Text       string // in the plain written form
	Outline    *outline.Outline
	Steps      []Step // the first one first
	Mine       bool   // whether they wrote on it last
	Unfinished Unfinished
	// UnresolvedComments is how many comments nobody has resolved yet.
	UnresolvedComments int

	offers []Event // what they may do to it
}

// Step is something that was done to a revision.
type Step struct {
	Event Event
	At    time.Time
	By    string // empty for the operator
	Note  string // what was said about it
}

// selectDrafts is the SQL of the drafts of what an actor may read, as summaries,
// with its arguments.
func selectDrafts(actor authz.Actor) (string, pgx.StrictNamedArgs) {
	readable, args := policy.Readable(actor)
	return `
	SELECT d.id, d.code, d.kind, d.title, r.id AS revision, r.number, r.state, coalesce(r.scale, '') AS scale, coalesce(r.why, '') AS why, r.why_text,
	       r.drafted_at, coalesce(p.name, '') AS drafted_by, coalesce(r.drafted_by, 0) AS drafter, r.text_sha256 AS sha256, r.decided_on
	FROM revision r JOIN document d ON d.id = r.document_id LEFT JOIN person_shown p ON p.id = r.drafted_by
	WHERE r.state IN ('draft', 'submitted', 'decided') AND ` + readable, args
}

// MaySee tells whether the actor works on drafts at all.
func MaySee(actor authz.Actor) bool {
	return actor.Reach(authz.DraftRevision) == authz.All || actor.Reach(authz.PublishDecided) == authz.All
}

// mayStandIn tells whether the actor stands above who publishes, and so works on the
// drafts that these wrote.
func mayStandIn(actor authz.Actor) bool { return actor.Might(authz.PublishDecided, authz.All) }

// Drafts lists the drafts that wait to be published, the latest first; none for
// who neither drafts nor publishes.
func (s *Service) Drafts(ctx context.Context, actor authz.Actor) ([]Summary, error) {
	if !MaySee(actor) {
		return nil, nil
	}
	query, args := selectDrafts(actor)
	return postgres.List[Summary](ctx, s.pool, "listing drafts", query+latestDraftFirst, args)
}

const latestDraftFirst = ` ORDER BY r.drafted_at DESC, r.id DESC`

// QueueDrafts asks for Drafts in a batch; for nothing where there are none.
func (s *Service) QueueDrafts(b *task.Batch, actor authz.Actor, take func([]Summary)) {
	if !MaySee(actor) {
		return
	}
	query, args := selectDrafts(actor)
	task.Rows(b, "listing drafts", pgx.RowToStructByName[Summary], take, query+latestDraftFirst, args)
}

// Draft returns a document's draft; NotFound where there is none that the
// actor may see.
func (s *Service) Draft(ctx context.Context, actor authz.Actor, code string) (Draft, error) {
	if !MaySee(actor) && !mayStandIn(actor) {
		return Draft{}, policy.NoDocument()
	}
	query, args := selectDrafts(actor)
	args["code"] = code
	summary, err := postgres.One[Summary](ctx, s.pool, "loading a draft", query+` AND d.code = @code`, args)
	if errors.Is(err, pgx.ErrNoRows) {
		if _, err := policy.FindDocument(ctx, s.pool, actor, code); err != nil {
			return Draft{}, err
		}
		return Draft{}, fault.New(fault.NotFound, noDraft)
	}
	if err != nil {
		return Draft{}, err
	}
	draft := Draft{Summary: summary, Mine: summary.Drafter == actor.Person}
	var drafters []int64
	err = s.pool.QueryRow(ctx, `
		SELECT r.drafters, r.text, (SELECT count(*) FROM draft_comment c
			WHERE c.revision_id = r.id AND NOT EXISTS (SELECT FROM draft_comment_resolution e WHERE e.comment_id = c.id))
		FROM revision r WHERE r.id = $1`, draft.Revision).Scan(&drafters, &draft.Text, &draft.UnresolvedComments)
	if err != nil {
		return Draft{}, fmt.Errorf("loading a draft: %w", err)
	}
	written, err := concerning(ctx, s.pool, actor, publishingDecided, drafters, calendar.Day(s.now()))
	if err != nil {
		return Draft{}, err
	}
	if draft.offers = summary.offered(actor, written); len(draft.offers) == 0 && !MaySee(actor) {
		return Draft{}, policy.NoDocument()
	}
	if draft.Outline, err = policy.LoadOutline(ctx, s.pool, draft.Revision); err != nil {
		return Draft{}, err
	}
	if draft.Steps, err = loadSteps(ctx, s.pool, draft.Revision); err != nil {
		return Draft{}, err
	}
	draft.Unfinished, err = loadUnfinished(ctx, s.pool, actor, draft.Revision)
	return draft, err
}

// loadSteps lists what was done to a revision, the first step first.
func loadSteps(ctx context.Context, db postgres.Querier, revision int64) ([]Step, error) {
	return postgres.List[Step](ctx, db, "listing the steps of a revision", `
		SELECT t.event, t.at, coalesce(p.name, '') AS by, t.note FROM revision_step t LEFT JOIN person_shown p ON p.id = t.person_id
		WHERE t.revision_id = $1 ORDER BY t.id`, revision)
}

// Base returns the outline of the newest published revision, which a draft that
// Draft has returned to the actor follows; nil where it is the first.
func (s *Service) Base(ctx context.Context, actor authz.Actor, d Draft) (*outline.Outline, error) {
	return policy.NewestOutline(ctx, s.pool, actor, d.ID)
}
