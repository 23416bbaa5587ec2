package outline

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// line is one line of the source that is not blank.
type line struct {
	number      int    // from 1
	text        string // without the blanks around it
	blankAfter  bool   // blanks stood behind it: the paragraph's own end, in texts from PDFs
	blankBefore bool   // a blank line stood before it
	indented    bool   // blanks stood before its first character
	width       int    // in half-widths
}

// split parts a text into its lines, and finds the width to which the page
// breaks them: that of the widest lines but the very longest few.
func split(text string) (lines []line, full int, spaced bool) {
	const widest = 400 // wider lines are not broken by a page
	var (
		counts [widest + 1]int
		blanks int
		blank  bool
	)
	lines = make([]line, 0, strings.Count(text, "\n")+1)
	number := 0
	for raw := range strings.Lines(text) {
		number++
		raw = strings.TrimSuffix(raw, "\n")
		trimmed := strings.TrimSpace(raw)
		if trimmed == "" {
			blank = true
			continue
		}
		l := line{
			number:      number,
			text:        trimmed,
			blankAfter:  strings.TrimRightFunc(raw, unicode.IsSpace) != raw,
			blankBefore: blank && len(lines) > 0,
			indented:    strings.TrimLeftFunc(raw, unicode.IsSpace) != raw,
			width:       displayWidth(trimmed),
		}
		if l.blankBefore {
			blanks++
		}
		blank = false
		counts[min(l.width, widest)]++
		lines = append(lines, l)
	}
	// A page breaks many lines at nearly one width: the width that more than
	// one line in twenty reaches.
	full = widest
	for wider := counts[full]; full > 0 && wider*20 <= len(lines); wider += counts[full] {
		full--
	}
	return lines, full, blanks*2 > len(lines)
}

// displayWidth counts half-widths: Japanese characters take two.
func displayWidth(s string) int {
	w := 0
	for _, r := range s {
		if wide(r) {
			w += 2
		} else {
			w++
		}
	}
	return w
}

// wide tells whether a character is set without blanks around it.
func wide(r rune) bool {
	return r >= 0x2e80 && r <= 0x9fff || r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe4f ||
		r >= 0xff00 && r <= 0xffef || r >= 0x20000 && r <= 0x3ffff ||
		r >= 0x2460 && r <= 0x24ff || strings.ContainsRune("…‥―—‘’“”※→←↑↓○●◎□■△▲◇◆☆★×÷・", r)
}

// join appends a line that the page broke off to the text before it: with no
// blank where either side is Japanese.
func join(before, after string) string {
	if before == "" || after == "" {
		return ""
	}
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(after)
	if wide(last) || wide(first) {
		return ""
	}
	return " "
}

// sentenceEnd tells whether a line ends a sentence.
func sentenceEnd(s string) bool {
	s = strings.TrimRight(s, "」』）)")
	return strings.HasSuffix(s, "。") || strings.HasSuffix(s, "．")
}

// openBrackets is by how many brackets a text opens more than it closes.
func openBrackets(s string) int {
	depth := 0
	for _, r := range s {
		switch r {
		case '（', '(', '「', '『', '【', '〔', '［':
			depth++
		case '）', ')', '」', '』', '】', '〕', '］':
			depth--
		}
	}
	return depth
}
