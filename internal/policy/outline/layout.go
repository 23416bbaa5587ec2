package outline

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// findContents finds a table of contents: lines that end in dots and a page's
// number, or after 目次 the chapters with the articles they span.
func (r *reader) findContents() {
	var found []int
	after := false // whether 目次 has just been read
	for i, l := range r.lines {
		isHeading := strings.Join(strings.Fields(l.text), "") == "目次"
		switch {
		case isHeading:
			after = true
		case leaders(l.text), after && spans(l.text):
		default:
			after = false
			continue
		}
		found = append(found, i)
	}
	r.leaveOut(found, "目次のようです。本文から取り除いてあります。")
}

// leaders tells whether a line ends in a row of dots and a page's number.
func leaders(s string) bool {
	dots := strings.TrimRightFunc(s, func(c rune) bool { return unicode.IsDigit(c) || unicode.IsSpace(c) || c == '-' })
	if len(dots) == len(s) {
		return false
	}
	before := strings.TrimRightFunc(dots, func(c rune) bool { return strings.ContainsRune("…‥・.．･ ", c) || c == '　' })
	return strings.Count(dots[len(before):], "…")*3+strings.Count(dots[len(before):], "‥")*2+
		strings.Count(dots[len(before):], "・")+strings.Count(dots[len(before):], ".")+
		strings.Count(dots[len(before):], "．")+strings.Count(dots[len(before):], "･") >= 4
}

// spans tells whether a line of a table of contents names a chapter with its
// articles, 第1章 総則（第1条―第3条）, or 附則.
func spans(s string) bool {
	m, ok := findMark(s)
	if !ok {
		return false
	}
	const longest = 200 // bytes
	if len(m.rest) > longest {
		return false
	}
	folded := norm.NFKC.String(m.rest)
	switch m.style {
	case chapterStyle, sectionStyle:
		return strings.Contains(folded, "(第") && strings.HasSuffix(folded, ")")
	case supplementStyle:
		return m.rest == ""
	}
	return false
}

// findPageNumbers finds page numbers: lines that are a number alone and count
// up through the text.
func (r *reader) findPageNumbers() {
	var found []int
	last := 0
	for i, l := range r.lines {
		n := pageNumber(l.text)
		if n == 0 || last != 0 && n != last+1 {
			continue
		}
		found, last = append(found, i), n
	}
	if len(found) > 1 {
		r.leaveOut(found, "ページ番号のようです。本文から取り除いてあります。")
	}
}

// pageNumber reads a line that is a page's number: 3, - 3 -, 3/12, 3ページ.
func pageNumber(s string) int {
	const longest = 30 // bytes
	if len(s) > longest || !strings.ContainsFunc(s, unicode.IsDigit) {
		return 0
	}
	s = strings.TrimFunc(norm.NFKC.String(s), func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune("-–—―‐−", c) })
	n, rest := digits(s)
	if rest == "" || rest == "ページ" || rest == "頁" {
		return n
	}
	if total, found := strings.CutPrefix(strings.TrimSpace(rest), "/"); found && allDigits(strings.TrimSpace(total)) {
		return n
	}
	return 0
}

// leaveOut asks once about all the lines that belong to the page.
func (r *reader) leaveOut(lines []int, why string) {
	if len(lines) == 0 {
		return
	}
	asked := make([]line, len(lines))
	for i, at := range lines {
		asked[i] = r.lines[at]
	}
	if r.ask(asked, why, AsLayout, AsText) == AsLayout {
		for _, i := range lines {
			r.skip[i] = true
		}
	}
}
