package screen

import "testing"

// The next page is that of one Part: the others have nothing to show on it.
func TestTheNextPageIsOfOnePart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		after, place string
		asked        bool
	}{
		{"", "", true},
		{Place("assets", "7"), "7", true},
		{Place("assets", "a:b"), "a:b", true},
		{Place("policies", "kihon.12"), "kihon.12", false},
		{"kihon.12", "", true}, // no link carries it: the first page
	} {
		if place, asked := (Query{After: c.after}).In("assets"); asked != c.asked || asked && place != c.place {
			t.Errorf("%q: %q, %v", c.after, place, asked)
		}
	}
}
