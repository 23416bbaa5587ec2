package intake

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/rights"
	"kagami/internal/rights/apart"
	"kagami/internal/sheet/sheettest"
)

var aDay = calendar.NewDate(2026, time.November, 24)

const (
	taxSection, welfare = 1, 2
	head                = "利用者,職員番号,課室,システム,管理番号,利用者ID,権限,区分,目的,開始日,終了日,最終確認日,使う人（職員でないとき）\n"
)

// aTown has four people, of whom two are called alike, and four systems, of whom the last is
// not the actor's.
func aTown() state {
	return state{
		today: aDay, actor: 9,
		people: []person{
			{1, "P1", "見本 一郎", []int64{taxSection}}, {2, "P2", "見本 花子", []int64{taxSection, welfare}}, {3, "P3", "見本　花子", []int64{welfare}},
			{4, "P4", "見本 退職", nil}, {9, "P9", "見本 担当", []int64{taxSection}},
		},
		sections: map[string][]int64{"税務町民課": {taxSection}, "zeimu": {taxSection}, "福祉こども課": {welfare}},
		systems: []system{
			{11, "zeimu-0001", "税務システム", taxSection, "税務町民課", true, false}, {12, "zeimu-0002", "電子メール", taxSection, "税務町民課", true, true},
			{13, "zeimu-0003", "旧システム", taxSection, "税務町民課", false, false}, {14, "fukushi-0001", "福祉システム", welfare, "福祉こども課", true, false},
		},
		may: func(section int64) bool { return section == taxSection },
		held: []held{
			{ID: 21, Code: "8-0001", Person: 1, System: 11, Kind: rights.General, Grade: "照会", Login: "ichiro", Purpose: "課税の事務", From: calendar.NewDate(2025, time.April, 1)},
			{ID: 22, Code: "8-0002", Person: 4, System: 11, Kind: rights.General, Grade: "照会", Purpose: "課税の事務", From: calendar.NewDate(2025, time.April, 1)},
			{ID: 23, Code: "8-0003", Person: 2, System: 12, Kind: rights.General, Grade: "決裁", Purpose: "課税の事務", From: calendar.NewDate(2025, time.April, 1), Asked: true},
			{ID: 24, Code: "8-0004", Person: 1, System: 14, Kind: rights.General, Grade: "照会", Purpose: "課税の事務", From: calendar.NewDate(2025, time.April, 1)},
		},
		ended: []ended{
			{"8-0005", 1, 11, rights.General, "照会", "gone", calendar.NewDate(2026, time.March, 1)}, {"8-0006", 1, 11, rights.General, "照会", "ichiro", calendar.NewDate(2020, time.March, 1)},
		},
		barred: map[use]bool{{2, 11}: true}, barredBy: map[int64]bool{}, rules: apart.Rules.On(edition.Values{}, aDay),
	}
}

func planOfRows(t *testing.T, rows string) plan {
	t.Helper()
	f, err := read(t.Context(), []byte(head+rows), nil, aDay)
	if err != nil {
		t.Fatal(err)
	}
	return makePlan(aTown(), f)
}

// What a line does, or what is wrong with it and in which column.
func TestLinesOfALedger(t *testing.T) {
	t.Parallel()
	const rest = ",照会,一般,課税の事務,2025-04-01,,\n"
	for name, c := range map[string]struct {
		row, want string // fresh, same, left, or the column that is wrong
		says      string
	}{
		"by number":                       {"見本 一郎,P1,税務町民課,税務システム,zeimu-0001,other" + rest, "fresh", ""},
		"by number and code alone":        {",p1,,,ZEIMU-0001,other" + rest, "fresh", ""},
		"by names":                        {"見本一郎,,,税務システム,,other" + rest, "fresh", ""},
		"as in the ledger":                {"見本 一郎,P1,,税務システム,,ichiro" + rest, "same", ""},
		"of who has left, in the ledger":  {"見本 退職,P4,税務町民課,税務システム,," + rest, "same", ""},
		"with another day":                {"見本 一郎,P1,,税務システム,,ichiro,照会,一般,課税の事務,2025-05-01,,\n", "left", "「開始日」が台帳と違います"},
		"of what is asked for, otherwise": {"見本 花子,P2,,電子メール,,,決裁,一般,別の目的,2025-04-01,,\n", "left", "申請中です"},
		"over":                            {"見本 一郎,P1,,税務システム,,x,照会,一般,課税の事務,2025-04-01,2026-11-23,\n", "left", "終了日を過ぎています"},
		"until today":                     {"見本 一郎,P1,,税務システム,,x,照会,一般,課税の事務,令和7年4月1日,2026/11/24,\n", "fresh", ""},
		"ended here since":                {"見本 一郎,P1,,税務システム,,gone" + rest, "left", "令和8年3月1日に終わっています"},
		"begun anew since it ended":       {"見本 一郎,P1,,税務システム,,gone,照会,一般,課税の事務,2026-03-01,,\n", "fresh", ""},
		"to come":                         {"見本 一郎,P1,,税務システム,,x,照会,一般,課税の事務,2026-11-25,,\n", "left", "今日より後"},
		"of who takes it in":              {"見本 担当,P9,,税務システム,,x" + rest, "left", "あなた自身"},
		"a day as Excel counts":           {"見本 一郎,P1,,税務システム,,x,照会,,課税の事務,45748,,\n", "fresh", ""},
		"of a namesake by the section":    {"見本 花子,,福祉こども課,税務システム,,x,照会,一般,課税の事務,2025-04-01,,\n", "利用者", "同じ氏名"},
		"of a namesake by nothing":        {"見本 花子,,,税務システム,,x" + rest, "利用者", "職員番号を入力"},
		"nobody":                          {"見本 次郎,,,税務システム,,x" + rest, "利用者", "登録されていません"},
		"a number of nobody":              {",P77,,税務システム,,x" + rest, "職員番号", "番号を確かめて"},
		"a number of another":             {"見本 花子,P1,,税務システム,,x" + rest, "職員番号", "「見本 一郎」"},
		"who works nowhere":               {",P4,,税務システム,,x" + rest, "職員番号", "いま職に就いていません"},
		"in a section of others":          {",P1,福祉こども課,税務システム,,x" + rest, "課室", "いまこの課室で働いていません"},
		"in no section":                   {",P1,無い課,税務システム,,x" + rest, "課室", "「体制」にありません"},
		"no system":                       {",P1,,無いもの,,x" + rest, "システム", "情報資産台帳にありません"},
		"a system out of use":             {",P1,,旧システム,,x" + rest, "システム", "もう使われていません"},
		"another section's system":        {",P1,,福祉システム,,x" + rest, "システム", "福祉こども課のシステムです"},
		"there already, in another's":     {",P1,,福祉システム,," + rest, "same", ""},
		"a code of another system":        {",P1,,電子メール,zeimu-0001,x" + rest, "管理番号", "「税務システム」"},
		"barred there":                    {",P2,,税務システム,,x" + rest, "職員番号", "いま取り込めません"},
		"no purpose":                      {",P1,,税務システム,,x,照会,一般,,2025-04-01,,\n", "目的", "目的を入力"},
		"no first day":                    {",P1,,税務システム,,x,照会,一般,課税の事務,,,\n", "開始日", "いつから"},
		"no day":                          {",P1,,税務システム,,x,照会,一般,課税の事務,4月のはじめ,,\n", "開始日", "日付を読めません"},
		"ends before it begins":           {",P1,,税務システム,,x,照会,一般,課税の事務,2027-04-01,2027-03-31,\n", "終了日", "より前にできません"},
		"no kind":                         {",P1,,税務システム,,x,照会,特別,課税の事務,2025-04-01,,\n", "区分", "一般、特権、共用、保守"},
		"confirmed tomorrow":              {",P1,,税務システム,,x,照会,一般,課税の事務,2025-04-01,,2026-11-25\n", "最終確認日", "今日より後"},
		"an outsider for everybody's":     {",P1,,税務システム,,x,照会,一般,課税の事務,2025-04-01,,,甲社 乙\n", "使う人（職員でないとき）", "保守"},
	} {
		p := planOfRows(t, c.row)
		got := ""
		switch {
		case len(p.problems) > 1:
			t.Errorf("%s: %d problems: %v", name, len(p.problems), p.problems)
			continue
		case len(p.problems) == 1:
			got = p.problems[0].Column
			if !strings.Contains(p.problems[0].Reason, c.says) || p.problems[0].Line != 2 {
				t.Errorf("%s: line %d: %s", name, p.problems[0].Line, p.problems[0].Reason)
			}
		case len(p.fresh) == 1 && len(p.entries) == 1:
			got = "fresh"
		case len(p.left) == 1:
			got = "left"
			if !strings.Contains(p.left[0].Why, c.says) {
				t.Errorf("%s: %s", name, p.left[0].Why)
			}
		case p.unchanged == 1:
			got = "same"
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestALineIsThereOnce(t *testing.T) {
	t.Parallel()
	const row = ",P1,,税務システム,,x,照会,一般,課税の事務,2025-04-01,,\n"
	p := planOfRows(t, row+row)
	if len(p.problems) != 1 || p.problems[0].Line != 3 || !strings.Contains(p.problems[0].Reason, "2行目") {
		t.Errorf("%+v", p.problems)
	}
}

// Who has what must not meet is taken in as it is, and shown.
func TestWhatMustNotMeetIsShown(t *testing.T) {
	t.Parallel()
	p := planOfRows(t, ",P1,,税務システム,,x,起票,一般,課税の事務,2025-04-01,,\n,P1,,税務システム,,x,決裁,一般,課税の事務,2025-04-01,,\n,P2,,電子メール,,x,起票,一般,課税の事務,2025-04-01,,\n")
	if len(p.fresh) != 3 || len(p.clashing) != 2 {
		t.Fatalf("%+v, %+v", p.fresh, p.clashing)
	}
	for i, other := range []string{"2行目", "権-8-0003"} {
		if !strings.Contains(p.clashing[i].Why, other) {
			t.Errorf("%q does not name %s", p.clashing[i].Why, other)
		}
	}
}

// A right of a system for everybody is for no section's work.
func TestARightGoesAlongWhereItsSystemIsForEverybody(t *testing.T) {
	t.Parallel()
	const rest = ",x,照会,一般,課税の事務,2025-04-01,,\n"
	p := planOfRows(t, ",P2,,電子メール,"+rest+",P1,,税務システム,"+rest)
	if len(p.entries) != 2 || p.entries[0].Section != 0 || p.entries[1].Section != taxSection {
		t.Errorf("%+v", p.entries)
	}
}

func TestAFileHasAMost(t *testing.T) {
	t.Parallel()
	rows := func(n int) []byte {
		var b strings.Builder
		b.WriteString(head)
		for i := range n {
			fmt.Fprintf(&b, ",P1,,税務システム,,x%d,照会,一般,課税の事務,2025-04-01,,,\n", i)
		}
		return []byte(b.String())
	}
	f, err := read(t.Context(), rows(MostRows), nil, aDay)
	if err != nil {
		t.Fatal(err)
	}
	if p := makePlan(aTown(), f); len(p.fresh) != MostRows {
		t.Errorf("%d of %d lines, %v", len(p.fresh), MostRows, p.problems[:1])
	}
	if _, err := read(t.Context(), rows(MostRows+1), nil, aDay); fault.KindOf(err) != fault.TooLarge {
		t.Errorf("one more: %v", err)
	}
}

// Whatever stands in a file, each of its lines is planned, or named with what to do.
func FuzzLedger(f *testing.F) {
	f.Add(head + ",P1,,税務システム,,x,照会,一般,課税の事務,2025-04-01,,,\n")
	f.Add("氏名\t利用システム\t利用目的\t利用開始日\n見本 花子\t電子メール\t課税\t45748\n")
	f.Fuzz(func(t *testing.T, text string) {
		sheettest.MustBeQuick(t, func() {
			file, err := read(t.Context(), []byte(text), nil, aDay)
			if err != nil {
				if fault.KindOf(err) == fault.Internal {
					t.Errorf("no sentence for %v", err)
				}
				return
			}
			p := makePlan(aTown(), file)
			lines := map[int]bool{}
			for _, problem := range p.problems {
				if lines[problem.Line] = true; problem.Reason == "" || problem.Line < 1 || problem.Column == "" {
					t.Errorf("a problem that says nothing: %+v", problem)
				}
			}
			for _, line := range slices.Concat(p.fresh, p.left) {
				if lines[line.Line] {
					t.Errorf("line %d is wrong, and planned", line.Line)
				}
				lines[line.Line] = true
			}
			if len(lines)+p.unchanged != len(file.rows) {
				t.Errorf("%d lines of %d, %d as they are", len(lines), len(file.rows), p.unchanged)
			}
		})
	})
}
