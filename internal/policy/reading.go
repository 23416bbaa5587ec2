package policy

import (
	"context"
	"errors"
	"maps"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/postgres"
	"kagami/internal/task"
)

// CurrentRevision picks the revision of document d that holds on @day: the
// newest in force, else the first to come.
const CurrentRevision = selectRevision + `
	ORDER BY effective_on <= @day::date DESC, CASE WHEN effective_on <= @day::date THEN -number ELSE number END
	LIMIT 1`

// selectRevision is what there is to know of a published revision of document d.
const selectRevision = `
	SELECT id, number, effective_on, decided_on, published_at, published_sha256, counts_from, asked_from, due_on
	FROM revision
	WHERE document_id = d.id AND state = 'published'`

// readingColumns are the fields of a Reading, as selectReading has them.
func readingColumns() string {
	return `d.id, d.code, d.kind, d.title,
	       r.id AS revision_id, r.number, r.effective_on, r.decided_on, r.published_at, r.published_sha256 AS sha256,
	       ` + askingRevision + ` AND ` + NotAbolished("@day") + ` AS asked,
	       CASE WHEN k.number >= r.counts_from THEN k.acknowledged_at END AS acknowledged_at, coalesce(k.number, 0) AS last,
	       r.due_on AS closes, r.counts_from, ` + abolishedOn + ` AS abolished_on`
}

// fromReading is where readingColumns are: each document d, the revision r of it that
// which selects, and the last acknowledgement k of @person.
func fromReading(which string) string {
	return `
	FROM document d
	CROSS JOIN LATERAL (` + which + `) r
	LEFT JOIN LATERAL (
		SELECT k.acknowledged_at, kr.number
		FROM acknowledgement k JOIN revision kr ON kr.id = k.revision_id
		WHERE k.person_id = @person AND kr.document_id = d.id AND kr.number <= r.number ORDER BY kr.number DESC LIMIT 1) k ON true`
}

// selectReading is the SQL of what a @person may read on @day: of each document d
// the revision that which selects. Its arguments are those of readingArguments.
func selectReading(which string) string {
	return `SELECT ` + readingColumns() + fromReading(which) + `
	WHERE ` + readableDocument
}

// selectListed is the SQL of a person's list, with the same arguments: of each
// document that is not abolished the current revision, the 基本方針 first.
func selectListed() string {
	return `SELECT ` + readingColumns() + `,
	       coalesce(q.due_on, greatest(r.due_on, @day::date + (r.due_on - r.asked_from))) AS due_on, e.id IS NOT NULL AS excused,
	       @person IN (` + AwayOn("@day") + `) AS absent` +
		fromReading(CurrentRevision) + `
	LEFT JOIN LATERAL (
		SELECT q.due_on, q.asked_on FROM acknowledgement_request q WHERE q.revision_id = r.id AND q.person_id = @person ORDER BY q.asked_on DESC LIMIT 1) q
		ON NOT ` + BackSQL("@person", "q.asked_on", "@day") + ` -- who is back is about to be asked again
	LEFT JOIN acknowledgement_excuse e ON e.revision_id = r.id AND e.person_id = @person AND e.ended_at IS NULL
	WHERE ` + readableDocument + ` AND ` + NotAbolished("@day") + inOrder
}

// inOrder puts documents d in their order, the 基本方針 first.
const inOrder = `
	ORDER BY array_position(ARRAY['basic', 'standard', 'procedure'], d.kind), d.code`

func readingArguments(person int64, day calendar.Date, its scope) pgx.StrictNamedArgs {
	args := its.arguments()
	args["person"], args["day"] = person, day
	return args
}

// loadReading returns a document's current revision for a person who may read
// it; NotFound otherwise.
func loadReading(ctx context.Context, db postgres.Querier, person int64, day calendar.Date, its scope, code string) (Reading, error) {
	return loadOne(ctx, db, readingArguments(person, day, its), CurrentRevision, pgx.StrictNamedArgs{"code": code})
}

// loadOne returns the revision that which selects of the document with the @code
// among more, where the arguments that which takes are too.
func loadOne(ctx context.Context, db postgres.Querier, args pgx.StrictNamedArgs, which string, more pgx.StrictNamedArgs) (Reading, error) {
	maps.Copy(args, more)
	reading, err := postgres.One[Reading](ctx, db, "loading a document", selectReading(which)+` AND d.code = @code`, args)
	if errors.Is(err, pgx.ErrNoRows) {
		return Reading{}, NoDocument()
	}
	return reading, err
}

// Readings lists the current revision of every document that the actor may
// read, the 基本方針 first; none that is abolished.
func (s *Service) Readings(ctx context.Context, actor authz.Actor) ([]Listed, error) {
	return postgres.List[Listed](ctx, s.pool, "listing documents", selectListed(), readingArguments(actor.Person, s.today(), scopeOf(actor)))
}

// QueueReadings asks for Readings in a batch.
func (s *Service) QueueReadings(b *task.Batch, actor authz.Actor, take func([]Listed)) {
	task.Rows(b, "listing documents", pgx.RowToStructByName[Listed], take, selectListed(), readingArguments(actor.Person, s.today(), scopeOf(actor)))
}

// Read returns a document's current revision; NotFound where there is none
// that the actor may read.
func (s *Service) Read(ctx context.Context, actor authz.Actor, code string) (Reading, error) {
	changes, counted := actor.State.Of(ChangeCounter)
	acknowledgements, countedToo := actor.State.Of(AcknowledgementCounter)
	if counted && countedToo {
		return s.readCached(ctx, actor, code, changes, acknowledgements)
	}
	return loadReading(ctx, s.pool, actor.Person, s.today(), scopeOf(actor), code)
}

// abolishedOn is the SQL of the 廃止日 of document d; NULL for none.
const abolishedOn = `(SELECT b.abolished_on FROM document_abolition b WHERE b.document_id = d.id)`

// NotAbolished is the SQL that tells whether document d is not abolished yet on
// a day, such as @day.
func NotAbolished(day string) string {
	return `NOT EXISTS (SELECT FROM document_abolition b WHERE b.document_id = d.id AND b.abolished_on <= ` + day + `::date)`
}
