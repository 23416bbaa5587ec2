package policy

import (
	"context"
	"errors"
	"fmt"
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

// selectReading is the SQL of what a @person may read on @day: of each document d
// the revision that which selects. Its arguments are those of readingArguments.
func selectReading(which string) string {
	return `
	SELECT d.id, d.code, d.kind, d.title,
	       r.id, r.number, r.effective_on, r.decided_on, r.published_at, r.published_sha256, r.counts_from,
	       CASE WHEN k.number >= r.counts_from THEN k.acknowledged_at END, coalesce(k.number, 0),
	       coalesce(q.due_on, greatest(r.due_on, @day::date + (r.due_on - r.asked_from))), r.due_on, e.id IS NOT NULL, ` + askingRevision + ` AND ` + NotAbolished("@day") + `, ` + abolishedOn + `
	FROM document d
	CROSS JOIN LATERAL (` + which + `) r
	LEFT JOIN LATERAL (
		SELECT k.acknowledged_at, kr.number
		FROM acknowledgement k JOIN revision kr ON kr.id = k.revision_id
		WHERE k.person_id = @person AND kr.document_id = d.id AND kr.number <= r.number ORDER BY kr.number DESC LIMIT 1) k ON true
	LEFT JOIN LATERAL (
		SELECT q.due_on FROM acknowledgement_request q WHERE q.revision_id = r.id AND q.person_id = @person ORDER BY q.asked_on DESC LIMIT 1) q ON true
	LEFT JOIN acknowledgement_excuse e ON e.revision_id = r.id AND e.person_id = @person AND e.ended_at IS NULL
	WHERE ` + readableDocument
}

func readingArguments(person int64, day calendar.Date, may reader) pgx.StrictNamedArgs {
	args := pgx.StrictNamedArgs{"person": person, "day": day}
	may.addReadable(args)
	return args
}

func scanReading(row pgx.CollectableRow) (Reading, error) {
	var r Reading
	err := row.Scan(&r.Document.ID, &r.Code, &r.Kind, &r.Title,
		&r.Revision.ID, &r.Number, &r.EffectiveOn, &r.DecidedOn, &r.PublishedAt, &r.SHA256, &r.CountsFrom,
		&r.AcknowledgedAt, &r.Last, &r.DueOn, &r.Closes, &r.Excused, &r.Asked, &r.AbolishedOn)
	return r, err
}

// loadReading returns a document's current revision for a person who may read
// it; NotFound otherwise.
func loadReading(ctx context.Context, db postgres.Querier, person int64, day calendar.Date, may reader, code string) (Reading, error) {
	return loadOne(ctx, db, person, day, may, CurrentRevision, pgx.StrictNamedArgs{"code": code})
}

// loadOne returns the revision of a document that which selects. The arguments are
// the document's @code and what which takes.
func loadOne(ctx context.Context, db postgres.Querier, person int64, day calendar.Date, may reader, which string, more pgx.StrictNamedArgs) (Reading, error) {
	args := readingArguments(person, day, may)
	maps.Copy(args, more)
	rows, err := db.Query(ctx, selectReading(which)+` AND d.code = @code`, args)
	if err != nil {
		return Reading{}, fmt.Errorf("loading a document: %w", err)
	}
	reading, err := pgx.CollectExactlyOneRow(rows, scanReading)
	if errors.Is(err, pgx.ErrNoRows) {
		return Reading{}, NoDocument()
	}
	if err != nil {
		return Reading{}, fmt.Errorf("loading a document: %w", err)
	}
	return reading, nil
}

// selectReadings is selectReading of the current revision of each document that
// is not abolished, the 基本方針 first.
func selectReadings() string {
	return selectReading(CurrentRevision) + ` AND ` + NotAbolished("@day") + `
		ORDER BY array_position(ARRAY['basic', 'standard', 'procedure'], d.kind), d.code`
}

func listReadings(ctx context.Context, db postgres.Querier, person int64, day calendar.Date, may reader) ([]Reading, error) {
	rows, err := db.Query(ctx, selectReadings(), readingArguments(person, day, may))
	if err != nil {
		return nil, fmt.Errorf("listing documents: %w", err)
	}
	readings, err := pgx.CollectRows(rows, scanReading)
	if err != nil {
		return nil, fmt.Errorf("listing documents: %w", err)
	}
	return readings, nil
}

// Readings lists the current revision of every document that the actor may
// read, the 基本方針 first.
func (s *Service) Readings(ctx context.Context, actor authz.Actor) ([]Reading, error) {
	return listReadings(ctx, s.pool, actor.Person, s.today(), readable(actor))
}

// QueueReadings asks for Readings in a batch.
func (s *Service) QueueReadings(b *task.Batch, actor authz.Actor, take func([]Reading)) {
	task.Rows(b, "listing documents", scanReading, take, selectReadings(), readingArguments(actor.Person, s.today(), readable(actor)))
}

// Read returns a document's current revision; NotFound where there is none
// that the actor may read.
func (s *Service) Read(ctx context.Context, actor authz.Actor, code string) (Reading, error) {
	changes, counted := actor.State.Of(ChangeCounter)
	acknowledgements, countedToo := actor.State.Of(AcknowledgementCounter)
	if counted && countedToo {
		return s.readKept(ctx, actor, code, changes, acknowledgements)
	}
	return loadReading(ctx, s.pool, actor.Person, s.today(), readable(actor), code)
}

// abolishedOn is the SQL of the 廃止日 of document d; NULL for none.
const abolishedOn = `(SELECT b.abolished_on FROM document_abolition b WHERE b.document_id = d.id)`

// NotAbolished is the SQL that tells whether document d is not abolished yet on
// a day.
func NotAbolished(day string) string {
	return `NOT EXISTS (SELECT FROM document_abolition b WHERE b.document_id = d.id AND b.abolished_on <= ` + day + `::date)`
}
