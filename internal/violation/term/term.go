// Package term is how many days the steps of a violation's procedure may take (6(2)): until
// the reporter is answered, for a chance to answer, until a case that nobody touches is shown
// as late. It is an edition with the town's own rows over it, and knows no database.
package term

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/sheet/intake"
)

// Key is what a term is for. There are no others than these: what the procedure doesn't ask
// for would hold nowhere.
type Key string

// The terms.
const (
	AnswerReporter Key = "answer_reporter"  // from the report: 「調査する」 or 「調査しない（理由）」
	ChanceToAnswer Key = "chance_to_answer" // from when the person was told of it, before suspension and revocation
	ManagerSilent  Key = "manager_silent"   // from the guidance's day, after which the 統括 may say not improved
	Unconfirmed    Key = "unconfirmed"      // from the report, after which the case is shown as late
	Untouched      Key = "untouched"        // from the last step, after which an open case is shown as late
)

var titles = []edition.Choice{
	{Kept: string(AnswerReporter), Title: "報告した人への回答"},
	{Kept: string(ChanceToAnswer), Title: "弁明の機会"},
	{Kept: string(ManagerSilent), Title: "指導のあとの記録"},
	{Kept: string(Unconfirmed), Title: "違反の確認"},
	{Kept: string(Untouched), Title: "次の手続"},
}

// Title is what the term is called.
func (k Key) Title() string { return edition.TitleOf(titles, string(k)) }

// Named is the key that a table of the procedure writes so; an error for one there is none of,
// with which the portal refuses to start.
func Named(key string) (Key, error) {
	if !slices.ContainsFunc(titles, func(c edition.Choice) bool { return c.Kept == key }) {
		return "", fmt.Errorf("violation: there is no term %q", key)
	}
	return Key(key), nil
}

// Unit is which days are counted.
type Unit string

// The units.
const (
	CalendarDays Unit = "calendar"
	OfficeDays   Unit = "office" // those on which the town's offices are open
)

var units = []edition.Choice{{Kept: string(CalendarDays), Title: "暦日"}, {Kept: string(OfficeDays), Title: "開庁日"}}

// Title is what the unit is called.
func (u Unit) Title() string { return edition.TitleOf(units, string(u)) }

// Term is how many days something may take.
type Term struct {
	Key   Key
	Days  int
	Unit  Unit
	Basis string // 6(2)③
	Note  string // from when it is counted, and what comes after it
}

// Terms are the terms.
var Terms = edition.New(edition.Kind{
	Name: "violation_term", Title: "違反の手続の期限",
	Help: "違反の手続（基本方針6(2)）で、何日のうちに行うか、何日たつと「遅れている」と示すかです。始まる日の翌日から数えます。" +
		"「数え方」には、土曜日・日曜日・祝日も数えるときは「暦日」、数えないときは「開庁日」と書きます。" +
		"報告した人への回答は、法律により20暦日までです。外した行は、はじめに入っている日数によります。" +
		"緊急停止をCISOが認めるまでの日数は、「町の設定」にあります。",
	Columns: []intake.Column{
		{Key: "term", Words: []string{"期限"}, Needed: true},
		{Key: "days", Words: []string{"日数"}, Needed: true},
		{Key: "unit", Words: []string{"数え方"}, Needed: true},
		{Key: "basis", Words: []string{"根拠"}, Needed: true},
		{Key: "note", Words: []string{"説明"}, Needed: true},
	},
	Key: termKey, Fold: foldTerm, Show: showTerm, Whole: everyTerm, MostOwn: 20,
	Shipped: []edition.Edition{{
		Name:   "手続の期限の案",
		Source: "「報告した人への回答」は公益通報者保護法（平成16年法律第122号）第3条（第3号ホ）。ほかは、このポータルの案（町の情報セキュリティ基本方針6(2)の手続のため）",
		First:  calendar.NewDate(2026, time.April, 1),
		Rows: []edition.Row{
			{string(AnswerReporter), "20", string(CalendarDays), "公益通報者保護法第3条（第3号ホ）", "報告を受けた日から数えて、この日までに、「調査する」か「調査しない（理由）」を報告した人に伝えます。"},
			{string(ChanceToAnswer), "5", string(OfficeDays), proposed, "弁明できることを本人に知らせた日から数えます。この日が過ぎるか、弁明しないという本人の意思が記録されるまで、停止・剥奪はできません。"},
			{string(ManagerSilent), "5", string(OfficeDays), proposed, "指導で決めた期日から数えます。課長（情報セキュリティ管理者）が改善したかどうかを記録しないまま、この日が過ぎたら、統括情報セキュリティ責任者が記録できます。"},
			{string(Unconfirmed), "10", string(OfficeDays), "6(2)（案）", "報告を受けた日から数えます。違反を確認せず、「調査しない」とも決めないまま、この日が過ぎたら、「遅れている」と示します。"},
			{string(Untouched), "10", string(OfficeDays), "6(2)（案）", "最後の手続の日から数えます。終わっていない案件で、何も行わないまま、この日が過ぎたら、「遅れている」と示します。"},
		},
	}},
}, readTerm)

const (
	proposed  = "6(2)③（案）"
	mostDays  = 90
	mostBasis = 100
	mostNote  = 300
	// mostUnanswered is after how many days without an answer the law protects a reporter who
	// turns to others (公益通報者保護法3条): no town answers later.
	mostUnanswered = 20
)

func termKey(typed string) (key, problem string) { return edition.OneOf("期限", typed, titles) }

func foldTerm(cells []string) (edition.Row, string) {
	key, problem := termKey(cells[0])
	if problem != "" {
		return nil, problem
	}
	days, problem := edition.CountOf("日数", cells[1], "日", 1, mostDays)
	if problem != "" {
		return nil, problem
	}
	unit, problem := edition.OneOf("数え方", cells[2], units)
	if problem != "" {
		return nil, problem
	}
	if Key(key) == AnswerReporter && (Unit(unit) != CalendarDays || days > mostUnanswered) {
		return nil, fmt.Sprintf("報告した人への回答は、法律により%d日（暦日）までです。数え方を「暦日」にして、%d日までで書いてください。", mostUnanswered, mostUnanswered)
	}
	basis, problem := edition.LineOf("根拠", cells[3], mostBasis)
	if problem != "" {
		return nil, problem
	}
	note, problem := edition.LineOf("説明", cells[4], mostNote)
	return edition.Row{key, strconv.Itoa(days), unit, basis, note}, problem
}

func showTerm(column int, cell string) string {
	switch column {
	case 0:
		return Key(cell).Title()
	case 1:
		return cell + "日"
	case 2:
		return Unit(cell).Title()
	}
	return cell
}

func everyTerm(rows []edition.Row) string {
	for _, c := range titles {
		if !slices.ContainsFunc(rows, func(r edition.Row) bool { return r.Key() == c.Kept }) {
			return "「" + c.Title + "」の行がありません。すべての期限を1つのファイルに入れてください。"
		}
	}
	return ""
}

func readTerm(row edition.Row) Term {
	days, err := strconv.Atoi(row[1])
	if err != nil {
		panic(err) // Fold has written it
	}
	return Term{Key: Key(row[0]), Days: days, Unit: Unit(row[2]), Basis: row[3], Note: row[4]}
}

// Of is the term for something by these. One that the town has struck is as the portal has it:
// without an end nobody would ever be told that it has come.
func Of(terms []Term, key Key) Term {
	if i := slices.IndexFunc(terms, func(t Term) bool { return t.Key == key }); i >= 0 {
		return terms[i]
	}
	for _, row := range Terms.Shipped[len(Terms.Shipped)-1].Rows {
		if row.Key() == string(key) {
			return readTerm(row)
		}
	}
	panic(fmt.Sprintf("violation: there is no term %q", key))
}

// Due is the last day that is in time for something that began on a day, which itself doesn't
// count (民法140条). A day on which the offices are closed is the last one too where calendar
// days are counted: the law of 20 days knows no putting off.
func Due(terms []Term, key Key, from calendar.Date, office calendar.Office) calendar.Date {
	t := Of(terms, key)
	if t.Unit == CalendarDays {
		return from.AddDays(t.Days)
	}
	day := from
	for range t.Days {
		day = office.NextOpen(day.AddDays(1))
	}
	return day
}

// EditionKinds are what the procedure's days go by.
func EditionKinds() []edition.Kind { return []edition.Kind{Terms.Kind} }
