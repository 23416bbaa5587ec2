package parts

import (
	"bytes"
	"encoding/csv"
	"slices"
	"testing"

	"kagami/internal/edition"
	"kagami/internal/sheet/intake"
)

// A town takes a new edition from a page: what stands there, as it stands there, is read
// as the same rows. So no heading is in doubt, and what is shown can be typed.
func TestEveryEditionIsReadAsItsPageShowsIt(t *testing.T) {
	t.Parallel()
	for _, kind := range editionKinds() {
		for _, e := range kind.Shipped {
			var file bytes.Buffer
			w := csv.NewWriter(&file)
			write := func(cells []string) {
				if err := w.Write(cells); err != nil {
					t.Fatal(err)
				}
			}
			table := intake.Table{Kind: "edition_" + kind.Name, Columns: kind.Columns}
			write(table.Names())
			for _, row := range e.Rows {
				cells := make([]string, len(row))
				for i, cell := range row {
					cells[i] = kind.Show(i, cell)
				}
				write(cells)
			}
			w.Flush()
			var rows []edition.Row
			_, err := table.Read(t.Context(), file.Bytes(), nil, func(r intake.Row) error {
				cells := make([]string, len(kind.Columns))
				for i := range cells {
					cells[i] = r.Cell(i)
				}
				row, problem := kind.Fold(cells)
				if problem != "" {
					t.Errorf("%s, line %d: %s", kind.Name, r.Line, problem)
				}
				rows = append(rows, row)
				return nil
			})
			if err != nil || !slices.EqualFunc(rows, e.Rows, slices.Equal[edition.Row]) {
				t.Errorf("%s: %d of %d rows, %v", kind.Name, len(rows), len(e.Rows), err)
			}
			if problem := kind.Whole(e.Rows); problem != "" {
				t.Errorf("%s: %s", kind.Name, problem)
			}
		}
	}
}
