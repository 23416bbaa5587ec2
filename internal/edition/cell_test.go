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

func TestACellHoldsOneOfAList(t *testing.T) {
	t.Parallel()
	list := []edition.Choice{{Kept: "calendar", Title: "暦日"}, {Kept: "office", Title: "開庁日（ＡＢ）"}}
	for typed, want := range map[string]string{
		"暦日": "calendar", "　暦日 ": "calendar", "Calendar": "calendar", "開庁日(ab)": "office", "": "", "開庁": "", "暦日、開庁日": "",
	} {
		kept, problem := edition.OneOf("数え方", typed, list)
		if kept != want || (problem == "") != (want != "") {
			t.Errorf("%q: %q, %q", typed, kept, problem)
		}
	}
	if got := edition.TitleOf(list, "calendar") + edition.TitleOf(list, "other"); got != "暦日other" {
		t.Error(got)
	}
}

func TestACellHoldsANumber(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]int{
		"5": 5, " ２０日 ": 20, "20 日": 20, "1": 1, "30": 30, "31": 0, "0": 0, "-1": 0, "+5": 0, "五": 0, "": 0, "日": 0, "5年": 0, "1.5": 0, "99999999999999999999": 0,
	} {
		n, problem := edition.CountOf("日数", typed, "日", 1, 30)
		if n != want || (problem == "") != (want != 0) {
			t.Errorf("%q: %d, %q", typed, n, problem)
		}
	}
}
