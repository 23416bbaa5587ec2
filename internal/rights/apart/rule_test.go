package apart

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kagami/internal/calendar"
	"kagami/internal/edition"
)

var shipped = Rules.On(edition.Values{}, calendar.NewDate(2026, time.November, 28))

const system = "zeimu-0001"

func right(kind, grade string) Right { return Right{System: system, Kind: kind, Grade: grade} }

func TestTwoRightsThatMustNotMeet(t *testing.T) {
	t.Parallel()
	pay := Rule{Key: "pay", System: "kaikei-0002", A: []string{"請求"}, B: []string{"支払"}, Clause: "規則3", Sentence: "分けてください。"}
	at := func(code string, r Right) Right { r.System = code; return r }
	by := func(user string, r Right) Right { r.User = user; return r }
	for name, c := range map[string]struct {
		fresh Right
		held  []Right
		want  string // the rule's key; empty for none
	}{
		"nothing held":                     {right("一般", "申請"), nil, ""},
		"both write slips":                 {right("一般", "起票"), []Right{right("一般", "申請")}, ""},
		"writes and decides":               {right("一般", "起票"), []Right{right("一般", "照会"), right("一般", "決裁")}, "request-decide"},
		"decides and writes":               {right("一般", "承認（課長）"), []Right{right("一般", "申請の入力")}, "request-decide"},
		"in another system":                {right("一般", "起票"), []Right{at("zeimu-0002", right("一般", "決裁"))}, ""},
		"by another user":                  {right("保守", "開発"), []Right{by("甲社 乙", right("保守", "本番の運用"))}, ""},
		"by the same outsider":             {by("甲社 乙", right("保守", "開発")), []Right{by("甲社 乙", right("保守", "本番の運用"))}, "develop-operate"},
		"the kind and a word":              {right("特権", "サーバーの管理"), []Right{right("一般", "監査ログの管理")}, "privileged-log"},
		"a privileged account for the log": {right("特権", "監査ログの管理"), []Right{right("特権", "監査ログの管理")}, ""},
		"that, and another privileged one": {right("特権", "監査ログの管理"), []Right{right("特権", "")}, "privileged-log"},
		"of another width":                 {at("KAIKEI-0002", right("一般", "請求")), []Right{at("kaikei-0002", right("一般", "支払"))}, "pay"},
		"with a blank in it":               {right("一般", "決 \u3000裁"), []Right{right("一般", "申請")}, "request-decide"},
		"with what nobody sees in it":      {right("一般", "決\u200b\u00ad\U000e0100裁"), []Right{right("一般", "申\u2060請")}, "request-decide"},
		"a rule of one system in another":  {right("一般", "請求"), []Right{right("一般", "支払")}, ""},
	} {
		rule, other, clash := Clash(append(slices.Clone(shipped), pay), c.fresh, c.held)
		if clash != (c.want != "") || rule.Key != c.want {
			t.Errorf("%s: %t by %q, want %q", name, clash, rule.Key, c.want)
		}
		if clash && !slices.Contains(c.held, other) {
			t.Errorf("%s: the other is %v", name, other)
		}
	}
}

func TestARightThatIsOnBothSidesByItself(t *testing.T) {
	t.Parallel()
	for grade, want := range map[string]string{"起票・決裁": "request-decide", "起票": "", "監査ログの管理": "", "開発と本番の運用": "develop-operate"} {
		if rule, _ := Both(shipped, right("特権", grade)); rule.Key != want {
			t.Errorf("%s: %q, want %q", grade, rule.Key, want)
		}
	}
}

// Whichever of two comes first, they go together or don't.
func TestWhichOfTwoComesFirstIsAllTheSame(t *testing.T) {
	t.Parallel()
	words := rapid.SampledFrom([]string{"申請", "起票", "承認", "決裁", "開発", "本番", "監査ログ", "照会", "ＡＢ", "ab", "特権", "一般"})
	side := rapid.SliceOfNDistinct(words, 1, 3, rapid.ID[string])
	code := rapid.SampledFrom([]string{"zeimu-0001", "zeimu-0002"})
	rules := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Rule {
		return Rule{Key: words.Draw(t, "key"), System: rapid.OneOf(rapid.Just(""), code).Draw(t, "of"), A: side.Draw(t, "a"), B: side.Draw(t, "b")}
	}), 0, 4)
	rights := rapid.Custom(func(t *rapid.T) Right {
		return Right{
			System: code.Draw(t, "system"), User: rapid.SampledFrom([]string{"", "甲社"}).Draw(t, "user"),
			Kind: rapid.SampledFrom([]string{"一般", "特権"}).Draw(t, "kind"), Grade: words.Draw(t, "grade") + words.Draw(t, "more"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		list, x, y := append(rules.Draw(t, "rules"), shipped...), rights.Draw(t, "x"), rights.Draw(t, "y")
		rule, _, clash := Clash(list, x, []Right{y})
		back, _, too := Clash(list, y, []Right{x})
		if clash != too || rule.Key != back.Key {
			t.Fatalf("%v after %v: %t by %s; the other way round %t by %s", x, y, clash, rule.Key, too, back.Key)
		}
	})
}

func TestWhatCanBeARule(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cells []string
		kept  bool
	}{
		"as it is shown":     {[]string{"pay", everySystem, "請求、支出命令", "支払", "規則3", "分けてください。"}, true},
		"of one system":      {[]string{"ＰＡＹ", "kaikei-0002", "請求", "支払", "規則3", "分けてください。"}, true},
		"no key":             {[]string{"支払", "", "請求", "支払", "規則3", "分けてください。"}, false},
		"a system by name":   {[]string{"pay", "財務会計", "請求", "支払", "規則3", "分けてください。"}, false},
		"one side is empty":  {[]string{"pay", "", "請求", " ", "規則3", "分けてください。"}, false},
		"a word on both":     {[]string{"pay", "", "請求、支払", "支払", "規則3", "分けてください。"}, false},
		"without a clause":   {[]string{"pay", "", "請求", "支払", "", "分けてください。"}, false},
		"without a sentence": {[]string{"pay", "", "請求", "支払", "規則3", ""}, false},
	} {
		row, problem := foldRule(c.cells)
		if (problem == "") != c.kept {
			t.Errorf("%s: %q %q", name, row, problem)
		}
		if problem != "" {
			continue
		}
		shown := make([]string, len(row))
		for i, cell := range row {
			shown[i] = showRule(i, cell)
		}
		if again, _ := foldRule(shown); !slices.Equal(again, row) {
			t.Errorf("%s: %q is read again as %q", name, row, again)
		}
	}
}
