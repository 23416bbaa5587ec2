package publish

import (
	"slices"
	"strings"

	"kagami/internal/policy/outline"
)

// weighty are words in the headings of clauses that a 簡易な見直し leaves alone:
// on purpose, scope, organization and sanctions.
var weighty = []struct {
	topic string
	words []string
}{
	{"目的", []string{"目的"}},
	{"対象範囲", []string{"範囲", "適用"}},
	{"組織体制", []string{"組織", "体制", "責任者"}},
	{"懲戒・違反", []string{"懲戒", "違反", "罰則", "処分"}},
}

// Touched is a clause on one of those that is not in both texts as it is.
type Touched struct {
	Topic    string
	Citation string // in the new text, or in the old where it is gone
	Heading  string
	Gone     bool
}

// String is a touched clause in words.
func (t Touched) String() string {
	words := t.Topic + "：" + t.Citation + " " + t.Heading
	if t.Gone {
		words += "（削除）"
	}
	return words
}

// Weighty finds the clauses on purpose, scope, organization and sanctions that a
// new text changes, adds or takes away. What only moved to another number is not
// changed. Without an old text there are none.
func Weighty(old, now *outline.Outline) []Touched {
	if old == nil {
		return nil
	}
	before, after := weightyIn(old), weightyIn(now)
	var list []Touched
	for _, w := range after {
		if i := slices.IndexFunc(before, w.same); i >= 0 {
			before = slices.Delete(before, i, i+1)
			continue
		}
		list = append(list, w.Touched)
	}
	for _, w := range before {
		if slices.ContainsFunc(list, func(t Touched) bool { return t.Topic == w.Topic && t.Heading == w.Heading }) {
			continue // told already: it was changed
		}
		w.Gone = true
		list = append(list, w.Touched)
	}
	return list
}

type weightyClause struct {
	Touched
	text string // with all that is in it
}

func (w weightyClause) same(other weightyClause) bool {
	return w.Topic == other.Topic && w.text == other.text
}

// weightyIn lists a text's clauses on those topics, without those inside others
// of the list.
func weightyIn(o *outline.Outline) []weightyClause {
	anchored := map[*outline.Clause]outline.Anchored{}
	for _, a := range o.Anchors() {
		anchored[a.Clause] = a
	}
	listed := map[*outline.Clause]bool{}
	var list []weightyClause
	o.Walk(func(c *outline.Clause, parents []*outline.Clause) {
		if slices.ContainsFunc(parents, func(p *outline.Clause) bool { return listed[p] }) {
			return
		}
		if topic := topicOf(c.Heading); topic != "" {
			listed[c] = true
			list = append(list, weightyClause{Touched{Topic: topic, Citation: anchored[c].Citation, Heading: c.Heading}, whole(c)})
		}
	})
	return list
}

func topicOf(heading string) string {
	for _, w := range weighty {
		if slices.ContainsFunc(w.words, func(word string) bool { return strings.Contains(heading, word) }) {
			return w.topic
		}
	}
	return ""
}

// whole is a clause's heading and wording with all that is in it.
func whole(c *outline.Clause) string {
	var b strings.Builder
	b.WriteString(c.Heading + "\n" + c.Text + "\n")
	for i := range c.Children {
		b.WriteString(c.Children[i].Label + " " + whole(&c.Children[i]))
	}
	return b.String()
}
