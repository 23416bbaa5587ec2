package rights_test

import (
	"testing"

	"kagami/internal/rights"
)

// Who permits reads what the rules of what must not meet read: names are on one line, in one
// width, and nothing in them is unseen or turns the words around.
func TestNamesAreKeptAsTheyAreSeen(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		" 決裁\u3000":       "決裁",
		"決\u200b裁\u00ad":  "決裁",
		"\u202e裁決":        "裁決",
		"照会\r\n更新\a":      "照会 更新",
		"ＡＢ\u00a0\u00a01": "AB 1",
		"決\U000e0100裁":    "決\U000e0100裁", // another shape of a letter is seen
	} {
		d := rights.Details{Grade: typed, Login: typed}.Tidy()
		if d.Grade != want || d.Login != want {
			t.Errorf("%q is kept as %q, %q", typed, d.Grade, d.Login)
		}
	}
	if d := (rights.Details{Outsider: "\u202e甲社\u200b\n乙", Purpose: " 一行目\n二行目 "}).Tidy(); d.Outsider != "甲社 乙" || d.Purpose != "一行目\n二行目" {
		t.Errorf("it is kept as %q, %q", d.Outsider, d.Purpose)
	}
}
