package amend

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/policy/outline"
)

// units are what 第n and 前 count.
var units = map[string]level{
	"章": ofChapter, "編": ofChapter, "節": ofSection, "款": ofSection, "条": ofArticle, "項": ofParagraph, "号": ofItem,
}

// words that begin with a unit, and are none: 第1条例, ３項目, 2号機.
var unitWords = map[string][]string{
	"条": {"例", "件", "約", "文", "理"}, "項": {"目", "番"}, "号": {"機", "室", "棟", "車", "令", "線", "様"}, "章": {"典"}, "節": {"目", "度"}, "編": {"集", "成"}, "款": {"項"},
}

// readUnit reads the unit that a text begins with.
func readUnit(s string) (unit string, l level, rest string, ok bool) {
	_, size := utf8.DecodeRuneInString(s)
	unit, rest = s[:size], s[size:]
	l, ok = units[unit]
	return unit, l, rest, ok && !slices.ContainsFunc(unitWords[unit], func(word string) bool { return strings.HasPrefix(rest, word) })
}

// readPart reads the part of a reference that stands at a place of a text.
// first is false where it goes on from a part before it.
func (f *finder) readPart(text string, at int, first bool) (part, bool) {
	s := text[at:]
	r, size := utf8.DecodeRuneInString(s)
	p := part{start: at}
	var rest string
	ok := false
	switch {
	case r == '第':
		p, rest, ok = readDaiPart(p, s[size:])
	case r == '（' || r == '(':
		p, rest, ok = readBracket(p, s[size:])
	case r >= '⑴' && r <= '⒇':
		p.level, p.form, p.n, p.write, rest, ok = ofItem, byBracket, int(r-'⑴')+1, bracketed, s[size:], true
	case r >= '0' && r <= '9' || r >= '０' && r <= '９':
		p, rest, ok = f.readBare(p, text, at, first)
	case first && (r == '前' || r == '次' || r == '同'):
		p, rest, ok = readKin(p, text, at)
	case first && r == '附':
		p, rest, ok = readSupplement(p, s)
	default:
		p, rest, ok = readSign(p, text, at)
	}
	p.end = len(text) - len(rest)
	if p.level == ofParagraph && ok && p.form != byBracket && f.outermost() {
		p.level = ofArticle
	}
	return p, ok
}

// outermost tells whether 項 means the outermost numbers here: 7. in a text
// without 条.
func (f *finder) outermost() bool {
	return !f.x.articles && f.x.around(f.at, outline.Supplement) == none && f.x.around(f.at, outline.Paragraph) == none
}

// bracketed writes ⑶.
func bracketed(n int) string {
	if n < 1 || n > 20 {
		return ""
	}
	return string('⑴' + rune(n) - 1)
}

// readDaiPart reads what follows 第 in 第5条の2.
func readDaiPart(p part, s string) (part, string, bool) {
	n, rest := outline.Number(s)
	if n == 0 {
		return p, "", false
	}
	var ok bool
	p.n, p.dai, p.write = n, true, numeralOf(s)
	p.unit, p.level, rest, ok = readUnit(rest)
	if branch, found := strings.CutPrefix(rest, "の"); ok && found {
		if sub, tail := outline.Number(branch); sub > 0 && !startsWithUnit(tail) {
			p.sub, rest = sub, tail
		}
	}
	return p, rest, ok
}

func startsWithUnit(s string) bool {
	_, size := utf8.DecodeRuneInString(s)
	return units[s[:size]] != 0
}

// readBare reads ７項, the 7 of 7(3), and behind another part 2項 and 1号.
func (f *finder) readBare(p part, text string, at int, first bool) (part, string, bool) {
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	if unicode.IsDigit(before) || strings.ContainsRune(".．,，第-－前", before) && before != utf8.RuneError {
		return p, "", false
	}
	n, rest := outline.Number(text[at:])
	if n == 0 {
		return p, "", false
	}
	p.n, p.write, p.level = n, numeralOf(text[at:]), ofParagraph
	if !first { // 第5条2項1号
		var ok bool
		p.unit, p.level, rest, ok = readUnit(rest)
		return p, rest, ok && p.level > ofArticle
	}
	if strings.HasPrefix(rest, "項") {
		var ok bool
		p.unit, _, rest, ok = readUnit(rest)
		return p, rest, ok
	}
	if before != utf8.RuneError && !unicode.IsSpace(before) && !isPunctuation(before) || !f.outermost() {
		return p, "", false
	}
	inner := part{}
	if r, size := utf8.DecodeRuneInString(rest); r == '(' || r == '（' {
		if _, _, ok := readBracket(inner, rest[size:]); ok {
			return p, rest, true
		}
	}
	return p, "", false
}

// readBracket reads what follows the bracket in (3), （ア）, (a).
func readBracket(p part, s string) (part, string, bool) {
	const longest = 16 // bytes
	end := strings.IndexAny(s[:min(len(s), longest)], "）)")
	if end <= 0 {
		return p, "", false
	}
	_, size := utf8.DecodeRuneInString(s[end:])
	inside := s[:end]
	p.form, p.level = byBracket, ofItem
	if n, rest := outline.Number(inside); n > 0 && rest == "" {
		if p.write = numeralOf(inside); p.write(1) == "一" {
			p.sign = inside // (一) counts as its label does
		}
		p.n = n
		return p, s[end+size:], true
	}
	if folded := norm.NFKC.String(inside); isSign(folded) {
		p.level, p.sign = ofSubitem, folded
		return p, s[end+size:], true
	}
	return p, "", false
}

func isSign(label string) bool {
	_, _, ok := outline.Sign(label)
	return ok
}

// readSign reads ① and ア. A kana within a word (アクセス) is none.
func readSign(p part, text string, at int) (part, string, bool) {
	s := text[at:]
	r, size := utf8.DecodeRuneInString(s)
	rest := s[size:]
	if r < '①' || r > '㊿' || !isSign(s[:size]) { // all signs are between, and few other characters
		return p, "", false
	}
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	next, _ := utf8.DecodeRuneInString(rest)
	if isKatakana(r) && (isKatakana(before) || isKatakana(next)) {
		return p, "", false
	}
	p.level, p.form, p.sign = ofSubitem, bySign, s[:size]
	return p, rest, true
}

// notKin are the signs before 前 and 次 with which they make other words (以前,
// 年次).
const notKin = "以事直従年逐順目漸空生戦午門"

// readKin reads 前項, 次条, 同号, 前２項.
func readKin(p part, text string, at int) (part, string, bool) {
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	r, size := utf8.DecodeRuneInString(text[at:])
	if strings.ContainsRune(notKin, before) {
		return p, "", false
	}
	p.form, p.kin = byKin, map[rune]kin{'前': theOneBefore, '次': theNext, '同': theSame}[r]
	rest := text[at+size:]
	if n, after := outline.Number(rest); p.kin == theOneBefore && n > 1 {
		p.n, rest = n, after
	}
	var ok bool
	p.unit, p.level, rest, ok = readUnit(rest)
	return p, rest, ok
}

// readSupplement reads the 附則 of 附則第2項.
func readSupplement(p part, s string) (part, string, bool) {
	rest, found := strings.CutPrefix(s, "附則")
	p.level, p.form = ofSupplement, byName
	return p, rest, found && strings.HasPrefix(rest, "第")
}

func isPunctuation(r rune) bool {
	return unicode.IsPunct(r) || unicode.IsSymbol(r)
}

func isKatakana(r rune) bool { return unicode.Is(unicode.Katakana, r) || r == 'ー' }
