package intake

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"kagami/internal/postgres"
)

// Recall returns what has been settled of the headings of a kind of tables, whoever
// did.
func Recall(ctx context.Context, db postgres.Querier, kind string) (Answers, error) {
	rows, err := db.Query(ctx, `SELECT heading, column_key FROM column_answer WHERE kind = @kind`, pgx.StrictNamedArgs{"kind": kind})
	if err != nil {
		return nil, fmt.Errorf("recalling headings: %w", err)
	}
	answers := Answers{}
	var heading, column string
	if _, err := pgx.ForEachRow(rows, []any{&heading, &column}, func() error {
		answers[heading] = column
		return nil
	}); err != nil {
		return nil, fmt.Errorf("recalling headings: %w", err)
	}
	return answers, nil
}

// Remember stores what somebody has settled of a table's headings, in the
// transaction that takes the file in, for the next one that is headed alike. Of a
// heading that is read as its own words say nothing is stored, and what was is
// forgotten.
func (t Table) Remember(ctx context.Context, tx pgx.Tx, settled []Heading) error {
	headings, answered, columns := []string{}, []string{}, []string{}
	for _, h := range settled {
		headings = append(headings, h.Key)
	}
	for _, h := range slices.SortedFunc(slices.Values(t.Reading(settled).Learned()), func(a, b Heading) int { return cmp.Compare(a.Key, b.Key) }) {
		answered, columns = append(answered, h.Key), append(columns, h.Column)
	}
	var batch pgx.Batch
	batch.Queue(`DELETE FROM column_answer WHERE kind = @kind AND heading = ANY(@headings) AND NOT heading = ANY(@answered)`,
		pgx.StrictNamedArgs{"kind": t.Kind, "headings": headings, "answered": answered})
	batch.Queue(`
		INSERT INTO column_answer (kind, heading, column_key)
		SELECT @kind, heading, column_key FROM unnest(@answered::text[], @columns::text[]) AS answer(heading, column_key)
		ON CONFLICT (kind, heading) DO UPDATE SET column_key = excluded.column_key`,
		pgx.StrictNamedArgs{"kind": t.Kind, "answered": answered, "columns": columns})
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("remembering headings: %w", err)
	}
	return nil
}
