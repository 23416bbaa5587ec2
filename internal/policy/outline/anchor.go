package outline

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Anchored is a clause with its address in the document and the way people
// cite it.
type Anchored struct {
	*Clause
	Anchor   string // 7-3-2 for 7(3)②; unique in the document
	Citation string // 7(3)②, 第5条の2第3項第1号ア
	Depth    int    // 0 for the outermost
}

// Anchors addresses every clause, in the order of the text. Articles count
// through the whole document, so chapters and sections do not stand in the
// addresses of what is in them. A clause that shares its address with an
// earlier one (a list that counts from 1 again) gets the next free number.
func (o *Outline) Anchors() []Anchored {
	var list []Anchored
	used := map[string]int{}
	var walk func(clauses []Clause, anchor, citation string, depth int)
	walk = func(clauses []Clause, anchor, citation string, depth int) {
		for i := range clauses {
			c := &clauses[i]
			own, cite := part(c), citation+citePart(c)
			if anchor != "" {
				own = anchor + "-" + own
			}
			unique := own
			for n := used[own]; n > 0; n++ {
				unique = own + "." + strconv.Itoa(n+1)
				if used[unique] == 0 {
					used[own] = n
					break
				}
			}
			used[unique]++
			list = append(list, Anchored{Clause: c, Anchor: unique, Citation: cite, Depth: depth})
			switch c.Kind {
			case Chapter, Section:
				walk(c.Children, anchor, citation, depth+1)
			default:
				walk(c.Children, unique, cite, depth+1)
			}
		}
	}
	walk(o.Clauses, "", "", 0)
	return list
}

// part is a clause's own part of an address: only characters that stand in an
// address as they are.
func part(c *Clause) string {
	label := c.Label
	switch c.Kind {
	case Chapter:
		return "ch" + numbersOf(label)
	case Section:
		return "sec" + numbersOf(label)
	case Article:
		return numbersOf(label)
	case Supplement:
		return "fusoku"
	case Figure:
		return "fig" + numbersOf(label)
	case Paragraph:
		if label == "" {
			return "pre"
		}
	case Item, Subitem:
		if r, size := utf8.DecodeRuneInString(label); size == len(label) {
			switch {
			case isCircled(r):
				return strconv.Itoa(circled(r))
			case kanaOrder(label) > 0:
				return "k" + strconv.Itoa(kanaOrder(label))
			}
		}
		if n := kanjiNumber(label); n > 0 {
			return strconv.Itoa(n)
		}
	}
	return numbersOf(label)
}

// numbersOf keeps a label's numbers, parted by _: 5_2 of 第5条の2. One without a
// number keeps its ASCII letters.
func numbersOf(label string) string {
	var parts []string
	letters := ""
	for rest := label; rest != ""; {
		if n, after := number(rest); n > 0 {
			parts, rest = append(parts, strconv.Itoa(n)), after
			continue
		}
		r, size := utf8.DecodeRuneInString(rest)
		if r >= 'a' && r <= 'z' {
			letters += string(r)
		}
		rest = rest[size:]
	}
	if len(parts) == 0 {
		return letters
	}
	return strings.Join(parts, "_")
}

// citePart is a clause's own part of a citation.
func citePart(c *Clause) string {
	switch c.Kind {
	case Chapter, Section, Supplement:
		return c.Label
	case Figure:
		return "の" + c.Label
	case Paragraph:
		if c.Label == "" {
			return ""
		}
		return "第" + c.Label + "項"
	case Item:
		return "(" + norm.NFKC.String(c.Label) + ")"
	case Article, Subitem:
	}
	return c.Label
}
