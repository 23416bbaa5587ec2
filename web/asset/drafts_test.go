package asset

import (
	"testing"

	"kagami/internal/asset"
)

func TestOnlyDrafts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		only      []bool
		all, some bool
	}{{nil, false, false}, {[]bool{true}, true, true}, {[]bool{true, false}, false, true}, {[]bool{false, false}, false, false}} {
		var sections []asset.Section
		for _, only := range c.only {
			sections = append(sections, asset.Section{Only: only})
		}
		if all, some := onlyDrafts(sections); all != c.all || some != c.some {
			t.Errorf("%v: %t, %t", c.only, all, some)
		}
	}
}
