package stocktaking

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/calendar"
	"kagami/internal/fault"
)

var day = calendar.NewDate(2026, time.November, 24)

func fields(problems []fault.Problem) string {
	var list []string
	for _, p := range problems {
		list = append(list, p.Field)
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

func TestWhatIsWrongWithAFinding(t *testing.T) {
	t.Parallel()
	opened, long := day.AddDays(-10), strings.Repeat("字", MaxNote+1)
	for name, c := range map[string]struct {
		f    Finding
		want string
	}{
		"the same":                      {Finding{Result: Same}, ""},
		"changed, with a note":          {Finding{Result: Changed, Note: "置き場所"}, ""},
		"nothing":                       {Finding{}, "result"},
		"a result that there is not":    {Finding{Result: "lost"}, "result"},
		"disposed of, without a reason": {Finding{Result: Disposed, Note: " "}, "note"},
		"disposed of":                   {Finding{Result: Disposed, Note: "機器の更新"}, ""},
		"too long":                      {Finding{Result: Same, Note: long, LookedBy: long}, "looked_by note"},
		"before the opening":            {Finding{Result: Same, On: opened.AddDays(-1)}, "on"},
		"on the day of the opening":     {Finding{Result: Same, On: opened}, ""},
		"on a day to come":              {Finding{Result: Same, On: day.AddDays(1)}, "on"},
		"missing, without anything":     {Finding{Result: Missing}, "noticed_by noticed_on"},
		"missing":                       {Finding{Result: Missing, NoticedOn: day, NoticedBy: "見本 花子"}, ""},
		"missing before the opening":    {Finding{Result: Missing, NoticedOn: opened.AddDays(-30), NoticedBy: "見本 花子"}, ""},
		"missing tomorrow":              {Finding{Result: Missing, NoticedOn: day.AddDays(1), NoticedBy: "見本 花子"}, "noticed_on"},
		"seen after it was missing":     {Finding{Result: Missing, NoticedOn: day.AddDays(-2), NoticedBy: "見本 花子", LastSeenOn: day}, "last_seen_on"},
		"missing, by too long a name":   {Finding{Result: Missing, NoticedOn: day, NoticedBy: long}, "noticed_by"},
		"found, and noticed too":        {Finding{Result: Same, NoticedOn: day.AddDays(9), NoticedBy: long}, ""},
	} {
		if got := fields(c.f.tidy(day).check(opened, day)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestWhatIsWrongWithAPlan(t *testing.T) {
	t.Parallel()
	scheme := asset.Scheme{Levels: []asset.Level{{Aspect: asset.Confidentiality, Key: "3B"}, {Aspect: asset.Integrity, Key: "2"}}}
	good := Plan{Title: "令和8年度の棚卸し", Whole: true, DueOn: day.AddDays(60)}
	for name, c := range map[string]struct {
		change func(*Plan)
		want   string
	}{
		"nothing":                 {func(*Plan) {}, ""},
		"no title":                {func(p *Plan) { p.Title = "" }, "title"},
		"a long title":            {func(p *Plan) { p.Title = strings.Repeat("字", maxTitle+1) }, "title"},
		"no section":              {func(p *Plan) { p.Whole = false }, "section"},
		"a section":               {func(p *Plan) { p.Whole, p.Sections = false, []string{"zeimu"} }, ""},
		"kinds":                   {func(p *Plan) { p.Kinds = []string{"medium", "paper"} }, ""},
		"a kind that there isn't": {func(p *Plan) { p.Kinds = []string{"medium", "air", "sea"} }, "kind"},
		"a level":                 {func(p *Plan) { p.Levels = []string{"3B"} }, ""},
		"one of another aspect":   {func(p *Plan) { p.Levels = []string{"2"} }, "level"},
		"no last day":             {func(p *Plan) { p.DueOn = calendar.Date{} }, "due_on"},
		"due today":               {func(p *Plan) { p.DueOn = day }, ""},
		"due yesterday":           {func(p *Plan) { p.DueOn = day.AddDays(-1) }, "due_on"},
		"due in a year":           {func(p *Plan) { p.DueOn = day.AddDays(longest) }, ""},
		"due later":               {func(p *Plan) { p.DueOn = day.AddDays(longest + 1) }, "due_on"},
	} {
		plan := good
		c.change(&plan)
		if got := fields(plan.check(scheme, day)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestTheSecondOfAYearSaysSo(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{"8-1": "棚卸し-令和8年度", "8-2": "棚卸し-令和8年度（2回目）", "10-1": "棚卸し-令和10年度"} {
		if got := Number(code); got != want {
			t.Errorf("%s is %s, want %s", code, got, want)
		}
	}
}

func TestABusySectionIsNamed(t *testing.T) {
	t.Parallel()
	busy := []Held{{Name: "総務課", Busy: "8-1"}, {Name: "税務町民課", Busy: "8-1"}, {Name: "産業課", Busy: "8-2"}, {Name: "会計室", Busy: "8-2"}}
	for n, want := range map[int]string{1: "総務課（棚卸し-令和8年度）。", 3: "産業課（棚卸し-令和8年度（2回目））。", 4: "（2回目））ほか1課室。"} {
		if got := errBusy(busy[:n]).Error(); !strings.Contains(got, want) {
			t.Errorf("%d: %s lacks %s", n, got, want)
		}
	}
}
