package report_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/report"
)

func TestAReportOpensACaseOfWhichOnlyWhoItGoesToIsTold(t *testing.T) {
	o := open(t)
	_, code := o.send("fukushi 主査", procedure.General, o.Number["fukushi 主事"])
	if told := o.Told(code, procedure.EventReport); !slices.Equal(told, []string{"soumu 統括 general other"}) {
		t.Errorf("told: %v", told)
	}
	_, code = o.send("fukushi 主査", procedure.Chief, "")
	if told := o.Told(code, procedure.EventReport); !slices.Equal(told, []string{"soumu CISO chief other"}) {
		t.Errorf("told: %v", told)
	}
	opened, err := o.Cases.Open(t.Context(), o.As("soumu CISO"), code, procedure.AsCase)
	o.Must(err)
	if want := calendar.Day(*o.Time).AddDays(20); opened.State != procedure.Reported || opened.DueOn != want || opened.Steps[0].By != 0 {
		t.Errorf("it stands %s until %s, by %d", opened.State, opened.DueOn, opened.Steps[0].By)
	}
	if _, err := o.Cases.Open(t.Context(), o.As("soumu 統括"), code, procedure.AsCase); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the 統括 reads what was reported to the CISO: %v", err)
	}
}

// To whom it goes where it is about who would receive it.
func TestNobodyReceivesAReportAboutThemselves(t *testing.T) {
	o := open(t)
	for _, c := range []struct {
		whom           string
		general, chief string
	}{
		{"", "soumu 統括", "soumu CISO"},
		{o.Number["fukushi 主事"], "soumu 統括", "soumu CISO"},
		{o.Number["soumu 統括"], "soumu CISO", "soumu CISO"},
		{"見本soumu統括", "soumu CISO", "soumu CISO"},
		{"見本　ｓｏｕｍｕ 統括", "soumu CISO", "soumu CISO"},
		{"統括", "soumu CISO", "soumu CISO"},
		{"総務課統括", "soumu CISO", "soumu CISO"},
		{"総務課のだれか", "soumu 統括", "soumu CISO"},
		{o.Number["soumu CISO"], "CIO", "CIO"},
	} {
		for seat, want := range map[procedure.Seat]string{procedure.General: c.general, procedure.Chief: c.chief} {
			w := o.words("fukushi 主査", seat, c.whom)
			w.What = string(seat) + c.whom
			_, err := o.Reports.Send(t.Context(), o.As("fukushi 主査"), w)
			o.Must(err)
			told := o.Told(o.last(), procedure.EventReport)
			if !strings.Contains(w.Shown, "見本 "+want) || len(told) != 1 || !strings.HasPrefix(told[0], want+" ") {
				t.Errorf("about %q to the %s: shown %s, told %v, want %s", c.whom, seat, w.Shown, told, want)
			}
		}
	}
	general := o.words("fukushi 主査", procedure.General, "")
	general.Whom = "統括" // typed after the form was shown
	_, err := o.Reports.Send(t.Context(), o.As("fukushi 主査"), general)
	o.wants("to another than was shown", err, fault.Invalid)
	if invalid := problemAt(err, "receiver"); !strings.Contains(invalid, "見本 soumu CISO") {
		t.Errorf("it says %q", invalid)
	}
}

// problemAt is what an error says of a field.
func problemAt(err error, field string) string {
	invalid, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return ""
	}
	for _, p := range invalid.Problems {
		if p.Field == field {
			return p.Message
		}
	}
	return ""
}

func TestPeopleOfOneNameAreToldApart(t *testing.T) {
	o := open(t)
	for _, number := range []string{"Q1", "Q2"} {
		_, err := o.Town.AddPerson(t.Context(), authz.AsOperator(), org.Person{StaffNumber: number, Name: "見本 同名", Furigana: "ミホン"})
		o.Must(err)
	}
	_, err := o.Reports.Addressees(t.Context(), o.As("fukushi 主査"), "見本同名")
	o.wants("two people", err, fault.Invalid)
	_, err = o.Reports.Addressees(t.Context(), o.As("fukushi 主査"), "Q1")
	o.Must(err)
	_, err = o.Reports.Addressees(t.Context(), o.As("fukushi 主査"), "課長") // two hold such a post: it stays words
	o.Must(err)
}

func TestWhatIsWrongWithAReport(t *testing.T) {
	o := open(t)
	good := o.words("fukushi 主査", procedure.General, "")
	for name, c := range map[string]struct {
		change func(*report.Words)
		field  string
	}{
		"nothing":       {func(w *report.Words) { w.What = " " }, "what"},
		"too much":      {func(w *report.Words) { w.What = strings.Repeat("長", report.MostWhat+1) }, "what"},
		"no time":       {func(w *report.Words) { w.When = "" }, "happened"},
		"no place":      {func(w *report.Words) { w.Where = "" }, "place"},
		"a long whom":   {func(w *report.Words) { w.Whom = strings.Repeat("長", report.MostWhom+1) }, "whom"},
		"to nobody":     {func(w *report.Words) { w.Receiver = "" }, "receiver"},
		"to the person": {func(w *report.Words) { w.Receiver = procedure.Person }, "receiver"},
		"many papers":   {func(w *report.Words) { w.Papers = make([]string, report.MostPapers+1) }, "file"},
	} {
		w := good
		c.change(&w)
		_, err := o.Reports.Send(t.Context(), o.As("fukushi 主査"), w)
		o.wants(name, err, fault.Invalid)
		if problemAt(err, c.field) == "" {
			t.Errorf("%s says nothing at %s: %v", name, c.field, err)
		}
	}
	taken := report.Taking{Way: report.OnPaper, On: calendar.Day(*o.Time)}
	for name, change := range map[string]func(*report.Taking){
		"no way":      func(t *report.Taking) { t.Way = "" },
		"the portal":  func(t *report.Taking) { t.Way = report.ByPortal },
		"no day":      func(t *report.Taking) { t.On = calendar.Date{} },
		"tomorrow":    func(t *report.Taking) { t.On = t.On.AddDays(1) },
		"a long name": func(t *report.Taking) { t.Name = strings.Repeat("長", report.MostName+1) },
	} {
		tk := taken
		change(&tk)
		_, err := o.Reports.Take(t.Context(), o.As("soumu 統括"), good, tk)
		o.wants(name, err, fault.Invalid)
	}
}

func TestASecondClickIsTheSameReport(t *testing.T) {
	o := open(t)
	w, actor := o.words("fukushi 主査", procedure.General, ""), o.As("fukushi 主査")
	w.Papers = []string{o.upload()}
	numbers := make([]string, 6)
	var all sync.WaitGroup
	for i := range numbers {
		all.Go(func() {
			var err error
			if numbers[i], err = o.Reports.Send(t.Context(), actor, w); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if slices.Sort(numbers); numbers[0] != numbers[5] || numbers[0] == "" {
		t.Errorf("the numbers are %v", numbers)
	}
	w.Papers = nil
	other, err := o.Reports.Send(t.Context(), o.As("fukushi 主事"), w)
	o.Must(err)
	*o.Time = o.Time.Add(11 * time.Minute)
	later, err := o.Reports.Send(t.Context(), actor, w)
	o.Must(err)
	if other == numbers[0] || later == numbers[0] {
		t.Error("another report is taken for the same")
	}
}

func TestAReportOfOneselfKeepsOneOut(t *testing.T) {
	o := open(t)
	number, code := o.send("fukushi 主事", procedure.General, o.Number["fukushi 主事"])
	if _, err := o.Cases.Open(t.Context(), o.As("fukushi 主事"), code, procedure.AsCase); fault.KindOf(err) != fault.NotFound {
		t.Errorf("they read their case: %v", err)
	}
	if said := o.said("fukushi 主事", number); said != "" {
		t.Errorf("answered %s", said)
	}
	var kept int
	o.Must(o.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM violation_recused WHERE person_id = $1 AND why = 'concerned'`, o.People["fukushi 主事"]).Scan(&kept))
	if kept != 1 {
		t.Error("they are not kept out")
	}
}

func TestWhoTakesReports(t *testing.T) {
	o := open(t)
	for name, may := range map[string]bool{
		"soumu 統括": true, "soumu CISO": true, "soumu 責任者": true, "fukushi 課長": true,
		"CIO": false, "soumu CSIRT": false, "soumu 監査": false, "zeimu 担当副課長": false, "fukushi 主事": false,
	} {
		w := o.words(name, procedure.General, "")
		w.What = name
		number, err := o.Reports.Take(t.Context(), o.As(name), w, report.Taking{Way: report.OnPaper, On: calendar.Day(*o.Time).AddDays(-2)})
		if may != (err == nil) {
			t.Errorf("%s takes one: %v", name, err)
		}
		if err == nil {
			if r, err := o.Reports.Reply(t.Context(), o.As("soumu 統括"), number); err != nil || r.ReceivedOn != calendar.Day(*o.Time).AddDays(-2) || r.DueOn != r.ReceivedOn.AddDays(20) {
				t.Errorf("%s: %+v, %v", name, r, err)
			}
		}
	}
	_, err := o.Reports.Take(t.Context(), o.As("fukushi 課長"), o.words("fukushi 課長", procedure.General, o.Number["fukushi 課長"]), report.Taking{Way: report.OnPaper, On: calendar.Day(*o.Time)})
	o.wants("about who takes it", err, fault.Conflict)
}
