package outline

import (
	"slices"
	"strings"
	"unicode"
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
	if h, rest, ok := r.definition(m.rest); ok && kind == Item {
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

// definition reads a term and its meaning, set apart by any blank, in an article
// on definitions. A blank within a term (LGWAN 接続系) has no sentence after it.
func (r *reader) definition(s string) (term, meaning string, ok bool) {
	const (
		longest     = 60 // half-widths of a term
		longestWord = 24 // of a term's second word
	)
	if !slices.ContainsFunc(r.parents, func(n *node) bool { return n.Kind == Article && strings.Contains(n.Heading, "定義") }) {
		return "", "", false
	}
	at := strings.IndexFunc(s, unicode.IsSpace)
	if at < 0 || displayWidth(s[:at]) > longest || strings.ContainsAny(s[:at], "。、") {
		return "", "", false
	}
	meaning = strings.TrimSpace(s[at:])
	if displayWidth(meaning) > longestWord {
		return s[:at], meaning, true
	}
	for _, sign := range []string{"、", "。", "及び", "又は", "をい", "する", "に", "の"} {
		if strings.Contains(meaning, sign) {
			return s[:at], meaning, true
		}
	}
	return "", "", false
}

// unfinished tells whether words stop where no title does: at a comma or at a
// particle.
func unfinished(s string) bool {
	for _, end := range []string{"、", "は", "が", "を", "に", "で"} {
		if strings.HasSuffix(s, end) {
			return true
		}
	}
	return strings.HasSuffix(s, "の") && !strings.HasSuffix(s, "もの")
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
	case unfinished(m.rest), l.width >= r.full-slack-indents && !l.blankAfter, strings.Contains(m.rest, "、") && l.width > longestWords:
		return false
	}
	next, ok := r.following()
	if !ok {
		return false
	}
	if r.articles && bracketed(next.text) {
		return false // (見出し) of the article that follows
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
