package comparison

import (
	"strings"

	"kagami/internal/policy/outline"
)

// Line is a line of a cell as it is printed.
type Line []Passage

// What stands where there is nothing to set beside, as towns write it.
const (
	omitted   = "（略）"
	newHere   = "（新設）"
	leftOut   = "（削る）"
	unlabeled = "前文"
	title     = "題名"
	blank     = "　"
)

// Lines are what stands in a row's two cells. Each has at least one line.
func (r Row) Lines() (before, after []Line) {
	switch {
	case r.Folded != nil:
		list := outermost(r.Folded)
		first, last := list[0], list[len(list)-1]
		return foldLine(first.Old, last.Old), foldLine(first.New, last.New)
	case r.Old == nil:
		return []Line{{{Text: newHere}}}, r.New.lines(r.Abridged)
	case r.New == nil:
		return r.Old.lines(r.Abridged), []Line{{{Text: leftOut}}}
	}
	return r.Old.lines(r.Abridged), r.New.lines(r.Abridged)
}

// foldLine names a range of clauses: （1）～（4）　（略）.
func foldLine(first, last Side) []Line {
	number := first.number()
	if first.Anchor != last.Anchor {
		number += "～" + last.number()
	}
	line := Line{{Text: number, Changed: first.Number || last.Number}}
	if first.Anchor == last.Anchor && first.Heading != nil {
		line = append(append(line, Passage{Text: blank}), first.Heading...)
	}
	return []Line{append(line, Passage{Text: blank + omitted})}
}

// lines are the clause's number and heading, or number and first paragraph, and
// its further paragraphs.
func (s *Side) lines(abridged bool) []Line {
	lines := []Line{{{Text: s.number(), Changed: s.Number || s.Elsewhere}}}
	add := func(part Line) {
		if len(part) > 0 {
			lines[len(lines)-1] = append(append(lines[len(lines)-1], Passage{Text: blank}), part...)
		}
	}
	add(s.Heading)
	text := paragraphs(s.Text)
	switch {
	case len(text) == 0:
	case abridged:
		add(Line{{Text: omitted}})
	case len(s.Heading) == 0:
		add(text[0])
		lines = append(lines, text[1:]...)
	default:
		lines = append(lines, text...)
	}
	return lines
}

// paragraphs parts a wording at its line ends.
func paragraphs(text []Passage) []Line {
	if len(text) == 0 {
		return nil
	}
	list := []Line{nil}
	for _, p := range text {
		for i, part := range strings.Split(p.Text, "\n") {
			if i > 0 {
				list = append(list, nil)
			}
			if part != "" {
				list[len(list)-1] = append(list[len(list)-1], Passage{part, p.Changed})
			}
		}
	}
	return list
}

// number is a clause's number as people write it; of one that stands elsewhere
// in the other text, as they cite it.
func (s *Side) number() string {
	switch {
	case s.Kind == "":
		return title
	case s.Elsewhere && s.Citation != "":
		return s.Citation
	case s.Label == "":
		return unlabeled
	case s.Kind == outline.Item:
		return "（" + s.Label + "）"
	}
	return s.Label
}

// Indent is how far the row's two cells are indented, in levels from 0.
func (r Row) Indent() (before, after int) {
	if r.Folded != nil {
		return r.Folded[0].Old.Indent, r.Folded[0].New.Indent
	}
	if r.Old != nil {
		before = r.Old.Indent
	}
	if r.New != nil {
		after = r.New.Indent
	}
	return before, after
}
