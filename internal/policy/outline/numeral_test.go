package outline_test

import (
	"testing"

	"kagami/internal/policy/outline"
)

// Every sign that a text counts with is read as the number that gives it again.
func TestSignsCountInTheirOrder(t *testing.T) {
	for _, first := range []string{"①", "ア", "a"} {
		_, nth, ok := outline.Sign(first)
		if !ok {
			t.Fatalf("%s is no sign", first)
		}
		n := 1
		for ; nth(n) != ""; n++ {
			if got, _, ok := outline.Sign(nth(n)); !ok || got != n {
				t.Errorf("%s counts as %d, want %d", nth(n), got, n)
			}
		}
		if n < 27 {
			t.Errorf("the signs after %s end at %d", first, n-1)
		}
	}
	for _, label := range []string{"", "1", "第1条", "アア", "附則", "!"} {
		if _, _, ok := outline.Sign(label); ok {
			t.Errorf("%q is a sign", label)
		}
	}
}
