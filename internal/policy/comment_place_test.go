package policy

import (
	"testing"

	"kagami/internal/policy/outline"
)

// A comment stays with the clause that it is on, however the text is worked on,
// and is never taken for one on another clause.
func TestACommentStaysWithItsClause(t *testing.T) {
	const before = "第1条　次の各号を守る。\n（1）　机の上を片付ける。\n（2）　画面を閉じて席を離れる。\n（3）　鍵をかける。\n"
	for name, c := range map[string]struct{ after, want string }{
		"nothing changed":        {before, "1-2"},
		"one put in before":      {"第1条　次の各号を守る。\n（1）　窓を閉める。\n（2）　机の上を片付ける。\n（3）　画面を閉じて席を離れる。\n（4）　鍵をかける。\n", "1-3"},
		"one before taken out":   {"第1条　次の各号を守る。\n（1）　画面を閉じて席を離れる。\n（2）　鍵をかける。\n", "1-1"},
		"reworded in place":      {"第1条　次の各号を守る。\n（1）　机の上を片付ける。\n（2）　必ず画面を閉じてから席を離れる。\n（3）　鍵をかける。\n", "1-2"},
		"another reads the same": {before + "第2条　次の各号を守る。\n（1）　画面を閉じて席を離れる。\n", "1-2"},
		"moved and said twice":   {"第1条　守る。\n（1）　画面を閉じて席を離れる。\n第2条　守る。\n（1）　画面を閉じて席を離れる。\n", ""},
		"taken out":              {"第1条　次の各号を守る。\n（1）　机の上を片付ける。\n（2）　鍵をかける。\n", ""},
		"all another text":       {"第1章　総則\n第8条　この規程は、見本である。\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			on := Commented{Anchor: "1-2", Citation: "第1条第2号", Wording: "画面を閉じて席を離れる。"}
			if got := newPlaces(outline.Read(c.after, nil)).of(on); got.Anchor != c.want || (got.Citation == "") != (c.want == "") {
				t.Errorf("stands at %q (%s), want %q", got.Anchor, got.Citation, c.want)
			}
		})
	}
}
