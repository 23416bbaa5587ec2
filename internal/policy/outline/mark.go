package outline

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// style is a way of writing the number at the head of a clause.
type style int

const (
	chapterStyle    style = iota // 第1章, 第1編
	sectionStyle                 // 第1節, 第1款
	articleStyle                 // 第1条, 第5条の2
	dottedStyle                  // 1.  １．
	plainStyle                   // 1 目的, ２　町長は
	decimalStyle                 // 1.1 目的
	decimal3Style                // 1.1.1 目的
	parenStyle                   // (1) （１） ⑴
	halfParenStyle               // 1) １）
	kanjiStyle                   // 一
	kanjiParen                   // (一)
	circleStyle                  // ①
	kanaStyle                    // ア
	kanaParen                    // (ア)
	latinStyle                   // a.
	latinParen                   // (a)
	supplementStyle              // 附則
)

// mark is a number that a line begins with, if it is one.
type mark struct {
	style style
	n     int    // its place in the order, from 1
	sub   int    // の2 of 第5条の2; 0 for none
	label string // folded
	first int    // of several at once, the first: 3 of 第3条及び第4条; else 0
	rest  string // what follows on the line
	blank bool   // whether a blank, a bracket or the line's end follows
}

// certain styles are hardly ever the chance beginning of a broken line; the
// others count as numbers only where their order says so.
func (m mark) certain() bool {
	switch m.style {
	case plainStyle, halfParenStyle, kanjiStyle, kanaStyle, latinStyle, latinParen, decimalStyle, decimal3Style, dottedStyle:
		return false
	}
	return true
}

// findMark returns the number that a line begins with. It looks at the line's
// first characters only.
func findMark(s string) (mark, bool) {
	m, ok := parseMark(s)
	if !ok {
		return mark{}, false
	}
	trimmed := strings.TrimLeftFunc(m.rest, unicode.IsSpace)
	m.blank = trimmed == "" || len(trimmed) < len(m.rest) || strings.HasPrefix(trimmed, "（") || strings.HasPrefix(trimmed, "(")
	m.rest = trimmed
	return m, true
}

func parseMark(s string) (mark, bool) {
	first, size := utf8.DecodeRuneInString(s)
	switch {
	case first == '第':
		return parseDai(s)
	case first == '附' || first == '付':
		return parseSupplement(s)
	case isCircled(first):
		return mark{style: circleStyle, n: circled(first), label: string(first), rest: s[size:]}, true
	case first >= '⑴' && first <= '⒇':
		n := int(first-'⑴') + 1
		return mark{style: parenStyle, n: n, label: strconv.Itoa(n), rest: s[size:]}, true
	case first == '（' || first == '(':
		return parseBracket(s[size:])
	}
	if m, ok := parseDigits(s); ok {
		return m, true
	}
	return parseLetter(s)
}

// parseDai reads 第1章, 第2節, 第5条の2.
func parseDai(s string) (mark, bool) {
	rest := strings.TrimPrefix(s, "第")
	n, after := number(rest)
	if n == 0 {
		return mark{}, false
	}
	unit, size := utf8.DecodeRuneInString(after)
	m := mark{n: n}
	switch unit {
	case '章', '編':
		m.style = chapterStyle
	case '節', '款':
		m.style = sectionStyle
	case '条':
		m.style = articleStyle
	default:
		return mark{}, false
	}
	after = after[size:]
	if branch, found := strings.CutPrefix(after, "の"); found {
		if sub, tail := number(branch); sub > 0 && !strings.HasPrefix(tail, "項") && !strings.HasPrefix(tail, "号") {
			m.sub, after = sub, tail
		}
	}
	if last, tail, deleted := parseDeleted(after); deleted && m.style == articleStyle {
		m.first, m.n, m.sub, after = m.n, last, 0, tail
	}
	m.label = norm.NFKC.String(s[:len(s)-len(after)])
	m.rest = after
	return m, true
}

// deletion stands in the place of articles that are no more.
const deletion = "削除"

// parseDeleted reads what follows 第3条 in 第3条及び第4条　削除: the last of the
// articles that are no more.
func parseDeleted(s string) (last int, rest string, ok bool) {
	const longest = 60 // bytes
	if len(s) > longest || !strings.HasSuffix(s, deletion) {
		return 0, "", false
	}
	after, joined := strings.CutPrefix(s, "及び第")
	if !joined {
		after, joined = strings.CutPrefix(s, "から第")
	}
	if !joined {
		return 0, "", false
	}
	last, after = number(after)
	rest, ok = strings.CutPrefix(after, "条")
	return last, strings.TrimPrefix(rest, "まで"), ok && last > 0
}

// parseSupplement reads 附則 and 附　則, alone or with what it belongs to in
// brackets.
func parseSupplement(s string) (mark, bool) {
	_, size := utf8.DecodeRuneInString(s)
	after := strings.TrimLeftFunc(s[size:], unicode.IsSpace)
	rest, found := strings.CutPrefix(after, "則")
	if !found {
		return mark{}, false
	}
	trimmed := strings.TrimLeftFunc(rest, unicode.IsSpace)
	if trimmed != "" && !strings.HasPrefix(trimmed, "（") && !strings.HasPrefix(trimmed, "(") {
		return mark{}, false
	}
	return mark{style: supplementStyle, n: 1, label: "附則", rest: rest}, true
}

// parseBracket reads what stands in the brackets of (1), (一), (ア), (a).
func parseBracket(s string) (mark, bool) {
	const longest = 4 // characters in the brackets
	end := -1
	for i, r := range s {
		if r == '）' || r == ')' {
			end = i
			break
		}
		if i > longest*3 {
			return mark{}, false
		}
	}
	if end <= 0 {
		return mark{}, false
	}
	inside := norm.NFKC.String(strings.TrimSpace(s[:end]))
	_, size := utf8.DecodeRuneInString(s[end:])
	m := mark{label: inside, rest: s[end+size:]}
	switch {
	case allDigits(inside):
		n, err := strconv.Atoi(inside)
		if err != nil || n == 0 {
			return mark{}, false
		}
		m.style, m.n, m.label = parenStyle, n, strconv.Itoa(n)
	case kanjiNumber(inside) > 0:
		m.style, m.n = kanjiParen, kanjiNumber(inside)
	case kanaOrder(inside) > 0:
		m.style, m.n = kanaParen, kanaOrder(inside)
	case len(inside) == 1 && inside[0] >= 'a' && inside[0] <= 'z':
		m.style, m.n = latinParen, int(inside[0]-'a')+1
	default:
		return mark{}, false
	}
	return m, true
}

// parseDigits reads 1. and 1 and 1) and 1.1 and 1.1.1, in either width.
func parseDigits(s string) (mark, bool) {
	n, rest := digits(s)
	if n == 0 {
		return mark{}, false
	}
	numbers := []int{n}
	for len(numbers) < 3 {
		dot, size := utf8.DecodeRuneInString(rest)
		if dot != '.' && dot != '．' {
			break
		}
		next, after := digits(rest[size:])
		if next == 0 {
			break
		}
		numbers, rest = append(numbers, next), after
	}
	sign, size := utf8.DecodeRuneInString(rest)
	m := mark{n: numbers[len(numbers)-1], label: strconv.Itoa(n)}
	for _, next := range numbers[1:] {
		m.label += "." + strconv.Itoa(next)
	}
	switch {
	case len(numbers) > 1:
		m.style = []style{decimalStyle, decimal3Style}[len(numbers)-2]
		if sign == '.' || sign == '．' {
			rest = rest[size:]
		} else if rest != "" && !unicode.IsSpace(sign) {
			return mark{}, false
		}
	case sign == '.' || sign == '．':
		m.style, rest = dottedStyle, rest[size:]
	case sign == ')' || sign == '）':
		m.style, rest = halfParenStyle, rest[size:]
	case rest != "" && unicode.IsSpace(sign):
		m.style = plainStyle
	default:
		return mark{}, false
	}
	m.rest = rest
	return m, true
}

// parseLetter reads 一　, ア　 and a. .
func parseLetter(s string) (mark, bool) {
	if n, rest := kanjiPrefix(s); n > 0 && startsBlank(rest) {
		return mark{style: kanjiStyle, n: n, label: s[:len(s)-len(rest)], rest: rest}, true
	}
	first, size := utf8.DecodeRuneInString(s)
	rest := s[size:]
	folded := norm.NFKC.String(string(first))
	sign, signSize := utf8.DecodeRuneInString(rest)
	dotted := sign == '.' || sign == '．'
	switch {
	case kanaOrder(folded) > 0 && (startsBlank(rest) || dotted):
		if dotted {
			rest = rest[signSize:]
		}
		return mark{style: kanaStyle, n: kanaOrder(folded), label: folded, rest: rest}, true
	case len(folded) == 1 && folded[0] >= 'a' && folded[0] <= 'z' && dotted:
		return mark{style: latinStyle, n: int(folded[0]-'a') + 1, label: folded, rest: rest[signSize:]}, true
	}
	return mark{}, false
}

func startsBlank(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s != "" && unicode.IsSpace(r)
}

// maxNumber bounds what counts as a number of a clause.
const maxNumber = 9999

// digits reads the digits, in either width, that a text begins with.
func digits(s string) (n int, rest string) {
	rest = s
	for rest != "" {
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case r >= '0' && r <= '9':
			n = n*10 + int(r-'0')
		case r >= '０' && r <= '９':
			n = n*10 + int(r-'０')
		default:
			return n, rest
		}
		if n > maxNumber {
			return 0, s
		}
		rest = rest[size:]
	}
	return n, rest
}

// number reads digits or kanji numerals.
func number(s string) (int, string) {
	if n, rest := digits(s); n > 0 {
		return n, rest
	}
	return kanjiPrefix(s)
}

const kanjiDigits = "〇一二三四五六七八九"

// kanjiPrefix reads the kanji numerals, up to 九百九十九, that a text begins with.
func kanjiPrefix(s string) (int, string) {
	total, digit, rest := 0, 0, s
	for rest != "" {
		r, size := utf8.DecodeRuneInString(rest)
		switch {
		case r == '十':
			total, digit = total+max(digit, 1)*10, 0
		case r == '百':
			total, digit = total+max(digit, 1)*100, 0
		case strings.ContainsRune(kanjiDigits, r):
			digit = digit*10 + utf8.RuneCountInString(kanjiDigits[:strings.IndexRune(kanjiDigits, r)])
		default:
			return total + digit, rest
		}
		if total > maxNumber || digit > maxNumber {
			return 0, s
		}
		rest = rest[size:]
	}
	return total + digit, rest
}

func kanjiNumber(s string) int {
	n, rest := kanjiPrefix(s)
	if rest != "" {
		return 0
	}
	return n
}

const kana = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"

// kanaOrder is the place of one katakana in the order of numbering.
func kanaOrder(s string) int {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 || size != len(s) {
		return 0
	}
	i := strings.IndexRune(kana, r)
	if i < 0 {
		return 0
	}
	return i/utf8.RuneLen(r) + 1
}

func isCircled(r rune) bool {
	return r >= '①' && r <= '⑳' || r >= '㉑' && r <= '㉟' || r >= '㊱' && r <= '㊿'
}

func circled(r rune) int {
	switch {
	case r <= '⑳':
		return int(r-'①') + 1
	case r <= '㉟':
		return int(r-'㉑') + 21
	}
	return int(r-'㊱') + 36
}

func allDigits(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}
