package gram_test

import (
	"slices"
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
