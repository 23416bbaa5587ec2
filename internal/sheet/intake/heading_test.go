package intake_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kagami/internal/fault"
	"kagami/internal/sheet/intake"
	"kagami/internal/sheet/sheettest"
)

// people is an import of people and their posts.
var people = intake.Table{Kind: "people", Columns: []intake.Column{
	{Key: "number", Words: []string{"職員番号", "職員コード", "職員no"}, Needed: true},
	{Key: "name", Words: []string{"氏名", "職員氏名"}, Needed: true},
	{Key: "furigana", Words: []string{"フリガナ", "氏名フリガナ"}},
	{Key: "code", Words: []string{"課室コード"}},
	{Key: "section", Words: []string{"課室", "所属", "所属課"}, Needed: true, Or: "code"},
	{Key: "title", Words: []string{"職", "職名"}, Needed: true},
	{Key: "note", Words: []string{"備考"}, Note: true},
}}

// read reads a file with these headings and one row, and says as what each heading is
// read: ? for one that somebody must settle.
func read(t testing.TB, headings string, answers intake.Answers) (said string, r intake.Reading, err error) {
	t.Helper()
	row := strings.Repeat(",見本", strings.Count(headings, ",")+1)[1:]
	r, err = people.Read(t.Context(), []byte(headings+"\n"+row+"\n"), answers, func(intake.Row) error { return nil })
	var list []string
	for _, h := range r.Headings {
		mark := ""
		if h.Unsure {
			mark = "?"
		}
		list = append(list, mark+h.Column)
	}
	return strings.Join(list, " "), r, err
}

func TestHeadingsAreMatchedByTheirWords(t *testing.T) {
	t.Parallel()
	for headings, want := range map[string]string{
		"職員番号,氏名,課室,職":                      "number name section title",
		"職,課室コード,氏名,職員番号":                   "title code name number",
		"職員ｎｏ．,氏　名,所 属,※職名":                 "number name section title", // width, blanks, signs
		"職員 NO,職員氏名,「課室」,職：":                "number name section title",
		"職員番号,氏名,氏名（フリガナ）,課室（コード）,職,備考,血液型": "number name furigana code title note ",
		"職員番号,氏名,課室,職,備考１,備考２,備考":           "number name section title   note",

		// what may be meant for a column that has none is asked
		"職員番号,氏名,所属課名称,職":       "number name ?section title",
		"職員番号,氏名（漢字）,課室,職":      "number ?name section title",
		"番号,氏名,課室,職":            "?number name section title",
		"職員番号,氏名,課室,職,フリガナ（半角）": "number name section title ?furigana",
		"職員番号,氏名,課室,職,旧職員番号":    "number name section title ", // and what has one is not
		"職員番号,氏名,所属１,所属２,職":     "number name ? ? title",
		"職員番号,氏名,職員,課室,職":       "number name  section title",
		"番号,職員,氏名,課室,職":         "? ? name section title", // either may be the number
		"職員番号,氏名,課室,所属,職":       "number name ?section ?section title",
		"職員番号,氏名,職,職,課室":        "number name ?title ?title section",
		"職員番号,氏名,部署,職":          "number name  title", // the section may be any
		"職員番号,,氏名,,課室,\u200b,職": "number name section title",
	} {
		got, r, err := read(t, headings, nil)
		if got != want {
			t.Errorf("%s: read as %q, want %q", headings, got, want)
		}
		asked := strings.Contains(want, "?") || len(r.Missing()) > 0
		if _, ok := errors.AsType[*intake.Questions](err); ok != asked || !asked && err != nil {
			t.Errorf("%s: %v", headings, err)
		}
	}
}

// Who can only change the file is told what to change.
func TestWhatCanNotBeSettledIsSaid(t *testing.T) {
	t.Parallel()
	for headings, want := range map[string]string{
		"職員番号,氏名,課室":      "「職」の列がありません。",
		"職員番号,氏名,職":       "「課室」の列がありません。",
		"職員番号,氏名,部署,職":    "「課室」の列がありません。",
		"職員番号,氏名,課室,所属,職": "「所属」の列が二つあります",
		"職員番号,氏名,所属課名称,職": "「所属課名称」という見出しが、「課室」のことか分かりません。",
		"番号,職員,氏名,課室,職":   "「職員」という見出しを、どの列として読むか分かりません。",
		"番号,名前":           "見出しの行が見つかりません。「職員番号」「氏名」「課室」「職」の見出しがある表",
		"申請者,氏名,見本,総務課,":  "見出しの行が見つかりません。", // the head of a form is none
	} {
		_, _, err := read(t, headings, nil)
		e, ok := errors.AsType[*fault.Error](err)
		if !ok || e.Kind != fault.Invalid || !slices.ContainsFunc(e.Problems, func(p fault.Problem) bool { return strings.HasPrefix(p.Message, want) }) {
			t.Errorf("%s: %+v, want %s", headings, err, want)
		}
	}
	_, err := people.Read(t.Context(), []byte("職員番号,氏名,課室,職\n"), nil, nil)
	if e, ok := errors.AsType[*fault.Error](err); !ok || !strings.HasPrefix(e.Problems[0].Message, "見出しの下に、行がありません。") {
		t.Errorf("without rows: %v", err)
	}
}

// Rows come by their columns, wherever these stand; what is not there is empty.
func TestRowsComeByTheirColumns(t *testing.T) {
	t.Parallel()
	var got []string
	_, err := people.Read(t.Context(), []byte("名簿\n職,備考,氏名,職員番号,課室\n課長,x,見本,00123,総務課\n職員,,見本二\n"), nil, func(row intake.Row) error {
		line := fmt.Sprint(row.Line)
		for i := range people.Columns {
			line += "/" + row.Cell(i)
		}
		got = append(got, line)
		return nil
	})
	want := []string{"3/00123/見本///総務課/課長/x", "4//見本二////職員/"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
}

// The cells below the headings are shown to whoever settles them, and no row is
// handed on before.
func TestQuestionsShowWhatStandsBelow(t *testing.T) {
	t.Parallel()
	handed := 0
	_, err := people.Read(t.Context(), []byte("番号,氏名,課室,職\n1,見本,総務課,\n2,,総務課,\n3,見本三,,\n4,見本四,,\n"), nil, func(intake.Row) error {
		handed++
		return nil
	})
	q, ok := errors.AsType[*intake.Questions](err)
	if !ok || handed > 0 || !slices.Equal(q.Headings[0].Samples, []string{"1", "2", "3"}) || !slices.Equal(q.Headings[1].Samples, []string{"見本", "見本三"}) || q.Headings[3].Samples != nil {
		t.Errorf("%+v, %d rows, %v", q, handed, err)
	}
}

func TestHeadingsAreSettledAllAtOnce(t *testing.T) {
	t.Parallel()
	_, r, _ := read(t, "番号,氏名,部署,職名,備考,血液型", nil)
	settle := func(choices ...string) ([]intake.Heading, []fault.Problem) {
		chosen := map[string]string{}
		for i, choice := range choices {
			chosen[fmt.Sprintf("column-%d", i)] = choice
		}
		list, err := people.Settle(r.Headings, func(field string) string { return chosen[field] })
		e, _ := errors.AsType[*fault.Error](err)
		if e == nil {
			return list, nil
		}
		return list, e.Problems
	}
	list, problems := settle("number", "name", "section", "title", "-", "-")
	if problems != nil || intake.AnswersOf(list)["番号"] != "number" || intake.AnswersOf(list)["血液型"] != "" || intake.AnswersOf(list)["備考"] != "note" {
		t.Errorf("%+v, %v", list, problems)
	}
	for name, c := range map[string]struct {
		choices []string
		field   string
		words   string
	}{
		"one left out":          {[]string{"number", "name", "", "title", "-", "-"}, "column-2", "「部署」をどの列として読むか"},
		"one that is no column": {[]string{"number", "name", "x", "title", "-", "-"}, "column-2", "「部署」をどの列として読むか"},
		"two of one column":     {[]string{"number", "name", "section", "title", "-", "section"}, "column-5", "「課室」は、「部署」にも選んでいます"},
		"a needed one missing":  {[]string{"number", "name", "-", "title", "-", "-"}, "", "「課室」として読む見出しを選んでください"},
	} {
		_, problems := settle(c.choices...)
		if !slices.ContainsFunc(problems, func(p fault.Problem) bool { return p.Field == c.field && strings.HasPrefix(p.Message, c.words) }) {
			t.Errorf("%s: %+v", name, problems)
		}
	}
}

// someHeadings draws headings as files have them, and worse.
func someHeadings(t *rapid.T) string {
	piece := rapid.SampledFrom([]string{"職員番号", "氏名", "フリガナ", "課室", "コード", "職", "名", "所属", "備考", "番号", "旧", "1", "", " ", "＊", "見本"})
	return strings.Join(rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
		return piece.Draw(t, "a") + piece.Draw(t, "b")
	}), 1, 9).Draw(t, "headings"), ",")
}

// However a file is headed, no column is surely read from two headings; and what
// somebody settles settles it: read again by their answers, it is as they said.
func TestWhatIsSettledIsRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		headings := "職員番号,氏名,職," + someHeadings(t)
		file := []byte(headings + "\n" + strings.Repeat("見本,", 12) + "\n")
		r, err := people.Read(t.Context(), file, nil, func(intake.Row) error { return nil })
		if fault.KindOf(err) == fault.Internal && err != nil {
			t.Fatalf("no sentence for %v", err)
		}
		sure := map[string]bool{}
		for _, h := range r.Headings {
			if h.Sure() && h.Column != "note" && sure[h.Column] {
				t.Fatalf("%s: %s twice: %+v", headings, h.Column, r.Headings)
			}
			sure[h.Column] = sure[h.Column] || h.Sure()
		}
		choices := []string{intake.NotRead}
		for _, c := range r.Columns() {
			choices = append(choices, c.Key)
		}
		settled, err := people.Settle(r.Headings, func(field string) string { return rapid.SampledFrom(choices).Draw(t, field) })
		if err != nil {
			return
		}
		again, err := people.Read(t.Context(), file, intake.AnswersOf(settled), func(intake.Row) error { return nil })
		if err != nil {
			t.Fatalf("%s, settled as %+v: %v", headings, settled, err)
		}
		for i, h := range again.Headings {
			if h.Column != settled[i].Column || h.Unsure {
				t.Fatalf("%s is read as %q, settled as %q", h.Text, h.Column, settled[i].Column)
			}
		}
	})
}

// Whatever stands in a file, its headings end in a reading or in a sentence.
func FuzzHeadings(f *testing.F) {
	f.Add("職員番号,氏名,課室,職\n1,見本,総務課,課長\n", "番号", "number")
	f.Add("番号,番号,氏名,職員番号\n", "番号 2", "")
	f.Fuzz(func(t *testing.T, text, heading, column string) {
		var err error
		sheettest.MustBeQuick(t, func() {
			_, err = people.Read(t.Context(), []byte(text), intake.Answers{heading: column}, func(intake.Row) error { return nil })
		})
		if err != nil && fault.KindOf(err) == fault.Internal {
			t.Errorf("no sentence for %v", err)
		}
	})
}

// A file without a heading that is known is asked about by the first row that may be
// headings, and read as somebody settles it; without such a row, and without any row,
// each is said in its own words.
func TestHeadingsOfWhichNoneIsKnownAreAsked(t *testing.T) {
	t.Parallel()
	handed := 0
	ask := func(file string, answers intake.Answers) (*intake.Questions, error) {
		_, err := people.Read(t.Context(), []byte(file), answers, func(intake.Row) error { handed++; return nil })
		q, _ := errors.AsType[*intake.Questions](err)
		return q, err
	}
	const file = "名簿,見本町\nコード,なまえ,部署,ポスト,血液型\n1,見本,総務課,課長,A\n2,見本二,総務課,課長,A\n"
	q, err := ask(file, nil)
	if q == nil || len(q.Headings) != 5 || q.Headings[2].Text != "部署" || q.Headings[3].Samples[0] != "課長" || handed > 0 || !q.Guessed() {
		t.Fatalf("asked %+v, %v, %d rows", q, err, handed)
	}
	for _, h := range q.Headings {
		if h.Sure() || q.Suggested(h) == intake.NotRead {
			t.Errorf("%s is taken for %q, %q", h.Text, h.Column, q.Suggested(h))
		}
	}
	if e, ok := errors.AsType[*fault.Error](err); !ok || e.Kind != fault.Invalid || !strings.HasPrefix(e.Problems[0].Message, "見出しの行が見つかりません。") {
		t.Errorf("who can only change the file is told %v", err)
	}
	chosen := map[string]string{"column-0": "number", "column-1": "name", "column-2": "section", "column-3": "title", "column-4": intake.NotRead}
	settled, err := people.Settle(q.Headings, func(field string) string { return chosen[field] })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ask(file, intake.AnswersOf(settled)); err != nil || handed != 2 {
		t.Errorf("settled: %d rows, %v", handed, err)
	}
	for file, want := range map[string]string{
		"":        "このファイルには、何も書かれていません。",
		" \n,,\n": "このファイルには、何も書かれていません。",
		"1,見本,総務課,課長\n2,見本,総務課,課長\n":                "見出しの行が見つかりません。", // rows alone: the first would be lost
		"見本,総務課,課長,R9.4.1\nコード,なまえ,部署,ポスト\n見本,,,\n": "見出しの行が見つかりません。",
		"コード,なまえ,部署\nA,見本,総務課\n":                    "見出しの行が見つかりません。", // no choice would be enough
		"コード,なまえ,部署,ポスト\n":                          "見出しの行が見つかりません。",
		"名簿\n見本\n":                                  "見出しの行が見つかりません。",
	} {
		q, err := ask(file, nil)
		if e, ok := errors.AsType[*fault.Error](err); q != nil || !ok || e.Kind != fault.Invalid || !strings.HasPrefix(e.Problems[0].Message, want) {
			t.Errorf("%q: %v, want %s", file, err, want)
		}
	}
}
