package rights

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write docs/right-states.md anew")

func TestTheStatesDocument(t *testing.T) {
	t.Parallel()
	const path = "../../docs/right-states.md"
	want, err := StatesDocument()
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
		t.Errorf("docs/right-states.md is not the table of the code (%v): make generate", err)
	}
}
