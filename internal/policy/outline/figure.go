package outline

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// captions begin the line that names a figure or table.
var captions = []string{"図", "表", "別図", "別表", "様式"}

// findCaption reads 図 1.1 体制図: what it is with its number, and its title.
func findCaption(s string) (label, heading string, ok bool) {
	const longest = 80 // half-widths
	for _, word := range captions {
		rest, found := strings.CutPrefix(s, word)
		if !found || len(rest) > 4*longest || displayWidth(rest) > longest || strings.ContainsAny(rest, "。、") {
			continue
		}
		rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
		rest = strings.TrimPrefix(rest, "第")
		n, after := digits(rest)
		if n == 0 {
			continue
		}
		for {
			tail := strings.TrimLeft(after, ".．-－")
			next, further := digits(tail)
			if len(tail) == len(after) || next == 0 {
				break
			}
			after = further
		}
		if after != "" && !startsBlank(after) && !strings.HasPrefix(after, "（") && !strings.HasPrefix(after, "(") && !strings.HasPrefix(after, "：") {
			continue
		}
		number := strings.TrimFunc(s[:len(s)-len(after)], unicode.IsSpace)
		label = strings.Join(strings.Fields(norm.NFKC.String(number)), "")
		return label, strings.TrimSpace(strings.TrimPrefix(after, "：")), true
	}
	return "", "", false
}

// readFigure reads a figure or table that begins at this line: its caption and
// the labels that lie loose after it, up to the next sentence or number.
func (r *reader) readFigure() bool {
	l := r.lines[r.at]
	label, heading, ok := findCaption(l.text)
	if !ok || r.broken() {
		return false
	}
	r.at++
	var loose []line
	for r.at < len(r.lines) && r.isLoose(r.lines[r.at]) {
		if !r.skip[r.at] {
			loose = append(loose, r.lines[r.at])
		}
		r.at++
	}
	figure := r.addFigure(label, heading)
	r.before = l
	if len(loose) == 0 {
		return true
	}
	r.before = loose[len(loose)-1]
	why := "「" + label + "」のあとの行は、図や表の中の文字のようです。本文から外してあります。"
	if r.ask(append([]line{l}, loose...), why, AsFigure, AsText) == AsFigure {
		for _, label := range loose {
			figure.add(label.text, true)
		}
		return true
	}
	for _, label := range loose {
		r.addParagraph(label)
	}
	return true
}

// isLoose tells whether a line after a caption is a label: neither a sentence
// nor a full line, nor the next number of a clause.
func (r *reader) isLoose(l line) bool {
	if sentenceEnd(l.text) || l.width >= r.full-slack {
		return false
	}
	if _, _, caption := findCaption(l.text); caption {
		return false
	}
	m, ok := findMark(l.text)
	if !ok {
		return true
	}
	rank, kind := r.place(m)
	parent, _ := r.around(m, rank)
	expected, first := r.expected(m, kind, parent)
	return !expected || first && rank > articleRank
}

// addFigure opens a figure in the current clause, which stays current.
func (r *reader) addFigure(label, heading string) *node {
	if appended(label) {
		r.parents = nil
	}
	parent := r.current()
	if parent == nil || parent.rank == preambleRank {
		parent = r.root
	}
	figure := &node{Clause: Clause{Kind: Figure, Label: label, Heading: heading}}
	parent.children = append(parent.children, figure)
	return figure
}

// appended tells whether a figure stands after the whole text, in no clause.
func appended(label string) bool {
	return strings.HasPrefix(label, "別") || strings.HasPrefix(label, "様式")
}

// addParagraph adds a line of running text as a paragraph of its own.
func (r *reader) addParagraph(l line) {
	if n := r.current(); n != nil {
		n.ended = true
	}
	r.addLine(l)
	if n := r.current(); n != nil {
		n.ended = true
	}
}

// readTable reads lines that are set in columns, by tabs or by drawn lines.
func (r *reader) readTable() bool {
	end := r.at
	for end < len(r.lines) && inColumns(r.lines[end].text) && !r.skip[end] {
		end++
	}
	if end-r.at < 2 {
		return false
	}
	rows := r.lines[r.at:end]
	r.at = end
	r.before = rows[len(rows)-1]
	if r.ask(rows, "表のようです。行をそのまま残し、本文から外してあります。", AsFigure, AsText) == AsFigure {
		table := r.addFigure("表", "")
		for _, row := range rows {
			table.add(row.text, true)
		}
		return true
	}
	for _, row := range rows {
		r.addParagraph(row)
	}
	return true
}

// inColumns tells whether a line is a row of a table: drawn lines in it, or a
// tab between words that is not the one behind a clause's number.
func inColumns(s string) bool {
	if strings.ContainsFunc(s, func(c rune) bool { return c >= '─' && c <= '╿' }) {
		return true
	}
	if !strings.Contains(s, "\t") {
		return false
	}
	m, ok := findMark(s)
	return !ok || strings.Contains(m.rest, "\t")
}
