package hanging_test

import (
	"strings"
	"testing"
	"time"

	"kagami/internal/calendar"
	"kagami/internal/handover"
	"kagami/web/component/hanging"
)

// What goes to another section is said otherwise than what is ended, before the section ends
// and after it, to who may do it and to who may not.
func TestWhatASectionLeavesIsSaid(t *testing.T) {
	t.Parallel()
	today := calendar.NewDate(2026, time.November, 24)
	goes, stays := handover.Belonging{What: "情報資産3件"}, handover.Belonging{What: "例外措置2件", Ends: true}
	at := func(b handover.Belonging) handover.Belonging {
		b.URL = "/there"
		return b
	}
	for name, c := range map[string]struct {
		left handover.Belonging
		days int // until the section ends
		want string
	}{
		"goes, before":         {goes, 1, "に廃止になったら、ほかの課室に引き継いでください。"},
		"goes, after":          {at(goes), 0, `<a href="/there">ほかの課室に引き継ぐ</a>`},
		"goes, for others":     {goes, 0, "統括情報セキュリティ責任者が、ほかの課室に引き継ぎます。"},
		"is ended, before":     {stays, 1, "に廃止になる前に、終えるか、続ける課室で改めて申請してください。"},
		"is ended, after":      {at(stays), 0, `<a href="/there">例外措置2件を見て、終える</a>`},
		"is ended, for others": {stays, 0, "統括情報セキュリティ責任者が、終えます。"},
	} {
		var page strings.Builder
		if err := hanging.Left([]handover.Belonging{c.left}, today.AddDays(c.days), today).Render(t.Context(), &page); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(page.String(), c.want) {
			t.Errorf("%s: %s", name, page.String())
		}
	}
	if words := hanging.Leaving([]handover.Belonging{goes, stays}); words != "この課室には、情報資産3件があります。廃止の日から、ほかの課室に引き継げます。この課室には、例外措置2件があります。廃止の前に、終えるか、続ける課室で改めて申請してください。" {
		t.Error(words)
	}
}
