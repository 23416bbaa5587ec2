package find

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// folded is a text as search compares it: compatible forms as one (NFKC: ＡＢＣ
// and ABC, ｶﾞ and ガ, ① and 1), capitals as small letters, without the marks that
// choose between shapes of one character. It remembers where each byte of it
// comes from.
type folded struct {
	text     string
	from, to []int // for each byte of text, the bytes of the source it stands for
}

func foldText(source string) folded {
	var (
		f folded
		b strings.Builder
	)
	for from := 0; from < len(source); {
		to := from + norm.NFKC.NextBoundaryInString(source[from:], true)
		for _, r := range norm.NFKC.String(source[from:to]) {
			if unicode.Is(unicode.Variation_Selector, r) {
				for i := len(f.to) - 1; i >= 0 && f.to[i] == from; i-- {
					f.to[i] = to // it belongs to the character before
				}
				continue
			}
			at := b.Len()
			b.WriteRune(unicode.ToLower(r))
			for range b.Len() - at {
				f.from, f.to = append(f.from, from), append(f.to, to)
			}
		}
		from = to
	}
	f.text = b.String()
	return f
}

// fold is foldText without where it comes from.
func fold(source string) string { return foldText(source).text }

// wordsOf are the words that somebody looks for, folded, each once.
func wordsOf(query string) []string {
	words := strings.Fields(fold(query))
	slices.Sort(words)
	return slices.Compact(words)
}

// Piece is a part of a text; Marked where it is what was looked for.
type Piece struct {
	Text   string
	Marked bool
}

// mark cuts a text into pieces at the words, which are folded. What is marked is
// whole characters of the text as it stands, so it can be more than the word: ㈱
// where 株 was looked for.
func mark(text string, words []string) []Piece {
	f := foldText(text)
	type span struct{ from, to int }
	var spans []span
	for _, word := range words {
		for at := 0; word != ""; {
			i := strings.Index(f.text[at:], word)
			if i < 0 {
				break
			}
			at += i
			spans = append(spans, span{f.from[at], f.to[at+len(word)-1]})
			at += len(word)
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var pieces []Piece
	at := 0
	for i := 0; i < len(spans); {
		whole := spans[i]
		for i++; i < len(spans) && spans[i].from < whole.to; i++ {
			whole.to = max(whole.to, spans[i].to)
		}
		if whole.from > at {
			pieces = append(pieces, Piece{Text: text[at:whole.from]})
		}
		pieces = append(pieces, Piece{Text: text[whole.from:whole.to], Marked: true})
		at = whole.to
	}
	if at < len(text) {
		pieces = append(pieces, Piece{Text: text[at:]})
	}
	return pieces
}

const (
	longestExcerpt = 200 // characters
	beforeMark     = 40  // characters that stay before the first word
)

// excerpt shortens a long text to what stands around the first word in it.
func excerpt(pieces []Piece) []Piece {
	total := 0
	for _, p := range pieces {
		total += utf8.RuneCountInString(p.Text)
	}
	if total <= longestExcerpt {
		return pieces
	}
	pieces = slices.Clone(pieces)
	if r := []rune(pieces[0].Text); !pieces[0].Marked && len(pieces) > 1 && len(r) > beforeMark {
		pieces[0].Text = "…" + string(r[len(r)-beforeMark:])
	}
	left := longestExcerpt
	for i, p := range pieces {
		r := []rune(p.Text)
		if left -= len(r); left < 0 {
			pieces[i].Text = string(r[:len(r)+left]) + "…"
			return pieces[:i+1]
		}
	}
	return pieces
}
