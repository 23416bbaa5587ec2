package exception

import (
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
