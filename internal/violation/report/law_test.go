package report_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/violation/report"
)

func TestWhatTheLawSaysChangesOnItsDay(t *testing.T) {
	t.Parallel()
	forbidden := "探すことは、公益通報者保護法で禁じられています"
	for day, want := range map[calendar.Date]bool{calendar.NewDate(2026, time.November, 30): false, calendar.NewDate(2026, time.December, 1): true} {
		if got := strings.Contains(strings.Join(report.Law.On(edition.Values{}, day), ""), forbidden); got != want {
			t.Errorf("on %s searching is forbidden by the law: %t", day, got)
		}
	}
}

func TestRowsOfTheLaw(t *testing.T) {
	t.Parallel()
	for _, e := range report.Law.Shipped {
		for _, row := range e.Rows {
			if folded, problem := report.Law.Fold(row); problem != "" || !slices.Equal(folded, row) {
				t.Errorf("%v is folded to %v, %s", row, folded, problem)
			}
		}
	}
	for _, cells := range [][]string{{"0", "文"}, {"100", "文"}, {"い", "文"}, {"1", ""}, {"1", "二\n行"}, {"1", strings.Repeat("長", 301)}} {
		if row, problem := report.Law.Fold(cells); problem == "" {
			t.Errorf("%v is taken as %v", cells, row)
		}
	}
	if key, problem := report.Law.Key(" ５ "); key != "05" || problem != "" {
		t.Errorf("５ is the key %q, %s", key, problem)
	}
}
