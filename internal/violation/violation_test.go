package violation_test

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"github.com/jackc/pgx/v5"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/rights"
	"kagami/internal/rights/rightstest"
	"kagami/internal/violation"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/violationtest"
)

var databases pgtest.Server

func TestMain(m *testing.M) {
	pgtest.Alone(suspend)
	os.Exit(pgtest.Run(m, &databases))
}

func office(t *testing.T) *violationtest.Office {
	t.Helper()
	t.Parallel()
	return violationtest.New(t, databases.New(t))
}

func told(t *testing.T, o *violationtest.Office, code string, event procedure.Event, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := o.Told(code, event); !slices.Equal(got, want) {
		t.Errorf("told of %s: %s\nnot %s", event, strings.Join(got, ", "), strings.Join(want, ", "))
	}
}

func TestTheGeneralConfirmsAndTheManagerIsNotified(t *testing.T) {
	o := office(t)
	code := o.Confirm("soumu 統括", "fukushi 主事")
	told(t, o, code, procedure.EventConfirm, "fukushi 課長 manager notice")
}

func TestWhoAnswersForTheSystemReportsToBoth(t *testing.T) {
	o := office(t)
	f := o.Finding("fukushi 主事")
	f.System = o.Tax
	code, err := o.Cases.Confirm(t.Context(), o.As("zeimu 担当副課長"), f)
	o.Must(err)
	told(t, o, code, procedure.EventConfirmOther, "fukushi 課長 manager report", "soumu 統括 general report")
}

func TestWhoConfirms(t *testing.T) {
	o := office(t)
	for _, c := range []struct {
		by, whom, system string
		may              bool
	}{
		{"soumu 統括", "fukushi 主事", "", true},
		{"fukushi 課長", "fukushi 主事", "", true},
		{"zeimu 課長", "fukushi 主事", "", false},
		{"zeimu 担当副課長", "fukushi 主事", "", false},
		{"zeimu 担当副課長", "fukushi 主事", o.Tax, true},
		{"fukushi 担当副課長", "fukushi 主事", o.Tax, false},
		{"fukushi 主査", "fukushi 主事", o.Tax, false},
		{"soumu CSIRT", "fukushi 主事", o.Tax, false},
		{"soumu 監査", "fukushi 主事", o.Tax, false},
		{"fukushi 課長", "fukushi 課長", "", false},
		{"soumu 統括", "soumu 統括", "", false},
		{"soumu CISO", "soumu 統括", "", true},
		{"soumu CISO", "fukushi 主事", "", false},
		{"CIO", "soumu CISO", "", true},
		{"soumu 統括", "soumu CISO", "", false},
	} {
		f := o.Finding(c.whom)
		f.System = c.system
		_, err := o.Cases.Confirm(t.Context(), o.As(c.by), f)
		if may := err == nil; may != c.may || err != nil && fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s of %s: %v", c.by, c.whom, err)
		}
	}
}

func TestACourseToTheEnd(t *testing.T) {
	o := office(t)
	tax := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	code := o.Confirm("fukushi 課長", "fukushi 主事")
	o.Guide("fukushi 課長", code, 7)
	told(t, o, code, procedure.EventGuide, "fukushi 主事 person other", "soumu 統括 general other")
	if err := o.Try("fukushi 課長", code, procedure.EventNotImprove, violation.Said{}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("not improved before the day: %v", err)
	}
	o.Days(8)
	o.Take("fukushi 課長", code, procedure.EventNotImprove, violation.Said{})
	suspend := violation.Said{Rights: []string{tax}}
	if err := o.Try("soumu 統括", code, procedure.EventSuspend, suspend); fault.KindOf(err) != fault.Conflict {
		t.Errorf("suspended before the chance to answer is over: %v", err)
	}
	o.Take("fukushi 主事", code, procedure.EventAnswer, violation.Said{Text: "知らなかった。"})
	told(t, o, code, procedure.EventAnswer, "fukushi 課長 manager other", "soumu 統括 general other")
	o.Days(10)
	o.Take("soumu 統括", code, procedure.EventSuspend, suspend)
	told(t, o, code, procedure.EventSuspend, "fukushi 主事 person other", "fukushi 課長 manager notice", "soumu CISO chief notice")
	o.Stands(tax, rights.Suspended)
	for by, bars := range map[string]int{"soumu 統括": 1, "soumu 監査": 0} { // a bar's page names whose rights it bars
		if opened, err := o.Cases.Open(t.Context(), o.As(by), code, procedure.AsCase); err != nil || len(opened.Bars) != bars {
			t.Errorf("%s is led to what it bars: %v, %v", by, opened.Bars, err)
		}
	}
	o.Take("soumu 統括", code, procedure.EventLift, violation.Said{})
	told(t, o, code, procedure.EventLift, "fukushi 主事 person other", "fukushi 課長 manager other", "soumu CISO chief other")
	o.Stands(tax, rights.InForce)
	opened, err := o.Cases.Open(t.Context(), o.As("soumu 統括"), code, procedure.AsCase)
	o.Must(err)
	if opened.State != procedure.Closed || opened.Outcome != procedure.OutcomeLifted || len(opened.Steps) != 6 {
		t.Errorf("it stands %s, %s after %d steps", opened.State, opened.Outcome, len(opened.Steps))
	}
}

func TestASuspensionWhoseLastDayIsOverClosesTheCase(t *testing.T) {
	o := office(t)
	tax := o.Permitted("fukushi 主事", "zeimu 担当副課長", rightstest.Asking(o.Tax))
	code := o.NotImproved("fukushi 主事", "fukushi 課長")
	o.Take("soumu 統括", code, procedure.EventSuspend, violation.Said{Rights: []string{tax}, More: violation.More{Until: calendar.Day(*o.Time).AddDays(3)}})
	o.Days(4)
	o.Must(o.Bars.TurnAll(t.Context()))
	told(t, o, code, procedure.EventExpire, "fukushi 主事 person other", "fukushi 課長 manager other", "soumu CISO chief other")
	o.Stands(tax, rights.InForce)
}

// What goes to the person arrives when the office opens, once; a portal whose clock is behind waits
// for that, and gives up nothing.
func TestWhatGoesToThePersonArrivesInOfficeHours(t *testing.T) {
	o := office(t)
	code := o.Confirm("fukushi 課長", "fukushi 主事")
	*o.Time = calendar.Day(*o.Time).Start().Add(20 * time.Hour)
	o.Guide("fukushi 課長", code, 7)
	var (
		id      int64
		version int
		opens   time.Time
	)
	o.Must(o.DB.Pool.QueryRow(t.Context(), `
		SELECT c.id, c.version, t.from_at FROM violation_case c JOIN violation_told t ON t.case_id = c.id AND t.version = c.version WHERE c.code = $1 AND t.seat = 'person'`, code).Scan(&id, &version, &opens))
	for _, c := range []struct {
		at      time.Time
		want    error
		arrived int
	}{
		{opens.Add(-2 * time.Second), river.JobSnooze(2 * time.Second), 0},
		{opens, nil, 1},
		{opens.Add(time.Minute), nil, 1},
	} {
		*o.Time = c.at
		err := o.Cases.Deliver(t.Context(), id, version, opens)
		var arrived int
		o.Must(o.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM notice WHERE topic = 'violation_case' AND person_id = $1`, o.People["fukushi 主事"]).Scan(&arrived))
		if !reflect.DeepEqual(err, c.want) || arrived != c.arrived {
			t.Errorf("at %s: %d have arrived: %v", c.at, arrived, err)
		}
	}
}

func TestOfSomebodyOfSoumuTheCISOGuidesAndTheGeneralOnlySuspends(t *testing.T) {
	o := office(t)
	code := o.Confirm("soumu 統括", "soumu CSIRT")
	told(t, o, code, procedure.EventConfirm, "soumu CISO manager notice")
	guide := violation.Said{More: violation.More{Until: calendar.Day(*o.Time).AddDays(1), Method: "見る"}}
	if err := o.Try("soumu 統括", code, procedure.EventGuide, guide); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the 統括 guides: %v", err)
	}
	o.Take("soumu CISO", code, procedure.EventGuide, guide)
	o.Days(3)
	o.Take("soumu CISO", code, procedure.EventNotImprove, violation.Said{})
	o.Days(10)
	o.Take("soumu 統括", code, procedure.EventSuspend, violation.Said{Whole: true})
}

func TestInACaseOfTheGeneralTheCISOActsAndTheCIOGuides(t *testing.T) {
	o := office(t)
	code := o.Confirm("soumu CISO", "soumu 統括")
	told(t, o, code, procedure.EventConfirm, "CIO manager notice")
	o.Guide("CIO", code, 1)
	o.Days(3)
	o.Take("CIO", code, procedure.EventNotImprove, violation.Said{})
	o.Days(10)
	o.Take("soumu CISO", code, procedure.EventSuspend, violation.Said{Whole: true})
	told(t, o, code, procedure.EventSuspend, "CIO manager notice", "soumu 統括 person other")
}

func TestInACaseOfAManagerTheCISOGuides(t *testing.T) {
	o := office(t)
	code := o.Confirm("soumu 統括", "fukushi 課長")
	told(t, o, code, procedure.EventConfirm, "soumu CISO manager notice")
	o.Guide("soumu CISO", code, 1)
	told(t, o, code, procedure.EventGuide, "fukushi 課長 person other", "soumu 統括 general other")
}

func TestWhatTheGeneralHasFoundThemselvesNeedsTheCISOsAgreement(t *testing.T) {
	o := office(t)
	f := o.Finding("fukushi 主事")
	f.OwnFinding = true
	code, err := o.Cases.Confirm(t.Context(), o.As("soumu 統括"), f)
	o.Must(err)
	o.Guide("fukushi 課長", code, 1)
	o.Days(3)
	o.Take("fukushi 課長", code, procedure.EventNotImprove, violation.Said{})
	o.Days(10)
	if err := o.Try("soumu 統括", code, procedure.EventSuspend, violation.Said{Whole: true}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("suspended without it: %v", err)
	}
	o.Take("soumu CISO", code, procedure.EventAgree, violation.Said{})
	o.Take("soumu 統括", code, procedure.EventSuspend, violation.Said{Whole: true})
	if err := o.Try("soumu 統括", code, procedure.EventNotViolation, violation.Said{}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the 統括 says that it is none: %v", err)
	}
	o.Take("soumu CISO", code, procedure.EventNotViolation, violation.Said{})
	told(t, o, code, procedure.EventNotViolation, "fukushi 主事 person other", "fukushi 課長 manager other", "soumu 統括 general other")
}

func TestImprovedInOneTalkIsThreeSteps(t *testing.T) {
	o := office(t)
	code, err := o.Cases.OnTheSpot(t.Context(), o.As("fukushi 課長"), violation.Talk{Finding: o.Finding("fukushi 主事"), Text: "削除する", Method: "画面", Seen: "削除した"})
	o.Must(err)
	told(t, o, code, procedure.EventConfirmOther, "soumu 統括 general report")
	told(t, o, code, procedure.EventGuide, "fukushi 主事 person other", "soumu 統括 general other")
	told(t, o, code, procedure.EventImprove, "fukushi 主事 person other", "soumu 統括 general other")
	for _, who := range []string{"soumu 統括", "fukushi 主事"} { // each gets one notice of the three
		var notices int
		o.Must(o.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM notice WHERE person_id = $1`, o.People[who]).Scan(&notices))
		if notices != 1 {
			t.Errorf("%s gets %d notices", who, notices)
		}
	}
}

// The steps of the table are those that the database takes.
func TestTheDatabaseTakesTheStepsOfTheTable(t *testing.T) {
	o := office(t)
	rows, err := o.DB.Pool.Query(t.Context(), `SELECT event, from_state, to_state FROM violation_move`)
	o.Must(err)
	var list []procedure.Move
	for rows.Next() {
		var m procedure.Move
		o.Must(rows.Scan(&m.Event, &m.From, &m.To))
		list = append(list, m)
	}
	o.Must(rows.Err())
	for _, m := range procedure.Moves() {
		if !slices.Contains(list, m) {
			t.Errorf("the database refuses %+v", m)
		}
	}
	if len(list) != len(procedure.Moves()) {
		t.Errorf("the database takes %d steps, the table has %d", len(list), len(procedure.Moves()))
	}
}

// No case is put where no step has led it.
func TestNoCaseBeginsElsewhere(t *testing.T) {
	o := office(t)
	for _, insert := range []string{
		`INSERT INTO violation_case (code, receiver, opened_at, state_at) VALUES ('AAAA-AAAA', 'general', now(), now())`,
		`INSERT INTO violation_case (code, receiver, opened_at, state_at, state, outcome, closed_at) VALUES ('AAAA-AAAA', 'general', now(), now(), 'dismissed', 'dismissed', now())`,
	} {
		if _, err := o.DB.Pool.Exec(t.Context(), insert); postgres.Constraint(err) != "violation_case_begun" {
			t.Errorf("%s: %v", insert, err)
		}
	}
	// not even with a step that leads on from there
	err := postgres.InTx(t.Context(), o.DB.Pool, func(tx pgx.Tx) error {
		for _, sql := range []string{
			`INSERT INTO violation_case (code, receiver, opened_at, state_at, state, outcome, closed_at) VALUES ('AAAA-AAAA', 'general', now(), now(), 'dismissed', 'dismissed', now())`,
			`INSERT INTO violation_step (case_id, version, at, seat, event, from_state, to_state) SELECT id, 1, now(), 'general', 'reopen', 'dismissed', 'reported' FROM violation_case`,
			`UPDATE violation_case SET version = 1, state = 'reported', outcome = '', closed_at = NULL`,
		} {
			if _, err := tx.Exec(t.Context(), sql); err != nil {
				return err
			}
		}
		return nil
	})
	if postgres.Constraint(err) != "violation_case_begun" {
		t.Errorf("it begins where it was dismissed: %v", err)
	}
}
