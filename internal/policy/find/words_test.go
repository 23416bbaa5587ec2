package find

import (
	"kagami/internal/gram"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// shown writes marks as 【】.
func shown(pieces []Piece) string {
	var b strings.Builder
	for _, p := range pieces {
		if p.Marked {
			b.WriteString("【" + p.Text + "】")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func TestWordsAreMarkedWhereTheyStand(t *testing.T) {
	for _, c := range []struct{ text, query, want string }{
		{"情報資産を守る。情報とは", "情報", "【情報】資産を守る。【情報】とは"},
		{"職員", "員", "職【員】"},
		{"情報資産を守る", "守る 情報", "【情報】資産を【守る】"},
		{"情報資産", "情報資 報資産", "【情報資産】"},
		{"ＵＳＢメモリ", "usb", "【ＵＳＢ】メモリ"},
		{"usbメモリ", "ＵＳＢ", "【usb】メモリ"},
		{"ｶﾞｲﾄﾞﾗｲﾝによる", "ガイド", "【ｶﾞｲﾄﾞ】ﾗｲﾝによる"},
		{"か\u3099いぶ", "がい", "【か\u3099い】ぶ"},
		{"㈱見本", "株", "【㈱】見本"},
		{"㈱㈱", "株)(株", "【㈱㈱】"},
		{"葛\U000E0100城", "葛城", "【葛\U000E0100城】"},
		{"葛\U000E0100城", "葛", "【葛\U000E0100】城"},
		{"ははは", "はは", "【はは】は"},
		{"職員", "課長", "職員"},
		{"", "課長", ""},
	} {
		if got := shown(mark(c.text, wordsOf(c.query))); got != c.want {
			t.Errorf("%q in %q: %s, want %s", c.query, c.text, got, c.want)
		}
	}
}

func TestAQueryIsItsWordsFolded(t *testing.T) {
	for query, want := range map[string][]string{
		"":           nil,
		" 　\t":       nil,
		"情報　資産":      {"情報", "資産"},
		"情報 情報":      {"情報"},
		"ＣＳＩＲＴ　ﾃﾞｰﾀ": {"csirt", "データ"},
	} {
		if got := wordsOf(query); !slices.Equal(got, want) {
			t.Errorf("%q: %q", query, got)
		}
	}
}

// someText draws what stands in policies, and what could.
func someText(t *rapid.T, label string) string {
	return rapid.StringOf(rapid.OneOf(
		rapid.SampledFrom([]rune("情報資産は、ａＡａ①㈱ｶﾞガ\u3099\uFE00 　\n１1")), rapid.Rune(),
	)).Draw(t, label)
}

// Whatever is looked for: the pieces are the text, each that is marked folds to
// something with the word in it, and one is marked wherever the text has it.
func TestWhatIsMarkedIsTheWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, word := someText(t, "text"), ""
		if r := []rune(fold(text)); len(r) > 0 && rapid.Bool().Draw(t, "word of the text") {
			from := rapid.IntRange(0, len(r)-1).Draw(t, "from")
			word = string(r[from:min(len(r), from+rapid.IntRange(1, 4).Draw(t, "length"))])
		} else {
			word = someText(t, "word")
		}
		words := wordsOf(word)
		if len(words) != 1 {
			t.Skip("not one word")
		}
		whole, marked := "", false
		for _, p := range mark(text, words) {
			whole += p.Text
			if !p.Marked {
				continue
			}
			marked = true
			if !strings.Contains(fold(p.Text), words[0]) {
				t.Fatalf("%q marked for %q", p.Text, words[0])
			}
		}
		if whole != text {
			t.Fatalf("%q became %q", text, whole)
		}
		if marked != strings.Contains(fold(text), words[0]) {
			t.Fatalf("%q in %q marked: %t", words[0], text, marked)
		}
	})
}

// A clause that holds a word has all its grams.
func TestNoHitIsMissedForItsGrams(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := someText(t, "text")
		runs := strings.Fields(fold(text))
		if len(runs) == 0 {
			t.Skip("blank")
		}
		r := []rune(rapid.SampledFrom(runs).Draw(t, "run"))
		from := rapid.IntRange(0, len(r)-1).Draw(t, "from")
		word := string(r[from:rapid.IntRange(from+1, len(r)).Draw(t, "to")])
		of := gram.Of(fold(text))
		for _, g := range gram.Needed([]string{word}) {
			if !slices.Contains(of, g) {
				t.Fatalf("%q of %q is not among those of %q", g, word, text)
			}
		}
	})
}

func TestPositionsAreReadAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfDistinct(rapid.IntRange(0, 100_000), rapid.ID[int]).Draw(t, "positions")
		slices.Sort(want)
		var raw []byte
		before := -1
		for _, position := range want {
			raw, before = appendPosition(raw, before, position), position
		}
		got, err := readPositions(raw)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%v became %v: %v", want, got, err)
		}
	})
	for _, raw := range [][]byte{{0}, {0x80}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}} {
		if _, err := readPositions(raw); err == nil {
			t.Errorf("% x was read", raw)
		}
	}
}

func TestALongTextIsShortenedAroundTheFirstWord(t *testing.T) {
	long := strings.Repeat("前", 300) + "情報" + strings.Repeat("後", 300)
	got := shown(excerpt(mark(long, []string{"情報"})))
	want := "…" + strings.Repeat("前", 40) + "【情報】" + strings.Repeat("後", 157) + "…"
	if got != want {
		t.Errorf("got %s", got)
	}
	if short := "短い文"; shown(excerpt(mark(short, []string{"文"}))) != "短い【文】" {
		t.Error("a short text was shortened")
	}
}
