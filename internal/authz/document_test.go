package authz_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"kagami/internal/authz"
)

var update = flag.Bool("update", false, "write docs/permissions.md")

// docs/permissions.md is made from the table: run with -update after changing
// it.
func TestTheDocumentIsMadeFromTheTable(t *testing.T) {
	const file = "../../docs/permissions.md"
	var b strings.Builder
	b.WriteString("# 権限表\n\n情報セキュリティ基本方針と図 1.1 による、役割ごとの権限です。「自課」は役割を持つ課室、「本人」は自分についてだけ、「対象」は文書の対象になっている人です。自分についての事案は、どの役割でも自分では決められません。\n\nこの文書は internal/authz の表から作られています。\n\n| すること |")
	for _, role := range authz.Columns() {
		b.WriteString(" " + role.Title() + " |")
	}
	b.WriteString("\n| --- |" + strings.Repeat(" --- |", len(authz.Columns())) + "\n")
	for _, row := range authz.Rows() {
		b.WriteString("| " + row.Title + " |")
		for _, cell := range row.Cells {
			b.WriteString(" " + cell.Title() + " |")
		}
		b.WriteByte('\n')
	}
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(written) != b.String() {
		t.Error("docs/permissions.md is not what the table says; run this test with -update")
	}
}

func TestEveryActionHasOneRow(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range authz.Rows() {
		if row.Title == "" || seen[row.Title] {
			t.Errorf("%q stands twice, or has no name", row.Title)
		}
		seen[row.Title] = true
		if len(row.Cells) != len(authz.Columns()) {
			t.Errorf("%s has %d cells", row.Title, len(row.Cells))
		}
	}
}
