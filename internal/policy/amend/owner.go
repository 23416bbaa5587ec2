package amend

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// owner tells whose clause a reference names.
type owner int

const (
	own     owner = iota
	another       // 地方自治法第2条
	unclear       // 規則等の第3条
)

// ownKinds are what a text calls itself behind この and 本: この要綱, 本基本方針.
var ownKinds = []string{
	"基本方針", "方針", "対策基準", "基準", "要綱", "要領", "規程", "規則", "条例", "実施手順", "手順書", "手順", "指針", "ポリシー", "訓令", "告示", "計画",
}

// otherKinds end the names of texts.
var otherKinds = []string{
	"法", "法律", "令", "条例", "規則", "規程", "規定", "要綱", "要領", "基準", "方針", "指針", "ガイドライン", "手順", "書", "マニュアル", "契約", "約款",
	"告示", "訓令", "通達", "通知", "計画", "憲章", "協定", "規格", "標準", "ポリシー", "様式", "別記", "別表", "図", "表",
}

// pointing words stand before a reference to the text's own clause.
var pointing = []string{"上記", "前記", "下記", "前掲", "及び", "又は", "並びに", "若しくは", "附則"}

func endsInAny(s string, words []string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.HasSuffix(s, word) })
}

// namesItself tells whether words end in what a text calls itself.
func (f *finder) namesItself(s string) bool {
	if f.x.title != "" && strings.HasSuffix(s, f.x.title) {
		return true
	}
	return slices.ContainsFunc(ownKinds, func(kind string) bool {
		rest, found := strings.CutSuffix(s, kind)
		rest = strings.TrimSuffix(rest, "情報セキュリティ")
		return found && (strings.HasSuffix(rest, "この") || strings.HasSuffix(rest, "本"))
	})
}

// ownerOf tells from the words right before a reference whose clause it names.
func (f *finder) ownerOf(before string) owner {
	before = ending(before)
	named, hasNo := strings.CutSuffix(before, "の")
	if f.namesItself(named) {
		return own
	}
	last, _ := utf8.DecodeLastRuneInString(before)
	switch {
	case before == "" || unicode.IsSpace(last):
		return own
	case strings.ContainsRune("）)」』】〕］", last):
		if named, ok := beforeBrackets(before); ok && endsInAny(named, otherKinds) {
			return another
		}
		if endsInAny(strings.TrimRight(before, "）)」』】〕］"), otherKinds) {
			return another
		}
		return unclear
	case isPunctuation(last):
		return own
	case endsInAny(before, pointing), unicode.Is(unicode.Hiragana, last) && !hasNo:
		return own
	case endsInAny(named, otherKinds):
		return another
	}
	if hasNo {
		return f.ownerBehindNo(named)
	}
	return unclear
}

// ending is the end of a text, long enough for a name with brackets behind it.
func ending(s string) string {
	const longest = 600 // bytes
	if len(s) <= longest {
		return s
	}
	s = s[len(s)-longest:]
	for !utf8.RuneStart(s[0]) {
		s = s[1:]
	}
	return s
}

// ownerBehindNo tells whose clause is named behind の: 法（昭和25年法律第1号）の第3条.
func (f *finder) ownerBehindNo(named string) owner {
	last, _ := utf8.DecodeLastRuneInString(named)
	if strings.ContainsRune("）)」』】〕］", last) && f.ownerOf(named) == another {
		return another
	}
	return unclear
}

// beforeBrackets is what stands before the brackets that a text ends with.
func beforeBrackets(s string) (string, bool) {
	depth := 0
	for rest := s; rest != ""; {
		r, size := utf8.DecodeLastRuneInString(rest)
		rest = rest[:len(rest)-size]
		switch {
		case strings.ContainsRune("）)」』】〕］", r):
			depth++
		case strings.ContainsRune("（(「『【〔［", r):
			if depth--; depth == 0 {
				return rest, true
			}
		}
	}
	return "", false
}
