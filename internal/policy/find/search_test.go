package find_test

import (
	"fmt"
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/find"
	"kagami/internal/policy/policytest"
	"kagami/internal/task"
)

// hits returns the hits of a search as 「code anchor: text」, marked by 【】.
func hits(o policytest.Office, actor authz.Actor, words string) []string {
	o.T.Helper()
	found, err := o.Find.Search(o.T.Context(), actor, find.Search{Words: words})
	must(o.T, err)
	if found.Total != len(found.Hits) && found.Next == nil {
		o.T.Errorf("%q: %d hits, counted as %d", words, len(found.Hits), found.Total)
	}
	var list []string
	for _, h := range found.Hits {
		list = append(list, h.Code+" "+h.Anchor+": "+marked(h.Heading)+marked(h.Text))
	}
	return list
}

func marked(pieces []find.Piece) string {
	var b strings.Builder
	for _, p := range pieces {
		if p.Marked {
			b.WriteString("【" + p.Text + "】")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

const towns = "第1条　情報資産を守る。ＵＳＢメモリは使わない。\n第2条　職員等は、情報を守る。\n第3条　報告は、ｼｽﾃﾑで行う。\n"

func TestClausesAreFoundByWordsOfAnyLength(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.PublishedText(policy.Basic, "kihon", towns, policy.Audience{})
	for words, want := range map[string]string{
		"守":     "kihon 1: 情報資産を【守】る。ＵＳＢメモリは使わない。|kihon 2: 職員等は、情報を【守】る。",
		"情報":    "kihon 1: 【情報】資産を守る。ＵＳＢメモリは使わない。|kihon 2: 職員等は、【情報】を守る。",
		"情報資産":  "kihon 1: 【情報資産】を守る。ＵＳＢメモリは使わない。",
		"usb":   "kihon 1: 情報資産を守る。【ＵＳＢ】メモリは使わない。",
		"システム":  "kihon 3: 報告は、【ｼｽﾃﾑ】で行う。",
		"職員　情報": "kihon 2: 【職員】等は、【情報】を守る。",
		"職員 資産": "",
		"報資情":   "",
		"課長":    "",
		"　":     "",
		"":      "",
		"%":     "",
		"'; --": "",
	} {
		if got := strings.Join(hits(o, o.Staff, words), "|"); got != want {
			t.Errorf("%q finds %s", words, got)
		}
	}
	if _, err := o.Find.Search(t.Context(), o.Staff, find.Search{Words: strings.Repeat("長", 101)}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("101 characters: %v", err)
	}
}

// 基本方針 10: what one may not read is neither found nor counted.
func TestWhatOneMayNotReadIsNotFound(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.PublishedText(policy.Basic, "kihon", towns, policy.Audience{})
	o.PublishedText(policy.Procedure, "tejun", "第1条　情報を、金庫で守る。\n", policy.Audience{Sections: []string{"zeimu"}})
	if got := hits(o, o.Staff, "金庫"); len(got) != 1 {
		t.Errorf("whom it is for finds %q", got)
	}
	if got := hits(o, o.Other, "金庫"); len(got) != 0 {
		t.Errorf("another section finds %q", got)
	}
	if mine, others := hits(o, o.Staff, "情報"), hits(o, o.Other, "情報"); len(mine) != 3 || len(others) != 2 {
		t.Errorf("found %q and %q", mine, others)
	}
	nobody, err := o.Find.Search(t.Context(), authz.Actor{}, find.Search{Words: "情報"})
	if err != nil || nobody.Total != 0 || len(nobody.Hits) != 0 {
		t.Errorf("nobody finds %v, %v", nobody, err)
	}
}

func TestDraftsAndRevisionsThatAreOverAreNotFound(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	_, err := o.Draft.DraftText(t.Context(), o.Officer, draft.Text{Kind: policy.Basic, Title: "見本", Code: "kihon", Source: towns})
	must(t, err)
	if got := hits(o, o.Officer, "情報"); len(got) != 0 {
		t.Errorf("a draft is found: %q", got)
	}
	_, err = policytest.Publish(t.Context(), o.Rooms, o.Officer, o.CISO, "kihon", o.Chair, calendar.Day(policytest.Now))
	must(t, err)
	o.PublishNext("kihon", "第1条　情報を新しくする。\n", calendar.Day(policytest.Now).AddDays(1))
	_, err = o.DB.Owner(t).Exec(t.Context(), `DELETE FROM clause_gram; DELETE FROM clause`)
	must(t, err)
	if n, err := o.Find.IndexForPortal(t.Context()); n != 2 || err != nil {
		t.Errorf("what was published before there was search: %d, %v", n, err)
	}
	if n, err := o.Find.IndexForPortal(t.Context()); n != 0 || err != nil {
		t.Errorf("once more: %d, %v", n, err)
	}
	if got := hits(o, o.Staff, "情報"); len(got) != 2 {
		t.Errorf("today %q is found", got)
	}
	later := o.Later(1)
	if got := hits(later, o.Staff, "情報"); len(got) != 1 || got[0] != "kihon 1: 【情報】を新しくする。" {
		t.Errorf("tomorrow %q is found, on %s", got, calendar.Wareki(calendar.Day(policytest.Now).AddDays(1)))
	}
}

// Page by page every hit comes once, in the order of the documents and texts.
func TestHitsComePageByPage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	want := ""
	for _, code := range []string{"a", "b", "c"} {
		var b strings.Builder
		for n := range 50 {
			fmt.Fprintf(&b, "第%d条　情報を守る。\n", n+1)
			want += fmt.Sprintf("%s %d|", code, n+1)
		}
		o.PublishedText(policy.Procedure, code, b.String(), policy.Audience{Everyone: true})
	}
	got, pages := "", 0
	var after find.Place
	for {
		found, err := o.Find.Search(t.Context(), o.Staff, find.Search{Words: "情報", After: after})
		must(t, err)
		if first := pages == 0; first != (found.Total == find.MostCounted) || first != found.Many {
			t.Errorf("page %d counts %d, more: %t", pages, found.Total, found.Many)
		}
		for _, h := range found.Hits {
			got += h.Code + " " + h.Anchor + "|"
		}
		pages++
		if found.Next == nil {
			break
		}
		after = *found.Next
	}
	if got != want || pages != 8 {
		t.Errorf("%d pages: %s", pages, got)
	}
}

// A clause's number is what was looked for only where it is all that was.
func TestANumberAmongWordsIsNotTheNumber(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.PublishedText(policy.Basic, "kihon", "第1条　第1条は職員が守る。\n", policy.Audience{})
	for words, want := range map[string]task.Rank{"第1条": task.NumberEqual, "第1条 職員": task.InText} {
		found, err := o.Find.Search(t.Context(), o.Staff, find.Search{Words: words})
		must(t, err)
		if len(found.Hits) != 1 || found.Hits[0].Rank != want {
			t.Errorf("%q: %+v, want rank %v", words, found.Hits, want)
		}
	}
}
