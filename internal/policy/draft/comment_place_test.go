package draft

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
			on := CommentedClause{Anchor: "1-2", Citation: "第1条第2号", Wording: "画面を閉じて席を離れる。"}
			if got := newPlaces(outline.Read(c.after, nil)).of(on); got.Anchor != c.want || (got.Citation == "") != (c.want == "") {
				t.Errorf("stands at %q (%s), want %q", got.Anchor, got.Citation, c.want)
			}
		})
	}
}

// What a clause edit does besides (new numbers, references written anew) does
// not part a comment from its clause, nor does a clause that reads much like it
// take its place.
func TestACommentFollowsItsClauseThroughChangesToOthers(t *testing.T) {
	for name, c := range map[string]struct {
		on    CommentedClause
		after string
		want  string
	}{
		"one put in before, and a reference written anew": {
			CommentedClause{Anchor: "2", Heading: "見直し", Wording: "第1条の目的に照らし、毎年度これを見直す。"},
			"第1条　理念\n（理念）\n第2条　目的\n第3条　見直し\n　第2条の目的に照らし、毎年度これを見直す。\n", "3",
		},
		"the same, without a heading": {
			CommentedClause{Anchor: "1-1", Wording: "前号及び第3条第2項に定める場合を除き、許可を受ける。"},
			"第1条　次による。\n（1）　鍵をかける。\n（2）　前号及び第4条第2項に定める場合を除き、許可を受ける。\n", "1-2",
		},
		"taken out, and the next has the same ending": {
			CommentedClause{Anchor: "1-1", Wording: "職員は、記録媒体を持ち出してはならない。"},
			"第1条　次による。\n（1）　職員は、私物の機器を接続してはならない。\n", "",
		},
		"taken out, and a long one follows that holds its few words": {
			CommentedClause{Anchor: "1-1", Wording: "許可を受ける。"},
			"第1条　次による。\n（1）　情報資産を庁舎の外へ持ち出すとき、又は外部の者に渡すときは、あらかじめ管理者の許可を受けるほか、台帳に記録する。\n", "",
		},
		"reworded a little": {
			CommentedClause{Anchor: "1-1", Wording: "職員は、記録媒体を持ち出してはならない。"},
			"第1条　次による。\n（1）　職員等は、許可なく記録媒体を持ち出してはならない。\n", "1-1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.on.Citation = "見本"
			if got := newPlaces(outline.Read(c.after, nil)).of(c.on); got.Anchor != c.want {
				t.Errorf("stands at %q, want %q", got.Anchor, c.want)
			}
		})
	}
}
