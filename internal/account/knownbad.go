package account

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/trustelem/zxcvbn"
	"golang.org/x/text/unicode/norm"
)

// commonWords are what passwords in a Japanese town hall are made of, beside
// the tens of thousands that zxcvbn knows; in hiragana where they are kana.
var commonWords = []string{
	"ぱすわーど", "ぱすこーど", "あんしょうばんごう", "暗証番号", "合言葉", "あいことば", "ろぐいん", "さいんいん", "情報せきゅりてぃ", "せきゅりてぃ", "ぽりしー", "ぽーたる",
	"あいうえお", "かきくけこ", "さしすせそ", "たちつてと", "いろはにほへと", "ちりぬるを", "ひらけごま", "ありがとう", "こんにちは", "おはよう", "よろしく",
	"町役場", "役場", "市役所", "総務課", "税務課", "住民課", "令和", "平成", "昭和", "日本", "福島", "にほん",
	"kagami", "かがみ", "yakuba", "soumu", "nihon", "reiwa", "heisei", "pasuwado", "pasuwaado",
}

// lookedAt is how much of a password is looked at, in characters; what is strong
// so far is strong.
const lookedAt = 64

// minGuesses is how many guesses a password has to outlast, as zxcvbn counts them:
// more than can be tried at a portal that makes them wait.
const minGuesses = 1e8

// isKnownBad tells whether a folded password is one of those that are tried
// first: from the lists of known passwords, or made of common words, rows of the
// keyboard, dates and the words of this person. Each such word counts as one
// letter.
func isKnownBad(password string, words []string) bool {
	rest := plain(password)
	for _, word := range wordsOf(words) {
		rest = strings.ReplaceAll(rest, word, "a")
	}
	if runes := []rune(rest); len(runes) > lookedAt {
		rest = string(runes[:lookedAt])
	}
	return zxcvbn.PasswordStrength(rest, nil).Guesses < minGuesses
}

// wordsOf are the common words and those of a person, the longest first. Very
// short ones are left out: they are part of anything.
func wordsOf(own []string) []string {
	words := slices.Clone(commonWords)
	for _, line := range own {
		line = plain(line)
		words = append(words, strings.ReplaceAll(line, " ", ""))
		words = append(words, strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" @.-_・", r) })...)
	}
	words = slices.DeleteFunc(words, func(word string) bool { return utf8.RuneCountInString(word) < 2 || len(word) < 3 })
	slices.SortFunc(words, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	return slices.Compact(words)
}

// plain is a text in one width and case, with katakana as hiragana.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'ァ' && r <= 'ヶ' {
			return r - 'ァ' + 'ぁ'
		}
		return r
	}, strings.ToLower(norm.NFKC.String(s)))
}
