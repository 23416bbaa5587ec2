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

// Draft is a revision on its way: not published, and not thrown away.
type Draft struct {
	policy.Document
	Revision  int64 // its id
	Number    int
	State     State
	Scale     Scale      // empty until it has been submitted
	Why       policy.Why // why the text is revised; empty until it has been submitted
	WhyText   string     // in words
	DraftedAt time.Time
	DraftedBy string // who wrote on it last; empty for the operator
	SHA256    []byte
	DecidedOn calendar.Date // zero until the 本部会議 has adopted it

	drafter int64 // who wrote on it last

	// What a list leaves out:
	Text       string // in the plain written form
	Outline    *outline.Outline
	Steps      []Step
	Mine       bool // whether whoever it was loaded for wrote on it last
	Unfinished Unfinished
	// OpenComments is how many comments nobody has seen to yet.
	OpenComments int
}

// First tells whether there is no revision before it.
func (d Draft) First() bool { return d.Number == 1 }

// Step is something that was done to a revision.
type Step struct {
	Event Event
	At    time.Time
	By    string // empty for the operator
	Note  string // what was said about it
}

// selectDrafts is the SQL of the drafts of what an actor may read, with its
// arguments.
func selectDrafts(actor authz.Actor) (string, pgx.StrictNamedArgs) {
	readable, args := policy.Readable(actor)
	return `
	SELECT d.id, d.code, d.kind, d.title, r.id, r.number, r.state, coalesce(r.scale, ''), coalesce(r.why, ''), r.why_text,
	       r.drafted_at, coalesce(p.name, ''), coalesce(r.drafted_by, 0), r.text_sha256, r.decided_on
	FROM revision r JOIN document d ON d.id = r.document_id LEFT JOIN person_shown p ON p.id = r.drafted_by
	WHERE r.state IN ('draft', 'submitted', 'decided') AND ` + readable, args
}

func scanDraft(row pgx.CollectableRow) (Draft, error) {
	var d Draft
	err := row.Scan(&d.ID, &d.Code, &d.Kind, &d.Title, &d.Revision, &d.Number, &d.State, &d.Scale, &d.Why, &d.WhyText,
		&d.DraftedAt, &d.DraftedBy, &d.drafter, &d.SHA256, &d.DecidedOn)
	return d, err
}

// orZero is an instant as the database gives it; zero where there is none.
func orZero(at *time.Time) time.Time {
	if at == nil {
		return time.Time{}
	}
	return *at
}

// MaySee tells whether the actor works on drafts at all.
func MaySee(actor authz.Actor) bool {
	return actor.Reach(authz.DraftRevision) == authz.All || actor.Reach(authz.PublishDecided) == authz.All
}

// Drafts lists the drafts that wait to be published, the latest first; none for
// who neither drafts nor publishes.
func (s *Service) Drafts(ctx context.Context, actor authz.Actor) ([]Draft, error) {
	if !MaySee(actor) {
		return nil, nil
	}
	query, args := selectDrafts(actor)
	rows, err := s.pool.Query(ctx, query+latestDraftFirst, args)
	if err != nil {
		return nil, fmt.Errorf("listing drafts: %w", err)
	}
	drafts, err := pgx.CollectRows(rows, scanDraft)
	if err != nil {
		return nil, fmt.Errorf("listing drafts: %w", err)
	}
	return drafts, nil
}

const latestDraftFirst = ` ORDER BY r.drafted_at DESC, r.id DESC`

// QueueDrafts asks for Drafts in a batch; for nothing where there are none.
func (s *Service) QueueDrafts(b *task.Batch, actor authz.Actor, take func([]Draft)) {
	if !MaySee(actor) {
		return
	}
	query, args := selectDrafts(actor)
	task.Rows(b, "listing drafts", scanDraft, take, query+latestDraftFirst, args)
}

// Draft returns a document's draft; NotFound where there is none that the
// actor may see.
func (s *Service) Draft(ctx context.Context, actor authz.Actor, code string) (Draft, error) {
	if !MaySee(actor) {
		return Draft{}, policy.NoDocument()
	}
	query, args := selectDrafts(actor)
	args["code"] = code
	rows, err := s.pool.Query(ctx, query+` AND d.code = @code`, args)
	if err != nil {
		return Draft{}, fmt.Errorf("loading a draft: %w", err)
	}
	draft, err := pgx.CollectExactlyOneRow(rows, scanDraft)
	if errors.Is(err, pgx.ErrNoRows) {
		if _, err := policy.FindDocument(ctx, s.pool, actor, code); err != nil {
			return Draft{}, err
		}
		return Draft{}, fault.New(fault.NotFound, noDraft)
	}
	if err != nil {
		return Draft{}, fmt.Errorf("loading a draft: %w", err)
	}
	err = s.pool.QueryRow(ctx, `
		SELECT r.text, (SELECT count(*) FROM draft_comment c
			WHERE c.revision_id = r.id AND NOT EXISTS (SELECT FROM draft_comment_resolution e WHERE e.comment_id = c.id))
		FROM revision r WHERE r.id = $1`, draft.Revision).Scan(&draft.Text, &draft.OpenComments)
	if err != nil {
		return Draft{}, fmt.Errorf("loading a draft: %w", err)
	}
	if draft.Outline, err = policy.LoadOutline(ctx, s.pool, draft.Revision); err != nil {
		return Draft{}, err
	}
	if draft.Steps, err = loadSteps(ctx, s.pool, draft.Revision); err != nil {
		return Draft{}, err
	}
	draft.Mine = draft.drafter == actor.Person
	draft.Unfinished, err = loadUnfinished(ctx, s.pool, actor, draft.Revision)
	return draft, err
}

// loadSteps lists what was done to a revision, the first step first.
func loadSteps(ctx context.Context, db postgres.Querier, revision int64) ([]Step, error) {
	rows, err := db.Query(ctx, `
		SELECT t.event, t.at, coalesce(p.name, ''), t.note FROM revision_step t LEFT JOIN person_shown p ON p.id = t.person_id
		WHERE t.revision_id = $1 ORDER BY t.id`, revision)
	if err != nil {
		return nil, fmt.Errorf("listing the steps of a revision: %w", err)
	}
	steps, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Step, error) {
		var t Step
		return t, row.Scan(&t.Event, &t.At, &t.By, &t.Note)
	})
	if err != nil {
		return nil, fmt.Errorf("listing the steps of a revision: %w", err)
	}
	return steps, nil
}

// Base returns the outline of the newest published revision, which a draft
// follows; nil where it is the first.
func (s *Service) Base(ctx context.Context, d Draft) (*outline.Outline, error) {
	return policy.NewestOutline(ctx, s.pool, d.ID)
}
