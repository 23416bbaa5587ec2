package loan

import (
	"flag"
	"os"
	"strings"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/asset/life"
	"kagami/internal/calendar"
	"kagami/internal/edition"
)

var update = flag.Bool("update", false, "write docs/loan-states.md anew")

func TestTheStatesDocument(t *testing.T) {
	t.Parallel()
	const path = "../../../docs/loan-states.md"
	want, err := StatesDocument()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("docs/loan-states.md is not the table of the code (%v): make generate", err)
	}
}

var aDay = calendar.NewDate(2026, 11, 24) // a Tuesday

var known = Safeguards.On(edition.Values{}, aDay)

func TestWhatARuleBars(t *testing.T) {
	t.Parallel()
	sound := Thing{Kind: asset.Medium, Confidentiality: "2", Zone: asset.OfflineZone, State: life.Registered}
	for name, c := range map[string]struct {
		change     func(*Thing)
		safeguards string
		mynumber   string
		exception  string
		rules      string
	}{
		"nothing":                              {func(*Thing) {}, "", byException, "", ""},
		"a draft":                              {func(a *Thing) { a.State = life.Draft }, "", byException, "", "draft"},
		"retired":                              {func(a *Thing) { a.State = life.Retired }, "", byException, "", "state"},
		"registered by mistake":                {func(a *Thing) { a.State = life.Mistaken }, "", byException, "", "state"},
		"merged":                               {func(a *Thing) { a.State = life.Merged }, "", byException, "", "state"},
		"missing":                              {func(a *Thing) { a.State = life.Missing }, "", byException, "", "state"},
		"under disposal":                       {func(a *Thing) { a.State = life.Disposing }, "", byException, "", "state"},
		"not to be taken out":                  {func(a *Thing) { a.Handling = []asset.Handling{asset.NoTakeOut} }, "", byException, "", "no-takeout"},
		"not to be copied":                     {func(a *Thing) { a.Handling = []asset.Handling{asset.NoCopy} }, "", byException, "", ""},
		"not to be taken out, though excepted": {func(a *Thing) { a.Handling = []asset.Handling{asset.NoTakeOut} }, "", byException, "8-0001", "no-takeout"},
		"of マイナンバー利用事務系":                       {func(a *Thing) { a.Zone = asset.MyNumberZone }, "", byException, "", "mynumber"},
		"of it, excepted":                      {func(a *Thing) { a.Zone = asset.MyNumberZone }, "", byException, "8-0001", ""},
		"of it, by the manager":                {func(a *Thing) { a.Zone = asset.MyNumberZone }, "", byManager, "", ""},
		"of it, never":                         {func(a *Thing) { a.Zone = asset.MyNumberZone }, "", never, "8-0001", "mynumber"},
		"paper of it":                          {func(a *Thing) { a.Zone, a.Kind = asset.MyNumberZone, asset.Paper }, "", byException, "", ""},
		"of LGWAN":                             {func(a *Thing) { a.Zone = asset.LGWANZone }, "", byException, "", ""},
		"3A":                                   {func(a *Thing) { a.Confidentiality = "3A" }, "password", byException, "", "safeguard-encryption"},
		"3B":                                   {func(a *Thing) { a.Confidentiality = "3B" }, "", byException, "", "safeguard-encryption"},
		"3B in cipher":                         {func(a *Thing) { a.Confidentiality = "3B" }, "encryption", byException, "", ""},
		"3C":                                   {func(a *Thing) { a.Confidentiality = "3C" }, "", byException, "", ""},
		"特定個人情報":                               {func(a *Thing) { a.Personal = asset.MyNumberBorne }, "", byException, "", "safeguard-encryption"},
		"data of it in a case":                 {func(a *Thing) { a.Personal = asset.MyNumberBorne }, "locked-case", byException, "", "safeguard-encryption"},
		"paper 3B":                             {func(a *Thing) { a.Kind, a.Confidentiality = asset.Paper, "3B" }, "sealed blind", byException, "", "safeguard-locked-case"},
		"paper 3B in a case":                   {func(a *Thing) { a.Kind, a.Confidentiality = asset.Paper, "3B" }, "locked-case", byException, "", ""},
		"paper 2":                              {func(a *Thing) { a.Kind = asset.Paper }, "", byException, "", ""},
		"a draft of マイナンバー利用事務系 without a cipher": {func(a *Thing) { a.State, a.Zone, a.Confidentiality = life.Draft, asset.MyNumberZone, "3B" }, "", byException, "", "draft mynumber safeguard-encryption"},
	} {
		thing := sound
		c.change(&thing)
		var rules []string
		for _, b := range barred(thing, strings.Fields(c.safeguards), known, c.mynumber, c.exception) {
			if rules = append(rules, b.Rule); b.Clause == "" || b.Sentence == "" {
				t.Errorf("%s: %+v says nothing", name, b)
			}
		}
		if got := strings.Join(rules, " "); got != c.rules {
			t.Errorf("%s: barred by %q", name, got)
		}
	}
}

func TestSafeguardsAreOfferedForWhatTheyAreFor(t *testing.T) {
	t.Parallel()
	for kind, want := range map[asset.Kind]string{asset.Medium: "encryption locked-case password tracked", asset.Paper: "blind locked-case sealed tracked"} {
		var keys []string
		for _, s := range known {
			if s.Offered(Thing{Kind: kind}) {
				keys = append(keys, s.Key)
			}
		}
		if got := strings.Join(keys, " "); got != want {
			t.Errorf("%s: %s", kind, got)
		}
	}
}

func TestATownsOwnSafeguardIsRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cells         []string
		data, problem string
	}{
		"needed":         {[]string{"two-people", "2人で運ぶ", "自治体機密性3B、特定個人情報", "―", "7(2)"}, "3B specific", ""},
		"offered":        {[]string{"two-people", "2人で運ぶ", "選べる", "なし", "7(2)"}, "選べる", ""},
		"not for data":   {[]string{"two-people", "2人で運ぶ", "-", "選べる", "7(2)"}, "―", ""},
		"empty":          {[]string{"two-people", "2人で運ぶ", "", "―", "7(2)"}, "", "「データ・機器」の欄は"},
		"no name":        {[]string{"two-people", "", "選べる", "―", "7(2)"}, "", "名称"},
		"in Japanese":    {[]string{"二人", "2人で運ぶ", "選べる", "―", "7(2)"}, "", "略称として使えません"},
		"without clause": {[]string{"two-people", "2人で運ぶ", "選べる", "―", ""}, "", "根拠"},
	} {
		row, problem := foldSafeguard(c.cells)
		if c.problem != "" || problem != "" {
			if c.problem == "" || !strings.Contains(problem, c.problem) {
				t.Errorf("%s: %s", name, problem)
			}
			continue
		}
		if row[2] != c.data {
			t.Errorf("%s: %q", name, row[2])
		}
	}
}

func TestWhatIsWrongIsSaidOfEachField(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Details)
		every  int // days from the first on; 0 for once
		fields string
	}{
		"nothing":              {func(*Details) {}, 0, ""},
		"no purpose":           {func(d *Details) { d.Purpose = " 　" }, 0, "purpose"},
		"no place":             {func(d *Details) { d.Place = "" }, 0, "place"},
		"too much":             {func(d *Details) { d.Place = strings.Repeat("字", 201) }, 0, "place"},
		"no first day":         {func(d *Details) { d.From = calendar.Date{} }, 0, "from_on"},
		"yesterday":            {func(d *Details) { d.From = aDay.AddDays(-1) }, 0, "from_on"},
		"a year ahead":         {func(d *Details) { d.From, d.Until = aDay.AddDays(366), aDay.AddDays(367) }, 0, ""},
		"a mistyped year":      {func(d *Details) { d.From, d.Until = aDay.AddDays(367), aDay.AddDays(368) }, 0, "from_on"},
		"no last day":          {func(d *Details) { d.Until = calendar.Date{} }, 0, "until_on"},
		"back before":          {func(d *Details) { d.Until = aDay.AddDays(-1) }, 0, "until_on"},
		"the longest":          {func(d *Details) { d.Until = aDay.AddDays(29) }, 0, ""},
		"too long":             {func(d *Details) { d.Until = aDay.AddDays(30) }, 0, "until_on"},
		"across 1 April":       {func(d *Details) { d.From, d.Until = calendar.NewDate(2027, 3, 25), calendar.NewDate(2027, 4, 8) }, 0, ""},
		"every week":           {func(d *Details) { d.Until = aDay.AddDays(6) }, 70, ""},
		"thirteen times":       {func(*Details) {}, 84, ""},
		"fourteen times":       {func(*Details) {}, 91, "every_until"},
		"every week before it": {func(*Details) {}, -1, "every_until"},
		"longer than a week":   {func(d *Details) { d.Until = aDay.AddDays(7) }, 70, "until_on"},
	} {
		d := Details{Purpose: "訪問調査", Place: "町内", From: aDay, Until: aDay.AddDays(1)}
		c.change(&d)
		var every calendar.Date
		if c.every != 0 {
			every = aDay.AddDays(c.every)
		}
		var fields []string
		for _, p := range d.tidy(known).check(every, limits{30, 13}, aDay) {
			fields = append(fields, p.Field)
		}
		if got := strings.Join(fields, " "); got != c.fields {
			t.Errorf("%s: %q is wrong", name, got)
		}
	}
}

func TestEveryWeekIsTheSameDay(t *testing.T) {
	t.Parallel()
	d := Details{From: aDay, Until: aDay.AddDays(1)}
	for every, want := range map[int]int{0: 1, 6: 1, 7: 2, 20: 3, 21: 4} {
		spans := d.weekly(aDay.AddDays(every))
		last := spans[len(spans)-1]
		if len(spans) != want || last.From != aDay.AddDays(7*(want-1)) || last.Until.Sub(last.From) != 1 {
			t.Errorf("until %d days on: %v", every, spans)
		}
	}
	if spans := d.weekly(calendar.Date{}); len(spans) != 1 {
		t.Errorf("once: %v", spans)
	}
}

func TestTheSameAgainIsTheNextSameDayOfTheWeek(t *testing.T) {
	t.Parallel()
	for was, want := range map[int]int{-1: 6, -7: 0, -8: 6, -28: 0, 0: 0, 3: 3} {
		d := Details{From: aDay.AddDays(was), Until: aDay.AddDays(was + 2)}.Again(aDay)
		if got := d.From.Sub(aDay); got != want || d.Until.Sub(d.From) != 2 {
			t.Errorf("of %d days: in %d, for %d", was, got, d.Until.Sub(d.From))
		}
	}
}

func TestWhatCameBackIsLookedAt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		Return
		note, fields string
	}{
		"all right":            {Return{Yes, Yes, Yes}, "", ""},
		"nothing to erase":     {Return{Yes, Yes, NotAsked}, "", ""},
		"not looked at":        {Return{}, "", "whole sound erased"},
		"something lacks":      {Return{No, Yes, Yes}, "鍵がない", "whole"},
		"broken":               {Return{Yes, No, Yes}, "", "note"},
		"broken, in words":     {Return{Yes, No, Yes}, "角が欠けた。使える", ""},
		"not erased":           {Return{Yes, Yes, No}, "", "note"},
		"not erased, in words": {Return{Yes, Yes, No}, "明日消す", ""},
		"no answer":            {Return{Yes, NotAsked, "maybe"}, "", "sound erased"},
	} {
		var fields []string
		for _, p := range c.check(c.note) {
			fields = append(fields, p.Field)
		}
		if got := strings.Join(fields, " "); got != c.fields {
			t.Errorf("%s: %q is wrong", name, got)
		}
	}
}

func TestItStandsByTheDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		state State
		days  int // after the last
		want  string
		late  bool
	}{
		{Asked, 0, "申請中", false}, {Asked, 1, "決まらないまま期限切れ", false}, {Permitted, 0, "許可", false}, {Permitted, 1, "渡さないまま期限切れ", false},
		{Handed, 0, "持出し・貸出し中", false}, {Handed, 1, "返却の期限を過ぎている", true}, {Closed, 9, "返却済み", false}, {Lost, 9, "紛失", false}, {Barred, 9, "基準により不許可", false},
	} {
		l := Loan{State: c.state, Details: Details{Until: aDay}}
		if got := l.Standing(aDay.AddDays(c.days)); got != c.want || l.Overdue(aDay.AddDays(c.days)) != c.late {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// One that is out beyond its last day keeps its days in the calendar until it is back.
func TestTheCalendarShowsWhatIsNotBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		Booked
		day  int
		want bool
	}{
		"before":           {Booked{State: Permitted}, -1, false},
		"the first day":    {Booked{State: Permitted}, 0, true},
		"the last day":     {Booked{State: Permitted}, 2, true},
		"after":            {Booked{State: Permitted}, 3, false},
		"overdue":          {Booked{State: Handed}, 5, true},
		"overdue till now": {Booked{State: Handed}, 6, false},
	} {
		c.From, c.Until = aDay, aDay.AddDays(2)
		if got := c.Covers(aDay.AddDays(c.day), aDay.AddDays(5)); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
