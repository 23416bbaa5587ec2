package text

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"kagami/cmd/bench/figure"
	"kagami/internal/policy/comparison"
	"kagami/internal/policy/outline"
	"kagami/internal/sample"
)

const (
	// comparisonLimit is how long comparing a standard with its next revision may
	// take.
	comparisonLimit = 200 * time.Millisecond
	standardPages   = 200
	pageCharacters  = 800
)

// Comparison compares a standard of 200 pages with one in which every
// fifth clause was edited and a chapter put in before all others.
func Comparison(context.Context, string) ([]figure.Figure, error) {
	before, after := standard(false), standard(true)
	var (
		took    []float64
		changed int
	)
	for range 5 {
		begun := time.Now()
		c := comparison.Compare(before, after)
		took = append(took, time.Since(begun).Seconds())
		changed = c.Count(comparison.Changed)
	}
	seconds := figure.Median(took)
	return []figure.Figure{{
		Name: "comparison", Ratio: seconds / comparisonLimit.Seconds(), Limit: 1,
		Detail: fmt.Sprintf("%d pages compared in %.0f ms, %d clauses changed, limit %v", standardPages, seconds*1000, changed, comparisonLimit),
	}}, nil
}

// standard is the town's policy again and again, a chapter each.
func standard(edited bool) *outline.Outline {
	o := &outline.Outline{Title: "見本町情報セキュリティ対策基準"}
	if edited {
		o.Clauses = append(o.Clauses, outline.Clause{Kind: outline.Chapter, Label: "第1章", Heading: "改正の趣旨", Text: "この改正は、年次の見直しによる。"})
	}
	clauses := 0
	for chapter, characters := 1, 0; characters < standardPages*pageCharacters; chapter++ {
		part := outline.Outline{Clauses: outline.Read(string(sample.Policy), nil).Clauses}
		c := &part.Clauses[0]
		c.Label, c.Heading = fmt.Sprintf("第%d章", len(o.Clauses)+1), fmt.Sprintf("見本の管理（その%d）", chapter)
		part.Walk(func(c *outline.Clause, _ []*outline.Clause) {
			characters += utf8.RuneCountInString(c.Text)
			if clauses++; edited && clauses%5 == 0 {
				c.Text = "原則として、" + strings.Replace(c.Text, "情報", "全ての情報", 1)
			}
		})
		o.Clauses = append(o.Clauses, part.Clauses...)
	}
	return o
}
