package authz_test

import (
	"flag"
	"os"
	"testing"

	"kagami/internal/authz"
)

var update = flag.Bool("update", false, "write docs/permissions.md anew")

const document = "../../docs/permissions.md"

func TestTheDocumentIsTheTable(t *testing.T) {
	if *update {
		if err := os.WriteFile(document, []byte(authz.Document()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	if string(written) != authz.Document() {
		t.Error("docs/permissions.md is not the permission table any more: look what has changed, and run make generate if it is meant")
	}
}
