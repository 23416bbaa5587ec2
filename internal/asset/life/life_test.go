package life_test

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"testing"

	"kagami/internal/asset/life"
)

var update = flag.Bool("update", false, "write docs/asset-states.md anew")

func TestTheStatesDocument(t *testing.T) {
	t.Parallel()
	const path = "../../../docs/asset-states.md"
	want, err := life.Document()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("docs/asset-states.md is not the table of the code (%v): make generate", err)
	}
}

// within are the states that a condition in SQL names, in their order.
func within(condition string) (states []life.State) {
	for _, word := range regexp.MustCompile(`'(\w+)'`).FindAllStringSubmatch(condition, -1) {
		states = append(states, life.State(word[1]))
	}
	slices.Sort(states)
	return states
}

// What counts is what has not ended, and nothing else; and all of it can be handed over.
func TestWhatCountsInSQLIsWhatHasNotEnded(t *testing.T) {
	t.Parallel()
	for _, s := range life.States() {
		counts, ends := slices.Contains(within(life.Counts), s), slices.Contains(within(life.Ends), s)
		if ends != s.Ended() || counts == s.Ended() {
			t.Errorf("%s: counts %t, ends %t, has ended %t", s, counts, ends, s.Ended())
		}
		if counts != s.Allows(life.HandOver) {
			t.Errorf("%s: counts %t, and is handed over %t", s, counts, s.Allows(life.HandOver))
		}
		if s.Title() == "" {
			t.Errorf("%s has no title", s)
		}
	}
	if n := len(within(life.Counts)) + len(within(life.Ends)); n != len(life.States()) {
		t.Errorf("%d states in SQL, and there are %d", n, len(life.States()))
	}
}
