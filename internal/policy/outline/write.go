package outline

import (
	"strings"
	"unicode/utf8"
)

// The written form, a line each, indented by one full-width blank a level:
//
//	【文書】情報セキュリティ基本方針
//	第1章　情報セキュリティ基本方針
//	　1．　目的
//	　　本基本方針は、…
//	　7．　情報セキュリティ対策
//	　　（1）　組織体制
//	　　　本町の情報資産について、…
//	　　　【図1.1】　体制図
//	　　　　最高情報統括責任者（CIO）
//
// A clause's line is its number, and behind a full-width blank its heading; its
// wording stands below, a line a paragraph, one level further in. A line of
// wording that would look like a clause's line has ＼ before it.
const (
	written = "【文書】"
	indent  = "　"
	escape  = "＼"
	unnamed = "【前文】" // a clause without a number
)

// Write gives the portal's plain written form of an outline.
func Write(o *Outline) string {
	var b strings.Builder
	b.WriteString(written)
	b.WriteString(o.Title)
	b.WriteByte('\n')
	for i := range o.Clauses {
		writeClause(&b, &o.Clauses[i], 0)
	}
	return b.String()
}

func writeClause(b *strings.Builder, c *Clause, depth int) {
	inner := strings.Repeat(indent, depth+1)
	b.WriteString(inner[len(indent):])
	b.WriteString(numberOf(c))
	if c.Heading != "" {
		b.WriteString(indent)
		b.WriteString(c.Heading)
	}
	b.WriteByte('\n')
	if c.Text != "" {
		for paragraph := range strings.SplitSeq(c.Text, "\n") {
			b.WriteString(inner)
			if _, _, ok := writtenNumber(paragraph); ok || strings.HasPrefix(paragraph, escape) {
				b.WriteString(escape)
			}
			b.WriteString(paragraph)
			b.WriteByte('\n')
		}
	}
	for i := range c.Children {
		writeClause(b, &c.Children[i], depth+1)
	}
}

// numberOf is how a clause's number is written, so that writtenNumber reads the
// same kind and label from it.
func numberOf(c *Clause) string {
	switch c.Kind {
	case Chapter, Section, Supplement:
		return c.Label
	case Article:
		if strings.HasPrefix(c.Label, "第") {
			return c.Label
		}
		return c.Label + "．"
	case Paragraph:
		if c.Label == "" {
			return unnamed
		}
		return c.Label + "項"
	case Item:
		return "（" + c.Label + "）"
	case Subitem:
		if r, _ := utf8.DecodeRuneInString(c.Label); isCircled(r) && utf8.RuneCountInString(c.Label) == 1 {
			return c.Label
		}
		return "〔" + c.Label + "〕"
	case Figure:
		return "【" + c.Label + "】"
	}
	return ""
}

// writtenNumber reads the number that a line of the written form begins with.
func writtenNumber(s string) (c Clause, rest string, ok bool) {
	token, rest, _ := strings.Cut(s, indent)
	if token == unnamed {
		return Clause{Kind: Paragraph}, rest, true
	}
	if token == "附則" {
		return Clause{Kind: Supplement, Label: token}, rest, true
	}
	for _, w := range []struct {
		before, after string
		kind          Kind
	}{{"（", "）", Item}, {"〔", "〕", Subitem}, {"【", "】", Figure}, {"", "．", Article}, {"", "項", Paragraph}} {
		label, opened := strings.CutPrefix(token, w.before)
		label, closed := strings.CutSuffix(label, w.after)
		if opened && closed && label != "" && shortLabel(label) && (w.before != "" || allDigits(label)) {
			return Clause{Kind: w.kind, Label: label}, rest, true
		}
	}
	m, marked := parseMark(token)
	if deleted, ok := parseMark(token + deletion); ok && deleted.first > 0 {
		m, marked = deleted, true
		m.rest = strings.TrimSuffix(m.rest, deletion)
	}
	if !marked || m.rest != "" || m.label != token {
		return Clause{}, "", false
	}
	kinds := map[style]Kind{chapterStyle: Chapter, sectionStyle: Section, articleStyle: Article, circleStyle: Subitem}
	kind, known := kinds[m.style]
	return Clause{Kind: kind, Label: token}, rest, known
}

// shortLabel keeps bracketed sentences from passing for numbers.
func shortLabel(s string) bool {
	const longest = 20 // characters
	return utf8.RuneCountInString(s) <= longest && !strings.ContainsAny(s, "（）〔〕【】。、")
}

// readWritten reads the written form. Lines that do not fit (it may have been
// edited by hand) are taken as wording, with a question.
func readWritten(text string, answers Answers) *Outline {
	r := &reader{answers: answers}
	o := &Outline{}
	root := &node{}
	parents := []*node{}
	number, titled := 0, false
	for raw := range strings.Lines(text) {
		number++
		raw = strings.TrimRight(raw, "\n")
		body := strings.TrimLeft(raw, indent)
		depth := (len(raw) - len(body)) / len(indent)
		body = strings.TrimSpace(body)
		if title, found := strings.CutPrefix(body, written); found && !titled {
			titled = true
			o.Title = strings.TrimSpace(title)
			continue
		}
		if body == "" {
			continue
		}
		c, rest, ok := writtenNumber(body)
		if ok && depth <= len(parents) {
			c.Heading = strings.TrimSpace(rest)
			parents = parents[:depth]
			parent := root
			if depth > 0 {
				parent = parents[depth-1]
			}
			n := &node{Clause: c}
			parent.children = append(parent.children, n)
			parents = append(parents, n)
			continue
		}
		if !ok && depth > 0 && depth <= len(parents) {
			parents[depth-1].add(strings.TrimPrefix(body, escape), true)
			continue
		}
		r.ask([]line{{number: number}}, "字下げが合わないため、前の項目の本文として読みました。違う場合は、原文の字下げ（全角の空白）を直してください。", AsText, AsText)
		if len(parents) == 0 {
			n := &node{Clause: Clause{Kind: Paragraph}}
			root.children = append(root.children, n)
			parents = append(parents, n)
		}
		parents[len(parents)-1].add(body, true)
	}
	o.Clauses, o.Questions = root.clauses(), r.asked()
	return o
}
