package sheet

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean is a text as a table holds it: lines end in "\n", and there is nothing in
// it that no file holds, control characters and halves of characters.
func clean(s string) string {
	if strings.Contains(s, "\r") {
		s = lineEnds.Replace(s)
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\t' && r != '\n' || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// plain keeps every line of a text from being run as a formula when a CSV file is
// opened: by an apostrophe before it, which shown takes away.
func plain(s string) string {
	return eachLine(s, func(line string) string {
		if isFormula(line) {
			return "'" + line
		}
		return line
	})
}

// shown takes away what plain has put before lines.
func shown(s string) string {
	if !strings.Contains(s, "'") {
		return s
	}
	return eachLine(s, func(line string) string {
		if rest, marked := strings.CutPrefix(line, "'"); marked && isFormula(rest) {
			return rest
		}
		return line
	})
}

// isFormula tells whether a line may be run, as it stands or without what some
// programs leave out before it. With the apostrophe of plain it still is one, so
// that shown knows that apostrophe from one that was there.
func isFormula(line string) bool {
	for _, r := range line {
		switch {
		case strings.ContainsRune(formulaSigns, r):
			return true
		case r != '\'' && !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r):
			return false
		}
	}
	return false
}

// formulaSigns are what a formula begins with, in every width there is: Excel in
// Japanese takes ＝ for =. A tab or a carriage return is left out before one.
const formulaSigns = "=+-@\t\r" + "＝＋－＠" + "−﹢﹣﹦﹫⁺⁻⁼₊₋₌﬩⩵⩶"

// eachLine rewrites the lines of a text.
func eachLine(s string, rewrite func(line string) string) string {
	if !strings.ContainsAny(s, "\n\u0085\u2028\u2029") {
		return rewrite(s)
	}
	var b strings.Builder
	for s != "" {
		end := len(s)
		if i := strings.IndexAny(s, "\n\u0085\u2028\u2029"); i >= 0 {
			_, size := utf8.DecodeRuneInString(s[i:])
			end = i + size
		}
		b.WriteString(rewrite(s[:end]))
		s = s[end:]
	}
	return b.String()
}

var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescape reads _x000D_, as Excel writes characters that XML does not hold, and
// the sign before what only looks so; line ends within a cell become "\n".
func unescape(s string) string {
	if strings.Contains(s, "_x") {
		s = escaped.ReplaceAllStringFunc(s, func(code string) string {
			n, err := strconv.ParseUint(code[2:6], 16, 16)
			r := rune(n)
			if err != nil || r >= 0xd800 && r < 0xe000 {
				return code // half of a character is none
			}
			if unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r' {
				return ""
			}
			return string(r)
		})
	}
	if strings.Contains(s, "\r") {
		s = lineEnds.Replace(s)
	}
	return s
}
