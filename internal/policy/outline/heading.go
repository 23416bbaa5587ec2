package outline

import (
	"strings"
	"unicode/utf8"
)

// headingOf parts what follows a mark on its line into the clause's title and
// its wording. waited is the (見出し) that stood on the line before.
func (r *reader) headingOf(m mark, kind Kind, l line, waited string) (heading, text string) {
	switch kind {
	case Chapter, Section, Supplement:
		return m.rest, ""
	case Paragraph:
		return waited, m.rest
	}
	if m.style == articleStyle {
		if waited != "" {
			return waited, m.rest
		}
		if h, rest, ok := bracketHeading(m.rest); ok {
			return h, rest
		}
	}
	if h, rest, ok := r.spacedHeading(m.rest, l); ok {
		return h, rest
	}
	if r.isHeading(m, kind, l) {
		return m.rest, ""
	}
	return "", m.rest
}

// bracketHeading reads (目的) before the wording of an article.
func bracketHeading(s string) (heading, rest string, ok bool) {
	const longest = 60 // characters
	if !strings.HasPrefix(s, "（") && !strings.HasPrefix(s, "(") {
		return "", "", false
	}
	end := strings.IndexAny(s, "）)")
	if end < 0 || utf8.RuneCountInString(s[:end]) > longest {
		return "", "", false
	}
	_, size := utf8.DecodeRuneInString(s[end:])
	return inside(s[:end+size]), strings.TrimSpace(s[end+size:]), true
}

// spacedHeading reads a short title set apart by a wide blank from the
// definition that follows it on the line.
func (r *reader) spacedHeading(s string, l line) (heading, rest string, ok bool) {
	const longest = 60 // half-widths
	for _, blank := range []string{"　", "  ", "\t"} {
		h, after, found := strings.Cut(s, blank)
		after = strings.TrimSpace(after)
		if found && after != "" && displayWidth(h) <= longest && !strings.ContainsAny(h, "。、") &&
			(sentenceEnd(after) || l.width >= r.full-slack) {
			return strings.TrimSpace(h), after, true
		}
	}
	return "", "", false
}

// isHeading tells whether the rest of a mark's line is a title: a short phrase,
// with the wording on the lines after it.
func (r *reader) isHeading(m mark, kind Kind, l line) bool {
	const (
		longest      = 80 // half-widths
		longestWords = 40 // of one with a comma, which is rather a sentence
		indents      = 12 // by how much items within items are set in
	)
	switch {
	case m.rest == "" || strings.Contains(m.rest, "。") || l.width > longest:
		return false
	case kind == Article:
		return true
	case l.width >= r.full-slack-indents && !l.blankAfter, strings.Contains(m.rest, "、") && l.width > longestWords:
		return false
	}
	next, ok := r.following()
	if !ok {
		return false
	}
	nextMark, marked := findMark(next.text)
	if !marked {
		_, _, caption := findCaption(next.text)
		return !caption
	}
	rank, _ := r.place(nextMark)
	own, _ := r.place(m)
	return nextMark.n == 1 && rank > own
}
