package comparison_test

import (
	"testing"

	"pgregory.net/rapid"

	"kagami/internal/policy/comparison"
	"kagami/internal/policy/outline"
)

// Every clause of the old text has one fate, and no two of them end in the same
// clause.
func TestEveryClauseHasOneFate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pair := pairs().Draw(t, "texts")
		fates := comparison.Compare(pair[0], pair[1]).Fates()
		there := map[string]outline.Anchored{}
		for _, a := range pair[1].Anchors() {
			there[a.Anchor] = a
		}
		taken := map[string]bool{}
		olds := pair[0].Anchors()
		if len(fates) != len(olds) {
			t.Fatalf("%d clauses have %d fates", len(olds), len(fates))
		}
		for _, old := range olds {
			fate, ok := fates[old.Anchor]
			switch {
			case !ok:
				t.Fatalf("%s has no fate", old.Anchor)
			case (fate.New == nil) != (fate.Kind == comparison.Removed):
				t.Fatalf("%s is %s, and stands at %v", old.Anchor, fate.Kind, fate.New)
			case fate.New == nil:
				continue
			case taken[fate.New.Anchor]:
				t.Fatalf("two clauses end at %s", fate.New.Anchor)
			}
			taken[fate.New.Anchor] = true
			now := there[fate.New.Anchor]
			if reworded := now.Heading != old.Heading || now.Text != old.Text; reworded != fate.Reworded() {
				t.Fatalf("%s is %s, reworded: %t", old.Anchor, fate.Kind, reworded)
			}
		}
	})
}

// Where nothing changed every clause stays where it is.
func TestInTheSameTextEveryClauseStays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := outlines().Draw(t, "text")
		for anchor, fate := range comparison.Compare(o, copied(o)).Fates() {
			if fate.Kind != comparison.Same || fate.New.Anchor != anchor {
				t.Fatalf("%s is %s at %s", anchor, fate.Kind, fate.New.Anchor)
			}
		}
	})
}
