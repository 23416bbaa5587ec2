package handout

import (
	"fmt"
	"testing"

	"kagami/internal/asset/export"
)

func TestLabelsFillTheirSheets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		labels, start int
		want          string
	}{
		{0, 5, "[]"}, {1, 1, "[1]"}, {1, 24, "[24]"}, {2, 24, "[24 1]"}, {24, 1, "[24]"}, {25, 1, "[24 1]"}, {240, 2, "[24 24 24 24 24 24 24 24 24 24 1]"},
	} {
		var sizes []int
		labels := 0
		for _, sheet := range sheetsOf(make([]export.Label, c.labels), c.start) {
			sizes = append(sizes, len(sheet))
			for _, l := range sheet {
				if l != nil {
					labels++
				}
			}
		}
		if got := fmt.Sprint(sizes); got != c.want || labels != c.labels {
			t.Errorf("%d from %d on: %s with %d, want %s", c.labels, c.start, got, labels, c.want)
		}
	}
}
