package policy_test

import (
	"strings"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/outline"
)

const defining = `第1条（定義）　この文書の用語は、次による。
（1）　機密性　認められた者だけが使えること。
（2）　ログ　記録をいう。
（3）　ＵＳＢメモリ　持ち運ぶ記録媒体をいう。
（4）　あて先　送る相手をいう。
第2条（対象とする脅威）　次の脅威に備える。
（1）　地震、落雷等
（2）　不正アクセス等
`

// definingText is defining as the portal writes it, so that its items have
// headings.
func definingText() string {
	o := outline.Read(defining, nil)
	for i := range o.Clauses[0].Children {
		c := &o.Clauses[0].Children[i]
		if c.Heading == "" {
			c.Heading, c.Text, _ = strings.Cut(c.Text, "　")
		}
	}
	return outline.Write(o)
}

func (o office) words(actor authz.Actor) string {
	o.t.Helper()
	list, err := o.Glossary(o.t.Context(), actor)
	must(o.t, err)
	var words []string
	for _, d := range list {
		words = append(words, d.Group()+" "+d.Name+" "+d.Code+"#"+d.Anchor)
	}
	return strings.Join(words, "|")
}

func TestTheGlossaryIsWhatTheDocumentsDefine(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.publishedText(policy.Procedure, "tejun", definingText(), policy.Audience{Sections: []string{"zeimu"}})
	if got, want := o.words(o.staff), "英数字 ＵＳＢメモリ tejun#1-3|あ行 あて先 tejun#1-4|ら行 ログ tejun#1-2|漢字 機密性 tejun#1-1"; got != want {
		t.Errorf("got %s", got)
	}
	if got := o.words(o.other); got != "" {
		t.Errorf("another section reads %s", got)
	}
}

func TestThreatsAreAListThatOthersPointAt(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.publishedText(policy.Procedure, "tejun", definingText(), policy.Audience{Sections: []string{"zeimu"}})
	list, err := o.Threats(t.Context(), o.staff)
	must(t, err)
	if len(list) != 2 || list[0].Key() != "tejun#2-1" || list[0].Text != "地震、落雷等" || list[1].Key() != "tejun#2-2" {
		t.Errorf("got %+v", list)
	}
	if list, err := o.Threats(t.Context(), o.other); err != nil || len(list) != 0 {
		t.Errorf("another section: %+v, %v", list, err)
	}
}

// 基本方針 10: the 基本方針 in force is public, and nothing else.
func TestOnlyWhatIsInForceIsPublic(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.published(policy.Basic, "kihon")
	o.publishedFor(policy.Standard, "kijun", policy.Audience{Everyone: true})
	_, err := o.DraftText(t.Context(), o.officer, policy.Text{Kind: policy.Basic, Title: "見本の下書き", Code: "another", Source: text})
	must(t, err)
	list, err := o.Public(t.Context())
	must(t, err)
	if len(list) != 1 || list[0].Code != "kihon" {
		t.Errorf("public: %+v", list)
	}
	for _, code := range []string{"kijun", "another", "nothing"} {
		if _, err := o.ReadPublic(t.Context(), code); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s: %v", code, err)
		}
	}
	reading, err := o.ReadPublic(t.Context(), "kihon")
	must(t, err)
	history, err := o.PublicHistory(t.Context(), reading)
	must(t, err)
	if len(history) != 1 || history[0].Number != 1 || history[0].EffectiveOn != reading.EffectiveOn {
		t.Errorf("history: %+v", history)
	}
	before := policy.New(o.db.Pool, door.New(o.db.Pool, time.Now), func() time.Time { return now.AddDate(0, 0, -1) })
	if list, err := before.Public(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("public the day before: %+v, %v", list, err)
	}
	if _, err := before.ReadPublic(t.Context(), "kihon"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("read the day before: %v", err)
	}
}
