package review_test

import (
	"flag"
	"os"
	"testing"

	"kagami/internal/postgres/pgtest"
	"kagami/internal/rights/review"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

var update = flag.Bool("update", false, "write docs/right-review-states.md anew")

func TestTheStatesDocument(t *testing.T) {
	t.Parallel()
	const path = "../../../docs/right-review-states.md"
	want, err := review.StatesDocument()
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
		t.Errorf("docs/right-review-states.md is not the table of the code (%v): make generate", err)
	}
}
