package classify_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kagami/internal/asset"
	"kagami/internal/asset/classify"
	"kagami/internal/calendar"
	"kagami/internal/edition"
)

var (
	today  = calendar.NewDate(2026, time.November, 24)
	scheme = asset.SchemeOn(edition.Values{}, today)
)

func questions() []classify.Question {
	return classify.QuestionsOn(edition.Values{}, today, scheme)
}

// said are answers, written as "c1=yes i1=no".
func said(text string) classify.Answers {
	answers := classify.Answers{}
	for _, one := range strings.Fields(text) {
		key, answer, _ := strings.Cut(one, "=")
		aspect := map[byte]asset.Aspect{'c': asset.Confidentiality, 'i': asset.Integrity, 'a': asset.Availability}[key[0]]
		answers[string(aspect)+"-"+key[1:]] = classify.Answer(answer)
	}
	return answers
}

func TestEveryPathComesToItsLevel(t *testing.T) {
	t.Parallel()
	for answers, want := range map[string]struct{ level, by, open string }{
		"c1=yes":                      {"3A", "機密性 問1", ""},
		"c1=yes c2=yes c3=yes c4=yes": {"3A", "機密性 問1", ""},
		"c1=no c2=yes":                {"3B", "機密性 問2", ""},
		"c1=no c2=no c3=yes":          {"3C", "機密性 問3", ""},
		"c1=no c2=no c3=no c4=yes":    {"1", "機密性 問4", ""},
		"c1=no c2=no c3=no c4=no":     {"2", "機密性 問4", ""},
		"c2=yes":                      {"", "", "機密性 問1"},
		"c1=no c3=yes c4=yes":         {"", "", "機密性 問2"},
		"c4=yes":                      {"", "", "機密性 問1 機密性 問2 機密性 問3"},
		"c1=no c2=no c3=no":           {"", "", "機密性 問4"},
		"c1=0 c2=yes":                 {"", "", "機密性 問1"}, // days are no answer to it
		"i1=yes":                      {"2", "完全性 問1", ""},
		"i1=no":                       {"1", "完全性 問1", ""},
		"i1=":                         {"", "", "完全性 問1"},
		"a1=0":                        {"2", "可用性 問1", ""},
		"a1=1":                        {"2", "可用性 問1", ""},
		"a1=3":                        {"1", "可用性 問1", ""},
		"a1=7":                        {"1", "可用性 問1", ""},
		"a1=yes":                      {"", "", "可用性 問1"},
	} {
		aspect := strings.IndexByte("cia", answers[0])
		o := classify.Classify(questions(), scheme, said(answers))[aspect]
		var open []string
		for _, q := range o.Open {
			open = append(open, q.Title())
		}
		by := ""
		if o.Level != "" {
			by = o.By.Title()
		}
		if o.Level != want.level || by != want.by || strings.Join(open, " ") != want.open || o.Reason == "" || o.Aspect != asset.Aspects[aspect] {
			t.Errorf("%s: %+v", answers, o)
		}
	}
}

func TestTheReasonSaysWhichAnswerDecides(t *testing.T) {
	t.Parallel()
	for answers, want := range map[string]string{
		"c1=yes":                  "「国の「極秘」「秘」に当たる文書ですか（町の規程の「秘」は「いいえ」です）」が「はい」のため、自治体機密性3Aです。/国の秘密文書に相当する文書は、自治体機密性3Aです。",
		"c1=no c2=no c3=no c4=no": "「公表しているか、すぐ公表してよいものですか」が「いいえ」のため、自治体機密性2です。/ただちに公表することを予定しないもので、3A、3B、3Cに当たらないもの",
		"c2=yes":                  "機密性は、まだ決まりません。機密性 問1に答えてください。/",
	} {
		if o := classify.Classify(questions(), scheme, said(answers))[0]; o.Reason+"/"+o.Sentence != want {
			t.Errorf("%s: %s/%s", answers, o.Reason, o.Sentence)
		}
	}
	o := classify.Classify(questions(), scheme, said("a1=0"))[2]
	if o.Reason != "「使えないとき、紙や別の方法で何日続けられますか」が「当日も無理」のため、自治体可用性2です。" {
		t.Error(o.Reason)
	}
}

// Which number of days matters is data.
func TestTheDaysOf可用性AreTheTowns(t *testing.T) {
	t.Parallel()
	for days, want := range map[int]string{0: "2 1 1 1", 1: "2 2 1 1", 3: "2 2 2 1", 7: "2 2 2 2"} {
		list := questions()
		list[len(list)-1].Days = days
		var levels []string
		for _, c := range list[len(list)-1].Choices() {
			levels = append(levels, classify.Classify(list, scheme, said("a1="+string(c.Value)))[2].Level)
		}
		if got := strings.Join(levels, " "); got != want {
			t.Errorf("%d days: %s", days, got)
		}
	}
}

func TestWhatTheQuestionsDontSettleIsSaid(t *testing.T) {
	t.Parallel()
	without := slices.DeleteFunc(questions(), func(q classify.Question) bool { return q.Key == "confidentiality-4" })
	if o := classify.Classify(without, scheme, said("c1=no c2=no c3=no"))[0]; o.Level != "" || o.Reason != "機密性は、問いでは決まりません。段階を選び、理由を書いてください。" {
		t.Errorf("the last question is struck: %+v", o)
	}
	if o := classify.Classify(nil, scheme, nil)[1]; o.Level != "" || o.Reason == "" {
		t.Errorf("there are no questions: %+v", o)
	}
	list := questions()
	list[0].Yes = "4"
	if o := classify.Classify(list, scheme, said("c1=yes"))[0]; o.Level != "" || !strings.Contains(o.Reason, "いまの分類にその段階がありません") {
		t.Errorf("no such level: %+v", o)
	}
}

func rank(aspect asset.Aspect, key string) int {
	level, _ := scheme.Level(aspect, key)
	return level.Rank
}

// A town may add questions under any number: still another はい, or fewer days, never lowers
// a level. The one question is excepted whose はい says that less is at stake (公表してよい).
func TestAnotherはいNeverLowersALevel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := slices.Clone(classify.Questions.Shipped[0].Rows)
		for n := range rapid.IntRange(0, 4).Draw(t, "own") {
			level := rapid.SampledFrom([]string{"3A", "3B", "3C", "2"}).Draw(t, "level")
			rows = append(rows, edition.Row{fmt.Sprintf("confidentiality-%d", 10+n), "町の問い", "", level, "", "町の趣旨"})
		}
		list := ordered(rows)
		answers := classify.Answers{}
		for _, q := range list {
			answers[q.Key] = rapid.SampledFrom(q.Choices()).Draw(t, q.Key).Value
		}
		before := classify.Classify(list, scheme, answers)
		q := rapid.SampledFrom(list).Draw(t, "turned")
		if q.No != "" && rank(q.Aspect, q.Yes) < rank(q.Aspect, q.No) {
			return
		}
		answers[q.Key] = q.Choices()[0].Value
		for i, after := range classify.Classify(list, scheme, answers) {
			if before[i].Level == "" || after.Level == "" || rank(after.Aspect, after.Level) < rank(after.Aspect, before[i].Level) {
				t.Errorf("%s: %q becomes %q", after.Aspect, before[i].Level, after.Level)
			}
		}
	})
}

// ordered are the questions of rows as QuestionsOn has them.
func ordered(rows []edition.Row) []classify.Question {
	kind := classify.Questions
	kind.Shipped = []edition.Edition{{Rows: rows}}
	return classify.Order(kind.On(edition.Values{}, today), scheme)
}

// What is said where some answers are missing still holds once they are there.
func TestAnAnswerMoreChangesNoLevelThatIsSettled(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		answers := classify.Answers{}
		for _, q := range questions() {
			if rapid.Bool().Draw(t, "answered") {
				answers[q.Key] = rapid.SampledFrom(q.Choices()).Draw(t, q.Key).Value
			}
		}
		before := classify.Classify(questions(), scheme, answers)
		for _, q := range questions() {
			if answers[q.Key] == "" {
				answers[q.Key] = rapid.SampledFrom(q.Choices()).Draw(t, q.Key).Value
			}
		}
		for i, after := range classify.Classify(questions(), scheme, answers) {
			if after.Level == "" || len(after.Open) > 0 || before[i].Level != "" && before[i].Level != after.Level {
				t.Errorf("%+v becomes %+v", before[i], after)
			}
		}
	})
}

func TestTheShippedQuestionsAreAsFoldWritesThem(t *testing.T) {
	t.Parallel()
	rows := classify.Questions.Shipped[0].Rows
	if problem := classify.Questions.Whole(rows); problem != "" {
		t.Error(problem)
	}
	for _, row := range rows {
		shown := make([]string, len(row))
		for i, cell := range row {
			shown[i] = classify.Questions.Show(i, cell)
		}
		if folded, problem := classify.Questions.Fold(shown); problem != "" || fmt.Sprint(folded) != fmt.Sprint(row) {
			t.Errorf("%v becomes %v: %s", row, folded, problem)
		}
	}
	for _, q := range questions() {
		if _, ok := scheme.Level(q.Aspect, q.Yes); !ok {
			t.Errorf("%s: there is no level %s", q.Title(), q.Yes)
		}
		if _, ok := scheme.Level(q.Aspect, q.No); q.No != "" && !ok {
			t.Errorf("%s: there is no level %s", q.Title(), q.No)
		}
	}
}

func TestWhatIsNoQuestionIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cells []string
		want  string // the row, or a part of the sentence
	}{
		"as people write it":  {[]string{"機密性問１２", " 問い ", "", "自治体機密性３b", "", "趣旨"}, "confidentiality-12|問い||3B||趣旨"},
		"by days":             {[]string{"可用性 2", "問い", "３日", "可用性2", "１", "趣旨"}, "availability-2|問い|3|2|1|趣旨"},
		"no aspect":           {[]string{"重要性 問1", "問い", "", "1", "", "趣旨"}, "番号として読み取れません"},
		"no number":           {[]string{"機密性", "問い", "", "1", "", "趣旨"}, "番号として読み取れません"},
		"too high a number":   {[]string{"機密性 問100", "問い", "", "1", "", "趣旨"}, "番号として読み取れません"},
		"no text":             {[]string{"機密性 問1", " ", "", "1", "", "趣旨"}, "問いを、1行"},
		"days that are none":  {[]string{"可用性 問1", "問い", "すぐ", "1", "", "趣旨"}, "日数を、0から"},
		"no level":            {[]string{"機密性 問1", "問い", "", "", "", "趣旨"}, "はいのとき："},
		"a level for nothing": {[]string{"機密性 問1", "問い", "", "1", "とても長い段階の名", "趣旨"}, "いいえのとき："},
		"no sentence":         {[]string{"機密性 問1", "問い", "", "1", "", ""}, "ガイドラインの趣旨を、1行"},
	} {
		row, problem := classify.Questions.Fold(c.cells)
		if problem == "" && strings.Join(row, "|") != c.want || problem != "" && !strings.Contains(problem, c.want) {
			t.Errorf("%s: %q, %q", name, row, problem)
		}
	}
	rows := classify.Questions.Shipped[0].Rows
	if problem := classify.Questions.Whole(slices.DeleteFunc(slices.Clone(rows), func(r edition.Row) bool { return r.Key() == "integrity-1" })); !strings.Contains(problem, "完全性の問いのうち、「いいえのとき」を書いたものが0個") {
		t.Errorf("no end: %q", problem)
	}
	twice := append(slices.Clone(rows), edition.Row{"integrity-2", "問い", "", "2", "1", "趣旨"})
	if problem := classify.Questions.Whole(twice); !strings.Contains(problem, "2個") {
		t.Errorf("two ends: %q", problem)
	}
}
