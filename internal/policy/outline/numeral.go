package outline

import (
	"unicode/utf8"
)

// Number reads the digits, in either width, or the kanji numerals that a text
// begins with, and what follows them; 0 where there are none.
func Number(s string) (n int, rest string) { return number(s) }

// Sign reads a label that counts with signs (①, ア, a): its place in their
// order, and the sign that counts as nth there, "" past the last.
func Sign(label string) (n int, nth func(n int) string, ok bool) {
	r, size := utf8.DecodeRuneInString(label)
	switch {
	case size == 0 || size != len(label):
		return 0, nil, false
	case isCircled(r):
		return circled(r), circledSign, true
	case kanaOrder(label) > 0:
		return kanaOrder(label), kanaSign, true
	case r >= 'a' && r <= 'z':
		return int(r-'a') + 1, latinSign, true
	}
	return 0, nil, false
}

func circledSign(n int) string {
	switch {
	case n < 1 || n > 50:
		return ""
	case n <= 20:
		return string('①' + rune(n) - 1)
	case n <= 35:
		return string('㉑' + rune(n) - 21)
	}
	return string('㊱' + rune(n) - 36)
}

func kanaSign(n int) string {
	signs := []rune(kana)
	if n < 1 || n > len(signs) {
		return ""
	}
	return string(signs[n-1])
}

func latinSign(n int) string {
	if n < 1 || n > 26 {
		return ""
	}
	return string('a' + rune(n) - 1)
}
