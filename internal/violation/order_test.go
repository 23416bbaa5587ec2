package violation_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/rights/rightstest"
	"kagami/internal/violation"
	"kagami/internal/violation/procedure"
)

func TestWhoActsOnAReport(t *testing.T) {
	o := office(t)
	check := func(code string, event procedure.Event, want ...string) {
		t.Helper()
		only(t, string(event), takes(t, o, code, event), want...)
	}
	general, chief := o.Reported(procedure.General, "fukushi 主事"), o.Reported(procedure.Chief, "")
	for _, event := range []procedure.Event{procedure.EventInvestigate, procedure.EventDismiss} {
		check(general, event, "soumu 統括")
		check(chief, event, "soumu CISO")
	}
	check(general, procedure.EventPass) // it is there already
	check(chief, procedure.EventPass, "soumu CISO")
	check(general, procedure.EventJoin, "soumu 統括")
	check(chief, procedure.EventJoin)
	o.Take("soumu 統括", general, procedure.EventDismiss, violation.Said{})
	check(general, procedure.EventReopen, "soumu 統括")
	o.Take("soumu CISO", chief, procedure.EventDismiss, violation.Said{})
	check(chief, procedure.EventReopen, "soumu CISO")
	o.Take("soumu CISO", chief, procedure.EventReopen, violation.Said{})
	o.Take("soumu CISO", chief, procedure.EventPass, violation.Said{})
	told(t, o, chief, procedure.EventPass, "soumu 統括 general other")
	check(chief, procedure.EventDismiss, "soumu 統括")
}

// Two reports of one event become one case: the one is part of the other, which has to be there, to
// be read by who joins them, and to be under way or have ended.
func TestOneReportIsJoinedToAnotherCase(t *testing.T) {
	o := office(t)
	first, second, third := o.Reported(procedure.General, "fukushi 主事"), o.Reported(procedure.General, ""), o.Reported(procedure.General, "")
	none := o.Reported(procedure.General, "")
	o.Take("soumu 統括", none, procedure.EventDismiss, violation.Said{})
	concerned := o.Confirm("soumu CISO", "soumu 統括")
	o.Guide("CIO", concerned, 7)
	for what, other := range map[string]string{"itself": second, "none": "0000-0000", "what was dismissed": none, "one of which they are told in parts": concerned} {
		if err := o.Try("soumu 統括", second, procedure.EventJoin, violation.Said{Other: other}); !slices.Equal(wrongFields(err), []string{"other"}) {
			t.Errorf("joined to %s: %v", what, err)
		}
	}
	o.Take("soumu 統括", second, procedure.EventJoin, violation.Said{Other: strings.ToLower(" " + first)})
	if err := o.Try("soumu 統括", third, procedure.EventJoin, violation.Said{Other: second}); !slices.Equal(wrongFields(err), []string{"other"}) {
		t.Errorf("joined to what is part of another: %v", err)
	}
	if c := opened(t, o, "soumu 統括", second); c.State != procedure.Joined || c.JoinedTo != first {
		t.Errorf("it stands %s, part of %s", c.State, c.JoinedTo)
	}
	if c := opened(t, o, "soumu 統括", first); !slices.Equal(c.Joined, []string{second}) {
		t.Errorf("parts of it are %v", c.Joined)
	}
}

func TestAReportIsConfirmedAsItWasRead(t *testing.T) {
	o := office(t)
	code := o.Reported(procedure.General, "fukushi 主事")
	try := func(by, whom string, version int) error {
		f := o.Finding(whom)
		f.Report, f.Version, f.OwnFinding = code, version, true
		_, err := o.Cases.Confirm(t.Context(), o.As(by), f)
		return err
	}
	o.Take("soumu 統括", code, procedure.EventInvestigate, violation.Said{})
	if err := try("soumu 統括", "fukushi 主事", 1); fault.KindOf(err) != fault.Conflict {
		t.Errorf("as it was before: %v", err)
	}
	if err := try("soumu 統括", "fukushi 主査", 2); !slices.Equal(wrongFields(err), []string{"person"}) {
		t.Errorf("of somebody else: %v", err)
	}
	if err := try("fukushi 課長", "fukushi 主事", 2); fault.KindOf(err) != fault.NotFound {
		t.Errorf("by who does not read it: %v", err)
	}
	o.Must(try("soumu 統括", "fukushi 主事", 2))
	if c := opened(t, o, "soumu 統括", code); c.State != procedure.Confirmed || !c.OwnFinding || !c.DueOn.IsZero() {
		t.Errorf("it stands %s, own %t, due on %s", c.State, c.OwnFinding, c.DueOn)
	}
}

// Who was told of a report, and leads the person's 課室 since, does not confirm it.
func TestWhoWasOnlyToldOfAReportDoesNotConfirmIt(t *testing.T) {
	o := office(t)
	code := o.Reported(procedure.General, "fukushi 主事")
	o.Leave("fukushi 課長", calendar.Day(*o.Time))
	o.Transfer("soumu 統括", "fukushi 課長", calendar.Day(*o.Time).AddDays(1))
	o.Days(1)
	if c := opened(t, o, "soumu 統括", code); c.Reading != violation.Parts {
		t.Fatalf("they read %d", c.Reading)
	}
	f := o.Finding("fukushi 主事")
	f.Report, f.Version = code, 1
	if _, err := o.Cases.Confirm(t.Context(), o.As("soumu 統括"), f); fault.KindOf(err) != fault.NotFound {
		t.Errorf("%v", err)
	}
}

func TestOnlyTheGeneralFindsThemselves(t *testing.T) {
	o := office(t)
	f := o.Finding("fukushi 主事")
	f.OwnFinding = true
	code, err := o.Cases.Confirm(t.Context(), o.As("fukushi 課長"), f)
	o.Must(err)
	if opened(t, o, "soumu 統括", code).OwnFinding {
		t.Error("what the 管理者 has found is the 統括's own finding")
	}
}

// Days end with their midnight: on the day itself it is too early.
func TestGuidanceFailsAfterItsDay(t *testing.T) {
	o := office(t)
	code := o.Confirm("soumu 統括", "fukushi 主事")
	o.Guide("fukushi 課長", code, 1)
	o.Days(1)
	if err := o.Try("fukushi 課長", code, procedure.EventNotImprove, violation.Said{}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("on its day: %v", err)
	}
	silent := opened(t, o, "soumu 統括", code).SilentOn
	*o.Time = silent.Start().Add(9 * time.Hour)
	only(t, "on the last day of the silence", takes(t, o, code, procedure.EventNotImprove), "fukushi 課長")
	o.Days(1)
	only(t, "after the silence", takes(t, o, code, procedure.EventNotImprove), "fukushi 課長", "soumu 統括")
}

func TestTheCISOIsAskedOnce(t *testing.T) {
	o := office(t)
	f := o.Finding("fukushi 主事")
	f.OwnFinding = true
	code, err := o.Cases.Confirm(t.Context(), o.As("soumu 統括"), f)
	o.Must(err)
	o.Guide("fukushi 課長", code, 1)
	o.Take("fukushi 課長", code, procedure.EventNotImprove, violation.Said{More: violation.More{Repeated: true}})
	only(t, "agrees", takes(t, o, code, procedure.EventAgree), "soumu CISO")
	o.Take("soumu CISO", code, procedure.EventAgree, violation.Said{})
	only(t, "agrees again", takes(t, o, code, procedure.EventAgree))
	o.Take("soumu 統括", code, procedure.EventReferNot, violation.Said{})
	o.Take("soumu CISO", code, procedure.EventSeeReferral, violation.Said{})
	only(t, "sees again", takes(t, o, code, procedure.EventSeeReferral))
	o.Take("soumu 統括", code, procedure.EventRefer, violation.Said{})
	only(t, "sees what is decided anew", takes(t, o, code, procedure.EventSeeReferral), "soumu CISO")
}

// What was waived and agreed to is of one failure: of the next one the person is heard again.
func TestASecondFailureHasItsOwnHearing(t *testing.T) {
	o := office(t)
	tax := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	f := o.Finding("fukushi 主事")
	f.OwnFinding = true
	code, err := o.Cases.Confirm(t.Context(), o.As("soumu 統括"), f)
	o.Must(err)
	repeated := violation.Said{More: violation.More{Repeated: true}}
	o.Guide("fukushi 課長", code, 1)
	o.Take("fukushi 課長", code, procedure.EventNotImprove, repeated)
	o.Take("fukushi 主事", code, procedure.EventWaive, violation.Said{})
	if c := opened(t, o, "soumu 統括", code); c.Turn(calendar.Day(*o.Time)) != procedure.Chief {
		t.Errorf("it is the turn of %q", c.Turn(calendar.Day(*o.Time)))
	}
	o.Take("soumu CISO", code, procedure.EventAgree, violation.Said{})
	if c := opened(t, o, "soumu 統括", code); c.Turn(calendar.Day(*o.Time)) != procedure.General {
		t.Errorf("once it is waived it is the turn of %q", c.Turn(calendar.Day(*o.Time)))
	}
	o.Take("soumu 統括", code, procedure.EventSuspend, violation.Said{Rights: []string{tax}, More: violation.More{Until: calendar.Day(*o.Time).AddDays(5)}})
	o.Take("soumu 統括", code, procedure.EventRevoke, violation.Said{Whole: true})
	if c := opened(t, o, "soumu 統括", code); !c.DueOn.IsZero() {
		t.Errorf("what is revoked is due on %s", c.DueOn)
	}
	o.Take("soumu 統括", code, procedure.EventLift, violation.Said{})
	o.Stands(tax, rights.InForce)
	o.Take("soumu 統括", code, procedure.EventReopen, violation.Said{})
	if c := opened(t, o, "soumu 統括", code); c.Outcome != "" || c.ClosedAt != nil {
		t.Errorf("what is open again has ended: %s", c.Outcome)
	}
	o.Guide("fukushi 課長", code, 1)
	o.Take("fukushi 課長", code, procedure.EventNotImprove, repeated)
	if c := opened(t, o, "soumu 統括", code); c.Waived || c.Agreed {
		t.Errorf("waived %t, agreed %t", c.Waived, c.Agreed)
	}
}

// Why rights are barred stands in the case alone: neither the bar nor its steps say it, which are
// read by more people, and so do the orders that carry it out.
func TestWhyStandsInTheCaseAlone(t *testing.T) {
	o := office(t)
	tax := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	code := o.NotImproved("fukushi 主事", "fukushi 課長")
	o.Take("soumu 統括", code, procedure.EventRevoke, violation.Said{Whole: true, Text: "秘密の理由"})
	o.Take("soumu 統括", code, procedure.EventLeaveRevoked, violation.Said{Text: "秘密の結末"})
	o.Stands(tax, rights.Ended)
	var said, confided, notices int
	o.Must(o.DB.Pool.QueryRow(t.Context(), `
		SELECT (SELECT count(*) FROM right_bar WHERE reason LIKE '%秘密%') + (SELECT count(*) FROM right_bar_step WHERE note LIKE '%秘密%') + (SELECT count(*) FROM notice WHERE title || text LIKE '%秘密%'),
		       (SELECT count(*) FROM trail_confidential c JOIN trail_entry e ON e.id = c.entry_id WHERE e.subject_kind = 'right_bar'),
		       (SELECT count(*) FROM notice WHERE topic = 'right_bar')`).Scan(&said, &confided, &notices))
	if said != 0 || confided != 0 || notices != 0 {
		t.Errorf("it is said %d times, %d entries of bars confide it, and of bars tell %d notices", said, confided, notices)
	}
}

func TestWhoIsKinActsNoMore(t *testing.T) {
	o := office(t)
	code := o.Confirm("soumu 統括", "fukushi 主事")
	check := func(when string, event procedure.Event, want ...string) {
		t.Helper()
		only(t, when, takes(t, o, code, event), want...)
	}
	check("cut", procedure.EventCut, "soumu CISO", "soumu 統括", "soumu 責任者")
	o.Take("fukushi 課長", code, procedure.EventKin, violation.Said{Number: o.Number["soumu CSIRT"]})
	told(t, o, code, procedure.EventKin, "soumu 統括 general other")
	o.Take("soumu 統括", code, procedure.EventKin, violation.Said{Number: o.Number["fukushi 課長"]})
	check("guides", procedure.EventGuide, "soumu CISO")
	// who is in their place is told, and they are not
	o.Take("soumu CISO", code, procedure.EventKin, violation.Said{Number: o.Number["soumu 統括"]})
	told(t, o, code, procedure.EventKin)
	check("weighs", procedure.EventWeigh, "soumu CISO")
	check("guides", procedure.EventGuide, "CIO")
	check("cuts", procedure.EventCut, "soumu CISO", "soumu 責任者")
	c := opened(t, o, "soumu CISO", code)
	for _, r := range c.Recused {
		want := violation.Kin
		if r.Person == c.Person {
			want = violation.Concerned
		}
		if r.Why != want {
			t.Errorf("%s is %s", r.Name, r.Why)
		}
	}
	// the CSIRT, who is kin, cuts beside the case
	cut(o, "soumu CSIRT", "")
	if c := opened(t, o, "soumu CISO", code); len(c.Bars) != 0 {
		t.Errorf("what who is kin has cut is part of the case: %v", c.Bars)
	}
}

// What is cut for the conduct becomes part of a case that is confirmed later; what has ended, or
// protects an account, does not.
func TestACutBeforeTheCaseIsPartOfIt(t *testing.T) {
	o := office(t)
	cut(o, "soumu 責任者", "")
	o.Days(7)
	o.Must(o.Bars.TurnAll(t.Context()))
	protects, err := o.Bars.Begin(t.Context(), o.As("soumu CSIRT"), bar.Order{Kind: bar.AccountCut, Person: o.Number["fukushi 主事"], Whole: true, Reason: "端末を失くした"})
	o.Must(err)
	code := o.Confirm("soumu 統括", "fukushi 主事")
	var parts int
	o.Must(o.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM violation_bar`).Scan(&parts))
	if c := opened(t, o, "soumu 統括", code); parts != 0 || len(c.Bars) != 0 {
		t.Errorf("%d are part of it, %v", parts, c.Bars)
	}
	o.Must(o.Bars.Do(t.Context(), o.As("soumu 統括"), protects, rights.EventReinstate, bar.Step{Version: 1, Note: "見つかった"}))
	b := cut(o, "soumu 責任者", "")
	if c := opened(t, o, "soumu 統括", code); !slices.Equal(c.Bars, []string{b}) {
		t.Errorf("a cut of an open case: %v", c.Bars)
	}
	*o.Time = o.Time.Add(time.Hour)
	later := o.Confirm("soumu 統括", "fukushi 主事")
	if c := opened(t, o, "soumu 統括", later); len(c.Bars) != 0 {
		t.Errorf("what is part of one case is part of another: %v", c.Bars)
	}
	release := func(b string) {
		t.Helper()
		o.Must(o.Bars.Do(t.Context(), o.As("soumu 統括"), b, rights.EventReinstate, bar.Step{Version: 1, Note: "もう要らない"}))
	}
	release(b)
	b = cut(o, "soumu 責任者", "")
	if c := opened(t, o, "soumu 統括", later); !slices.Equal(c.Bars, []string{b}) {
		t.Errorf("of two open cases the newer one has %v", c.Bars)
	}
	release(b)
	for _, open := range []string{code, later} {
		o.Take("soumu 統括", open, procedure.EventNotViolation, violation.Said{})
	}
	cut(o, "soumu 責任者", "")
	for _, closed := range []string{code, later} {
		if c := opened(t, o, "soumu 統括", closed); len(c.Bars) != 0 {
			t.Errorf("what is closed bars %v", c.Bars)
		}
	}
}

// Each click of two 統括 at once finds what the other has done: one is done, and the other is told.
func TestOfTwoGeneralsAtOnceOneActs(t *testing.T) {
	o := office(t)
	o.Must(o.Town.Appoint(t.Context(), authz.AsOperator(), org.Appointment{Person: o.People["zeimu 主査"], Post: o.Posts["soumu 統括"], First: rightstest.Today.AddDays(-10)}, org.Beside))
	code := o.NotImproved("fukushi 主事", "fukushi 課長")
	version := opened(t, o, "soumu 統括", code).Version
	results := make(chan error, 2)
	for by, event := range map[string]procedure.Event{"soumu 統括": procedure.EventSuspend, "zeimu 主査": procedure.EventNotViolation} {
		actor := o.As(by)
		said := violation.Said{Version: version, Text: "見本", Whole: event == procedure.EventSuspend}
		go func() { results <- o.Cases.Do(t.Context(), actor, code, event, said) }()
	}
	if first, second := <-results, <-results; (first == nil) == (second == nil) || fault.KindOf(errors.Join(first, second)) != fault.Conflict {
		t.Errorf("%v, %v", first, second)
	}
	c := opened(t, o, "soumu 統括", code)
	if suspended := c.State == procedure.Suspended; suspended != (len(c.Bars) == 1) || !suspended && c.Outcome != procedure.OutcomeNotViolation {
		t.Errorf("it stands %s, %s, %v", c.State, c.Outcome, c.Bars)
	}
}

// The person of a case may leave in the middle of it: it is suspended, lifted and closed all the same.
func TestACaseOfWhoHasLeftGoesOn(t *testing.T) {
	o := office(t)
	code := o.NotImproved("fukushi 主事", "fukushi 課長")
	o.Leave("fukushi 主事", calendar.Day(*o.Time))
	o.Days(1)
	o.Take("soumu 統括", code, procedure.EventSuspend, violation.Said{Whole: true})
	told(t, o, code, procedure.EventSuspend, "fukushi 主事 person other", "fukushi 課長 manager notice", "soumu CISO chief notice")
	o.Take("soumu 統括", code, procedure.EventLift, violation.Said{})
	if c := opened(t, o, "fukushi 課長", code); c.State != procedure.Closed || c.SectionName != "福祉こども課" {
		t.Errorf("it stands %s, of %s", c.State, c.SectionName)
	}
	report := o.Reported(procedure.General, "fukushi 主事")
	f := o.Finding("fukushi 主事")
	f.Report, f.Version = report, 1
	_, err := o.Cases.Confirm(t.Context(), o.As("soumu 統括"), f)
	o.Must(err)
	told(t, o, report, procedure.EventConfirm, "fukushi 課長 manager notice")
}

// A step tells each person once, as their first seat, and never who has taken it.
func TestWhoIsToldIsToldOnce(t *testing.T) {
	o := office(t)
	code := o.Confirm("soumu 統括", "soumu CSIRT") // of 総務課 the CISO is the 管理者 too
	o.Guide("soumu CISO", code, 1)
	o.Take("soumu CISO", code, procedure.EventNotImprove, violation.Said{More: violation.More{Repeated: true}})
	o.Take("soumu CSIRT", code, procedure.EventWaive, violation.Said{})
	told(t, o, code, procedure.EventWaive, "soumu CISO manager other", "soumu 統括 general other")
	o.Take("soumu 統括", code, procedure.EventSuspend, violation.Said{Whole: true})
	told(t, o, code, procedure.EventSuspend, "soumu CISO chief notice", "soumu CSIRT person other")
	for _, c := range []struct {
		seat procedure.Seat
		want string
	}{{procedure.Person, "総務課からの連絡があります"}, {procedure.Chief, fmt.Sprintf("事案 %s：利用権限の停止", code)}} {
		var title string
		o.Must(o.DB.Pool.QueryRow(t.Context(), `SELECT n.title FROM notice n JOIN violation_told t ON t.person_id = n.person_id AND t.seat = $1 WHERE n.topic = 'violation_case' ORDER BY n.id DESC LIMIT 1`, c.seat).Scan(&title))
		if title != c.want {
			t.Errorf("the %s gets %q", c.seat, title)
		}
	}
}

// Where nobody else can act, who does says why it can't wait (兼務): the 統括 of the CISO, and in the
// place of a 管理者, while all who stand above them are away.
func TestWhoActsAloneSaysWhy(t *testing.T) {
	o := office(t)
	away(o, "CIO")
	f := o.Finding("soumu CISO")
	if _, err := o.Cases.Confirm(t.Context(), o.As("soumu 統括"), f); !slices.Equal(wrongFields(err), []string{"alone"}) {
		t.Errorf("confirmed of the CISO: %v", err)
	}
	f.Alone = "CIOが不在"
	code, err := o.Cases.Confirm(t.Context(), o.As("soumu 統括"), f)
	o.Must(err)
	if c := opened(t, o, "soumu 統括", code); c.Steps[0].Alone != f.Alone {
		t.Errorf("it is recorded as %q", c.Steps[0].Alone)
	}

	away(o, "soumu CISO")
	away(o, "fukushi 課長")
	code = o.Confirm("soumu 統括", "fukushi 主事")
	guide := violation.Said{More: violation.More{Until: calendar.Day(*o.Time), Method: "見る"}}
	if err := o.Try("soumu 統括", code, procedure.EventGuide, guide); !slices.Equal(wrongFields(err), []string{"alone"}) {
		t.Errorf("guided: %v", err)
	}
	guide.Alone = "課長とCISOが不在"
	o.Take("soumu 統括", code, procedure.EventGuide, guide)
	c := opened(t, o, "soumu 統括", code)
	if last := c.Steps[1]; last.Alone != guide.Alone || !last.StandsIn || last.Seat != procedure.Manager {
		t.Errorf("it is recorded as %+v", last)
	}
	if c := opened(t, o, "fukushi 主事", code); c.Steps[0].Alone != "" {
		t.Errorf("the person reads why it could not wait: %s", c.Steps[0].Alone)
	}
	list, err := o.Lists.Alone(t.Context(), o.As("soumu CISO"))
	o.Must(err)
	if len(list) != 1 || list[0].Code != code || list[0].Reason != guide.Alone { // of their own case the CISO reads nothing
		t.Errorf("the CISO reads of %+v", list)
	}
}

// Of a cut that a case has taken over its person is told by the bar alone: of the case they learn with
// the first notice of that.
func TestWhoIsToldOfACutBeforeTheCaseLearnsNothingOfThat(t *testing.T) {
	o := office(t)
	b := cut(o, "soumu CSIRT", "証拠を保全している")
	code := o.Confirm("soumu 統括", "fukushi 主事")
	o.Must(o.Bars.Do(t.Context(), o.As("soumu 統括"), b, rights.EventTell, bar.Step{Version: 1}))
	*o.Time = o.Time.Add(time.Minute)
	if _, err := o.Cases.Open(t.Context(), o.As("fukushi 主事"), code, procedure.AsCase); fault.KindOf(err) != fault.NotFound {
		t.Errorf("they read it: %v", err)
	}
}

// The last day of a suspension closes no case in which access is still cut.
func TestACaseInWhichAccessIsCutOutlastsItsSuspension(t *testing.T) {
	o := office(t)
	tax := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	code := o.NotImproved("fukushi 主事", "fukushi 課長")
	o.Take("soumu 統括", code, procedure.EventSuspend, violation.Said{Rights: []string{tax}, More: violation.More{Until: calendar.Day(*o.Time).AddDays(1)}})
	b := cut(o, "soumu CSIRT", "")
	o.Must(o.Bars.Do(t.Context(), o.As("soumu CISO"), b, rights.EventConfirmCut, bar.Step{Version: 1}))
	o.Days(3)
	o.Must(o.Bars.TurnAll(t.Context()))
	if c := opened(t, o, "soumu 統括", code); c.State != procedure.Suspended || !slices.Equal(c.Bars, []string{b}) {
		t.Errorf("it stands %s, %v", c.State, c.Bars)
	}
	o.Take("soumu 統括", code, procedure.EventLift, violation.Said{})
	o.Stands(tax, rights.InForce)
}

// Nobody is reminded on a day on which the offices are closed, nor is who takes no part any more.
func TestWhoIsRemindedOfADay(t *testing.T) {
	o := office(t)
	code := o.Confirm("soumu 統括", "fukushi 主事")
	o.Guide("fukushi 課長", code, 3) // a Friday
	away(o, "fukushi 課長")
	shown := func(who string) (n int) {
		condition, args := o.Cases.Topic().Shown(o.As(who))
		o.Must(o.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM notice n WHERE n.topic = 'violation_case' AND n.person_id = @case_told AND `+condition, args).Scan(&n))
		return n
	}
	o.Days(4)
	o.Must(o.Cases.Remind(t.Context()))
	if n := shown("soumu CISO"); n != 0 {
		t.Errorf("on a Saturday %d notices are given", n)
	}
	o.Days(2)
	o.Must(o.Cases.Remind(t.Context()))
	o.Must(o.Cases.Remind(t.Context()))
	if n := shown("soumu CISO"); n != 1 {
		t.Errorf("on a Monday %d notices are given", n)
	}
	o.Take("soumu 統括", code, procedure.EventKin, violation.Said{Number: o.Number["soumu CISO"]})
	if n := shown("soumu CISO"); n != 0 {
		t.Errorf("who takes no part any more sees %d", n)
	}
}

// Rights are suspended and revoked by a case, and what it has barred ends there; a cut, which is not
// the case's alone, is released by itself.
func TestWhatACaseBarsEndsInTheCaseAlone(t *testing.T) {
	o := office(t)
	for _, kind := range []bar.Kind{bar.Suspension, bar.Revocation} {
		if _, err := o.Bars.Begin(t.Context(), o.As("soumu 統括"), bar.Order{Kind: kind, Person: o.Number["fukushi 主事"], Whole: true, Reason: "見本"}); fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s without a case: %v", kind, err)
		}
	}
	code := o.NotImproved("fukushi 主事", "fukushi 課長")
	o.Take("soumu 統括", code, procedure.EventRevoke, violation.Said{Whole: true})
	revoked := opened(t, o, "soumu 統括", code).Bars[0]
	for _, event := range []rights.Event{rights.EventReinstate, rights.EventLeaveRevoked} {
		if err := o.Bars.Do(t.Context(), o.As("soumu 統括"), revoked, event, bar.Step{Version: 1, Note: "見本"}); fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s beside the case: %v", event, err)
		}
	}
	if c := opened(t, o, "soumu 統括", code); c.State != procedure.Revoked || len(c.Bars) != 1 {
		t.Errorf("it stands %s, %v", c.State, c.Bars)
	}

	code = o.Confirm("soumu 統括", "zeimu 主事")
	o.Take("soumu 統括", code, procedure.EventCut, violation.Said{Whole: true})
	b := opened(t, o, "soumu 統括", code).Bars[0]
	o.Must(o.Bars.Do(t.Context(), o.As("soumu 統括"), b, rights.EventReinstate, bar.Step{Version: 1, Note: "もう要らない"}))
	if c := opened(t, o, "soumu 統括", code); c.State != procedure.Confirmed || len(c.Bars) != 0 {
		t.Errorf("it stands %s, %v", c.State, c.Bars)
	}
}
