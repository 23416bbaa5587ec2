package follow

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kagami/internal/calendar"
	"kagami/internal/policy/outline"
)

// generations makes a lineage of texts, revision 1 first.
func generations(texts ...*outline.Outline) lineage {
	var l lineage
	for i, o := range texts {
		l = append(l, newGeneration(i+1, calendar.NewDate(2026, 4, 1+i), o))
		if i > 0 {
			l[i-1].next = fatesBetween(texts[i-1], o)
		}
	}
	return l
}

// itemsOf is a text with one article that lists these.
func itemsOf(items ...string) *outline.Outline {
	article := outline.Clause{Kind: outline.Article, Label: "1", Heading: "対策"}
	for i, item := range items {
		article.Children = append(article.Children, outline.Clause{Kind: outline.Item, Label: strconv.Itoa(i + 1), Text: item})
	}
	return &outline.Outline{Title: "見本", Clauses: []outline.Clause{article}}
}

const (
	cameras  = "執務室の入口に監視カメラを設置する。"
	keys     = "鍵は課長が金庫に保管し、貸出しを記録する。"
	visitors = "来訪者には名札を渡し、帰りに必ず返してもらう。"
	copies   = "バックアップの媒体は離れた建物で保管する。"
)

// A link is followed to the clause, whatever its number has become, and tells
// what happened on the way; never to another clause.
func TestALinkFollowsItsClause(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		texts  []*outline.Outline
		anchor string
		want   string
		turns  string
	}{
		"nothing changed":   {[]*outline.Outline{itemsOf(cameras, keys), itemsOf(cameras, keys)}, "1-2", "1-2", ""},
		"only one revision": {[]*outline.Outline{itemsOf(cameras, keys)}, "1-2", "1-2", ""},
		"one put in before it, twice": {[]*outline.Outline{itemsOf(cameras, keys), itemsOf(visitors, cameras, keys), itemsOf(visitors, copies, cameras, keys)},
			"1-2", "1-4", "第2版 1(3) 移 第3版 1(4) 移"},
		"its number used again":          {[]*outline.Outline{itemsOf(cameras, keys), itemsOf(keys, cameras)}, "1-1", "1-2", "第2版 1(2) 移"},
		"reworded":                       {[]*outline.Outline{itemsOf(cameras, keys), itemsOf(cameras, keys+"夜間は警備員に預ける。")}, "1-2", "1-2", "第2版 1(2) 改"},
		"deleted, its number used again": {[]*outline.Outline{itemsOf(cameras, keys, copies), itemsOf(keys, copies)}, "1-1", "", "第2版 1(1) 消"},
		"deleted, and put back": {[]*outline.Outline{itemsOf(cameras, keys, copies), itemsOf(keys, copies), itemsOf(keys, copies), itemsOf(keys, copies, cameras)},
			"1-1", "1-3", "第2版 1(1) 消 第4版 1(3) 戻"},
		"put back, and moved on": {[]*outline.Outline{itemsOf(cameras, keys, copies), itemsOf(keys, copies), itemsOf(keys, copies, cameras), itemsOf(visitors, keys, copies, cameras)},
			"1-1", "1-4", "第2版 1(1) 消 第3版 1(3) 戻 第4版 1(4) 移"},
		"deleted, with too few words to be known again": {[]*outline.Outline{itemsOf(cameras, keys, "削除"), itemsOf(cameras, keys), itemsOf(cameras, keys, "削除")},
			"1-3", "", "第2版 1(3) 消"},
	} {
		now, turns := generations(c.texts...).follow(0, c.anchor)
		told := ""
		for _, turn := range turns {
			told += fmt.Sprintf(" 第%d版 %s", turn.Number, turn.Citation)
			for word, is := range map[string]bool{" 消": turn.Gone, " 戻": turn.Back} {
				if is {
					told += word
				}
			}
			if turn.Moved {
				told += " 移"
			}
			if turn.Reworded {
				told += " 改"
			}
		}
		if told = trimmed(told); now != c.want || told != c.turns {
			t.Errorf("%s: leads to %q by %q", name, now, told)
		}
	}
}

func trimmed(s string) string {
	if s == "" {
		return s
	}
	return s[1:]
}

// A clause whose words did not change is found through any number of revisions
// that put others in, take others out and so renumber it, and nobody is told
// that it was reworded.
func TestARenumberedClauseIsFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		count := 0
		fresh := func() string { // says what no other says
			count++
			subject := []string{"端末", "媒体", "書庫", "鍵", "回線", "印刷物", "名札"}[count%7]
			return fmt.Sprintf("%sの管理責任者は、%d日ごとに%s第%d号の状態を確かめて記録する。", subject, count*37%91+2, subject, count)
		}
		var items []string
		for range rapid.IntRange(1, 8).Draw(t, "items") {
			items = append(items, fresh())
		}
		texts := []*outline.Outline{itemsOf(items...)}
		left := slices.Clone(items)
		for range rapid.IntRange(0, 4).Draw(t, "revisions") {
			items = slices.Clone(items)
			if at := rapid.IntRange(0, len(items)-1).Draw(t, "taken out"); len(items) > 1 && rapid.Bool().Draw(t, "take out") {
				left = slices.DeleteFunc(left, func(item string) bool { return item == items[at] })
				items = slices.Delete(items, at, at+1)
			}
			items = slices.Insert(items, rapid.IntRange(0, len(items)).Draw(t, "put in at"), fresh())
			texts = append(texts, itemsOf(items...))
		}
		l := generations(texts...)
		last := l[len(l)-1]
		for _, a := range l[0].clauses {
			if a.Kind != outline.Item || !slices.Contains(left, a.Text) {
				continue
			}
			now, turns := l.follow(0, a.Anchor)
			found, ok := last.clause(now)
			if !ok || found.Text != a.Text {
				t.Fatalf("%s leads to %q: %s", a.Anchor, now, found.Text)
			}
			for _, turn := range turns {
				if turn.Reworded || turn.Gone || turn.Back {
					t.Fatalf("%s: %+v", a.Anchor, turn)
				}
			}
		}
	})
}

// Where nothing changed every link leads to where it was taken from, through any
// number of revisions, and no anchor tells of a former clause.
func TestNothingChangedNothingIsTold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		items := rapid.SliceOfN(rapid.SampledFrom([]string{cameras, keys, visitors, copies, "削除", ""}), 0, 8).Draw(t, "items")
		var texts []*outline.Outline
		for range rapid.IntRange(1, 4).Draw(t, "revisions") {
			texts = append(texts, itemsOf(items...))
		}
		l := generations(texts...)
		for _, a := range l[0].clauses {
			if now, turns := l.follow(0, a.Anchor); now != a.Anchor || len(turns) > 0 {
				t.Fatalf("%s leads to %s by %+v", a.Anchor, now, turns)
			}
		}
		if formers := l.formers(); len(formers) > 0 {
			t.Fatalf("%+v", formers)
		}
	})
}

// What is told of all clauses at once is what is told of each, whatever the
// revisions take out, put back and put in.
func TestAllClausesAreFollowedAsEachIs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		items := rapid.SliceOfN(rapid.SampledFrom([]string{cameras, keys, visitors, copies, "削除"}), 0, 6)
		var texts []*outline.Outline
		for range rapid.IntRange(1, 6).Draw(t, "revisions") {
			texts = append(texts, itemsOf(items.Draw(t, "items")...))
		}
		l := generations(texts...)
		ends := l.ends()
		for at := range l {
			for _, a := range l[at].clauses {
				now, turns := l.follow(at, a.Anchor)
				want := end{anchor: now}
				if now == "" {
					want.gone = turns[len(turns)-1].Number
				}
				if got := ends[at][a.Anchor]; got != want {
					t.Fatalf("%s of revision %d ends at %+v, and is followed to %+v", a.Anchor, at+1, got, want)
				}
			}
		}
	})
}

// Old links are told of in a time that grows with the revisions, and not with
// their square.
func TestFormersGrowWithTheRevisions(t *testing.T) {
	took := func(revisions int) time.Duration {
		items := make([]string, 200)
		var texts []*outline.Outline
		for at := range revisions {
			for i := range items {
				items[i] = fmt.Sprintf("第%d版だけの、%d番目の決まりである。", (at+1)/revisions, i) // all go in the last
			}
			texts = append(texts, itemsOf(items...))
		}
		l, best := generations(texts...), time.Hour
		for range 3 {
			begun := time.Now()
			l.formers()
			best = min(best, time.Since(begun))
		}
		return best
	}
	few, many := took(8), took(80)
	if many > 40*few { // 10 times the revisions; their square would take 100 times as long
		t.Errorf("%v for 8 revisions, %v for 80", few, many)
	}
}

// Whoever comes to an anchor with an old link is told of the last clause that
// had it, where that is not the clause that has it now.
func TestFormerClausesAreTold(t *testing.T) {
	t.Parallel()
	l := generations(itemsOf(copies, cameras, keys), itemsOf(visitors, cameras, keys), itemsOf(cameras, keys))
	told := map[string]string{}
	for _, f := range l.formers() {
		where := fmt.Sprintf("第%d版で削除", f.Gone)
		if f.Now != nil {
			where = "いま " + f.Now.Citation
		}
		told[f.Then.Anchor] = fmt.Sprintf("第%d版 %s %t", f.Then.Number, where, f.Reused)
	}
	want := map[string]string{"1-1": "第2版 第3版で削除 true", "1-2": "第2版 いま 1(1) true", "1-3": "第2版 いま 1(2) false"}
	if fmt.Sprint(told) != fmt.Sprint(want) {
		t.Errorf("told %v", told)
	}
}
