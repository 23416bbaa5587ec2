package procedure_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	. "kagami/internal/violation/procedure"
)

func TestTheTableIsWhole(t *testing.T) {
	if _, err := StatesDocument(); err != nil {
		t.Error(err)
	}
}

// The people of the tables below.
const (
	cio int64 = iota + 1
	ciso
	general
	manager
	staff
	other
)

var town = Holders{CIO: []int64{cio}, CISO: []int64{ciso}, General: []int64{general}, Managers: []int64{manager}}

func TestWhoSits(t *testing.T) {
	soumu := town
	soumu.Managers = []int64{general}
	vacant := town
	vacant.Managers = nil
	small := Holders{General: []int64{general}, Managers: []int64{general}}
	for _, c := range []struct {
		name                       string
		holders                    Holders
		person                     int64
		recused                    []int64
		general, manager, chief    int64
		generalAlone, managerAlone bool
	}{
		{"somebody of another section", town, staff, nil, general, manager, ciso, false, false},
		{"somebody of 総務課", soumu, staff, nil, general, ciso, ciso, false, false},
		{"a 管理者", town, manager, nil, general, ciso, ciso, false, false},
		{"a section without a 管理者", vacant, staff, nil, general, ciso, ciso, false, false},
		{"the 統括", soumu, general, nil, ciso, cio, ciso, false, false},
		{"the CISO", soumu, ciso, nil, cio, general, cio, false, false},
		{"a 管理者 who is 監督責任者", town, staff, []int64{manager}, general, ciso, ciso, false, false},
		{"a 統括 who is kin", town, staff, []int64{general}, ciso, manager, ciso, false, false},
		{"nobody else is there", small, staff, nil, general, general, 0, false, true},
		{"nobody else is there, nor leads the 課室", Holders{General: []int64{general}}, staff, nil, general, general, 0, false, true},
		{"all are kin", small, staff, []int64{general}, general, general, 0, true, true},
	} {
		seats := Sit(c.holders, c.person, c.recused)
		for _, seat := range []struct {
			title string
			sat   Sat
			want  int64
			alone bool
		}{{"統括", seats.General, c.general, c.generalAlone}, {"管理者", seats.Manager, c.manager, c.managerAlone}, {"CISO", seats.Chief, c.chief, false}} {
			if want := slices.DeleteFunc([]int64{seat.want}, func(p int64) bool { return p == 0 }); !slices.Equal(seat.sat.People, want) || seat.sat.Alone != seat.alone {
				t.Errorf("%s: as %s sit %v, alone %t", c.name, seat.title, seat.sat.People, seat.sat.Alone)
			}
		}
	}
}

func TestWhoSeesToWhatTheCISODoesForTheGeneral(t *testing.T) {
	alone := town
	alone.CIO = nil
	for _, c := range []struct {
		name    string
		holders Holders
		person  int64
		chief   int64
		alone   bool
	}{
		{"of somebody else the CISO does", town, staff, ciso, false},
		{"of the 統括 the CIO does", town, general, cio, false},
		{"where there is no CIO the CISO does, with a reason", alone, general, ciso, true},
		{"of the CISO the CIO does both", town, ciso, cio, false},
	} {
		if got := Sit(c.holders, c.person, nil).Overseen().Chief; !slices.Equal(got.People, []int64{c.chief}) || got.Alone != c.alone {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestOfWhatIsReopenedBeforeItWasConfirmedNobodyIsTold(t *testing.T) {
	if got := Tells(EventReopen, false); len(got) > 0 {
		t.Errorf("told: %v", got)
	}
}

// Whoever it is about sits nowhere, and who suspends does not guide unless nobody else is there.
func TestNobodyJudgesThemselves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people := rapid.SliceOfN(rapid.Int64Range(1, 6), 0, 3)
		h := Holders{CIO: people.Draw(t, "CIO"), CISO: people.Draw(t, "CISO"), General: people.Draw(t, "統括"), Managers: people.Draw(t, "管理者")}
		person, recused := rapid.Int64Range(1, 6).Draw(t, "person"), people.Draw(t, "recused")
		seats := Sit(h, person, recused)
		for _, seat := range []Sat{seats.General, seats.Manager, seats.Chief} {
			if seat.Has(person) {
				t.Fatalf("%d sits: %+v", person, seats)
			}
			if !seat.Alone && slices.ContainsFunc(recused, seat.Has) {
				t.Fatalf("who takes no part sits: %+v", seats)
			}
		}
		if !seats.Manager.Alone && !seats.General.Alone && slices.ContainsFunc(seats.Manager.People, seats.General.Has) {
			t.Fatalf("who suspends guides: %+v", seats)
		}
	})
}

func TestWhoseTurnItIs(t *testing.T) {
	for _, c := range []struct {
		at   Standing
		want Seat
	}{
		{Standing{State: Reported, Receiver: Chief}, Chief},
		{Standing{State: Confirmed}, Manager},
		{Standing{State: Confirmed, Vendor: true}, General},
		{Standing{State: Guided}, Manager},
		{Standing{State: Guided, Silent: true}, General},
		{Standing{State: NotImproved, Hearing: true}, Person},
		{Standing{State: NotImproved, Hearing: true, OwnFinding: true}, Chief},
		{Standing{State: NotImproved, OwnFinding: true, Agreed: true}, General},
		{Standing{State: Suspended}, General},
		{Standing{State: Suspended, Grave: true, Referral: EventRefer}, Chief},
		{Standing{State: Suspended, Grave: true, Referral: EventRefer, ReferralSeen: true}, General},
		{Standing{State: Suspended, Referral: EventReferNot}, General},
		{Standing{State: Revoked, Grave: true}, General},
		{Standing{State: Closed}, ""},
	} {
		if got := Turn(c.at); got != c.want {
			t.Errorf("%+v: it is %q's turn", c.at, got)
		}
	}
}

// What is told of each event stands in violations.md, and in this table once more.
func TestWhoIsTold(t *testing.T) {
	table := map[Event][]Telling{
		EventConfirm:      {{Manager, ClauseNotice}},
		EventConfirmOther: {{General, ClauseReport}, {Manager, ClauseReport}},
		EventGuide:        {{General, OtherNotice}, {Person, OtherNotice}},
		EventSuspend:      {{Chief, ClauseNotice}, {Manager, ClauseNotice}, {Person, OtherNotice}},
		EventRevoke:       {{Chief, ClauseNotice}, {Manager, ClauseNotice}, {Person, OtherNotice}},
		EventLift:         {{Chief, OtherNotice}, {Manager, OtherNotice}, {Person, OtherNotice}},
		EventAnswer:       {{Manager, OtherNotice}, {General, OtherNotice}},
		EventCut:          {{Chief, OtherNotice}, {General, OtherNotice}, {Manager, OtherNotice}, {Person, OtherNotice}},
		EventReport:       {{Receiver, OtherNotice}},
		EventPass:         {{General, OtherNotice}},
		EventImprove:      {{General, OtherNotice}, {Person, OtherNotice}},
		EventNotImprove:   {{General, OtherNotice}, {Person, OtherNotice}},
		EventNotViolation: {{Everyone, OtherNotice}, {Person, OtherNotice}},
		EventExpire:       {{Chief, OtherNotice}, {Manager, OtherNotice}, {Person, OtherNotice}},
		EventLeaveRevoked: {{Chief, OtherNotice}, {Manager, OtherNotice}, {Person, OtherNotice}},
		EventReopen:       {{Manager, OtherNotice}, {Person, OtherNotice}},
		EventReferralEnd:  {{Chief, OtherNotice}, {Manager, OtherNotice}},
		EventInvestigate:  nil,
		EventDismiss:      nil,
		EventJoin:         nil,
		EventPropose:      nil,
		EventHand:         nil,
		EventWeigh:        nil,
		EventSupervise:    nil,
		EventSeeReferral:  nil,
		EventWaive:        {{Manager, OtherNotice}, {General, OtherNotice}},
		EventCorrect:      {{Manager, OtherNotice}},
		EventAgree:        {{General, OtherNotice}},
		EventKin:          {{General, OtherNotice}},
		EventRefer:        {{Chief, OtherNotice}},
		EventReferNot:     {{Chief, OtherNotice}},
	}
	for event, want := range table {
		if got := Tells(event, true); !slices.Equal(got, want) {
			t.Errorf("%s tells %v", event, got)
		}
	}
	for _, m := range Moves() {
		if _, known := table[m.Event]; !known {
			t.Errorf("of %s it does not stand here who is told", m.Event)
		}
	}
}

func TestWhatWhoHasReportedIsAnswered(t *testing.T) {
	for _, c := range []struct {
		event  Event
		before Answer
		want   Answer
	}{
		{EventReport, "", ""},
		{EventInvestigate, "", Investigating},
		{EventInvestigate, Investigating, ""},
		{EventInvestigate, Reopened, Investigating},
		{EventJoin, "", Investigating},
		{EventConfirm, "", Investigating},
		{EventConfirmOther, "", Investigating},
		{EventConfirm, Investigating, ""},
		{EventPass, "", ""},
		{EventDismiss, "", NotInvestigating},
		{EventDismiss, Investigating, NotInvestigating},
		{EventGuide, Investigating, ""},
		{EventNotImprove, Investigating, ""},
		{EventSuspend, Investigating, ""},
		{EventReferralEnd, Completed, ""},
		{EventImprove, Investigating, Completed},
		{EventNotViolation, Investigating, Completed},
		{EventLift, Investigating, Completed},
		{EventExpire, Investigating, Completed},
		{EventLeaveRevoked, Investigating, Completed},
		{EventCorrect, Investigating, Completed},
		{EventReopen, NotInvestigating, Reopened},
		{EventReopen, Completed, Reopened},
	} {
		if got := AnswerTo(c.event, c.before); got != c.want || got != "" && got.Title() == "" {
			t.Errorf("%s after %q is answered %q, want %q", c.event, c.before, got, c.want)
		}
	}
}

// Of a vendor's staff there is no guidance: nobody is asked for it.
func TestWhatIsAskedOfWhoIsTold(t *testing.T) {
	const guide, bar, look = "適正な措置（指導）をしてください。", "弁明の機会の後に、利用権限の停止などを判断してください。", "内容を見てください。"
	for _, c := range []struct {
		event  Event
		seat   Seat
		vendor bool
		want   string
	}{
		{EventConfirm, Manager, false, guide}, {EventConfirmOther, Manager, false, guide}, {EventConfirmOther, General, false, look},
		{EventConfirm, Manager, true, look + "派遣元・委託先への是正は、統括が求めます。"}, {EventConfirm, General, true, look},
		{EventNotImprove, General, false, bar}, {EventNotImprove, Person, false, look}, {EventSuspend, Manager, false, look},
	} {
		if got := Asked(c.event, c.seat, c.vendor); got != c.want {
			t.Errorf("of %s the %s is asked (vendor %t): %s", c.event, c.seat, c.vendor, got)
		}
	}
}
