package intake

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/japanese"

	"kagami/internal/asset"
	"kagami/internal/asset/intake/ledger"
	"kagami/internal/asset/many"
	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/sheet/intake"
	"kagami/internal/sheet/sheettest"
)

var today = calendar.NewDate(2026, 11, 24)

// aRegister is one of four sections, the last of which is another's, with two assets
// and one that has ended.
func aRegister() register {
	ledger := asset.Details{
		OwnNumber: "Z-1", Kind: asset.Information, Name: "課税台帳", Confidentiality: "3B", Integrity: "2", Availability: "2",
		Personal: asset.MyNumberBorne, NumberWork: asset.NumberUse, Zone: asset.MyNumberZone, Place: "税務システム", RegisteredOn: calendar.NewDate(2024, 4, 1),
	}
	other, gone := ledger, ledger
	other.OwnNumber, other.Name = "", "議事録"
	gone.OwnNumber = "Z-9"
	return register{Standing: many.Standing{
		Today: today, Scheme: asset.SchemeOn(edition.Values{}, today),
		Places: []many.Place{{ID: 1, Code: "zeimu", Name: "税務町民課", Mine: true}, {ID: 2, Code: "somu", Name: "総務課", Mine: true}, {ID: 3, Code: "h1", Name: "保育所（第一）", Mine: true}, {ID: 4, Code: "kaikei", Name: "会計室"}},
		Assets: []asset.Asset{
			{ID: 11, Code: "zeimu-0001", Section: 1, SectionName: "税務町民課", Details: ledger, State: asset.Registered, Version: 1},
			{ID: 12, Code: "zeimu-0002", Section: 1, SectionName: "税務町民課", Details: other, State: asset.Registered, Version: 1},
			{ID: 13, Code: "zeimu-0003", Section: 1, SectionName: "税務町民課", Details: gone, State: asset.Mistaken, Version: 2},
		},
	}}
}

func mustRead(t testing.TB, raw string) File {
	t.Helper()
	file, err := Read(t.Context(), []byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func planOf(t testing.TB, raw, section string) Plan {
	t.Helper()
	plan, err := makePlan(t.Context(), aRegister(), mustRead(t, raw), Choices{Section: section})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// places are where the problems are: 2機密性.
func places(problems []intake.Problem) string {
	var list []string
	for _, p := range problems {
		list = append(list, fmt.Sprint(p.Line, p.Column))
	}
	return strings.Join(list, " ")
}

const plainHead = "管理番号,課室,情報資産名,機密性,完全性,可用性,個人情報の有無,領域,登録日\n"

func TestEachFaultIsSaidWhereItStands(t *testing.T) {
	t.Parallel()
	for row, want := range map[string]string{
		"1,税務町民課,台帳,3B,2,2,無,LGWAN,R6.4.1":                         "",
		"1,zeimu,台帳,3B,2,2,無,LGWAN,R6.4.1":                         "",
		"1,見本課,台帳,3B,2,2,無,LGWAN,R6.4.1":                           "2課室",
		"1,,台帳,3B,2,2,無,LGWAN,R6.4.1":                              "2課室",
		"1,保育所(第一),台帳,3B,2,2,無,LGWAN,R6.4.1":                       "",
		"1,総務課,,3B,2,2,無,LGWAN,R6.4.1":                             "2情報資産名",
		"1,総務課,台帳,9,3,,無,LGWAN,R6.4.1":                             "2機密性 2完全性 2可用性",
		"1,総務課,台帳,2,2,2,たぶん,庁外,来年":                                 "2個人情報の有無 2領域 2登録日",
		"1,総務課,台帳,2,2,2,無,LGWAN,2027-01-01":                        "2登録日",
		"1,総務課," + strings.Repeat("台", 201) + ",2,2,2,無,LGWAN,":    "2情報資産名",
		"Z-9,税務町民課,台帳,2,2,2,無,LGWAN,":                              "2管理番号",
		"zeimu-0003,税務町民課,台帳,2,2,2,無,LGWAN,":                       "2管理番号",
		"zeimu-0001,総務課,台帳,2,2,2,無,LGWAN,":                         "2課室",
		"1,総務課,台帳,2,2,2,無,LGWAN,\n１,総務課,別,2,2,2,無,LGWAN,":          "3管理番号",
		"1,総務課,台帳,9,2,2,無,LGWAN,\n1,総務課,別,2,2,2,無,LGWAN,":          "2機密性 3管理番号",
		"1,見本課,台帳,2,2,2,無,LGWAN,\n1,見本課,別,2,2,2,無,LGWAN,":          "2課室 3課室 3管理番号",
		"1,総務課,台帳,2,2,2,無,LGWAN,\n1,税務町民課,別,2,2,2,無,LGWAN,":        "",
		"Z-1,税務町民課,課税台帳,,,,,,\nzeimu-0001,税務町民課,台帳,2,2,2,無,LGWAN,": "3管理番号",
	} {
		plan := planOf(t, plainHead+row+"\n", "")
		if got := places(plan.Problems); got != want {
			t.Errorf("%s: %q, want %q (%v)", row, got, want, plan.Problems)
		}
		for _, p := range plan.Problems {
			if !strings.HasSuffix(p.Reason, "。") {
				t.Errorf("%s: %s", row, p.Reason)
			}
		}
	}
}

// Rows of a section that is not theirs are counted, whatever is wrong with them, and speak
// of nothing.
func TestRowsOfOtherSectionsArePassedOver(t *testing.T) {
	t.Parallel()
	plan := planOf(t, plainHead+"1,会計室,台帳,9,x,,無,LGWAN,R6.4.1\nzeimu-0001,会計室,課税台帳,2,2,2,無,LGWAN,\nzeimu-0001,税務町民課,課税台帳,2,2,2,無,LGWAN,\n", "")
	if plan.Elsewhere != 2 || len(plan.Problems) != 0 || plan.Faulty != 0 || plan.Changed != 1 || plan.Added != 0 {
		t.Errorf("%+v", plan)
	}
}

// A 管理番号 of the portal that the section has not is no number of its own, whoever has it.
func TestAGivenNumberIsNoNewOnesOwn(t *testing.T) {
	t.Parallel()
	for row, want := range map[string]string{
		"kaikei-0001,税務町民課,台帳,2,2,2,無,LGWAN,":  "2管理番号",
		"ＫＡＩＫＥＩ－0001,,台帳,2,2,2,無,LGWAN,":       "2管理番号",
		"zeimu-9999,税務町民課,台帳,2,2,2,無,LGWAN,":   "2管理番号",
		"kaikei-10000,税務町民課,台帳,2,2,2,無,LGWAN,": "2管理番号",
		"kaikei-001,税務町民課,台帳,2,2,2,無,LGWAN,":   "",
		"kaikei-000a,税務町民課,台帳,2,2,2,無,LGWAN,":  "",
		"mihon-0001,税務町民課,台帳,2,2,2,無,LGWAN,":   "",
		"zeimu-0001,税務町民課,台帳,2,2,2,無,LGWAN,":   "",
	} {
		plan := planOf(t, plainHead+row+"\n", "zeimu")
		if got := places(plan.Problems); got != want || want != "" && !strings.HasPrefix(plan.Problems[0].Reason, "この管理番号の情報資産は、あなたの課室にありません。") {
			t.Errorf("%s: %q, want %q (%v)", row, got, want, plan.Problems)
		}
	}
	found := aRegister()
	found.Assets[0].OwnNumber = "kaikei-0001"
	if plan, err := makePlan(t.Context(), found, mustRead(t, plainHead+"kaikei-0001,税務町民課,台帳,2,2,2,無,LGWAN,\n"), Choices{}); err != nil || plan.Changed != 1 {
		t.Errorf("one that the section has as its own: %+v, %v", plan.Problems, err)
	}
}

func TestRowsThatAreNoAssetsArePassedOver(t *testing.T) {
	t.Parallel()
	for _, row := range []string{
		",,,,,,,,", "3,,,,,,,,", "3,総務課,,,,,,,", "－,,,,,,,,", ",,計,,,,,,", "小計,,,5,,,,,", "合　計,,25,,,,,,", "合計（２５件）,,,,,,,,", ",,総計,10,,,,,", "※ 3は注意,,,,,,,,", ",,※ 注意,,,,,,",
		"例,総務課,台帳,2,2,2,無,LGWAN,", "（記入例）,総務課,台帳,2,2,2,無,LGWAN,", "注1 機密性は別表による。,,,,,,,,", "【税務係】,,,,,,,,", "以上,,,,,,,,", "税務係　小計,,,12,,,,,", ",,,計,25,,,,", "小計（総務係）,,,,,,,,", strings.TrimSpace(plainHead),
	} {
		plan := planOf(t, plainHead+"9,総務課,計画書,2,2,2,無,LGWAN,\n"+row+"\n1,総務課,会計の計,2,2,2,無,LGWAN,\n", "")
		if plan.Added != 2 || len(plan.Problems) > 0 {
			t.Errorf("%s: %d added, %v", row, plan.Added, plan.Problems)
		}
	}
}

func TestAnAssetMayBeCalledATotal(t *testing.T) {
	t.Parallel()
	if plan := planOf(t, plainHead+"9,総務課,合計,2,2,2,無,LGWAN,\n9,総務課,合計,12,,,,,\n", ""); plan.Added != 1 || len(plan.Problems) > 0 {
		t.Errorf("%d added, %v", plan.Added, plan.Problems)
	}
}

// What a table that was handed out says stays as it is, though the same words say
// something else of what is new.
func TestWhatTheRegisterSaysInTheSameWordsStays(t *testing.T) {
	t.Parallel()
	found := aRegister()
	a := &found.Assets[0]
	a.Medium, a.Outsourced, a.Name, a.Confidentiality = "紙", "無", "課税  台帳", "9"
	found.Assets[2].Confidentiality = "2"
	for row, want := range map[string]string{
		"zeimu-0001,税務町民課,課税  台帳,情報,9,紙,無,":    "1 0 0",
		"zeimu-0001,税務町民課,課税  台帳,紙文書,9,紙,無,":   "0 0 1", // a level that there is not any more
		"zeimu-0001,税務町民課,課税  台帳,紙文書,3B,紙,無,":  "0 1 0",
		"zeimu-0001,総務課,課税  台帳,情報,9,紙,無,":      "0 0 2",
		"zeimu-0001,税務町民課,課税  台帳,情報,9,紙,無,無":   "0 0 1", // the two columns of it are read together
		"zeimu-0003,税務町民課,課税台帳,情報,自治体機密性2,,,":  "1 0 0", // it has ended, and is as it was
		"zeimu-0003,税務町民課,課税台帳,情報,自治体機密性3B,,,": "0 0 1",
		"zeimu-0003,税務町民課,課税台帳,紙文書,自治体機密性2,,,": "0 0 1",
	} {
		plan, err := makePlan(t.Context(), found, mustRead(t, "管理番号,課室,情報資産名,種別,機密性,媒体,委託先,外部委託の有無\n"+row+"\n"), Choices{})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(plan.Unchanged, plan.Changed, len(plan.Problems)); got != want {
			t.Errorf("%s: %s, want %s: %v", row, got, want, plan.Problems)
		}
	}
}

func TestWhatARowSaysLessThanTheRegisterChangesNothing(t *testing.T) {
	t.Parallel()
	for row, want := range map[string]string{
		"Z-1,税務町民課,課税台帳,3,2,2,有,,":                "",
		"ｚ－１,税務町民課,課税台帳,３Ｂ,２,２,特定個人情報,基幹系,R6.4.1": "",
		"zeimu-0001,,課税台帳,高,,,,,":                 "",
		"ZEIMU-0001,税務町民課,,,,,有,,":                "",
		",税務町民課,議事録,3,,,,,":                       "",
		"Z-1,税務町民課,課税台帳,2,2,2,有,,":                "confidentiality",
		"Z-1,税務町民課,新しい台帳,,,,,LGWAN,R6.5.1":        "name zone registered_on",
		"Z-1,税務町民課,課税台帳,,,,要配慮個人情報,,":             "personal number_work",
	} {
		plan := planOf(t, plainHead+row+"\n", "税務町民課")
		fields := ""
		for e := range plan.entries {
			fields = strings.Join(asset.Differing(e.Was.Details, e.Is), " ")
		}
		if fields != want || plan.Added != 0 || len(plan.Problems) > 0 || plan.Unchanged+plan.Changed != 1 || (plan.Changed == 1) != (want != "") {
			t.Errorf("%s: %q, %+v", row, fields, plan)
		}
	}
}

// A safeguard of which a row says nothing stays as it is; where blanks overwrite it is one
// that nobody has looked at, unless the file has no such column.
func TestBlanksSayOfSafeguardsThatNobodyHasLooked(t *testing.T) {
	t.Parallel()
	found := aRegister()
	found.Assets[0].MultiFactor, found.Assets[0].TakeoutBarred = asset.There, asset.Missing
	for _, c := range []struct {
		columns, cells string
		blanks         bool
		want           [2]asset.Confirmed
	}{
		{",端末の多要素認証,端末からの持出しの禁止", ",,", false, [2]asset.Confirmed{asset.There, asset.Missing}},
		{",端末の多要素認証,端末からの持出しの禁止", ",,", true, [2]asset.Confirmed{asset.Unknown, asset.Unknown}},
		{",端末の多要素認証", ",", true, [2]asset.Confirmed{asset.Unknown, asset.Missing}},
		{",端末の多要素認証,端末からの持出しの禁止", ",していない,", true, [2]asset.Confirmed{asset.Missing, asset.Unknown}},
		{"", "", true, [2]asset.Confirmed{asset.There, asset.Missing}},
	} {
		plan, err := makePlan(t.Context(), found, mustRead(t, strings.TrimSuffix(plainHead, "\n")+",備考"+c.columns+"\nzeimu-0001,税務町民課,課税台帳,3B,2,2,特定個人情報,マイナンバー利用事務系,,見本"+c.cells+"\n"), Choices{Blanks: c.blanks, Section: "税務町民課"})
		if err != nil || len(plan.Problems) != 0 {
			t.Fatalf("%+v, %v", plan.Problems, err)
		}
		for e := range plan.entries {
			if got := [2]asset.Confirmed{e.Is.MultiFactor, e.Is.TakeoutBarred}; got != c.want {
				t.Errorf("%q %t: %q, want %q", c.cells, c.blanks, got, c.want)
			}
		}
	}
}

// Whatever the register has as a free text is taken in from the column of its key.
func TestEveryFreeTextIsTakenIn(t *testing.T) {
	t.Parallel()
	head, row := "機密性,完全性,可用性,個人情報,領域", "3B,2,2,無,LGWAN"
	for _, f := range asset.Fields {
		if f.Most > 0 {
			head, row = head+","+ledger.ByKey[f.Key].Title(), row+",見本の"+f.Title
		}
	}
	plan, err := makePlan(t.Context(), aRegister(), mustRead(t, head+"\n"+row+"\n"), Choices{Section: "税務町民課"})
	if err != nil || len(plan.Problems)+len(plan.Unsettled) != 0 || plan.Added != 1 {
		t.Fatalf("%+v, %v", plan, err)
	}
	for e := range plan.entries {
		for _, f := range asset.Fields {
			if got := f.Text(e.Is); f.Most > 0 && got != "見本の"+f.Title {
				t.Errorf("%s is %q", f.Key, got)
			}
		}
	}
}

// What a table that was handed out says as the register does is no blank.
func TestWhatIsSaidAlikeIsNoBlank(t *testing.T) {
	t.Parallel()
	found := aRegister()
	found.Assets[0].Outsourced, found.Assets[0].Handling, found.Assets[0].CheckedOn, found.Assets[0].MultiFactor = "見本社", []asset.Handling{asset.NoCopy}, calendar.NewDate(2026, 4, 1), asset.There
	const row = "管理番号,情報資産名,機密性,保存先,外部委託先,取扱制限,端末の多要素認証,最終確認日\nzeimu-0001,課税台帳,自治体機密性3B,税務システム,見本社,複製禁止,している,2026-04-01\n"
	plan, err := makePlan(t.Context(), found, mustRead(t, row), Choices{Blanks: true})
	if err != nil || plan.Unchanged != 1 || plan.Changed != 0 {
		t.Errorf("%+v, %v", plan, err)
	}
}

// Two rows of one name are two assets, and are both found again.
func TestWhatHasNoNumberIsFoundByItsName(t *testing.T) {
	t.Parallel()
	plan := planOf(t, plainHead+",税務町民課,議事録,3B,2,2,,,\n,税務町民課,議事録,2,2,2,無,紙,\n", "")
	if plan.Unchanged != 1 || plan.Added != 1 || len(plan.Problems) > 0 {
		t.Errorf("%+v", plan)
	}
}

func TestWhatIsToBeSettledBecomesADraft(t *testing.T) {
	t.Parallel()
	for row, want := range map[string]string{
		"1,台帳,2,2,2,無,LGWAN,":       "",
		"1,台帳,Ⅲ,2,2,無,LGWAN,":       "2機密性",
		"1,台帳,2,2,2,無,,":            "2接続系",
		"1,台帳,2,2,2,無,,紙":           "",
		"1,台帳,2,2,2,,LGWAN,":        "2個人情報",
		"1,台帳,3B,2,2,特定個人情報,LGWAN,": "2個人番号の事務",
		"1,台帳,3B,2,2,特定個人情報,マイナンバー利用事務系,": "",
		"1,台帳,2,中,2,無,LGWAN,":             "2完全性",
	} {
		plan := planOf(t, "番号,名称,機密性,完全性,可用性,個人情報,接続系,媒体\n"+row+"\n", "somu")
		isDraft := want != "" && want != "2完全性"
		if got := places(plan.Notes); got != want || plan.Added != 1 || (plan.Drafts == 1) != isDraft || (slices.Collect(plan.entries)[0].State == asset.Draft) != isDraft {
			t.Errorf("%s: %q, %+v", row, got, plan)
		}
	}
	plan := planOf(t, "名称,機密性\n台帳,2\n", "somu")
	if got := places(plan.Notes); got != "2個人情報の有無 2完全性 2可用性 2領域" || plan.Drafts != 1 {
		t.Errorf("of a register with two columns: %q, %v", got, plan.Problems)
	}
	if d := slices.Collect(plan.entries)[0].Is; d.RegisteredOn != today || d.Kind != asset.Information || d.Personal != asset.NotPersonal {
		t.Errorf("%+v", d)
	}
}

func TestASectionIsFoundWhereTheRegisterNamesIt(t *testing.T) {
	t.Parallel()
	const table = "番号,名称,機密性,完全性,可用性,個人情報\n1,台帳,2,2,2,無\n"
	for raw, want := range map[string]int64{
		"情報資産台帳（総務課）\n" + table:                       1,
		"課名：総務課,,\n令和6年度,\n" + table:                  1,
		"所属,総務課\n" + table:                            1,
		"情報資産台帳　総務課\n作成：税務町民課\n" + table:              1,
		"【税務町民課】情報資産台帳\n" + table:                     0,
		"保育所（第一）,情報資産台帳\n" + table:                    2,
		"総務課情報資産台帳\n" + table:                         1,
		"情報資産台帳（課名：総務課）\n" + table:                    1,
		"somu 台帳 4\n" + table:                         -1,
		"所属,番号,名称,機密性,完全性,可用性,個人情報\n総務課,1,台帳,2,2,2,無": 1,
	} {
		plan := planOf(t, raw, "")
		switch {
		case want < 0:
			if len(plan.Problems) != 1 || plan.Problems[0].Column != "課室" {
				t.Errorf("%s: %+v", raw, plan)
			}
		case len(slices.Collect(plan.entries)) != 1 || slices.Collect(plan.entries)[0].Section != want+1:
			t.Errorf("%s: %+v", raw, plan)
		}
	}
	if plan := planOf(t, "台帳（総務課）\n"+table, "zeimu"); len(slices.Collect(plan.entries)) != 1 || slices.Collect(plan.entries)[0].Section != 1 {
		t.Errorf("given: %+v", plan)
	}
	if _, err := makePlan(t.Context(), aRegister(), mustRead(t, table), Choices{Section: "nowhere"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("given, and not there: %v", err)
	}
}

// read says which columns are read, and which headings are not.
func read(t *testing.T, raw string) (known, ignored string) {
	file := mustRead(t, raw)
	var list []string
	for c := range ledger.Columns {
		if file.Sheets[0].Has(c) {
			list = append(list, fmt.Sprint(ledger.Table.Columns[c].Key, "=", file.Sheets[0].Title(c)))
		}
	}
	return strings.Join(list, " "), strings.Join(file.Ignored, " ")
}

func TestHeadingsAreFoundAsTownsWriteThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ head, row, known, ignored string }{
		{"資産番号,所属,資産名称,機密性,電話\n", "1,総務課,台帳,2,1\n", "number=資産番号 section=所属 name=資産名称 confidentiality=機密性", "電話"},
		{"Ｎｏ．,名 称,\"機密\n性\",個人情報（有・無）\n", "1,台帳,2,無\n", "number=No. name=名 称 confidentiality=機密 性 personal=個人情報（有・無）", ""},
		{"番号,名称,重要性分類,,,個人情報,保管,,管理者\n,,機密性,完全性,可用性,,場所,媒体,\n", "1,台帳,2,2,2,無,書庫,紙,課長\n",
			"number=番号 name=名称 confidentiality=機密性 integrity=完全性 availability=可用性 personal=個人情報 place=場所 medium=媒体 owner=管理者", ""},
		{",,重要度,,\n番号,名称,C,I,A\n", "1,台帳,2,2,2\n", "number=番号 name=名称 confidentiality=C integrity=I availability=A", ""},
		{"番号,名称,機密性,外部委託,\n,,,有無,委託先\n", "1,台帳,2,有,見本社\n", "number=番号 name=名称 confidentiality=機密性 outsourcing=有無 outsourced=委託先", ""},
		{"No,管理番号,名称,機密性\n", "1,Z-1,台帳,2\n", "number=管理番号 name=名称 confidentiality=機密性", "No"},
		{"番号,名称,機密性,管理者,所有者,備考,備考\n", "1,台帳,2,a,b,c,d\n", "number=番号 name=名称 confidentiality=機密性 owner=管理者 note=備考", "所有者 備考"},
		{"番号,名称,機密性,完全性\n,,（1～3）,（1・2）\n", "1,台帳,2,2\n", "number=番号 name=名称 confidentiality=機密性 integrity=完全性", ""},
		{"番号,名称,分類,機密性\n", "1,台帳,文書・データ,2\n", "number=番号 name=名称 kind=分類 confidentiality=機密性", ""},
	} {
		known, ignored := read(t, "令和６年度　台帳\n\n"+c.head+c.row)
		if strings.ReplaceAll(known, "Ｎｏ．", "No.") != c.known || ignored != c.ignored {
			t.Errorf("%s: %s; not read: %s", c.head, known, ignored)
		}
		if plan := planOf(t, c.head+c.row, "somu"); plan.Added != 1 && c.ignored != "電話" {
			t.Errorf("%s: %+v", c.head, plan)
		}
	}
}

func TestWhatIsNoRegisterIsSaid(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"氏名,職\n見本,課長\n":                   "見出しの行が見つかりません。",
		"番号,名称\n1,台帳\n":                   "「機密性」の列がありません。",
		"番号,名称,機密性,機密性\n1,台帳,2,3\n":       "「機密性」の列が二つあります",
		"番号,名称,機密性\n":                     "見出しの下に、情報資産の行がありません。",
		"番号,名称,機密性\n計,,\n※ 注意\n1,,\n,,\n": "見出しの下に、情報資産の行がありません。",
	} {
		_, err := Read(t.Context(), []byte(raw))
		if e, ok := errors.AsType[*fault.Error](err); !ok || e.Kind != fault.Invalid || !strings.Contains(fmt.Sprint(e.Problems), want) {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

// workbook has a sheet for each list of rows, in their order.
func workbook(t testing.TB, names []string, sheets ...[][]string) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close() //nolint:errcheck // it is in memory only
	for i, name := range names {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for n, cells := range sheets[i] {
			if err := f.SetSheetRow(name, fmt.Sprint("A", n+1), &cells); err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestEachSheetThatHasATableIsRead(t *testing.T) {
	t.Parallel()
	head := []string{"番号", "名称", "機密性", "完全性", "可用性", "個人情報", "電話"}
	row := []string{"1", "台帳", "2", "2", "2", "無", "1"}
	wrong := []string{"2", "台帳", "4", "2", "2", "無", "1"}
	raw := workbook(t, []string{"記入要領", "記入例", "総務課", "連絡先", "税務町民課"},
		[][]string{{"この台帳は毎年4月に更新する。"}}, [][]string{append(head, "例"), row}, [][]string{head, row}, [][]string{{"番号", "名称", "電話"}, {"1", "業者", "1"}}, [][]string{{"題"}, head, row, wrong})
	plan := planOf(t, string(raw), "")
	if plan.Added != 2 || slices.Collect(plan.entries)[0].Section != 2 || slices.Collect(plan.entries)[1].Section != 1 || strings.Join(plan.Unread, " ") != "連絡先 記入例" || strings.Join(plan.Ignored, " ") != "電話" {
		t.Errorf("%+v", plan)
	}
	if len(plan.Problems) != 1 || plan.Problems[0].Line != 4 || !strings.HasPrefix(plan.Problems[0].Reason, "シート「税務町民課」：") {
		t.Errorf("%+v", plan.Problems)
	}
}

func TestALimitThatIsNoneIsKeptInTheNote(t *testing.T) {
	t.Parallel()
	const head = "番号,名称,機密性,完全性,可用性,個人情報,接続系,取扱制限,備考\n"
	plan := planOf(t, head+"1,台帳,2,2,2,無,LGWAN,複製禁止・施錠保管,4月に見直す\n", "somu")
	if d := slices.Collect(plan.entries)[0].Is; d.Note != "4月に見直す\n取扱制限：施錠保管" || len(d.Handling) != 1 || places(plan.Notes) != "2取扱制限" {
		t.Errorf("%+v", plan)
	}
}

func TestARegisterInCP932IsRead(t *testing.T) {
	t.Parallel()
	raw, err := japanese.ShiftJIS.NewEncoder().String(plainHead + "Ｋ－01,総務課,\"健診の\r\n記録\",自治体機密性３Ｂ,２,１,無,ＬＧＷＡＮ,平成３１年４月３０日\r\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"CP932": raw, "UTF-8 with a mark": "\ufeff" + plainHead + "K-01,総務課,健診の 記録,3B,2,1,無,LGWAN接続系,2019-04-30\n"} {
		plan := planOf(t, text, "")
		if plan.Added != 1 || plan.Drafts != 0 {
			t.Fatalf("%s: %+v", name, plan)
		}
		if d := slices.Collect(plan.entries)[0].Is; d.Name != "健診の 記録" || d.OwnNumber != "K-01" || d.RegisteredOn != calendar.NewDate(2019, 4, 30) || d.Confidentiality != "3B" {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

// manyNamed is a register with so many assets of a name but for what stands in brackets,
// and a file with so many rows of it.
func manyNamed(t *testing.T, assets, rows int) (register, File) {
	t.Helper()
	found := aRegister()
	found.Named = func(_ []int64, each func(many.Named)) error {
		for i := range assets {
			each(many.Named{ID: int64(100 + i), Code: fmt.Sprintf("zeimu-%04d", 100+i), Section: 1, Name: fmt.Sprintf("台帳（%d）", i)})
		}
		return nil
	}
	var b strings.Builder
	b.WriteString(plainHead)
	for i := range rows {
		fmt.Fprintf(&b, "N%d,税務町民課,台帳（乙%d）,2,2,2,無,LGWAN,\n", i, i)
	}
	return found, mustRead(t, b.String())
}

// It is asked only of a name that tells something.
func TestOfManyNamesakesItIsNotAskedWhichTheyAre(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ assets, rows, asked, among int }{
		{1, 1, 1, 1}, {mostCandidates, mostNamesakes, mostNamesakes, mostCandidates}, {mostCandidates + 1, 1, 0, 0}, {1, mostNamesakes + 1, 0, 0}, {0, mostNamesakes + 1, 0, 0},
	} {
		found, file := manyNamed(t, c.assets, c.rows)
		plan, err := makePlan(t.Context(), found, file, Choices{})
		if err != nil {
			t.Fatal(err)
		}
		among := 0
		if c.asked > 0 {
			var questions []AlikeQuestion
			if err := json.Unmarshal(plan.lists[Alike].all()[0], &questions); err != nil {
				t.Fatal(err)
			}
			among = len(questions[0].Among)
		}
		said := strings.Contains(strings.Join(plan.Advice(), ""), "同じものかどうかを尋ねません")
		if plan.lists.count(Alike) != c.asked || plan.Open != c.asked || among != c.among || said != (c.asked == 0 && c.assets > 0) || plan.Added != c.rows {
			t.Errorf("%+v: %d are asked among %d; said %t", c, plan.Open, among, said)
		}
	}
}

// Rows and assets of one name cost as much as those of many.
func TestManyNamesakesArePlannedAsFastAsOthers(t *testing.T) {
	t.Parallel()
	found, file := manyNamed(t, 6_000, 50_000)
	heard := 0
	named := found.Named
	found.Named = func(sections []int64, each func(many.Named)) error {
		return named(sections, func(n many.Named) {
			heard++
			each(n)
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), intake.PlanDeadline)
	defer cancel()
	plan, err := makePlan(ctx, found, file, Choices{})
	if err != nil || heard != 6_000 || plan.Added != 50_000 || plan.lists.count(Alike) > 0 {
		t.Errorf("%d heard, %d added, %v", heard, plan.Added, err)
	}
}

func TestPlanningEndsWhereNobodyWaits(t *testing.T) {
	t.Parallel()
	found, file := manyNamed(t, 1, 10)
	for want, cause := range map[fault.Kind]error{fault.Unavailable: context.Canceled, fault.TooLarge: errPlanDeadline} {
		for _, begun := range []bool{false, true} { // before the rows, and while they are compared by their names
			ctx, cancel := context.WithCancelCause(t.Context())
			asked := found
			asked.Named = func(sections []int64, each func(many.Named)) error {
				cancel(cause)
				return found.Named(sections, each)
			}
			if !begun {
				cancel(cause)
			}
			if _, err := makePlan(ctx, asked, file, Choices{}); fault.KindOf(err) != want {
				t.Errorf("%v: %v, want %v", cause, err, want)
			}
		}
	}
}

// Whatever stands in a file, each of its rows is planned or named with what to do, and
// what is planned is found again.
func FuzzRegister(f *testing.F) {
	f.Add(plainHead+"1,税務町民課,台帳,3B,2,2,無,LGWAN,R6.4.1\n", "")
	f.Add("台帳（総務課）\n番号\t名称\t重要性分類\t\t\t保管\n\t\t機密性\t完全性\t可用性\t場所\n1\t台帳\tⅢ\t高\t低\t書庫\n計\n", "somu")
	f.Add("管理番号,情報資産名,機密性,保存先,版\nzeimu-0001,課税台帳,3B,倉庫,1\nzeimu-0002,,,x,9\n", "")
	f.Add(plainHead+"Z-1,税務町民課,課税台帳,３,２,中,有（要配慮）,基幹系,45383\n,税務町民課,議事録,,,,,,\n", "zeimu")
	f.Fuzz(func(t *testing.T, text, section string) {
		found := changedSince()
		sheettest.MustBeQuick(t, func() {
			file, err := Read(t.Context(), []byte(text))
			if err != nil {
				if fault.KindOf(err) == fault.Internal {
					t.Errorf("no sentence for %v", err)
				}
				return
			}
			plan, err := makePlan(t.Context(), found, file, Choices{Section: section})
			if err != nil {
				if fault.KindOf(err) != fault.Invalid {
					t.Error(err)
				}
				return
			}
			wrong := map[int]bool{}
			for _, p := range plan.Faults() {
				if wrong[p.Line] = true; p.Line < 1 || p.Column == "" || p.Reason == "" {
					t.Errorf("a problem that says nothing: %+v", p)
				}
			}
			if plan.Added+plan.Changed+plan.Unchanged+plan.Elsewhere+len(wrong) < len(file.Rows) {
				t.Errorf("of %d rows some are nowhere: %+v", len(file.Rows), plan)
			}
			for i, e := range slices.Collect(plan.entries) {
				if problems := found.Scheme.Problems(e.Is, today, e.State == asset.Draft); len(problems) > 0 {
					t.Errorf("planned, and wrong: %+v", problems)
				}
				if e.Was.ID == 0 {
					found.Assets = append(found.Assets, asset.Asset{ID: int64(100 + i), Code: fmt.Sprint("new-", i), Section: e.Section, Details: e.Is, State: e.State, Version: 1})
				}
			}
			if len(plan.Faults()) > 0 || plan.Changed > 0 {
				return
			}
			again, err := makePlan(t.Context(), found, file, Choices{Section: section})
			if err != nil || again.Added+again.Changed+len(again.Problems) > 0 {
				t.Errorf("the same file again: %+v, %v", again, err)
			}
		})
	})
}

// Somebody has looked at an asset since a section wrote its register: an earlier day in that
// sets nothing back, and says so; a later one, and that of a register handed out, holds.
func TestALookThatTookPlaceIsNotSetBack(t *testing.T) {
	t.Parallel()
	looked := calendar.NewDate(2026, 4, 1)
	for _, c := range []struct {
		name, raw     string
		changed, said int
	}{
		{"earlier", "管理番号,情報資産名,機密性,最終確認日\nzeimu-0001,課税台帳,3B,2025-05-01\n", 0, 1},
		{"earlier, in a row with a fault", "管理番号,情報資産名,機密性,最終確認日\nzeimu-0001,課税台帳,9,2025-05-01\n", 0, 0},
		{"the same day", "管理番号,情報資産名,機密性,最終確認日\nzeimu-0001,課税台帳,3B,2026-04-01\n", 0, 0},
		{"earlier, with another change", "管理番号,情報資産名,機密性,保存先,最終確認日\nzeimu-0001,課税台帳,3B,書庫,2025-05-01\n", 1, 1},
		{"later", "管理番号,情報資産名,機密性,最終確認日\nzeimu-0001,課税台帳,3B,2026-05-01\n", 1, 0},
		{"earlier in what was handed out", "管理番号,情報資産名,機密性,最終確認日,版\nzeimu-0001,課税台帳,3B,2025-05-01,1\n", 1, 0},
	} {
		found := aRegister()
		found.Assets[0].CheckedOn = looked
		plan, err := makePlan(t.Context(), found, mustRead(t, c.raw), Choices{})
		if err != nil || plan.Changed != c.changed || len(plan.Problems) != strings.Count(c.raw, ",9,") {
			t.Errorf("%s: %d changed, %v, %v", c.name, plan.Changed, plan.Problems, err)
		}
		for e := range plan.entries {
			if e.Is.CheckedOn.Before(looked) != (c.said == 0 && strings.Contains(c.raw, "2025")) {
				t.Errorf("%s: looked at on %v", c.name, e.Is.CheckedOn)
			}
		}
		if advice := strings.Join(plan.Advice(), "\n"); plan.Earlier != c.said || strings.Count(advice, fmt.Sprintf("台帳にある最終確認日より前の行が%d行あります", c.said)) != c.said {
			t.Errorf("%s: %d rows are earlier: %s", c.name, plan.Earlier, advice)
		}
	}
}
