// Package retention is how long the records of violations are kept, by how the case ended: the
// town's 文書分類, the years, and from when they count. It is an edition with the town's own
// rows over it, and knows no database.
package retention

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/sheet/intake"
)

// Outcome is how a case ended.
type Outcome string

// The outcomes.
const (
	Dismissed    Outcome = "dismissed"     // 調査しない
	NotViolation Outcome = "not_violation" // 違反に当たらない
	Improved     Outcome = "improved"
	Lifted       Outcome = "lifted"       // 停止の解除・利用再開
	LeftRevoked  Outcome = "left_revoked" // 剥奪のまま完了
	Referred     Outcome = "referred"     // 6(1)
	Vendor       Outcome = "vendor"       // who employs them was asked to put it right
)

var outcomes = []edition.Choice{
	{Kept: string(Dismissed), Title: "調査しない"},
	{Kept: string(NotViolation), Title: "違反に当たらない"},
	{Kept: string(Improved), Title: "指導で改善"},
	{Kept: string(Lifted), Title: "停止の解除・利用再開"},
	{Kept: string(LeftRevoked), Title: "剥奪のまま完了"},
	{Kept: string(Referred), Title: "懲戒審査を依頼"},
	{Kept: string(Vendor), Title: "派遣元・委託先に是正を要求"},
}

// Title is what the outcome is called.
func (o Outcome) Title() string { return edition.TitleOf(outcomes, string(o)) }

// Start is from when years count.
type Start string

// The starts.
const (
	NextFiscalYear Start = "fiscal_year" // 1 April after the fiscal year of closing
	NextYear       Start = "year"        // 1 January after the year of closing
	NextDay        Start = "day"         // the day after the closing
)

var starts = []edition.Choice{
	{Kept: string(NextFiscalYear), Title: "翌年度の4月1日"}, {Kept: string(NextYear), Title: "翌年の1月1日"}, {Kept: string(NextDay), Title: "完了の翌日"},
}

// Title is what the start is called.
func (s Start) Title() string { return edition.TitleOf(starts, string(s)) }

func (s Start) after(closed calendar.Date) calendar.Date {
	switch s {
	case NextYear:
		return calendar.NewDate(closed.Year()+1, time.January, 1)
	case NextDay:
		return closed.AddDays(1)
	case NextFiscalYear:
	}
	return calendar.NewDate(calendar.FiscalYear(closed)+1, time.April, 1)
}

// Period is how long the records of cases with an outcome are kept.
type Period struct {
	Outcome Outcome
	Class   string // 文書分類, in the town's words
	Years   int    // 0 for no end by itself
	Start   Start
	Basis   string
}

// Periods are the periods.
var Periods = edition.New(edition.Kind{
	Name: "violation_retention", Title: "違反の記録の保存期間",
	Help: "違反の記録を、終わり方（結果）ごとに、何年残すかです。期間が過ぎたものは、一覧に出て、廃棄するかどうかを人が決めます。ひとりでに消えることはありません。" +
		"「保存期間」には年数を、終わりを決めないときは「定めない」と書きます。「起算」には、「翌年度の4月1日」「翌年の1月1日」「完了の翌日」のどれかを書きます。" +
		"外した行の結果は、終わりを定めないものとして残ります。文書分類と年数は、町の文書管理の規程に合わせて、町の行で変えてください。",
	Columns: []intake.Column{
		{Key: "outcome", Words: []string{"結果"}, Needed: true},
		{Key: "class", Words: []string{"文書分類"}, Needed: true},
		{Key: "years", Words: []string{"保存期間", "保存年数"}, Needed: true},
		{Key: "start", Words: []string{"起算"}, Needed: true},
		{Key: "basis", Words: []string{"根拠"}, Needed: true},
	},
	Key: outcomeKey, Fold: foldPeriod, Show: showPeriod, Whole: everyOutcome, MostOwn: 20,
	Shipped: []edition.Edition{{
		Name: "保存期間の案", Source: "このポータルの案（町の文書管理の規程で確かめる）",
		First: calendar.NewDate(2026, time.April, 1),
		Rows: []edition.Row{
			period(Dismissed, caseFiles, "1"),
			period(NotViolation, caseFiles, "1"),
			period(Improved, caseFiles, "5"),
			period(Lifted, caseFiles, "5"),
			period(LeftRevoked, caseFiles, "5"),
			period(Referred, "人事記録", endless),
			period(Vendor, caseFiles, "5"),
		},
	}},
}, readPeriod)

func period(o Outcome, class, years string) edition.Row {
	return edition.Row{string(o), class, years, string(NextFiscalYear), proposed}
}

const (
	caseFiles    = "情報セキュリティの違反"
	proposed     = "案（町の文書管理の規程）"
	endless      = "endless"
	endlessTitle = "定めない"
	mostYears    = 30 // the longest that a town keeps a file that has an end
	mostClass    = 50
	mostBasis    = 100
)

func outcomeKey(typed string) (key, problem string) { return edition.OneOf("結果", typed, outcomes) }

func foldPeriod(cells []string) (edition.Row, string) {
	outcome, problem := outcomeKey(cells[0])
	if problem != "" {
		return nil, problem
	}
	class, problem := edition.LineOf("文書分類", cells[1], mostClass)
	if problem != "" {
		return nil, problem
	}
	years, problem := foldYears(cells[2])
	if problem != "" {
		return nil, problem
	}
	start, problem := edition.OneOf("起算", cells[3], starts)
	if problem != "" {
		return nil, problem
	}
	basis, problem := edition.LineOf("根拠", cells[4], mostBasis)
	return edition.Row{outcome, class, years, start, basis}, problem
}

func foldYears(typed string) (kept, problem string) {
	if text := norm.NFKC.String(strings.TrimSpace(typed)); text == endlessTitle || text == endless || text == "永年" {
		return endless, ""
	}
	n, problem := edition.CountOf("保存期間", typed, "年", 1, mostYears)
	if problem != "" {
		return "", problem + "終わりを決めないときは、「" + endlessTitle + "」と書きます。"
	}
	return strconv.Itoa(n), ""
}

func showPeriod(column int, cell string) string {
	switch {
	case column == 0:
		return Outcome(cell).Title()
	case column == 2 && cell == endless:
		return endlessTitle
	case column == 2:
		return cell + "年"
	case column == 3:
		return Start(cell).Title()
	}
	return cell
}

func everyOutcome(rows []edition.Row) string {
	for _, c := range outcomes {
		if !slices.ContainsFunc(rows, func(r edition.Row) bool { return r.Key() == c.Kept }) {
			return "「" + c.Title + "」の行がありません。すべての結果を1つのファイルに入れてください。"
		}
	}
	return ""
}

func readPeriod(row edition.Row) Period {
	p := Period{Outcome: Outcome(row[0]), Class: row[1], Start: Start(row[3]), Basis: row[4]}
	if row[2] != endless {
		years, err := strconv.Atoi(row[2])
		if err != nil {
			panic(err) // Fold has written it
		}
		p.Years = years
	}
	return p
}

// Until is the last day on which the records of a case that was closed on a day are kept. False
// where they have no end by themselves: so it is of an outcome of which these say nothing too,
// for what is gone comes back no more.
func Until(periods []Period, outcome Outcome, closed calendar.Date) (calendar.Date, bool) {
	i := slices.IndexFunc(periods, func(p Period) bool { return p.Outcome == outcome })
	if i < 0 || periods[i].Years == 0 {
		return calendar.Date{}, false
	}
	return periods[i].Start.after(closed).AddYears(periods[i].Years).AddDays(-1), true
}

// EditionKinds are what the keeping of cases goes by.
func EditionKinds() []edition.Kind { return []edition.Kind{Periods.Kind} }
