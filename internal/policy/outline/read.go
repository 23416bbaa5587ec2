package outline

import (
	"strings"
	"unicode/utf8"
)

// Read finds the outline of a text. What it was not sure of stands in
// Questions; answers settle them, by their lines. It takes any text: one
// without numbers becomes a single clause without a label.
func Read(text string, answers Answers) *Outline {
	if strings.HasPrefix(strings.TrimSpace(text), written) {
		return readWritten(text, answers)
	}
	r := &reader{answers: answers, root: &node{}}
	r.lines, r.full, r.spaced = split(text)
	r.survey()
	for r.at < len(r.lines) {
		r.line()
	}
	o := &Outline{Title: r.title, Clauses: r.root.clauses(), Questions: r.asked()}
	if o.Title == "" && len(o.Clauses) == 1 && o.Clauses[0].Kind == Chapter {
		o.Title = o.Clauses[0].Heading
	}
	return o
}

// reader reads one text, line by line.
type reader struct {
	lines     []line
	full      int  // the width at which the page breaks lines
	spaced    bool // blank lines stand between all lines, and so mean nothing
	answers   Answers
	questions []Question

	at      int // the line that is read next
	title   string
	root    *node
	parents []*node // the clauses around this place, the outermost first

	articles   bool // the text counts in 第n条
	top        style
	hasTop     bool              // the text counts its articles in the style top
	beginnings map[numbering]int // how many lines begin with a number
	skip       map[int]bool      // lines that belong to the page
	waiting    *line             // (見出し) that waits for its article
	lastOf     article           // articles count through the whole text
	before     line              // the line before, for telling a broken line
}

type numbering struct {
	style style
	n     int
}

type article struct{ n, sub int }

// node is a clause that is being read.
type node struct {
	Clause
	style style
	rank  int
	text  strings.Builder
	// ended says that the last line ended a paragraph.
	ended    bool
	brackets int            // how many brackets the last paragraph has open
	last     map[style]mark // the last number of each style among the children
	children []*node
}

func (n *node) clauses() []Clause {
	list := make([]Clause, len(n.children))
	for i, child := range n.children {
		child.Text = child.text.String()
		child.Children = child.clauses()
		list[i] = child.Clause
	}
	return list
}

// survey looks the whole text over, for what one line alone does not tell.
func (r *reader) survey() {
	r.beginnings = map[numbering]int{}
	for _, l := range r.lines {
		m, ok := findMark(l.text)
		if !ok {
			continue
		}
		r.beginnings[numbering{m.style, m.n}]++
		if m.style == articleStyle && m.blank && m.n == 1 {
			r.articles = true
		}
	}
	if !r.articles {
		for _, s := range []style{dottedStyle, plainStyle} {
			if r.beginnings[numbering{s, 1}] > 0 && (s == dottedStyle || r.beginnings[numbering{s, 2}] > 0) {
				r.top, r.hasTop = s, true
				break
			}
		}
	}
	if !r.breaksLines() {
		r.full = unbroken
	}
	r.skip = map[int]bool{}
	r.findContents()
	r.findPageNumbers()
}

// unbroken is a width that no line reaches.
const unbroken = 1 << 30

// breaksLines tells whether the page breaks the text's lines: most of the full
// ones then end in the middle of a sentence.
func (r *reader) breaksLines() bool {
	full, whole := 0, 0
	for _, l := range r.lines {
		if l.width >= r.full-slack {
			full++
			if sentenceEnd(l.text) {
				whole++
			}
		}
	}
	return whole*2 < full
}

// line reads the next line, or the lines that belong together with it.
func (r *reader) line() {
	l := r.lines[r.at]
	switch {
	case r.skip[r.at]:
		r.at++
		return
	case r.readFigure(), r.readTable():
		return
	case r.headingBefore(l):
		r.at++
		return
	}
	if m, ok := findMark(l.text); ok && r.accepts(m, l) {
		r.begin(m, l)
	} else {
		r.stopWaiting()
		r.addLine(l)
	}
	r.before = l
	r.at++
}

// headingBefore takes (見出し) that stands alone on the line before its 第n条, or
// in 附則 before its 項.
func (r *reader) headingBefore(l line) bool {
	if !r.articles || !bracketed(l.text) {
		return false
	}
	following, _ := r.following()
	next, ok := findMark(following.text)
	if !ok || !next.blank || next.style != articleStyle && next.style != dottedStyle && next.style != plainStyle {
		return false
	}
	if _, numbered := findMark(l.text); numbered {
		return false
	}
	r.waiting = &l
	return true
}

// takeHeading is the (見出し) that has waited for the clause which begins now.
func (r *reader) takeHeading(kind Kind, m mark) string {
	if r.waiting == nil || kind != Paragraph && m.style != articleStyle {
		return ""
	}
	heading := inside(r.waiting.text)
	r.waiting = nil
	return heading
}

// stopWaiting makes running text of a (見出し) that no clause has taken.
func (r *reader) stopWaiting() {
	if l := r.waiting; l != nil {
		r.waiting = nil
		r.addLine(*l)
	}
}

// following is the next line that does not belong to the page.
func (r *reader) following() (line, bool) {
	for i := r.at + 1; i < len(r.lines); i++ {
		if !r.skip[i] {
			return r.lines[i], true
		}
	}
	return line{}, false
}

// bracketed tells whether the whole line stands in one pair of brackets.
func bracketed(s string) bool {
	if !strings.HasPrefix(s, "（") && !strings.HasPrefix(s, "(") {
		return false
	}
	end := strings.IndexAny(s, "）)")
	return end > 0 && strings.TrimLeft(s[end:], "）)") == "" && utf8.RuneCountInString(s[end:]) == 1
}

func inside(s string) string {
	_, first := utf8.DecodeRuneInString(s)
	_, last := utf8.DecodeLastRuneInString(s)
	return strings.TrimSpace(s[first : len(s)-last])
}

// begin opens the clause that a mark begins.
func (r *reader) begin(m mark, l line) {
	rank, kind := r.place(m)
	waited := r.takeHeading(kind, m)
	r.stopWaiting()
	parent := r.closeTo(m, rank)
	if parent.last == nil {
		parent.last = map[style]mark{}
	}
	parent.last[m.style] = m
	if m.style == articleStyle {
		r.lastOf = article{m.n, m.sub}
	}
	if m.style == supplementStyle {
		r.lastOf = article{}
	}
	n := &node{Clause: Clause{Kind: kind, Label: m.label}, style: m.style, rank: rank}
	var text string
	n.Heading, text = r.headingOf(m, kind, l, waited)
	parent.children = append(parent.children, n)
	r.parents = append(r.parents, n)
	n.add(text, r.endsParagraph(l))
}

// current is the clause that running text belongs to.
func (r *reader) current() *node {
	if len(r.parents) == 0 {
		return nil
	}
	return r.parents[len(r.parents)-1]
}

// addLine adds a line of running text to the current clause.
func (r *reader) addLine(l line) {
	n := r.current()
	if n == nil {
		n = r.preamble(l)
		if n == nil {
			return
		}
	}
	if !r.spaced && l.blankBefore || l.indented && sentenceEnd(n.tail()) {
		n.ended = true
	}
	n.add(l.text, r.endsParagraph(l))
}

// preamble takes what stands before the first clause: a short first line is
// the title, the rest a clause without a label.
func (r *reader) preamble(l line) *node {
	const titleWidth = 80
	if r.title == "" && len(r.root.children) == 0 && l.width <= titleWidth && !sentenceEnd(l.text) && !bracketed(l.text) {
		r.title = l.text
		return nil
	}
	n := &node{Clause: Clause{Kind: Paragraph}, rank: preambleRank}
	r.root.children = append(r.root.children, n)
	r.parents = append(r.parents, n)
	return n
}

// endsParagraph tells whether a paragraph ends with the line: a sentence ends,
// and the line was not merely full.
func (r *reader) endsParagraph(l line) bool {
	return sentenceEnd(l.text) && (l.blankAfter || l.width < r.full-slack)
}

// broken tells whether the page broke the line before this one off, so that
// this one begins in the middle of a sentence.
func (r *reader) broken() bool {
	before := r.before
	return before.number > 0 && !sentenceEnd(before.text) && !before.blankAfter && before.width >= r.full-slack
}

// slack is how many half-widths a full line may stay short of the page's width:
// a character that did not fit, and the marks that may not begin a line.
const slack = 4

// add appends running text.
func (n *node) add(text string, ends bool) {
	if text == "" {
		return
	}
	switch {
	case n.text.Len() == 0:
	case n.ended:
		n.text.WriteByte('\n')
		n.brackets = 0
	default:
		n.text.WriteString(join(n.tail(), text))
	}
	n.text.WriteString(text)
	n.brackets += openBrackets(text)
	n.ended = ends
}

// tail is the end of the text so far, enough to see how it ends.
func (n *node) tail() string {
	s := n.text.String()
	return s[max(0, len(s)-16):]
}
