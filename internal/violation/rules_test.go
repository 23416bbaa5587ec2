package violation_test

import (
	"slices"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/org/absence"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/rights/rightstest"
	"kagami/internal/violation"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/violationtest"
)

// opened is a case as somebody reads it.
func opened(t *testing.T, o *violationtest.Office, by, code string) violation.Opened {
	t.Helper()
	c, err := o.Cases.Open(t.Context(), o.As(by), code, procedure.AsCase)
	o.Must(err)
	return c
}

// cut cuts all rights of somebody for their conduct, beside a case, and returns the bar's code.
func cut(o *violationtest.Office, by, withheld string) string {
	o.T.Helper()
	code, err := o.Bars.Begin(o.T.Context(), o.As(by), bar.Order{Kind: bar.ConductCut, Person: o.Number["fukushi 主事"], Whole: true, Reason: "名簿を送り続けている", Withheld: withheld})
	o.Must(err)
	return code
}

// away lets somebody be absent from today on, for two months.
func away(o *violationtest.Office, who string) {
	o.T.Helper()
	today := calendar.Day(*o.Time)
	o.Must(absence.New(o.DB.Pool, o.Door).Record(o.T.Context(), authz.AsOperator(), o.People[who], absence.Typed{First: today, Last: today.AddDays(60), Kind: "childcare"}))
}

// takes tells who of the office can take a step of a case now, the time of which has come.
func takes(t *testing.T, o *violationtest.Office, code string, event procedure.Event) []string {
	t.Helper()
	var list []string
	for name, id := range o.People {
		if _, err := o.Town.ActorOn(t.Context(), id, calendar.Day(*o.Time)); err != nil {
			continue // who has left
		}
		if c, err := o.Cases.Open(t.Context(), o.As(name), code, procedure.AsCase); err == nil {
			next, err := o.Cases.Next(t.Context(), o.As(name), c)
			o.Must(err)
			if slices.Contains(next, event) {
				list = append(list, name)
			}
		}
	}
	slices.Sort(list)
	return list
}

func only(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, not %v", what, got, want)
	}
}

func TestWhoTakesEachStep(t *testing.T) {
	o := office(t)
	code := o.Confirm("soumu 統括", "fukushi 主事")
	check := func(event procedure.Event, want ...string) {
		t.Helper()
		only(t, string(event), takes(t, o, code, event), want...)
	}
	check(procedure.EventGuide, "fukushi 課長")
	check(procedure.EventAnswer) // before the person was told
	check(procedure.EventHand, "fukushi 課長")
	check(procedure.EventWeigh, "soumu 統括")
	check(procedure.EventSupervise, "soumu 統括")
	check(procedure.EventKin, "fukushi 課長", "soumu CISO", "soumu 統括")
	check(procedure.EventRefer, "soumu 統括")
	check(procedure.EventSeeReferral)
	check(procedure.EventNotViolation, "soumu 統括")
	check(procedure.EventSuspend)
	check(procedure.EventCorrect)
	o.Guide("fukushi 課長", code, 7)
	check(procedure.EventAnswer, "fukushi 主事", "fukushi 課長", "soumu 統括")
	check(procedure.EventWaive, "fukushi 主事", "fukushi 課長", "soumu 統括")
	check(procedure.EventGuide, "fukushi 課長")
	check(procedure.EventImprove, "fukushi 課長")
	check(procedure.EventNotImprove, "fukushi 課長") // where the conduct is repeated
	o.Days(30)
	check(procedure.EventNotImprove, "fukushi 課長", "soumu 統括")
	o.Take("soumu 統括", code, procedure.EventNotImprove, violation.Said{})
	told(t, o, code, procedure.EventNotImprove, "fukushi 主事 person other")
	o.Take("fukushi 主事", code, procedure.EventWaive, violation.Said{})
	check(procedure.EventSuspend, "soumu 統括")
	check(procedure.EventRevoke, "soumu 統括")
	check(procedure.EventAgree)
	o.Take("soumu 統括", code, procedure.EventRefer, violation.Said{})
	told(t, o, code, procedure.EventRefer, "soumu CISO chief other")
	check(procedure.EventSeeReferral, "soumu CISO")
	o.Take("soumu 統括", code, procedure.EventSuspend, violation.Said{Whole: true})
	check(procedure.EventRevoke, "soumu 統括")
	check(procedure.EventLift, "soumu 統括")
	o.Take("soumu 統括", code, procedure.EventRevoke, violation.Said{Whole: true})
	told(t, o, code, procedure.EventRevoke, "fukushi 主事 person other", "fukushi 課長 manager notice", "soumu CISO chief notice")
	check(procedure.EventLift, "soumu 統括")
	check(procedure.EventLeaveRevoked, "soumu 統括")
	o.Take("soumu 統括", code, procedure.EventLeaveRevoked, violation.Said{})
	told(t, o, code, procedure.EventLeaveRevoked, "fukushi 主事 person other", "fukushi 課長 manager other", "soumu CISO chief other")
	check(procedure.EventReopen, "soumu 統括")
	o.Take("soumu 統括", code, procedure.EventReopen, violation.Said{})
	told(t, o, code, procedure.EventReopen, "fukushi 主事 person other", "fukushi 課長 manager other")
}

func TestASecondClickSuspendsOnce(t *testing.T) {
	o := office(t)
	code := o.NotImproved("fukushi 主事", "fukushi 課長")
	said := violation.Said{Version: opened(t, o, "soumu 統括", code).Version, Text: "続けている", Whole: true}
	results := make(chan error, 6)
	actor := o.As("soumu 統括")
	for range cap(results) {
		go func() { results <- o.Cases.Do(t.Context(), actor, code, procedure.EventSuspend, said) }()
	}
	done := 0
	for range cap(results) {
		if err := <-results; err == nil {
			done++
		} else if fault.KindOf(err) != fault.Conflict {
			t.Error(err)
		}
	}
	if bars := opened(t, o, "soumu 統括", code).Bars; done != 1 || len(bars) != 1 {
		t.Errorf("%d clicks have suspended, %d bars", done, len(bars))
	}
}

func TestASecondClickConfirmsOnce(t *testing.T) {
	o := office(t)
	results := make(chan error, 4)
	actor, f := o.As("soumu 統括"), o.Finding("fukushi 主事")
	for range cap(results) {
		go func() {
			_, err := o.Cases.Confirm(t.Context(), actor, f)
			results <- err
		}()
	}
	done := 0
	for range cap(results) {
		if err := <-results; err == nil {
			done++
		} else if fault.KindOf(err) != fault.Conflict {
			t.Error(err)
		}
	}
	if done != 1 {
		t.Errorf("%d cases", done)
	}
	*o.Time = o.Time.Add(time.Hour)
	if code := o.Confirm("soumu 統括", "fukushi 主事"); opened(t, o, "soumu 統括", code).Before != 1 {
		t.Error("the like, done again later, is no case of its own")
	}
}

func TestOnTheSpotClosesNothingInWhichAccessIsCut(t *testing.T) {
	o := office(t)
	cut(o, "soumu 責任者", "")
	_, err := o.Cases.OnTheSpot(t.Context(), o.As("fukushi 課長"), violation.Talk{Finding: o.Finding("fukushi 主事"), Text: "削除する", Method: "画面", Seen: "削除した"})
	if fault.KindOf(err) != fault.Conflict {
		t.Errorf("%v", err)
	}
}

// Who is told of a cut late, by the bar, answers in the case from then on.
func TestWhoIsToldOfACutLateAnswers(t *testing.T) {
	o := office(t)
	code := o.Confirm("soumu 統括", "fukushi 主事")
	b := cut(o, "soumu CSIRT", "証拠を保全している")
	told(t, o, code, procedure.EventCut, "fukushi 課長 manager other", "soumu CISO chief other", "soumu 統括 general other")
	if _, err := o.Cases.Open(t.Context(), o.As("fukushi 主事"), code, procedure.AsCase); fault.KindOf(err) != fault.NotFound {
		t.Errorf("read before they are told: %v", err)
	}
	o.Must(o.Bars.Do(t.Context(), o.As("soumu 統括"), b, rights.EventTell, bar.Step{Version: 1}))
	*o.Time = o.Time.Add(time.Minute)
	if err := o.Try("fukushi 主事", code, procedure.EventAnswer, violation.Said{}); err != nil {
		t.Errorf("no answer: %v", err)
	}
}

func TestACutLapsesOrIsConfirmedOrReleased(t *testing.T) {
	o := office(t)
	tax := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	code := o.Confirm("soumu 統括", "fukushi 主事")
	cut(o, "soumu CSIRT", "")
	told(t, o, code, procedure.EventCut, "fukushi 主事 person other", "fukushi 課長 manager other", "soumu CISO chief other", "soumu 統括 general other")
	o.Stands(tax, rights.Cut)
	o.Days(7)
	o.Must(o.Bars.TurnAll(t.Context()))
	o.Stands(tax, rights.InForce)
	if c := opened(t, o, "soumu 統括", code); c.State != procedure.Confirmed || len(c.Bars) != 0 {
		t.Errorf("it stands %s, %v", c.State, c.Bars)
	}
	b := cut(o, "soumu CSIRT", "")
	o.Must(o.Bars.Do(t.Context(), o.As("soumu CISO"), b, rights.EventConfirmCut, bar.Step{Version: 1}))
	o.Days(7)
	o.Must(o.Bars.TurnAll(t.Context()))
	o.Stands(tax, rights.Cut)
	o.Guide("fukushi 課長", code, 7)
	if err := o.Try("fukushi 課長", code, procedure.EventImprove, violation.Said{}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("closed while access is cut: %v", err)
	}
	o.Take("soumu 統括", code, procedure.EventNotViolation, violation.Said{})
	o.Stands(tax, rights.InForce)
	told(t, o, code, procedure.EventNotViolation, "fukushi 主事 person other", "fukushi 課長 manager other", "soumu CISO chief other", "soumu CSIRT finder other")
}

func TestWhatIsNoViolationIsNotCounted(t *testing.T) {
	o := office(t)
	none := o.Confirm("soumu 統括", "fukushi 主事")
	o.Take("soumu 統括", none, procedure.EventNotViolation, violation.Said{})
	*o.Time = o.Time.Add(time.Hour)
	second := o.Confirm("soumu 統括", "fukushi 主事")
	*o.Time = o.Time.Add(time.Hour)
	third := o.Confirm("soumu 統括", "fukushi 主事")
	for code, want := range map[string]int{none: 0, second: 0, third: 1} {
		if got := opened(t, o, "soumu 統括", code).Before; got != want {
			t.Errorf("%d cases before, not %d", got, want)
		}
	}
}

func TestAGraveCaseIsClosedOnlyAfterTheReferralIsDecidedAndSeen(t *testing.T) {
	o := office(t)
	code := o.NotImproved("fukushi 主事", "fukushi 課長")
	o.Take("soumu 統括", code, procedure.EventWeigh, violation.Said{More: violation.More{Grave: true}})
	o.Take("soumu 統括", code, procedure.EventSuspend, violation.Said{Whole: true, More: violation.More{Until: calendar.Day(*o.Time).AddDays(1)}})
	o.Days(6)
	o.Must(o.Bars.TurnAll(t.Context()))
	o.Must(o.Cases.Remind(t.Context()))
	if c := opened(t, o, "soumu 統括", code); c.State != procedure.Suspended || len(c.Bars) != 0 {
		t.Errorf("it stands %s, %v", c.State, c.Bars)
	}
	var reminded int
	o.Must(o.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM violation_reminder WHERE person_id = $1`, o.People["soumu 統括"]).Scan(&reminded))
	if reminded != 1 {
		t.Errorf("whose turn it is was told %d times that the last day is over", reminded)
	}
	for _, step := range []struct {
		by    string
		event procedure.Event
	}{{"soumu 統括", procedure.EventReferNot}, {"soumu CISO", procedure.EventSeeReferral}} {
		if err := o.Try("soumu 統括", code, procedure.EventLift, violation.Said{}); fault.KindOf(err) != fault.Conflict {
			t.Errorf("closed before %s: %v", step.event, err)
		}
		o.Take(step.by, code, step.event, violation.Said{})
	}
	o.Take("soumu 統括", code, procedure.EventLift, violation.Said{})
}

func TestWhileTheManagerIsAwayTheCISOGoesOnAndTheSilenceIsTheGenerals(t *testing.T) {
	o := office(t)
	code := o.Confirm("soumu 統括", "fukushi 主事")
	o.Guide("fukushi 課長", code, 3)
	away(o, "fukushi 課長")
	o.Days(6)
	only(t, "who says whether it has improved", takes(t, o, code, procedure.EventImprove), "soumu CISO")
	o.Must(o.Cases.Remind(t.Context()))
	o.Days(14)
	o.Must(o.Cases.Remind(t.Context()))
	var told []int64
	rows, err := o.DB.Pool.Query(t.Context(), `SELECT person_id FROM violation_reminder ORDER BY at`)
	o.Must(err)
	for rows.Next() {
		var id int64
		o.Must(rows.Scan(&id))
		told = append(told, id)
	}
	o.Must(rows.Err())
	if want := []int64{o.People["soumu CISO"], o.People["soumu 統括"]}; !slices.Equal(told, want) {
		t.Errorf("reminded were %v, not %v", told, want)
	}
}

func TestACaseFollowsItsPersonToAnotherSection(t *testing.T) {
	o := office(t)
	code := o.Confirm("soumu 統括", "fukushi 主事")
	o.Guide("fukushi 課長", code, 7)
	o.Transfer("fukushi 主事", "zeimu 主事", calendar.Day(*o.Time).AddDays(1))
	o.Days(1)
	only(t, "who goes on", takes(t, o, code, procedure.EventImprove), "zeimu 課長")
	if c := opened(t, o, "fukushi 課長", code); c.Reading != violation.Parts {
		t.Errorf("the earlier 管理者 reads %d", c.Reading)
	}
	if c := opened(t, o, "zeimu 課長", code); c.Reading != violation.Whole {
		t.Errorf("today's 管理者 reads %d", c.Reading)
	}
}

func TestACaseOfWhoLeavesStaysWithTheSection(t *testing.T) {
	o := office(t)
	code := o.Confirm("soumu 統括", "fukushi 主事")
	o.Leave("fukushi 主事", calendar.Day(*o.Time))
	o.Days(1)
	only(t, "who goes on", takes(t, o, code, procedure.EventGuide), "fukushi 課長")
	only(t, "who refers", takes(t, o, code, procedure.EventRefer), "soumu 統括")
	*o.Time = o.Time.Add(time.Hour)
	late := o.Confirm("soumu 統括", "fukushi 主事")
	told(t, o, late, procedure.EventConfirm, "fukushi 課長 manager notice")
}

func TestOfSeveralPostsTheOneCountsInWhoseWorkItHappened(t *testing.T) {
	o := office(t)
	o.Must(o.Town.Appoint(t.Context(), authz.AsOperator(), org.Appointment{Person: o.People["fukushi 主事"], Post: o.Posts["zeimu 主査"], First: rightstest.Today.AddDays(-10)}, org.Beside))
	told(t, o, o.Confirm("soumu 統括", "fukushi 主事"), procedure.EventConfirm, "fukushi 課長 manager notice")
	f := o.Finding("fukushi 主事")
	f.Section, f.Facts = "zeimu", "税の名簿"
	code, err := o.Cases.Confirm(t.Context(), o.As("soumu 統括"), f)
	o.Must(err)
	told(t, o, code, procedure.EventConfirm, "zeimu 課長 manager notice")
	only(t, "who guides", takes(t, o, code, procedure.EventGuide), "zeimu 課長")
}

func TestAVendorsStaffIsNeitherGuidedNorReferred(t *testing.T) {
	o := office(t)
	tax := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	f := o.Finding("fukushi 主事")
	f.Kind = "dispatched"
	code, err := o.Cases.Confirm(t.Context(), o.As("soumu 統括"), f)
	o.Must(err)
	only(t, "guided", takes(t, o, code, procedure.EventGuide))
	only(t, "referred", takes(t, o, code, procedure.EventRefer))
	only(t, "corrected", takes(t, o, code, procedure.EventCorrect), "soumu 統括")
	cut(o, "soumu CSIRT", "") // which the end of their rights ends too
	only(t, "corrected while access is cut", takes(t, o, code, procedure.EventCorrect), "soumu 統括")
	o.Take("soumu 統括", code, procedure.EventCorrect, violation.Said{})
	o.Stands(tax, rights.Ended)
	if c := opened(t, o, "soumu 統括", code); c.Outcome != procedure.OutcomeVendor {
		t.Errorf("%s", c.Outcome)
	}
}

func TestWhoNeverKnewOfACaseIsNotToldThatItIsOpenAgain(t *testing.T) {
	o := office(t)
	f := o.Finding("fukushi 主事")
	f.Kind = "dispatched"
	code, err := o.Cases.Confirm(t.Context(), o.As("soumu 統括"), f)
	o.Must(err)
	o.Take("soumu 統括", code, procedure.EventCorrect, violation.Said{})
	o.Take("soumu 統括", code, procedure.EventReopen, violation.Said{})
	told(t, o, code, procedure.EventReopen, "fukushi 課長 manager other")
}

// What goes to the person arrives in office hours, and the chance to answer is counted from then.
func TestWhatIsSaidAtMidnightReachesThePersonInOfficeHours(t *testing.T) {
	o := office(t)
	code := o.Confirm("soumu 統括", "fukushi 主事")
	o.Guide("fukushi 課長", code, 0)
	*o.Time = rightstest.Today.AddDays(1).Start() // the day of the guidance is over
	o.Take("fukushi 課長", code, procedure.EventNotImprove, violation.Said{})
	if c := opened(t, o, "fukushi 主事", code); c.State != procedure.Guided || !c.HeardOn.IsZero() {
		t.Errorf("the person reads %s at midnight, to be answered until %s", c.State, c.HeardOn)
	}
	heard := opened(t, o, "soumu 統括", code).HeardOn
	*o.Time = heard.AddDays(1).Start().Add(-time.Second)
	if err := o.Try("soumu 統括", code, procedure.EventSuspend, violation.Said{Whole: true}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("suspended a second before midnight: %v", err)
	}
	*o.Time = heard.AddDays(1).Start()
	o.Take("soumu 統括", code, procedure.EventSuspend, violation.Said{Whole: true, More: violation.More{Until: calendar.Day(*o.Time)}})
	end := calendar.Day(*o.Time).AddDays(1).Start()
	*o.Time = end.Add(-time.Second)
	o.Must(o.Bars.TurnAll(t.Context()))
	if c := opened(t, o, "soumu 統括", code); c.State != procedure.Suspended {
		t.Errorf("it stands %s before the last day is over", c.State)
	}
	*o.Time = end
	o.Must(o.Bars.TurnAll(t.Context()))
	if c := opened(t, o, "soumu 統括", code); c.State != procedure.Closed {
		t.Errorf("it stands %s after the last day", c.State)
	}
}

func TestOfTwoGeneralsTheOneNotConcernedActs(t *testing.T) {
	o := office(t)
	o.Must(o.Town.Appoint(t.Context(), authz.AsOperator(), org.Appointment{Person: o.People["zeimu 主査"], Post: o.Posts["soumu 統括"], First: rightstest.Today.AddDays(-10)}, org.Beside))
	code := o.Confirm("soumu 統括", "fukushi 主事")
	version := opened(t, o, "zeimu 主査", code).Version
	o.Take("soumu 統括", code, procedure.EventWeigh, violation.Said{More: violation.More{Grave: true}})
	if err := o.Cases.Do(t.Context(), o.As("zeimu 主査"), code, procedure.EventNotViolation, violation.Said{Version: version, Text: "違う"}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("on what the other has changed: %v", err)
	}
	code = o.Confirm("zeimu 主査", "soumu 統括")
	only(t, "who weighs", takes(t, o, code, procedure.EventWeigh), "zeimu 主査")
}

// What tells the person of the end is handed over in a talk too.
func TestATalkAfterTheEndIsRecorded(t *testing.T) {
	o := office(t)
	code := o.Confirm("fukushi 課長", "fukushi 主事")
	o.Guide("fukushi 課長", code, 7)
	o.Take("fukushi 課長", code, procedure.EventImprove, violation.Said{})
	o.Take("fukushi 課長", code, procedure.EventHand, violation.Said{More: violation.More{On: calendar.Day(*o.Time)}})
	opened, err := o.Cases.Open(t.Context(), o.As("soumu 統括"), code, procedure.AsCase)
	o.Must(err)
	if opened.State != procedure.Closed || opened.Talked(3) != calendar.Day(*o.Time) {
		t.Errorf("it stands %s, handed over on %s", opened.State, opened.Talked(3))
	}
}

// The CISO who acts for the 統括 does not agree with what they have found themselves: the CIO does.
func TestTheCIOAgreesWithWhatTheCISOHasFound(t *testing.T) {
	t.Parallel()
	o := violationtest.New(t, databases.New(t))
	f := o.Finding("soumu 統括")
	f.OwnFinding = true
	code, err := o.Cases.Confirm(t.Context(), o.As("soumu CISO"), f)
	o.Must(err)
	o.Guide("CIO", code, 7)
	o.Days(8)
	o.Take("CIO", code, procedure.EventNotImprove, violation.Said{})
	if err := o.Try("soumu CISO", code, procedure.EventAgree, violation.Said{}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the CISO agrees with themselves: %v", err)
	}
	o.Take("CIO", code, procedure.EventAgree, violation.Said{})
}

// What is reopened is seen by the CISO once more before it is closed.
func TestAReferralIsSeenAnewWhereACaseIsReopened(t *testing.T) {
	t.Parallel()
	o := violationtest.New(t, databases.New(t))
	f := o.Finding("fukushi 主事")
	f.Grave = true
	code, err := o.Cases.Confirm(t.Context(), o.As("soumu 統括"), f)
	o.Must(err)
	end := func() error {
		o.Guide("fukushi 課長", code, 7)
		return o.Try("fukushi 課長", code, procedure.EventImprove, violation.Said{})
	}
	o.Take("soumu 統括", code, procedure.EventReferNot, violation.Said{})
	o.Take("soumu CISO", code, procedure.EventSeeReferral, violation.Said{})
	o.Must(end())
	o.Take("soumu 統括", code, procedure.EventReopen, violation.Said{})
	if err := end(); fault.KindOf(err) != fault.Conflict {
		t.Errorf("closed by what was seen before: %v", err)
	}
}

// What has not reached the person can't be waived yet, but once it was handed over in a talk.
func TestNothingIsWaivedBeforeItHasArrived(t *testing.T) {
	t.Parallel()
	o := violationtest.New(t, databases.New(t))
	code := o.Confirm("fukushi 課長", "fukushi 主事")
	o.Guide("fukushi 課長", code, 7)
	for o.Days(8); calendar.Day(*o.Time).Start().Add(12*time.Hour).Weekday() != time.Saturday; o.Days(1) {
	}
	o.Take("fukushi 課長", code, procedure.EventNotImprove, violation.Said{})
	waived := violation.Said{More: violation.More{On: calendar.Day(*o.Time)}}
	if err := o.Try("fukushi 課長", code, procedure.EventWaive, waived); fault.KindOf(err) != fault.Conflict {
		t.Errorf("waived on a Saturday before the notice has come: %v", err)
	}
	o.Take("fukushi 課長", code, procedure.EventHand, violation.Said{More: violation.More{On: calendar.Day(*o.Time)}})
	o.Take("fukushi 課長", code, procedure.EventWaive, waived)
}
