package amend

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"kagami/internal/policy/outline"
)

// numeral is a way of writing a number: it gives the nth, or "" where it does
// not reach so far.
type numeral func(n int) string

func half(n int) string { return strconv.Itoa(n) }

func full(n int) string {
	return strings.Map(func(r rune) rune { return r - '0' + '０' }, strconv.Itoa(n))
}

// kanji writes 十一 for 11, up to 九百九十九, as the reader reads it.
func kanji(n int) string {
	if n < 1 || n > 999 {
		return ""
	}
	digits := []rune("〇一二三四五六七八九")
	var b strings.Builder
	for _, place := range []struct {
		worth int
		sign  string
	}{{100, "百"}, {10, "十"}} {
		if d := n / place.worth; d > 0 {
			if d > 1 {
				b.WriteRune(digits[d])
			}
			b.WriteString(place.sign)
		}
		n %= place.worth
	}
	if n > 0 {
		b.WriteRune(digits[n])
	}
	return b.String()
}

// numeralOf is how the number is written that a text begins with.
func numeralOf(s string) numeral {
	switch r, _ := utf8.DecodeRuneInString(s); {
	case r >= '0' && r <= '9':
		return half
	case r >= '０' && r <= '９':
		return full
	}
	return kanji
}

// number is what a clause's label counts: 第5条の2 is 5, and 2 of it; 第3条及び第4条
// is 3 to 4.
type number struct {
	before string // 第, or 1. of 1.2
	n      int
	joint  string // between the first and the last of several: 及び第
	last   int    // n itself where it is one
	unit   string // 条, or 条まで
	sub    int    // 0 for none
	style  style
	write  numeral
}

// style tells ways of counting apart: clauses of one list count in one.
type style string

// The styles.
const (
	inDigits   style = "1"
	inDecimals style = "1.1"
	inKanji    style = "一"
	inCircles  style = "①"
	inKana     style = "ア"
	inLatin    style = "a"
)

// numberOf reads a label; false for one that does not count (附則, 図1.1).
func numberOf(c *outline.Clause) (number, bool) {
	if c.Kind == outline.Figure || c.Kind == outline.Supplement || c.Label == "" {
		return number{}, false
	}
	if rest, ok := strings.CutPrefix(c.Label, "第"); ok {
		return readDai(rest)
	}
	if n, nth, ok := outline.Sign(c.Label); ok {
		s := inLatin
		switch nth(1) {
		case "①":
			s = inCircles
		case "ア":
			s = inKana
		}
		return number{n: n, last: n, style: s, write: nth}, true
	}
	at := strings.LastIndex(c.Label, ".") + 1
	n, rest := outline.Number(c.Label[at:])
	if n == 0 || rest != "" {
		return number{}, false
	}
	m := number{before: c.Label[:at], n: n, last: n, style: inDigits, write: numeralOf(c.Label[at:])}
	switch {
	case at > 0:
		m.style = inDecimals
	case m.write(1) == "一":
		m.style = inKanji
	}
	return m, true
}

// readDai reads what follows 第 in 第1章, 第5条の2, 第3条及び第4条.
func readDai(s string) (number, bool) {
	n, rest := outline.Number(s)
	if n == 0 || rest == "" {
		return number{}, false
	}
	_, size := utf8.DecodeRuneInString(rest)
	m := number{before: "第", n: n, last: n, unit: rest[:size], write: numeralOf(s)}
	m.style = style(m.before + m.unit)
	rest = rest[size:]
	for _, joint := range []string{"及び第", "から第"} {
		after, found := strings.CutPrefix(rest, joint)
		if !found {
			continue
		}
		last, tail := outline.Number(after)
		tail, ends := strings.CutPrefix(tail, m.unit)
		if last <= n || !ends || tail != "" && tail != "まで" {
			return number{}, false
		}
		m.joint, m.last, m.unit = joint, last, m.unit+tail
		return m, true
	}
	if rest == "" {
		return m, true
	}
	branch, found := strings.CutPrefix(rest, "の")
	sub, tail := outline.Number(branch)
	if !found || sub == 0 || tail != "" {
		return number{}, false
	}
	m.sub = sub
	return m, true
}

// label writes the number as its clause's label. Where the signs do not reach so
// far, it counts on in digits.
func (m number) label() string {
	write := func(n int) string {
		if s := m.write(n); s != "" {
			return s
		}
		return half(n)
	}
	s := m.before + write(m.n)
	if m.joint != "" {
		unit, _ := utf8.DecodeRuneInString(m.unit)
		return s + string(unit) + m.joint + write(m.last) + m.unit
	}
	s += m.unit
	if m.sub > 0 {
		s += "の" + write(m.sub)
	}
	return s
}

// to is the same way of counting at another number.
func (m number) to(n, sub int) number {
	m.n, m.last, m.sub = n, n+m.last-m.n, sub
	return m
}

// single is the way of counting without what one label alone says: that it
// stands for several, or for a branch.
func (m number) single() number {
	unit, size := utf8.DecodeRuneInString(m.unit)
	if size > 0 {
		m.unit = string(unit)
	}
	m.joint, m.last, m.sub = "", m.n, 0
	return m
}
