package sheet

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// shown takes away what plain has put before a text.
func shown(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && plain(rest) == cell {
		return rest
	}
	return cell
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
