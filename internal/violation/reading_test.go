package violation_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"kagami/internal/attachment"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/rights/rightstest"
	"kagami/internal/violation"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/violationtest"
)

// reads fails unless exactly these read a case: all of it, with numbers, or in parts.
func reads(t *testing.T, o *violationtest.Office, when, code string, want ...string) {
	t.Helper()
	var got []string
	for name := range o.People {
		c, err := o.Cases.Open(t.Context(), o.As(name), code, procedure.AsCase)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		o.Must(err)
		got = append(got, name+[]string{"", " in parts", " in numbers", ""}[c.Reading])
	}
	slices.Sort(got)
	slices.Sort(want)
	only(t, when, got, want...)
}

func TestWhoReadsACase(t *testing.T) {
	o := office(t)
	town := []string{"soumu 統括", "soumu CISO", "soumu 責任者", "soumu 監査 in numbers"}
	reads(t, o, "reported to the 統括", o.Reported(procedure.General, "fukushi 主事"), "soumu 統括", "soumu CISO", "soumu 責任者")
	toChief := o.Reported(procedure.Chief, "")
	reads(t, o, "reported to the CISO", toChief, "soumu CISO")
	o.Take("soumu CISO", toChief, procedure.EventDismiss, violation.Said{})
	reads(t, o, "dismissed", toChief, "soumu CISO", "soumu 監査 in numbers")
	reads(t, o, "reported, of the CISO", o.Reported(procedure.Chief, "soumu CISO"), "CIO")

	code := o.Confirm("soumu 統括", "fukushi 主事")
	reads(t, o, "confirmed", code, append(town, "fukushi 課長")...)
	o.Guide("fukushi 課長", code, 7)
	reads(t, o, "guided", code, append(town, "fukushi 課長", "fukushi 主事 in parts")...)
	o.Take("soumu 統括", code, procedure.EventReferNot, violation.Said{})
	reads(t, o, "not referred", code, append(town, "fukushi 課長", "fukushi 主事 in parts")...)
	o.Take("soumu 統括", code, procedure.EventRefer, violation.Said{})
	reads(t, o, "referred", code, append(town, "fukushi 課長", "fukushi 主事 in parts", "CIO")...)

	system := o.Finding("fukushi 主事")
	system.System, system.Facts = o.Tax, "税の名簿"
	found, err := o.Cases.Confirm(t.Context(), o.As("zeimu 担当副課長"), system)
	o.Must(err)
	reads(t, o, "by who answers for the system", found, append(town, "fukushi 課長", "zeimu 担当副課長 in parts")...)

	reads(t, o, "of a 管理者", o.Confirm("soumu 統括", "fukushi 課長"), town...)
	reads(t, o, "of the 監査", o.Confirm("soumu 統括", "soumu 監査"), "soumu 統括", "soumu CISO", "soumu 責任者")
	reads(t, o, "of the 統括", o.Confirm("soumu CISO", "soumu 統括"), "CIO", "soumu CISO", "soumu 責任者", "soumu 監査 in numbers")
	reads(t, o, "of the CISO", o.Confirm("CIO", "soumu CISO"), "CIO", "soumu 統括", "soumu 責任者", "soumu 監査 in numbers")
}

// dump is all that somebody reads of a case.
func dump(t *testing.T, o *violationtest.Office, by, code string) string {
	t.Helper()
	text, err := json.Marshal(opened(t, o, by, code))
	o.Must(err)
	return string(text)
}

// played is a case of somebody with much in it: it is grave, referred, has a 監督責任者 and a cut.
func played(o *violationtest.Office) string {
	f := o.Finding("fukushi 主事")
	f.OwnFinding, f.Facts = true, "見本 fukushi 主事 が置いていた。"
	code, err := o.Cases.Confirm(o.T.Context(), o.As("soumu 統括"), f)
	o.Must(err)
	o.Take("soumu 統括", code, procedure.EventWeigh, violation.Said{Text: "秘密の重さ", More: violation.More{Grave: true}})
	o.Take("soumu 統括", code, procedure.EventSupervise, violation.Said{Number: o.Number["fukushi 担当副課長"], Text: "秘密の監督"})
	o.Take("soumu 統括", code, procedure.EventRefer, violation.Said{Text: "秘密の審査"})
	o.Guide("fukushi 課長", code, 7)
	cut(o, "soumu CSIRT", "")
	o.Take("soumu CISO", code, procedure.EventSeeReferral, violation.Said{Text: "秘密の意見"})
	return code
}

func TestWhatThePersonReads(t *testing.T) {
	o := office(t)
	o.Confirm("soumu 統括", "fukushi 主事")
	*o.Time = o.Time.Add(time.Hour)
	code := played(o)
	c := opened(t, o, "fukushi 主事", code)
	var events []procedure.Event
	for _, h := range c.Steps {
		events = append(events, h.Event)
		for _, told := range h.Told {
			if told.Person != o.People["fukushi 主事"] {
				t.Errorf("they read that %s was told of %s", told.Name, h.Event)
			}
		}
	}
	if !slices.Equal(events, []procedure.Event{procedure.EventGuide, procedure.EventCut}) {
		t.Errorf("they read %v", events)
	}
	if c.DueOn != calendar.Day(*o.Time).AddDays(7) {
		t.Errorf("they read that it is due on %s", c.DueOn)
	}
	for what, is := range map[string]bool{
		"grave": c.Grave, "referred": c.Referral != "", "seen": c.ReferralSeen, "an own finding": c.OwnFinding, "agreed": c.Agreed, "barred": c.Bars != nil, "taken part in": c.Recused != nil,
		"counted": c.Before != 0, "joined": c.Joined != nil || c.JoinedTo != "", "ended": c.Outcome != "" || c.ClosedAt != nil, "to be answered": !c.HeardOn.IsZero(), "named": c.Names != nil,
	} {
		if is {
			t.Errorf("they read that it is %s", what)
		}
	}
	if text := dump(t, o, "fukushi 主事", code); strings.Contains(text, "秘密") || strings.Contains(text, "担当副課長") {
		t.Errorf("they read %s", text)
	}
	if text := dump(t, o, "soumu 責任者", code); !strings.Contains(text, "秘密の重さ") {
		t.Errorf("who reads all reads %s", text)
	}
}

// Who has cut somebody's access reads that they did, and nothing else of the case.
func TestWhoHasCutReadsTheCutAlone(t *testing.T) {
	o := office(t)
	code := o.Confirm("fukushi 課長", "fukushi 主事")
	cut(o, "soumu CSIRT", "証拠を保全している")
	if c := opened(t, o, "soumu CSIRT", code); c.Reading != violation.Parts || len(c.Steps) != 1 || c.Steps[0].Event != procedure.EventCut {
		t.Errorf("who has cut reads %+v", c.Steps)
	}
}

// 監査 reads numbers: no name and no 職員番号 of anybody stands in what they are given, nor a way to
// what names them.
func TestWhatTheAuditorReads(t *testing.T) {
	o := office(t)
	code := played(o)
	o.Take("fukushi 主事", code, procedure.EventAnswer, violation.Said{Text: "見本 fukushi 課長 に言われた。"})
	text := dump(t, o, "soumu 監査", code)
	for name, number := range o.Number {
		if strings.Contains(text, "見本 "+name) || strings.Contains(text, `"`+number+`"`) {
			t.Errorf("they read %s in %s", name, text)
		}
	}
	c := opened(t, o, "soumu 監査", code)
	if len(c.Steps) != 8 || c.PersonName == "" || len(c.Names) == 0 {
		t.Errorf("they read %s", text)
	}
	if _, err := o.Cases.Readings(t.Context(), o.As("soumu 監査"), code); fault.KindOf(err) != fault.NotFound {
		t.Errorf("they read who has read it: %v", err)
	}

	vendor := o.Finding("")
	vendor.Outsider, vendor.Company, vendor.Kind, vendor.Facts = "外部 花子", "見本商事", "contractor", "外部 花子 が持ち帰った。"
	outside, err := o.Cases.Confirm(t.Context(), o.As("soumu 統括"), vendor)
	o.Must(err)
	if text := dump(t, o, "soumu 監査", outside); strings.Contains(text, "花子") {
		t.Errorf("they read the name of an outsider in %s", text)
	}

	if _, err := o.Cases.OpenNames(t.Context(), o.As("soumu 監査"), code, " "); !slices.Equal(wrongFields(err), []string{"reason"}) {
		t.Errorf("names are opened for no reason: %v", err)
	}
	for _, by := range []string{"fukushi 主事", "soumu 責任者"} {
		if _, err := o.Cases.OpenNames(t.Context(), o.As(by), code, "監査"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s opens names: %v", by, err)
		}
	}
	named, err := o.Cases.OpenNames(t.Context(), o.As("soumu 監査"), code, "令和8年度の監査")
	o.Must(err)
	if named.PersonName != "見本 fukushi 主事" {
		t.Errorf("they open %s", named.PersonName)
	}
	list, err := o.Cases.Readings(t.Context(), o.As("soumu CISO"), code)
	o.Must(err)
	if !slices.ContainsFunc(list, func(r violation.Read) bool {
		return r.Person == o.People["soumu 監査"] && r.What == procedure.AsNames && r.Reason == "令和8年度の監査"
	}) {
		t.Errorf("it is recorded as %+v", list)
	}
}

// Of a referral a 管理者 learns nothing from the case.
func TestTheManagerReadsNothingOfAReferral(t *testing.T) {
	o := office(t)
	code := played(o)
	c := opened(t, o, "fukushi 課長", code)
	if text := dump(t, o, "fukushi 課長", code); c.Referral != "" || c.ReferralSeen || strings.Contains(text, "秘密の審査") || strings.Contains(text, "秘密の意見") || c.ReadsReferral(o.As("fukushi 課長")) {
		t.Errorf("they read %s", text)
	}
	for _, by := range []string{"CIO", "soumu CISO", "soumu 統括", "soumu 責任者", "soumu 監査"} {
		if !opened(t, o, by, code).ReadsReferral(o.As(by)) {
			t.Errorf("%s does not read the course", by)
		}
	}
	// nor does the CIO in the 管理者's place, before there is one
	of := o.Confirm("soumu CISO", "soumu 統括")
	if opened(t, o, "CIO", of).ReadsReferral(o.As("CIO")) {
		t.Error("the CIO reads the course before there is one")
	}
	o.Take("soumu CISO", of, procedure.EventRefer, violation.Said{})
	if !opened(t, o, "CIO", of).ReadsReferral(o.As("CIO")) {
		t.Error("the CIO does not read the course")
	}
}

// A reading is recorded once for a person, what they read and ten minutes.
func TestAReadingIsRecordedOnceInTenMinutes(t *testing.T) {
	o := office(t)
	code := o.Confirm("soumu 統括", "fukushi 主事")
	count := func() (n int) {
		o.Must(o.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM violation_reading WHERE person_id = $1`, o.People["soumu CISO"]).Scan(&n))
		return n
	}
	for _, want := range []int{1, 1} {
		opened(t, o, "soumu CISO", code)
		if got := count(); got != want {
			t.Errorf("%d readings, not %d", got, want)
		}
		*o.Time = o.Time.Add(time.Minute)
	}
	_, err := o.Cases.Open(t.Context(), o.As("soumu CISO"), code, procedure.AsPrint)
	o.Must(err)
	*o.Time = o.Time.Add(9 * time.Minute)
	opened(t, o, "soumu CISO", code)
	if got := count(); got != 3 {
		t.Errorf("%d readings, not one, a print, and one later", got)
	}
}

// What is said in the evening is read in the morning, unless it is to be read at once; who gets
// several notices then gets the last one.
func TestWhatArrivesInTheMorning(t *testing.T) {
	o := office(t)
	*o.Time = rightstest.Today.Start().Add(20 * time.Hour)
	guide := violation.More{Until: calendar.Day(*o.Time).AddDays(5), Method: "見る"}
	code, at := o.Confirm("fukushi 課長", "fukushi 主事"), o.Confirm("fukushi 課長", "fukushi 主査")
	o.Take("fukushi 課長", at, procedure.EventGuide, violation.Said{More: guide, AtOnce: true})
	if c := opened(t, o, "fukushi 主査", at); c.State != procedure.Guided {
		t.Errorf("at once they read %s", c.State)
	}
	o.Take("fukushi 課長", code, procedure.EventGuide, violation.Said{More: guide})
	if _, err := o.Cases.Open(t.Context(), o.As("fukushi 主事"), code, procedure.AsCase); fault.KindOf(err) != fault.NotFound {
		t.Errorf("in the evening they read: %v", err)
	}
	o.Take("fukushi 課長", code, procedure.EventNotImprove, violation.Said{More: violation.More{Repeated: true}})
	id := opened(t, o, "soumu 統括", code).ID
	noticesOf := func(who string) (n int) {
		o.Must(o.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM notice WHERE person_id = $1`, o.People[who]).Scan(&n))
		return n
	}
	notices := func() int { return noticesOf("fukushi 主事") }
	others := noticesOf("soumu 統括")
	deliver := func() {
		for version := range 3 {
			o.Must(o.Cases.Deliver(t.Context(), id, version+1, time.Time{}))
		}
	}
	deliver()
	if n := notices(); n != 0 {
		t.Errorf("%d notices arrive in the evening", n)
	}
	*o.Time = rightstest.Today.AddDays(1).Start().Add(9 * time.Hour)
	deliver()
	deliver()
	if n := notices(); n != 1 {
		t.Errorf("%d notices arrive in the morning", n)
	}
	if n := noticesOf("soumu 統括"); n != others {
		t.Errorf("who was told at once is told %d times", n)
	}
	if c := opened(t, o, "fukushi 主事", code); c.State != procedure.NotImproved || c.HeardOn.IsZero() {
		t.Errorf("in the morning they read %s, to be answered until %s", c.State, c.HeardOn)
	}
}

// Somebody's own case is open to them from when they are told, until it has ended: so long they
// answer in it also while they are suspended.
func TestFromWhenOnesOwnCaseIsOpen(t *testing.T) {
	o := office(t)
	isOpen := func(when, who string, want bool) {
		t.Helper()
		var got bool
		o.Must(o.DB.Pool.QueryRow(t.Context(), `SELECT `+violation.OpenTo("$1", "$2::timestamptz"), o.People[who], *o.Time).Scan(&got))
		if got != want {
			t.Errorf("%s it is open to %s: %t", when, who, got)
		}
	}
	code := o.Confirm("fukushi 課長", "fukushi 主事")
	isOpen("confirmed", "fukushi 主事", false)
	*o.Time = rightstest.Today.Start().Add(20 * time.Hour)
	o.Guide("fukushi 課長", code, 7)
	isOpen("in the evening", "fukushi 主事", false)
	*o.Time = rightstest.Today.AddDays(1).Start().Add(9 * time.Hour)
	isOpen("in the morning", "fukushi 主事", true)
	isOpen("to another", "soumu 統括", false)
	o.Take("fukushi 課長", code, procedure.EventImprove, violation.Said{})
	isOpen("closed", "fukushi 主事", false)

	// who was told of a report, not knowing that it is about them, is told later as its person
	report := o.Reported(procedure.General, "")
	f := o.Finding("soumu 統括")
	f.Report, f.Version = report, 1
	_, err := o.Cases.Confirm(t.Context(), o.As("soumu CISO"), f)
	o.Must(err)
	isOpen("confirmed by the CISO", "soumu 統括", false)
	o.Guide("CIO", report, 7)
	isOpen("guided by the CIO", "soumu 統括", true)
}

// The files of a step are opened by who reads that step; 監査 opens none, whose names and contents name
// people. Each opening is recorded.
func TestWhoOpensAFile(t *testing.T) {
	o := office(t)
	files := attachment.New(o.DB.Pool, o.Door.Now, nil)
	paper := func(by string) []string {
		f, err := files.Upload(t.Context(), o.As(by), "名簿.pdf", strings.NewReader("%PDF-1.7\n見本"), attachment.Document)
		o.Must(err)
		return []string{f.Token}
	}
	f := o.Finding("fukushi 主事")
	f.Papers = paper("soumu 統括")
	code, err := o.Cases.Confirm(t.Context(), o.As("soumu 統括"), f)
	o.Must(err)
	o.Take("fukushi 課長", code, procedure.EventGuide, violation.Said{Papers: paper("fukushi 課長"), More: violation.More{Until: calendar.Day(*o.Time), Method: "見る"}})
	c := opened(t, o, "soumu 統括", code)
	found, told := c.Steps[0].Papers[0].ID, c.Steps[1].Papers[0].ID
	for by, opens := range map[string][]int64{
		"soumu 統括": {found, told}, "soumu 責任者": {found, told}, "fukushi 課長": {found, told}, "fukushi 主事": {told}, "soumu 監査": nil, "zeimu 課長": nil, "CIO": nil,
	} {
		for _, id := range []int64{found, told} {
			if _, err := o.Cases.Paper(t.Context(), o.As(by), code, id); (err == nil) != slices.Contains(opens, id) || err != nil && fault.KindOf(err) != fault.NotFound {
				t.Errorf("%s opens %d: %v", by, id, err)
			}
		}
	}
	for _, h := range opened(t, o, "soumu 監査", code).Steps {
		if len(h.Papers) > 0 {
			t.Errorf("監査 reads of %s", h.Papers[0].Name)
		}
	}
	list, err := o.Cases.Readings(t.Context(), o.As("soumu CISO"), code)
	o.Must(err)
	var recorded []string
	for _, r := range list {
		if r.What == procedure.AsPaper {
			recorded = append(recorded, r.Name)
		}
	}
	slices.Sort(recorded)
	only(t, "recorded", recorded, "見本 fukushi 主事", "見本 fukushi 課長", "見本 soumu 統括", "見本 soumu 責任者")
}
