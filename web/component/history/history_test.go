package history_test

import (
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"kagami/internal/record"
	"kagami/web/component/history"
)

func drawn(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTheTableSaysWhoHasChangedWhat(t *testing.T) {
	got := drawn(t, history.Table("下書きを作成", []history.Change{
		{
			Event:       record.Event{Version: 2, At: time.Unix(0, 0), By: "見本 一", Why: "移した", Before: map[string]string{"place": ""}},
			Differences: []record.Difference{{Title: "保存先", To: "書庫<1>"}}, Back: "/assets/a-0001/versions/2",
		},
		{Event: record.Event{Version: 1, At: time.Unix(0, 0)}, Differences: []record.Difference{{Title: "名称", To: "台帳"}}},
	}))
	second, first, _ := strings.Cut(got, "ポータル")
	for _, want := range []string{"見本 一", "移した", "<b>保存先</b>", "（なし）</span> → ", "書庫&lt;1&gt;", `<a href="/assets/a-0001/versions/2">この内容に戻す</a>`} {
		if !strings.Contains(second, want) {
			t.Errorf("the second does not say %s: %s", want, second)
		}
	}
	for _, want := range []string{"<summary>下書きを作成</summary>", "<b>名称</b>", "台帳", ">なし<"} {
		if !strings.Contains(first, want) {
			t.Errorf("the first does not say %s: %s", want, first)
		}
	}
	if strings.Contains(first, "→") || strings.Contains(first, "戻す") {
		t.Errorf("the first was something before: %s", first)
	}
}

func TestWhoIsOvertakenSeesBoth(t *testing.T) {
	upper := func(_, text string) string { return strings.ToUpper(text) }
	got := drawn(t, history.Overtaken(record.Overtaken{
		Last:  record.Event{By: "見本 二", At: time.Unix(0, 0)},
		Lines: []record.Line{{Key: "name", Title: "名称", Now: "theirs", ByOthers: true}, {Key: "place", Title: "保存先", Typed: "mine"}},
	}, upper))
	for _, want := range []string{"見本 二さんが、", `<a href="#name">名称</a>`, "THEIRS", "MINE", "（なし）"} {
		if !strings.Contains(got, want) {
			t.Errorf("does not say %s: %s", want, got)
		}
	}
	if n := strings.Count(got, "ほかの人が変更"); n != 1 {
		t.Errorf("%d columns are said to be changed by others: %s", n, got)
	}
	if got := drawn(t, history.Overtaken(record.Overtaken{}, upper)); strings.Contains(got, "<table") || strings.Contains(got, "さんが") {
		t.Errorf("draws what there is none of: %s", got)
	}
}
