package find

import (
	"slices"
	"testing"

	"kagami/internal/policy/outline"
)

func TestWordsStandInTheRowsOfTheKana(t *testing.T) {
	words := []string{"漢字", "々", "ログ", "ろうそく", "わたし", "ヴ", "ぱ", "ば", "は", "ァ", "あ", "ん", "やま", "한글", "LGWAN", "ＬＡＮ", "①", "ー"}
	slices.SortStableFunc(words, compareWords)
	var got []string
	for _, word := range words {
		got = append(got, Definition{Term: outline.Term{Name: word}}.Group()+" "+word)
	}
	want := []string{
		"英数字 ①", "英数字 ＬＡＮ", "英数字 LGWAN", "英数字 ー", "英数字 한글",
		"あ行 ァ", "あ行 あ", "あ行 ヴ", "は行 は", "は行 ば", "は行 ぱ", "や行 やま", "ら行 ろうそく", "ら行 ログ", "わ行 わたし", "わ行 ん",
		"漢字 々", "漢字 漢字",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
