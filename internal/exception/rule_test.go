package exception

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"kagami/internal/calendar"
)

var aDay = calendar.NewDate(2026, 11, 24)

func sound() Details {
	return Details{Clause: "基本方針7(3)①", Subject: "収納データの受渡し", Reason: "更新まで分けられない", Risk: "漏えい", Instead: "記録を毎日見る", From: aDay, Until: aDay.AddDays(100)}
}

func TestWhatIsWrongIsSaidOfEachField(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Details)
		about  []About
		fields string
	}{
		"nothing":              {func(*Details) {}, nil, ""},
		"no clause":            {func(d *Details) { d.Clause = " 　" }, nil, "clause"},
		"no reason":            {func(d *Details) { d.Reason = "" }, nil, "reason"},
		"no risk":              {func(d *Details) { d.Risk = "" }, nil, "risk"},
		"nothing instead":      {func(d *Details) { d.Instead = "" }, nil, "instead"},
		"too much":             {func(d *Details) { d.Reason = strings.Repeat("字", 2001) }, nil, "reason"},
		"about nothing":        {func(d *Details) { d.Subject = "" }, nil, "subject"},
		"about an asset":       {func(d *Details) { d.Subject = "" }, []About{{Section: 1}}, ""},
		"another section's":    {func(*Details) {}, []About{{Section: 2}}, "assets"},
		"too many":             {func(*Details) {}, make([]About, 101), strings.Repeat("assets ", 101) + "assets"},
		"no first day":         {func(d *Details) { d.From = calendar.Date{} }, nil, "from_on"},
		"begins in the past":   {func(d *Details) { d.From = aDay.AddDays(-1) }, nil, "from_on"},
		"a mistyped year":      {func(d *Details) { d.From, d.Until = aDay.AddDays(367), aDay.AddDays(368) }, nil, "from_on"},
		"done already":         {func(d *Details) { d.DoneSince = aDay.AddDays(-3) }, nil, ""},
		"done in the future":   {func(d *Details) { d.DoneSince = aDay.AddDays(1) }, nil, "done_since"},
		"no last day":          {func(d *Details) { d.Until = calendar.Date{} }, nil, "until_on"},
		"over already":         {func(d *Details) { d.DoneSince, d.Until = aDay.AddDays(-9), aDay.AddDays(-1) }, nil, "until_on"},
		"ends before it is on": {func(d *Details) { d.From = aDay.AddDays(101) }, nil, "until_on"},
		"the longest":          {func(d *Details) { d.Until = aDay.AddDays(366) }, nil, ""},
		"too long":             {func(d *Details) { d.Until = aDay.AddDays(367) }, nil, "until_on"},
		"looked at too late":   {func(d *Details) { d.ReviewOn = d.Until.AddDays(1) }, nil, "review_on"},
		"looked at too early":  {func(d *Details) { d.ReviewOn = aDay.AddDays(-1) }, nil, "review_on"},
	} {
		d := sound()
		c.change(&d)
		var fields []string
		for _, p := range d.tidy().check(c.about, 1, longest{366, "1年"}, aDay) {
			fields = append(fields, p.Field)
		}
		if got := strings.Join(fields, " "); got != c.fields {
			t.Errorf("%s: %q is wrong", name, got)
		}
	}
}

func TestTheReviewIsAMonthBeforeTheEndUnlessItIsSaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ days, said, want int }{{100, 0, 70}, {60, 0, 30}, {59, 0, 29}, {10, 0, 5}, {0, 0, 0}, {100, 50, 50}} {
		d := sound()
		if d.Until = aDay.AddDays(c.days); c.said > 0 {
			d.ReviewOn = aDay.AddDays(c.said)
		}
		if got := d.tidy().ReviewOn.Sub(aDay); got != c.want {
			t.Errorf("%+v: after %d days", c, got)
		}
	}
}

func TestItStandsByTheDay(t *testing.T) {
	t.Parallel()
	from, until := aDay, aDay.AddDays(10)
	for _, c := range []struct {
		state State
		day   int
		want  string
		on    bool
	}{
		{Asked, 0, "申請中", false}, {Permitted, -1, "許可（開始前）", false}, {Permitted, 0, "有効", true}, {Permitted, 10, "有効", true}, {Permitted, 11, "期限切れ", false},
		{Ended, 5, "期限前に終了", false}, {Refused, 5, "不許可", false}, {Withdrawn, 5, "取り下げ", false},
	} {
		e := Exception{State: c.state, Details: Details{From: from, Until: until}}
		day := aDay.AddDays(c.day)
		if got := e.Standing(day); got != c.want || e.InForce(day) != c.on {
			t.Errorf("%+v: %s, %t", c, got, e.InForce(day))
		}
	}
}

func TestClausesAreOneALine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text, want string
	}{
		"one":                 {"基本方針7(3)①", "基本方針7(3)①"},
		"several":             {" 基本方針7(3)①\r\n\n　対策基準3(1) ", "基本方針7(3)①|対策基準3(1)"},
		"the same, written":   {"基本方針7(3)①\n基本方針 7(3)1\n基本方針７（３）①", "基本方針7(3)①"},
		"nothing":             {" \n　", ""},
		"a text with a comma": {"文書規程第3条、第4条", "文書規程第3条、第4条"},
	} {
		if got := strings.Join(clausesIn(c.text), "|"); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := strings.Join(Unfound("基本方針 7(3)1\n文書規程第3条\n対策基準3(1)", slices.Values([]string{"基本方針7(3)①", "対策基準3(1)"})), "|"); got != "文書規程第3条" {
		t.Errorf("%q is not found", got)
	}
}

func TestAsManyClausesAsItsNumberSays(t *testing.T) {
	t.Parallel()
	line := func(n int) string { return strings.Repeat("字", n) }
	for name, c := range map[string]struct {
		clause string
		wrong  int
	}{
		"five":          {"一\n二\n三\n四\n五", 0},
		"six":           {"一\n二\n三\n四\n五\n六", 1},
		"the longest":   {line(200), 0},
		"too long":      {"一\n" + line(201), 1},
		"five long":     {line(200) + "\n一" + line(199) + "\n二" + line(199) + "\n三" + line(199) + "\n四" + line(199), 0},
		"long and many": {line(201) + "\n一\n二\n三\n四\n五", 2},
	} {
		d := sound()
		d.Clause = c.clause
		if got := d.tidy().check(nil, 1, longest{366, "1年"}, aDay); len(got) != c.wrong {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestAClauseIsFoundByItsNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		sought, clause string
		want           bool
	}{
		{"7(3)", "基本方針7(3)①", true}, {"7(3)①", "基本方針 ７（３）①", true}, {"7(3)1", "基本方針7(3)①", true}, {"7(3)①", "基本方針7(3)⑩", false},
		{"7(3)", "対策基準17(3)", false}, {"基本方針7", "基本方針7(3)①", true}, {"基本方針7", "基本方針70", false}, {"方針", "基本方針7", true},
		{"第3条", "文書規程第13条", false}, {"3条", "文書規程第3条", true}, {".*", "基本方針7", false}, {"7(3", "基本方針7(3)", true}, {"***:x", "基本方針7", false},
	} {
		if got := regexp.MustCompile(citing(c.sought)).MatchString(Key(c.clause)); got != c.want {
			t.Errorf("%q in %q: %t", c.sought, c.clause, got)
		}
	}
}

func TestAReportIsDueOnAnOfficeDay(t *testing.T) {
	t.Parallel()
	office := calendar.NewOffice(map[calendar.Date]string{calendar.NewDate(2026, 11, 23): "勤労感謝の日"}, nil)
	for name, c := range map[string]struct {
		done   calendar.Date
		within int
		want   calendar.Date
	}{
		"the same day":            {calendar.NewDate(2026, 11, 21), 0, calendar.NewDate(2026, 11, 21)},
		"the next day":            {aDay, 1, aDay.AddDays(1)},
		"over a long weekend":     {calendar.NewDate(2026, 11, 20), 1, aDay},
		"done on a day off":       {calendar.NewDate(2026, 11, 21), 1, aDay},
		"the third of the office": {calendar.NewDate(2026, 11, 20), 3, calendar.NewDate(2026, 11, 26)},
	} {
		if got := reportBy(c.done, c.within, office); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// How it stands, and what of it is still to be recorded, by its state and the day.
func TestHowItEnded(t *testing.T) {
	t.Parallel()
	from, until, by := aDay, aDay.AddDays(10), aDay.AddDays(24)
	for name, c := range map[string]struct {
		e         Exception
		day       int
		ending    string
		happens   Case
		unsettled bool
	}{
		"asked":                   {Exception{State: Asked}, 20, "", "", false},
		"on its last day":         {Exception{State: Permitted, DecidedOn: from, SettleBy: by}, 10, "", "", false},
		"after it":                {Exception{State: Permitted, DecidedOn: from, SettleBy: by}, 11, "期限切れ", Over, true},
		"after it, and followed":  {Exception{State: Permitted, DecidedOn: from, SettleBy: by, Followed: true}, 11, "期限切れ", Over, false},
		"ended":                   {Exception{State: Ended, DecidedOn: from, EndedOn: from, SettleBy: by}, 0, "期限前に終了", Begun, true},
		"ended before it began":   {Exception{State: Ended, DecidedOn: from, EndedOn: from}, 0, "期限前に終了", "", false},
		"refused":                 {Exception{State: Refused, DecidedOn: from}, 0, "不許可", "", false},
		"refused, done already":   {Exception{State: Refused, DecidedOn: from, MendOn: by, SettleBy: by}, 0, "不許可", Begun, true},
		"withdrawn":               {Exception{State: Withdrawn}, 0, "取り下げ", "", false},
		"withdrawn, done already": {Exception{State: Withdrawn, SettleBy: by}, 0, "取り下げ", Begun, true},
		"settled after its end":   {Exception{State: Settled, DecidedOn: from, SettleBy: by, SettledOn: until}, 30, "期限切れ", Begun, false},
		"settled, ended early":    {Exception{State: Settled, DecidedOn: from, EndedOn: from, SettleBy: by, SettledOn: until}, 5, "期限前に終了", Begun, false},
		"settled, refused":        {Exception{State: Settled, DecidedOn: from, MendOn: by, SettleBy: by, SettledOn: until}, 5, "不許可", Begun, false},
		"settled, withdrawn":      {Exception{State: Settled, SettleBy: by, SettledOn: until}, 5, "取り下げ", Begun, false},
	} {
		c.e.From, c.e.Until = from, until
		day := aDay.AddDays(c.day)
		if ending, happens, unsettled := c.e.Ending(day), c.e.happens(day), c.e.Unsettled(day); ending != c.ending || happens != c.happens || unsettled != c.unsettled {
			t.Errorf("%s: %q %q %t", name, ending, happens, unsettled)
		}
	}
}
