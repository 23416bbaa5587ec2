package gram_test

import (
	"slices"
	"strings"
	"testing"

	"kagami/internal/gram"
)

func TestAWordNeedsItsGrams(t *testing.T) {
	for word, want := range map[string][]string{"課": {"課"}, "会議": {"会議"}, "会議録": {"会議", "議録"}, "ははは": {"はは"}, "": nil} {
		if got := gram.Needed([]string{word}); !slices.Equal(got, want) {
			t.Errorf("%q: %q", word, got)
		}
	}
}

func TestMarksAreReadAsTheyStand(t *testing.T) {
	for word, want := range map[string][]string{"課": {"'課':*"}, "会議": {"'会議'"}, "'": {"'''':*"}, `\&`: {`'\\&'`}} {
		if got := gram.Marks([]string{word}); !slices.Equal(got, want) {
			t.Errorf("%q: %q", word, got)
		}
	}
}

// Whatever bytes an address brings, nothing is cut out of their bounds.
func FuzzOf(f *testing.F) {
	for _, seed := range []string{"台帳", "a\xff", "\xff", "\xe3\x81", "\xf0\x9f\x98\x80あ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, g := range gram.Of(text) {
			if !strings.Contains(text, g) || g == "" {
				t.Errorf("%q of %q", g, text)
			}
		}
	})
}
