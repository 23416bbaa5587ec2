package find

import (
	"context"
	"slices"
	"strings"

	"kagami/internal/authz"
	"kagami/internal/policy"
	"kagami/internal/policy/outline"
)

// Cited is a clause of a text in force, as people cite it.
type Cited struct {
	policy.Document
	Only     bool   // no other text in force of its kind can be read
	Anchor   string // 7-3-2
	Citation string // 7(3)②
	Heading  string // or the first words of its text
}

// cited are the clauses of a revision, by their citations: of articles and what is in them.
func cited(o *outline.Outline) []Cited {
	var list []Cited
	for _, a := range o.Anchors() {
		if slices.Contains([]outline.Kind{outline.Article, outline.Paragraph, outline.Item, outline.Subitem}, a.Kind) && a.Label != "" {
			list = append(list, Cited{Anchor: a.Anchor, Citation: a.Citation, Heading: beginning(a.Heading, a.Text)})
		}
	}
	return list
}

// Clauses lists the clauses of the texts in force that the actor may read, in the order of the
// documents and of their texts.
func (s *Service) Clauses(ctx context.Context, actor authz.Actor) ([]Cited, error) {
	var list []Cited
	documents := map[policy.Kind]int{}
	err := s.eachVocabulary(ctx, actor, func(r policy.Listed, v vocabulary) {
		if !r.InForce(actor.On) {
			return
		}
		documents[r.Kind]++
		for _, c := range v.clauses {
			c.Document = r.Document
			list = append(list, c)
		}
	})
	for i := range list {
		list[i].Only = documents[list[i].Kind] == 1
	}
	return list, err
}

// beginning is what a clause begins with: its heading, or the first words of its text.
func beginning(heading, text string) string {
	const most = 40
	if heading == "" {
		heading, _, _ = strings.Cut(text, "\n")
	}
	if runes := []rune(heading); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return heading
}
