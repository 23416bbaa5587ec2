package outline

import (
	"fmt"
	"strings"
)

// Ranks order the clauses from the outermost in. Subitems of one style nest in
// those of another in the order in which the text brings them.
const (
	preambleRank  = 5
	chapterRank   = 10
	sectionRank   = 20
	articleRank   = 30
	paragraphRank = 40
	subitemRank   = 100
)

// itemRanks are the styles of 号, from the outermost in.
var itemRanks = map[style]int{
	decimalStyle: 50, decimal3Style: 55, kanjiStyle: 60, kanjiParen: 65, dottedStyle: 67, plainStyle: 68, parenStyle: 70, halfParenStyle: 80,
}

// place tells the rank and kind of the clause that a mark begins here.
func (r *reader) place(m mark) (int, Kind) {
	switch m.style {
	case chapterStyle:
		return chapterRank, Chapter
	case supplementStyle:
		return chapterRank, Supplement
	case sectionStyle:
		return sectionRank, Section
	case articleStyle:
		return articleRank, Article
	case dottedStyle, plainStyle:
		if r.articles {
			return paragraphRank, Paragraph
		}
		if r.hasTop && m.style == r.top {
			return articleRank, Article
		}
	}
	rank, ok := itemRanks[m.style]
	if !ok {
		return subitemRank, Subitem
	}
	for _, n := range r.parents {
		if n.rank < rank && n.Kind == Item {
			return rank, Subitem
		}
	}
	return rank, Item
}

// around is the clause in which one of this rank and style would stand.
func (r *reader) around(m mark, rank int) (*node, int) {
	depth := len(r.parents)
	if rank == subitemRank {
		for i := depth - 1; i >= 0 && r.parents[i].rank == subitemRank; i-- {
			if r.parents[i].style == m.style {
				depth = i
				break
			}
		}
	} else {
		for depth > 0 && r.parents[depth-1].rank >= rank {
			depth--
		}
	}
	for depth > 0 && r.parents[depth-1].rank == preambleRank {
		depth--
	}
	if depth == 0 {
		return r.root, 0
	}
	return r.parents[depth-1], depth
}

// closeTo closes the clauses that end where one of this rank begins.
func (r *reader) closeTo(m mark, rank int) *node {
	parent, depth := r.around(m, rank)
	r.parents = r.parents[:depth]
	return parent
}

// references follow a number that running text cites rather than counts with.
var references = []string{"から", "及び", "又は", "若しくは", "並びに", "まで", "の", "に", "を", "は、", "と", "、", "，", "項", "号"}

// accepts tells whether a mark begins a clause here, asking where it is not
// sure.
func (r *reader) accepts(m mark, l line) bool {
	rank, kind := r.place(m)
	parent, _ := r.around(m, rank)
	if kind == Paragraph && !r.inArticle() {
		return false
	}
	expected, first := r.expected(m, kind, parent)
	current := r.current()
	inBrackets := current != nil && !current.ended && current.brackets > 0
	cited := !m.blank && startsWithAny(m.rest, references)

	if m.certain() || m.style == dottedStyle && kind == Article {
		switch {
		case expected && !inBrackets && !cited:
			return true
		case inBrackets || cited || r.broken():
			if !expected {
				return false
			}
			return r.settle(l, "この行の頭の番号「"+m.label+"」が、項目の番号か、本文の続きか、はっきりしません。", AsText, AsClause)
		case m.n == 1 && !first:
			return r.settle(l, fmt.Sprintf("番号「%s」が、また1から始まっています。", m.label), AsClause, AsText)
		}
		return r.settle(l, fmt.Sprintf("番号「%s」が、前の番号の次ではありません。", m.label), AsClause, AsText)
	}
	switch {
	case inBrackets || cited:
		return false
	case expected && r.broken():
		return r.settle(l, "この行の頭の「"+m.label+"」が、項目の番号か、本文の続きか、はっきりしません。", AsText, AsClause)
	case expected && (m.n > 1 || r.beginnings[numbering{m.style, m.n + 1}] > 0):
		return true
	case expected:
		return r.settle(l, "この行の頭の「"+m.label+"」に、続きの番号が見つかりません。", AsText, AsClause)
	case r.broken() || m.style == plainStyle && first:
		return false
	}
	return r.settle(l, "この行の頭の「"+m.label+"」が、前の番号の次ではありません。", AsText, AsClause)
}

func (r *reader) settle(l line, why string, guess, other Answer) bool {
	return r.ask([]line{l}, why, guess, other) == AsClause
}

func (r *reader) inArticle() bool {
	for _, n := range r.parents {
		if n.Kind == Article || n.Kind == Supplement {
			return true
		}
	}
	return false
}

// expected tells whether a mark is the next in its order, and whether it would
// be the first of its style here.
func (r *reader) expected(m mark, kind Kind, parent *node) (expected, first bool) {
	last, counted := parent.last[m.style]
	if m.style == articleStyle {
		last.n, last.sub, counted = r.lastOf.n, r.lastOf.sub, r.lastOf.n > 0
	}
	next := m.n
	if m.first > 0 {
		next = m.first
	}
	switch {
	case m.style == supplementStyle:
		return true, !counted
	case m.sub > 0: // 第5条の2 follows 第5条, 第5条の3 follows 第5条の2
		return m.n == last.n && m.sub == max(last.sub, 1)+1, !counted
	case counted:
		return next == last.n+1, false
	case kind == Paragraph:
		return m.n <= 2, true // the first 項 bears no number
	}
	return next == 1, true
}

func startsWithAny(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
