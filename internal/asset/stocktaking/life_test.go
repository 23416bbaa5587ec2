package stocktaking_test

import (
	"flag"
	"os"
	"testing"

	"kagami/internal/asset/stocktaking"
)

var update = flag.Bool("update", false, "write docs/stocktaking-states.md anew")

func TestTheStatesDocument(t *testing.T) {
	t.Parallel()
	const path = "../../../docs/stocktaking-states.md"
	want, err := stocktaking.StatesDocument()
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
		t.Errorf("docs/stocktaking-states.md is not the table of the code (%v): make generate", err)
	}
}
