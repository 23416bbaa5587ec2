package find_test

import (
	"fmt"
	"strings"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/authz"
	"kagami/internal/task"
)

func TestASearchOfTheWholePortalFindsTheBestAssets(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.add("課税台帳", func(d *asset.Details) { d.Place, d.OwnNumber = "書庫A", "Z-7" })
	o.add("固定資産の課税台帳")
	o.add("名簿", func(d *asset.Details) { d.Content = "課税台帳から写したもの" })
	o.addTo(o.welfare, "fukushi", "課税台帳の写し")
	ended := o.add("終わる課税台帳")
	if err := o.register.EndAsMistaken(t.Context(), o.tax, ended, 1, "見本"); err != nil {
		t.Fatal(err)
	}
	search := func(actor authz.Actor, words string) (string, find.Hits) {
		t.Helper()
		var b task.Batch
		var found find.Hits
		o.QueueHits(&b, actor, words, func(h find.Hits) { found = h })
		if err := b.Run(t.Context(), o.db.Pool); err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, h := range found.List {
			list = append(list, fmt.Sprint(h.Name, h.Rank))
		}
		return strings.Join(list, " "), found
	}
	for _, c := range []struct {
		actor       authz.Actor
		words, want string
	}{
		{o.tax, "課税台帳", "課税台帳1 固定資産の課税台帳2 名簿3"},
		{o.clerk, "課税台帳", "課税台帳1 固定資産の課税台帳2 名簿3"},
		{o.officer, "課税台帳", "課税台帳の写し1 課税台帳1 固定資産の課税台帳2 名簿3"},
		{o.welfare, "固定", ""},
		{o.tax, code, "課税台帳0"}, {o.tax, "ｚ－７", "課税台帳0"}, {o.tax, "書庫ａ 課税", "課税台帳3"}, {o.tax, "税", "課税台帳2 固定資産の課税台帳2 名簿3"},
		{o.tax, "100%'_\\", ""}, {o.tax, " ", ""}, {o.tax, strings.Repeat("あ", 201), ""},
		{authz.Actor{Person: 1, Holdings: []authz.Holding{{Role: authz.Administrator}}}, "課税", ""},
	} {
		if got, _ := search(c.actor, c.words); got != c.want {
			t.Errorf("%s: %s, want %s", c.words, got, c.want)
		}
	}
	for i := range find.MostHits {
		o.add(fmt.Sprint("写真", i))
	}
	if _, found := search(o.tax, "写真"); len(found.List) != find.MostHits || found.More {
		t.Errorf("as many as are shown: %d, more %t", len(found.List), found.More)
	}
	o.add("写真の箱")
	if _, found := search(o.tax, "写真"); len(found.List) != find.MostHits || !found.More {
		t.Errorf("one more: %d, more %t", len(found.List), found.More)
	}
}
