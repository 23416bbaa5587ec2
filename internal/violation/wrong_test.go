package violation_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/violation"
	"kagami/internal/violation/procedure"
)

// wrongFields are the fields of a form with which something is wrong.
func wrongFields(err error) (list []string) {
	if invalid, ok := errors.AsType[*fault.Error](err); ok && invalid.Kind == fault.Invalid {
		for _, p := range invalid.Problems {
			list = append(list, p.Field)
		}
	}
	return list
}

func TestWhatIsWrongWithAFinding(t *testing.T) {
	o := office(t)
	tomorrow := calendar.Day(*o.Time).AddDays(1)
	outsider := func(f *violation.Finding) {
		f.Person, f.Outsider, f.Company, f.Kind = "", "見本 派遣", "見本商事", "dispatched"
	}
	for name, c := range map[string]struct {
		change func(f *violation.Finding)
		want   string // the field; empty for none
	}{
		"of somebody":              {func(*violation.Finding) {}, ""},
		"of an outsider":           {outsider, ""},
		"of nobody":                {func(f *violation.Finding) { f.Person = " " }, "person"},
		"of two":                   {func(f *violation.Finding) { f.Outsider, f.Company = "見本 派遣", "見本商事" }, "person"},
		"of a number of nobody's":  {func(f *violation.Finding) { f.Person = "Z99" }, "person"},
		"of no company":            {func(f *violation.Finding) { outsider(f); f.Company = "" }, "company"},
		"of a long company":        {func(f *violation.Finding) { outsider(f); f.Company = strings.Repeat("社", 201) }, "company"},
		"of a long outsider":       {func(f *violation.Finding) { outsider(f); f.Outsider = strings.Repeat("名", 101) }, "outsider"},
		"an outsider of the staff": {func(f *violation.Finding) { outsider(f); f.Kind = "executive" }, "kind"},
		"of no kind":               {func(f *violation.Finding) { f.Kind = "" }, "kind"},
		"in another section":       {func(f *violation.Finding) { f.Section = "zeimu" }, "section"},
		"in a system of no number": {func(f *violation.Finding) { f.System = "X-1" }, "system"},
		"of no clause":             {func(f *violation.Finding) { f.Clauses = "" }, "clauses"},
		"of long clauses":          {func(f *violation.Finding) { f.Clauses = strings.Repeat("条", 501) }, "clauses"},
		"of no facts":              {func(f *violation.Finding) { f.Facts = "　" }, "facts"},
		"of long facts":            {func(f *violation.Finding) { f.Facts = strings.Repeat("実", 4001) }, "facts"},
		"since no day":             {func(f *violation.Finding) { f.Since = calendar.Date{} }, "since_on"},
		"since tomorrow":           {func(f *violation.Finding) { f.Since = tomorrow }, "since_on"},
		"with many files":          {func(f *violation.Finding) { f.Papers = make([]string, 6) }, "papers"},
	} {
		f := o.Finding("fukushi 主事")
		c.change(&f)
		_, err := o.Cases.Confirm(t.Context(), o.As("soumu 統括"), f)
		if (err == nil) != (c.want == "") || err != nil && !slices.Equal(wrongFields(err), []string{c.want}) {
			t.Errorf("%s: %v, not of %q", name, err, c.want)
		}
	}
}

func TestWhatIsWrongWithATalk(t *testing.T) {
	o := office(t)
	for name, c := range map[string]struct {
		change func(k *violation.Talk)
		want   []string
	}{
		"nothing said":        {func(k *violation.Talk) { k.Text, k.Method, k.Seen = "", " ", "" }, []string{"text", "method", "seen"}},
		"much said":           {func(k *violation.Talk) { k.Text = strings.Repeat("言", 4001) }, []string{"text"}},
		"a grave violation":   {func(k *violation.Talk) { k.Grave = true }, []string{"grave"}},
		"of the finding, too": {func(k *violation.Talk) { k.Facts, k.Seen = "", "" }, []string{"facts", "seen"}},
	} {
		k := violation.Talk{Finding: o.Finding("fukushi 主事"), Text: "削除する", Method: "画面", Seen: "削除した"}
		c.change(&k)
		if _, err := o.Cases.OnTheSpot(t.Context(), o.As("fukushi 課長"), k); !slices.Equal(wrongFields(err), c.want) {
			t.Errorf("%s: %v, not of %v", name, err, c.want)
		}
	}
}

func TestWhatIsWrongWithAStep(t *testing.T) {
	o := office(t)
	confirmed, failed := o.Confirm("fukushi 課長", "fukushi 主事"), o.NotImproved("fukushi 主査", "fukushi 課長")
	guided := o.Confirm("fukushi 課長", "fukushi 担当副課長")
	o.Guide("fukushi 課長", guided, 7)
	today := calendar.Day(*o.Time)
	guide := violation.More{Until: today, Method: "見る"}
	for name, c := range map[string]struct {
		by, code string
		event    procedure.Event
		said     violation.Said
		want     string
	}{
		"nothing said":                {"fukushi 課長", confirmed, procedure.EventGuide, violation.Said{More: guide}, "text"},
		"much said":                   {"fukushi 課長", confirmed, procedure.EventGuide, violation.Said{Text: strings.Repeat("言", 4001), More: guide}, "text"},
		"many files":                  {"fukushi 課長", confirmed, procedure.EventGuide, violation.Said{Text: "x", More: guide, Papers: make([]string, 6)}, "papers"},
		"no day":                      {"fukushi 課長", confirmed, procedure.EventGuide, violation.Said{Text: "x", More: violation.More{Method: "見る"}}, "until_on"},
		"a day that is over":          {"fukushi 課長", confirmed, procedure.EventGuide, violation.Said{Text: "x", More: violation.More{Until: today.AddDays(-1), Method: "見る"}}, "until_on"},
		"a day of the year after":     {"fukushi 課長", confirmed, procedure.EventGuide, violation.Said{Text: "x", More: violation.More{Until: today.AddDays(367), Method: "見る"}}, "until_on"},
		"no way of looking":           {"fukushi 課長", confirmed, procedure.EventGuide, violation.Said{Text: "x", More: violation.More{Until: today}}, "method"},
		"a long way of looking":       {"fukushi 課長", confirmed, procedure.EventGuide, violation.Said{Text: "x", More: violation.More{Until: today, Method: strings.Repeat("見", 501)}}, "method"},
		"a talk on no day":            {"fukushi 課長", guided, procedure.EventHand, violation.Said{}, "on"},
		"a talk tomorrow":             {"fukushi 課長", guided, procedure.EventHand, violation.Said{More: violation.More{On: today.AddDays(1)}}, "on"},
		"a talk before it was opened": {"fukushi 課長", guided, procedure.EventHand, violation.Said{More: violation.More{On: today.AddDays(-1)}}, "on"},
		"an answer on no day":         {"fukushi 課長", guided, procedure.EventAnswer, violation.Said{Text: "x"}, "on"},
		"an answer of tomorrow":       {"fukushi 課長", guided, procedure.EventAnswer, violation.Said{Text: "x", More: violation.More{On: today.AddDays(1)}}, "on"},
		"a suspension of nothing":     {"soumu 統括", failed, procedure.EventSuspend, violation.Said{Text: "x"}, "rights"},
		"of all, and of one":          {"soumu 統括", failed, procedure.EventSuspend, violation.Said{Text: "x", Whole: true, Rights: []string{"1"}}, "rights"},
		"somebody whom nobody knows":  {"soumu 統括", confirmed, procedure.EventSupervise, violation.Said{Text: "x", Number: "Z99"}, "number"},
		"whom it is about":            {"soumu 統括", confirmed, procedure.EventSupervise, violation.Said{Text: "x", Number: o.Number["fukushi 主事"]}, "number"},
	} {
		c.said.Version = opened(t, o, c.by, c.code).Version
		if err := o.Cases.Do(t.Context(), o.As(c.by), c.code, c.event, c.said); !slices.Equal(wrongFields(err), []string{c.want}) {
			t.Errorf("%s: %v, not of %q", name, err, c.want)
		}
	}
	// what nothing is wrong with
	*o.Time = o.Time.Add(time.Minute)
	o.Take("fukushi 課長", guided, procedure.EventHand, violation.Said{More: violation.More{On: today}})
	o.Take("fukushi 課長", guided, procedure.EventAnswer, violation.Said{More: violation.More{On: today}})
	o.Take("soumu 統括", confirmed, procedure.EventSupervise, violation.Said{Number: o.Number["zeimu 課長"]})
	if err := o.Try("soumu 統括", confirmed, procedure.EventSupervise, violation.Said{Number: o.Number["zeimu 課長"]}); !slices.Equal(wrongFields(err), []string{"number"}) {
		t.Errorf("named twice: %v", err)
	}
}
