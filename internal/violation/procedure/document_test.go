package procedure_test

import (
	"flag"
	"os"
	"slices"
	"testing"

	"kagami/internal/violation/procedure"
)

var update = flag.Bool("update", false, "write docs/violation-states.md anew")

func TestTheStatesDocument(t *testing.T) {
	const path = "../../../docs/violation-states.md"
	want, err := procedure.StatesDocument()
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
		t.Errorf("docs/violation-states.md is not the table of the code (%v): make generate", err)
	}
}

// The seats that act are those that the table of who is told knows.
func TestEachSeatHasAName(t *testing.T) {
	for _, m := range procedure.Moves() {
		for _, seat := range procedure.Acts(m.Event) {
			if seat.Title() == "" {
				t.Errorf("%s is taken from %q", m.Event, seat)
			}
		}
		if m.Event.Title() == "" || m.Event.Clause() == "" || !slices.Contains(procedure.States(), m.To) {
			t.Errorf("%+v has no name", m)
		}
	}
}
