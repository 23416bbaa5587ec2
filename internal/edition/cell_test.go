package edition_test

import (
	"strings"
	"testing"

	"kagami/internal/edition"
)

func TestACellHoldsOneLine(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		" 名 \t": "名", strings.Repeat("名", 5): strings.Repeat("名", 5), strings.Repeat("名", 6): "", " ": "", "名\n称": "", "名\x00": "",
	} {
		text, problem := edition.LineOf("名称", typed, 5)
		if text != want || (problem == "") != (want != "") {
			t.Errorf("%q: %q, %q", typed, text, problem)
		}
	}
	if got := strings.Join(edition.Words("税務、 ＤＸ，　こども・子育て\t,"), "|"); got != "税務|DX|こども・子育て" {
		t.Error(got)
	}
	if got := edition.Short(strings.Repeat("名", 21)); got != strings.Repeat("名", 20)+"…" {
		t.Error(got)
	}
}
