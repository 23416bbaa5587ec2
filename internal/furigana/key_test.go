package furigana_test

import (
	"bytes"
	"encoding/hex"
	"slices"
	"sync"
	"testing"

	"kagami/internal/furigana"
)

func TestNamesStandInTheOrderOfTheSyllables(t *testing.T) {
	t.Parallel()
	want := []string{
		"アイダ イチロウ", "アイダ ハナコ", "アイタニ タロウ", "カトウ ハナコ", "ガトウ ハナコ", "カンダ イチロウ", "ガンダ イチロウ", "キタ ジロウ",
		"ハット リク", "ハツトリ クミ", "ハヤシ ケイ", "バンドウ サク", "ユアサ ミホ", "ヨシダ ユウ",
	}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, func(a, b string) int { return bytes.Compare(furigana.Key(a), furigana.Key(b)) })
	if !slices.Equal(got, want) {
		t.Errorf("in the order %q", got)
	}
}

// The keys stand in towns' databases: with others, the old have to be written anew.
func TestTheKeysAreThoseThatStandInDatabases(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"ミホン イチロウ": "32db32d932ec010932bc32cc32e732bd00000020002000200020002000200020002000001111110211111111",
		"ガトウ":      "32c132cf32bd00000020012800200020000011021111",
		"":         "00000000",
	} {
		if got := hex.EncodeToString(furigana.Key(name)); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestKeysAreMadeSideBySide(t *testing.T) {
	t.Parallel()
	want := furigana.Key("ミホン ハナコ")
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for range 200 {
				furigana.Key("ミホン ジロウ")
				if got := furigana.Key("ミホン ハナコ"); !bytes.Equal(got, want) {
					t.Errorf("%x, want %x", got, want)
					return
				}
			}
		})
	}
	wait.Wait()
}
