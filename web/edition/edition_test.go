package edition_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/edition"
	"kagami/internal/holiday"
	"kagami/internal/sheet/intake"
	webedition "kagami/web/edition"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = servertest.Town{Parts: func(g server.Ground) ([]screen.Part, error) {
	return []screen.Part{webedition.New(edition.NewService(g.Pool, g.Door, append(holiday.Kinds(), wide)...), uses).Part()}, nil
}}

// uses are of a row of the wide kind alone.
func uses(_ context.Context, _ authz.Actor, kind string, keys []string) (map[string]edition.Use, error) {
	if kind != "wide" {
		return nil, nil
	}
	return map[string]edition.Use{strings.Join(keys, " "): {Words: "見本 3件", URL: "/sample?of=1"}}, nil
}

// What goes by a row is told before an edition holds that changes it, of the rows that the
// town does not keep as they are; once it holds it is told where it is.
func TestWhatGoesByARowIsToldBeforeItChanges(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	a := v.Upload("/editions/wide", map[string]string{"name": "新版", "source": "見本"}, []byte("決まり,領域,示す文\n1,LGWAN,移す\n2,LGWAN,移す\n"))
	wants(t, a, "見直しが要る", `<a href="/sample?of=1">見本 3件</a>`)
	started := v.Post("/editions/wide/1", url.Values{"first": {"2026-11-24"}, "reason": {"見本"}, "act": {"start"}})
	wants(t, started, "になります")
	if strings.Contains(started.Body, "見本 3件") {
		t.Error("it is told after it holds")
	}
}

// wide is a kind with more columns than two, whose cells are shown otherwise than they are
// kept.
var wide = edition.Kind{
	Name: "wide", Title: "見本の決まり", Help: "見本です。",
	Columns: []intake.Column{
		{Key: "rule", Words: []string{"決まり"}, Needed: true}, {Key: "zone", Words: []string{"領域"}, Needed: true}, {Key: "sentence", Words: []string{"示す文"}, Needed: true},
	},
	Key: func(typed string) (string, string) { return strings.TrimSuffix(typed, "番"), "" },
	Fold: func(cells []string) (edition.Row, string) {
		if cells[2] == "" {
			return nil, "示す文を書いてください。"
		}
		return edition.Row{strings.TrimSuffix(cells[0], "番"), strings.TrimSuffix(cells[1], "系"), cells[2]}, ""
	},
	Show:  func(column int, cell string) string { return cell + []string{"番", "系", ""}[column] },
	Whole: func([]edition.Row) string { return "" }, MostOwn: 9,
	Shipped: []edition.Edition{{Name: "見本", Source: "見本", Rows: []edition.Row{{"1", "LGWAN", "移してください。"}}}},
}

// Of a row with many cells each is asked for, and told with its heading.
func TestARowWithManyCellsIsChangedWhole(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	wants(t, v.Get("/editions/wide/rows?key=1&what=own"), `value="1番"`, `name="cell" type="text" value="LGWAN系"`, `name="cell-2" type="text" value="移してください。"`, "領域", "示す文")
	form := url.Values{"key": {"1番"}, "cell": {"独立系"}, "cell-2": {""}, "first": {"2026-11-24"}, "reason": {"町の決まり"}, "what": {"own"}, "act": {"check"}}
	wants(t, v.Post("/editions/wide/rows", form), "示す文を書いてください", `value="独立系"`)
	form.Set("cell-2", "直してください。")
	wants(t, v.Post("/editions/wide/rows", form), "領域：LGWAN系", "示す文：移してください。", "領域：独立系", "示す文：直してください。", `name="cell-2" value="直してください。"`)
	form.Set("act", "edit")
	wants(t, v.Post("/editions/wide/rows", form), `name="cell-2" type="text" value="直してください。"`)
	form.Set("act", "say")
	wants(t, v.Post("/editions/wide/rows", form), "1番の行は、令和8年11月24日から次のとおりです：「領域：独立系、示す文：直してください。」にする", "基準と違うもの")
	wants(t, v.Upload("/editions/wide", map[string]string{"name": "新版", "source": "見本"}, []byte("決まり,領域,示す文\n2,LGWAN,移す\n")), "示す文：移す", "領域：LGWAN系")
}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

func wants(t *testing.T, a servertest.Answer, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(a.Body, text) {
			t.Errorf("%d: the page lacks %q", a.Status, text)
		}
	}
}

var next = "国民の祝日・休日月日,国民の祝日・休日名称\r\n" + yearOf("2027") + yearOf("2028")

// yearOf is a year of holidays, with what moves on some day of its month.
func yearOf(year string) string {
	var b strings.Builder
	for _, line := range []string{
		"1/1,元日", "1/11,成人の日", "2/11,建国記念の日", "2/23,天皇誕生日", "3/21,春分の日", "4/29,昭和の日", "5/3,憲法記念日", "5/4,みどりの日",
		"5/5,こどもの日", "7/20,海の日", "8/11,山の日", "9/20,敬老の日", "9/23,秋分の日", "10/11,スポーツの日", "11/3,文化の日", "11/23,勤労感謝の日",
	} {
		b.WriteString(year + "/" + line + "\r\n")
	}
	return b.String()
}

func TestANewEditionIsReadLookedAtAndStarted(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	wants(t, v.Get("/editions"), "国民の祝日・休日", "令和9年まで", "毎年の閉庁日", "年末年始", "なし")
	wants(t, v.Get("/editions/holiday"), "令和9年1月1日", "元日", "基準のとおり", "まだ読み込んだものはありません")
	a := v.Upload("/editions/holiday", map[string]string{"name": "令和10年まで", "source": "内閣府の公表"}, []byte(next))
	wants(t, a, "読み込みました", "何が変わるか：令和10年まで", "「令和9年まで」から変わる行", "令和9年7月20日", "令和10年1月1日", "まだ決めていません", "この基準を使い始める")
	a = v.Post("/editions/holiday/1", url.Values{"first": {"2027-02-01"}, "reason": {"内閣府の公表による"}, "act": {"start"}})
	wants(t, a, "使い始める日を決めました", "「国民の祝日・休日」は、令和9年2月1日から「令和10年まで」になります", "令和9年2月1日からこの基準になる予定です")
	wants(t, v.Get("/editions"), "令和9年2月1日から　令和10年まで")
	a = v.Post("/editions/holiday/1", url.Values{"reason": {"始まる前に取り消した"}, "act": {"back"}})
	wants(t, a, "「令和10年まで」を使い始める予定を取り消しました。「令和9年まで」が続きます", "まだ決めていません")
}

func TestAnEditionThatIsNotToBeUsedIsWithdrawn(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	form := map[string]string{"name": "令和10年まで", "source": "内閣府の公表"}
	v.Upload("/editions/holiday", form, []byte(next))
	a := v.Upload("/editions/holiday", form, []byte(next))
	wants(t, a, "すべての行が「令和10年まで」と同じです", `value="内閣府の公表"`)
	if a.Status != http.StatusConflict {
		t.Errorf("the same rows again: %d", a.Status)
	}
	wants(t, v.Get("/editions/holiday/1"), "取り下げる")
	a = v.Post("/editions/holiday/1", url.Values{"act": {"withdraw"}})
	wants(t, a, "理由を500字までで入力してください")
	a = v.Post("/editions/holiday/1", url.Values{"act": {"withdraw"}, "why": {"ファイルを取り違えた<b>"}})
	wants(t, a, "「令和10年まで」を、読み込んだものの一覧から外しました", "まだ読み込んだものはありません", "取り下げたものも残ります", "ファイルを取り違えた&lt;b&gt;", "見本 一郎")
	if a := v.Get("/editions/holiday/1"); a.Status != http.StatusNotFound {
		t.Errorf("what is withdrawn: %d", a.Status)
	}
}

func TestTheTownPutsItsOwnRowOverAnEdition(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	a := v.Post("/editions/closed_day/rows", url.Values{"key": {"12月28日"}, "cell": {"年末年始の休日"}, "first": {"2026-11-25"}, "reason": {"町の条例"}, "what": {"own"}, "act": {"say"}})
	wants(t, a, "町の行を決めました", "12月28日の行は、令和8年11月25日から次のとおりです：「年末年始の休日」にする", "「年末年始の休日」にする", "町の条例", "見本 一郎")
	a = v.Post("/editions/closed_day/rows", url.Values{"key": {"12/40"}, "cell": {"休み<b>"}, "first": {"2026-12-01"}, "reason": {"条例"}, "what": {"own"}, "act": {"say"}})
	wants(t, a, "「12/40」を月日として読み取れません", "休み&lt;b&gt;", `value="2026-12-01"`, "条例")
	if a.Status != http.StatusUnprocessableEntity {
		t.Errorf("%d", a.Status)
	}
}

// A row is struck as it is written on the page.
func TestARowIsStruckByTheDayThatThePageShows(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	a := v.Post("/editions/closed_day/rows", url.Values{"key": {"1月3日"}, "first": {"2026-11-24"}, "reason": {"町の条例"}, "what": {"struck"}, "act": {"say"}})
	wants(t, a, "町の行を決めました", "この町で外している行", "この町では外す", `href="/editions/closed_day/rows?key=01-03&amp;what=as_edition"`)
}

func TestWhatIsWrongWithAFileIsSaidAndWhatWasTypedStays(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	a := v.Upload("/editions/holiday", map[string]string{"name": "令和11年まで", "source": "内閣府<b>"}, []byte(strings.ReplaceAll(next, "2028/", "2029/")))
	wants(t, a, "2028年の元日がありません", `value="令和11年まで"`, "内閣府&lt;b&gt;")
	a = v.Upload("/editions/holiday", map[string]string{"name": "版", "source": "内閣府"}, nil)
	wants(t, a, "ファイルを選んでください")
	a = v.Post("/editions/holiday/999", url.Values{"first": {"2027-02-01"}, "reason": {"見本"}})
	if a.Status != http.StatusNotFound {
		t.Errorf("no such edition: %d", a.Status)
	}
}

func TestWhoMayNotChangeSeesNoForm(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("副町長"))
	a := v.Get("/editions/holiday")
	wants(t, a, "変えられるのは、統括情報セキュリティ責任者とポータル管理者です")
	if strings.Contains(a.Body, "<form method=\"post\" action=\"/editions") {
		t.Error("there is a form")
	}
}

// What is lost hurts, and is told first; how much changes stands above all.
func TestTheComparisonBeginsWithCountsAndWhatIsDropped(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	rows := "月日,名称\r\n12/29,年末の休日\r\n12/30,年末年始の休日\r\n12/31,年末年始の休日\r\n1/3,年末年始の休日\r\n8/14,盆の休日\r\n8/15,盆の休日\r\n"
	v.Post("/editions/closed_day/rows", url.Values{"key": {"1月2日"}, "cell": {"町の休日"}, "first": {"2026-11-24"}, "reason": {"町の条例"}, "what": {"own"}, "act": {"say"}})
	a := v.Upload("/editions/closed_day", map[string]string{"name": "見直し", "source": "見本"}, []byte(rows))
	wants(t, a, "なくなる行が1行、変わる行が1行、加わる行が2行です。", "このうち1行は、町の行が優先するため、町では変わりません")
	var at []int
	for _, text := range []string{"なくなる行が1行", "なくなる行（1行）", "1月2日", "中身が変わる行（1行）", "12月29日", "加わる行（2行）", "8月14日"} {
		at = append(at, strings.Index(a.Body, text))
	}
	if !slices.IsSorted(at) || at[0] < 0 {
		t.Errorf("they stand at %v", at)
	}
}

// 版 is a state of a policy's text; what law fixes is a 基準.
func TestNoPageCallsAnEditionARevision(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	v.Post("/editions/holiday/rows", url.Values{"key": {"2027/1/2"}, "cell": {"町の日"}, "first": {"2026-11-24"}, "reason": {"見本"}, "what": {"own"}, "act": {"say"}})
	read := v.Upload("/editions/holiday", map[string]string{"name": "令和10年まで", "source": "内閣府の公表"}, []byte(next))
	started := v.Post("/editions/holiday/1", url.Values{"first": {"2027-02-01"}, "reason": {"見本"}, "act": {"start"}})
	for name, a := range map[string]servertest.Answer{
		"all": v.Get("/editions"), "a kind": v.Get("/editions/holiday"), "read in": read, "started": started,
		"again":   v.Upload("/editions/holiday", map[string]string{}, nil),
		"no such": v.Get("/editions/holiday/99"),
	} {
		if at := strings.Index(a.Body, "版"); at >= 0 {
			t.Errorf("%s: %d: …%s…", name, a.Status, a.Body[max(0, at-60):min(len(a.Body), at+60)])
		}
	}
}

// What is said of a row is shown before it holds; typing is gone back to with all that
// was typed.
func TestARowIsCheckedBeforeItHolds(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	wants(t, v.Get("/editions/closed_day"), `href="/editions/closed_day/rows?key=01-03&amp;what=struck"`, `href="/editions/closed_day/rows"`)
	wants(t, v.Get("/editions/closed_day/rows?key=01-03&what=own"), `value="1月3日"`, `value="年末年始の休日"`, `value="own" checked`)
	wants(t, v.Get("/editions/closed_day/rows?key=01-03&what=struck"), `value="struck" checked`)
	wants(t, v.Get("/editions/closed_day/rows?key=<b>"), `name="key" type="text" value=""`)
	form := url.Values{"key": {"1月3日"}, "cell": {"三が日"}, "first": {"2026-12-01"}, "reason": {"町の条例<b>"}, "what": {"own"}}
	a := v.Post("/editions/closed_day/rows", form)
	wants(t, a, "町の行を確かめる", "まだ決まっていません", "令和8年12月1日から", "年末年始の休日", "三が日", "町の条例&lt;b&gt;", "この内容で決める")
	if n := v.Count("edition_own"); n != 0 {
		t.Fatalf("%d rows hold already", n)
	}
	form.Set("act", "edit")
	wants(t, v.Post("/editions/closed_day/rows", form), "町の行を決める", `value="三が日"`, "町の条例&lt;b&gt;", `value="2026-12-01"`)
	form.Set("act", "say")
	wants(t, v.Post("/editions/closed_day/rows", form), "町の行を決めました", "これからの町の行", "三が日")
	form.Set("act", "check")
	form.Set("first", "2026-11-25")
	form.Set("cell", "はじめの三が日")
	wants(t, v.Post("/editions/closed_day/rows", form), "令和8年12月1日から「「三が日」にする」という予定があります")
}

// What is to hold stands with its first day, and is taken back from its line; what holds
// is ended from its line.
func TestAPlannedRowIsTakenBackFromItsLine(t *testing.T) {
	t.Parallel()
	p := town.Start(t)
	v := servertest.SignIn(t, p, town.Holder("総務課長"))
	for key, first := range map[string]string{"8月14日": "2026-12-01", "8月15日": "2026-11-24"} {
		v.Post("/editions/closed_day/rows", url.Values{"key": {key}, "cell": {"盆の休日"}, "first": {first}, "reason": {"町の条例"}, "what": {"own"}, "act": {"say"}})
	}
	a := v.Get("/editions/closed_day")
	wants(t, a, "町の行（足したもの、令和8年11月24日から）", `href="/editions/closed_day/rows?key=08-15&amp;what=as_edition">やめる`, "（令和8年12月1日からの8月14日）")
	if seen := servertest.SignIn(t, p, town.Holder("副町長")).Get("/editions/closed_day"); strings.Contains(seen.Body, "取り消す") || strings.Contains(seen.Body, "町で変える") || !strings.Contains(seen.Body, "8月14日") {
		t.Error("who may not change sees buttons, or not what is planned")
	}
	form := url.Values{"key": {"08-14"}, "first": {"2026-12-01"}, "reason": {"始まる前に取り消した"}, "act": {"back"}}
	wants(t, v.Post("/editions/closed_day/rows", form), "8月14日の行の、令和8年12月1日からの予定を取り消しました", "決まっている予定はありません", "予定の取り消し")
	a = v.Post("/editions/closed_day/rows", form)
	wants(t, a, "すでに始まったか、取り消されています")
	if a.Status != http.StatusConflict {
		t.Errorf("a second time: %d", a.Status)
	}
}

// Which 基準 is used when, and what was done with each.
func TestThePageOfAKindHasItsHistory(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	v.Upload("/editions/holiday", map[string]string{"name": "令和10年まで", "source": "内閣府の公表"}, []byte(next))
	v.Post("/editions/holiday/1", url.Values{"first": {"2027-02-01"}, "reason": {"公表による"}, "act": {"start"}})
	wants(t, v.Get("/editions/holiday"), "いつ、どの基準を使うか", "令和9年1月31日まで", "これから", "使っています", "決まっていません", "令和9年2月1日から使うことにした", "公表による")
}

// On a narrow screen a table has no head: each cell says itself under which heading it
// stands, and what it holds is one thing beside that.
func TestEachCellNamesItsHeading(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	say := url.Values{"key": {"8月14日"}, "cell": {"盆の休日"}, "first": {"2026-12-01"}, "reason": {"町の条例"}, "what": {"own"}}
	check := v.Post("/editions/closed_day/rows", say)
	say.Set("act", "say")
	v.Post("/editions/closed_day/rows", say)
	v.Post("/editions/closed_day/rows", url.Values{"key": {"1月3日"}, "first": {"2026-11-24"}, "reason": {"町の条例"}, "what": {"struck"}, "act": {"say"}})
	preview := v.Upload("/editions/closed_day", map[string]string{"name": "見直し", "source": "見本"}, []byte("月日,名称\r\n12/29,年末の休日\r\n8/14,盆の休日\r\n"))
	cell := regexp.MustCompile(`<t[dh][^>]*>`)
	for name, a := range map[string]servertest.Answer{"all": v.Get("/editions"), "a kind": v.Get("/editions/closed_day"), "check": check, "preview": preview} {
		for _, body := range strings.Split(a.Body, "<tbody>")[1:] {
			body, _, _ = strings.Cut(body, "</tbody>")
			for _, tag := range cell.FindAllString(body, -1) {
				if !strings.Contains(tag, "data-label=\"") {
					t.Errorf("%s: a cell without its heading: %s", name, tag)
				}
			}
		}
	}
}
