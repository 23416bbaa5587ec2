package report_test

import (
	"strings"
	"testing"
	"time"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/rights/rightstest"
	"kagami/internal/violation"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/report"
)

func TestWhoHasReportedIsAnsweredUntilTheEnd(t *testing.T) {
	o := open(t)
	number, code := o.send("fukushi 主査", procedure.General, "")
	answered := func(what, want string, notices int) {
		t.Helper()
		if got := o.said("fukushi 主査", number); got != want {
			t.Errorf("%s: answered %q, want %q", what, got, want)
		}
		if got := o.notices("fukushi 主査", "violation_answer"); got != notices {
			t.Errorf("%s: %d notices, want %d", what, got, notices)
		}
	}
	answered("reported", "", 0)
	o.Take("soumu 統括", code, procedure.EventDismiss, violation.Said{Text: "別の窓口の話"})
	answered("dismissed", "not_investigating別の窓口の話", 1)
	o.Take("soumu 統括", code, procedure.EventReopen, violation.Said{Text: "だれが報告したかを含む新しい事実"})
	answered("reopened", "not_investigating別の窓口の話 reopened", 2)
	o.Take("soumu 統括", code, procedure.EventInvestigate, violation.Said{Text: "内々の段取り"})
	answered("investigating", "not_investigating別の窓口の話 reopened investigating", 3)
	o.Take("soumu 統括", code, procedure.EventInvestigate, violation.Said{})
	answered("said twice", "not_investigating別の窓口の話 reopened investigating", 3)
	f := o.Finding("fukushi 主事")
	f.Report = code
	o.Must(o.DB.Pool.QueryRow(t.Context(), `SELECT version FROM violation_case WHERE code = $1`, code).Scan(&f.Version))
	_, err := o.Cases.Confirm(t.Context(), o.As("soumu 統括"), f)
	o.Must(err)
	o.Guide("fukushi 課長", code, 7)
	answered("guided", "not_investigating別の窓口の話 reopened investigating", 3)
	o.Take("fukushi 課長", code, procedure.EventImprove, violation.Said{Text: "見たこと"})
	answered("improved", "not_investigating別の窓口の話 reopened investigating completed", 4)
}

func TestWhoeverConfirmsAtOnceInvestigates(t *testing.T) {
	o := open(t)
	number, code := o.send("fukushi 主査", procedure.General, o.Number["fukushi 主事"])
	f := o.Finding("fukushi 主事")
	f.Report, f.Version = code, 1
	_, err := o.Cases.Confirm(t.Context(), o.As("soumu 統括"), f)
	o.Must(err)
	if said := o.said("fukushi 主査", number); said != "investigating" {
		t.Errorf("answered %q", said)
	}
}

// Who has reported what was joined learns of the end of the case that it is part of, also where
// that was joined itself, and where a suspension's last day ends it.
func TestTheReportsOfWhatIsJoinedAreAnsweredToo(t *testing.T) {
	o := open(t)
	tax := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	first, firstCode := o.send("fukushi 主査", procedure.General, "")
	second, secondCode := o.send("zeimu 主査", procedure.General, "")
	code := o.NotImproved("fukushi 主事", "fukushi 課長")
	o.Take("soumu 統括", firstCode, procedure.EventJoin, violation.Said{Other: secondCode})
	o.Take("soumu 統括", secondCode, procedure.EventJoin, violation.Said{Other: code})
	o.Take("soumu 統括", code, procedure.EventSuspend, violation.Said{Rights: []string{tax}, More: violation.More{Until: calendar.Day(*o.Time).AddDays(3)}})
	o.Days(4)
	o.Must(o.Bars.TurnAll(t.Context()))
	for by, number := range map[string]string{"fukushi 主査": first, "zeimu 主査": second} {
		if said := o.said(by, number); said != "investigating completed" {
			t.Errorf("%s is answered %q", by, said)
		}
	}
	late, lateCode := o.send("zeimu 主事", procedure.General, "")
	o.Take("soumu 統括", lateCode, procedure.EventJoin, violation.Said{Other: code})
	if said := o.said("zeimu 主事", late); said != "investigating completed" {
		t.Errorf("joined to what is closed: %q", said)
	}
	opened, err := o.Cases.Open(t.Context(), o.As("soumu 統括"), code, procedure.AsCase)
	o.Must(err)
	list, err := o.Reports.Of(t.Context(), o.As("soumu 統括"), opened)
	if err != nil || len(list) != 3 || list[0].Case != firstCode || list[2].Case != lateCode {
		t.Errorf("the case shows %+v, %v", list, err)
	}
}

func TestAnAnswerIsReadByWhoHasReportedAlone(t *testing.T) {
	o := open(t)
	number, _ := o.send("fukushi 主査", procedure.General, o.Number["fukushi 主事"])
	for name := range o.People {
		_, err := o.Reports.Reply(t.Context(), o.As(name), number)
		if name == "fukushi 主査" {
			o.Must(err)
			continue
		}
		o.wants(name, err, fault.NotFound)
		o.wants(name+" passes it on", o.Reports.Pass(t.Context(), o.As(name), number, calendar.Day(*o.Time), "電話"), forbiddenUnless(err, name))
	}
	_, err := o.Reports.Reply(t.Context(), o.As("fukushi 主査"), "0000-0000-0000-0000")
	o.wants("a number of nobody", err, fault.NotFound)
}

// forbiddenUnless is what somebody gets who passes on what is not theirs: who takes reports
// finds none, and all others may not.
func forbiddenUnless(_ error, name string) fault.Kind {
	switch name {
	case "soumu 統括", "soumu CISO", "soumu 責任者", "zeimu 課長", "fukushi 課長":
		return fault.NotFound
	}
	return fault.Forbidden
}

func TestWhatCameByTelephoneIsPassedOn(t *testing.T) {
	o := open(t)
	number, code := o.take("fukushi 課長", o.Number["zeimu 課長"], "")
	o.Take("soumu 統括", code, procedure.EventInvestigate, violation.Said{})
	if n := o.notices("fukushi 課長", "violation_answer"); n != 1 {
		t.Errorf("who took it has %d notices", n)
	}
	for name, may := range map[string]bool{"fukushi 課長": true, "soumu 統括": true, "soumu 責任者": true, "zeimu 課長": false, "fukushi 主事": false, "soumu 監査": false} {
		if _, err := o.Reports.Reply(t.Context(), o.As(name), number); may != (err == nil) || err != nil && fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	today := calendar.Day(*o.Time)
	for name, c := range map[string]struct {
		on  calendar.Date
		how string
	}{"no day": {calendar.Date{}, "窓口で"}, "tomorrow": {today.AddDays(1), "窓口で"}, "before it came": {today.AddDays(-1), "窓口で"}, "no word": {today, " "}} {
		o.wants(name, o.Reports.Pass(t.Context(), o.As("fukushi 課長"), number, c.on, c.how), fault.Invalid)
	}
	for range 2 { // a second click is the same
		o.Must(o.Reports.Pass(t.Context(), o.As("fukushi 課長"), number, today, "窓口で伝えた"))
	}
	r, err := o.Reports.Reply(t.Context(), o.As("soumu 統括"), number)
	if err != nil || len(r.Passed) != 1 || r.Passed[0].By != "見本 fukushi 課長" {
		t.Errorf("passed on: %+v, %v", r.Passed, err)
	}
}

func TestATakersNoticeStopsWhereTheyAreConcerned(t *testing.T) {
	o := open(t)
	number, code := o.take("fukushi 課長", o.Number["fukushi 主事"], "")
	f := o.Finding("fukushi 主事")
	f.Report, f.Version = code, 1
	_, err := o.Cases.Confirm(t.Context(), o.As("soumu 統括"), f)
	o.Must(err)
	before := o.notices("fukushi 課長", "violation_answer")
	o.Take("soumu 統括", code, procedure.EventSupervise, violation.Said{Number: o.Number["fukushi 課長"]})
	o.Take("soumu 統括", code, procedure.EventNotViolation, violation.Said{})
	if n := o.notices("fukushi 課長", "violation_answer"); n != before {
		t.Errorf("who is 監督責任者 got %d more notices", n-before)
	}
	_, err = o.Reports.Reply(t.Context(), o.As("fukushi 課長"), number)
	o.wants("who is 監督責任者", err, fault.NotFound)
}

func TestWhoReadsWhatWasReported(t *testing.T) {
	o := open(t)
	w := o.words("fukushi 主査", procedure.General, o.Number["fukushi 主事"])
	w.Papers = []string{o.upload()}
	_, err := o.Reports.Send(t.Context(), o.As("fukushi 主査"), w)
	o.Must(err)
	code := o.last()
	f := o.Finding("fukushi 主事")
	f.Report, f.Version = code, 1
	_, err = o.Cases.Confirm(t.Context(), o.As("soumu 統括"), f)
	o.Must(err)
	o.Guide("fukushi 課長", code, 7)
	*o.Time = o.Time.Add(24 * time.Hour)
	for name, may := range map[string]bool{"soumu 統括": true, "soumu CISO": true, "soumu 責任者": true, "fukushi 課長": true, "soumu 監査": false, "fukushi 主事": false} {
		opened, err := o.Cases.Open(t.Context(), o.As(name), code, procedure.AsCase)
		o.Must(err)
		list, err := o.Reports.Of(t.Context(), o.As(name), opened)
		o.Must(err)
		if may != (len(list) == 1) {
			t.Errorf("%s reads %d reports", name, len(list))
		}
		var paper int64
		o.Must(o.DB.Pool.QueryRow(t.Context(), `SELECT attachment_id FROM violation_report_paper`).Scan(&paper))
		if _, err := o.Reports.Paper(t.Context(), o.As(name), opened, paper); may != (err == nil) {
			t.Errorf("%s reads its paper: %v", name, err)
		}
	}
}

// A report that is joined to a case is not read by whom it is about, who reads the case.
func TestNobodyReadsAJoinedReportAboutThemselves(t *testing.T) {
	o := open(t)
	code := o.Confirm("soumu 統括", "fukushi 主事")
	_, about := o.send("fukushi 主査", procedure.General, o.Number["fukushi 課長"])
	o.Take("soumu 統括", about, procedure.EventJoin, violation.Said{Other: code})
	for name, want := range map[string]int{"soumu 統括": 1, "fukushi 課長": 0} {
		opened, err := o.Cases.Open(t.Context(), o.As(name), code, procedure.AsCase)
		o.Must(err)
		if list, err := o.Reports.Of(t.Context(), o.As(name), opened); err != nil || len(list) != want {
			t.Errorf("%s reads %d reports: %v", name, len(list), err)
		}
	}
}

func TestANumberAsItIsTyped(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"7K4Q-M2XY-0AB1-ZZZZ":   "7K4Q-M2XY-0AB1-ZZZZ",
		" ７ｋ４ｑm2xyOabIzzzz ":    "7K4Q-M2XY-0AB1-ZZZZ",
		"7K4Q M2XY 0ABL ZZZZ":   "7K4Q-M2XY-0AB1-ZZZZ",
		"7K4Q-M2XY-0AB1-ZZZ":    "",
		"7K4Q-M2XY-0AB1-ZZZZ-1": "",
		"7K4Q-M2XY-0AB1-ZZZU":   "",
		"":                      "",
		strings.Repeat("あ", 16): "",
	} {
		if got := report.ReadNumber(typed); got != want {
			t.Errorf("%q is read as %q, want %q", typed, got, want)
		}
	}
}

// What was only reported is known to who it was reported to: neither its being taken up again nor
// its day is told to anybody else.
func TestWhatIsReopenedBeforeItWasConfirmedIsToldToNobodyElse(t *testing.T) {
	o := open(t)
	_, code := o.send("fukushi 主査", procedure.General, o.Number["fukushi 主事"])
	o.Take("soumu 統括", code, procedure.EventDismiss, violation.Said{Text: "別の窓口の話"})
	o.Take("soumu 統括", code, procedure.EventReopen, violation.Said{Text: "新しい事実"})
	if told := o.Told(code, procedure.EventReopen); len(told) > 0 {
		t.Errorf("told were %v", told)
	}
	for _, who := range []string{"fukushi 課長", "fukushi 主事"} {
		if n := o.notices(who, "violation_case"); n != 0 {
			t.Errorf("%s has %d notices", who, n)
		}
		_, err := o.Cases.Open(t.Context(), o.As(who), code, procedure.AsCase)
		o.wants(who, err, fault.NotFound)
	}
}

func TestWhatIsAnsweredInTimeIsNotOverdue(t *testing.T) {
	o := open(t)
	_, code := o.send("fukushi 主査", procedure.General, "")
	o.Take("soumu 統括", code, procedure.EventInvestigate, violation.Said{})
	o.Days(22)
	o.Must(o.Cases.Remind(t.Context()))
	var reminded int
	o.Must(o.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM violation_reminder`).Scan(&reminded))
	if reminded != 0 {
		t.Errorf("%d were told that its day is over", reminded)
	}
}
