package referral

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/violation"
	"kagami/internal/violation/authority"
	"kagami/internal/violation/procedure"
)

var update = flag.Bool("update", false, "write docs/violation-referral-states.md anew")

func TestTheStatesDocument(t *testing.T) {
	t.Parallel()
	const path = "../../../docs/violation-referral-states.md"
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
		t.Errorf("docs/violation-referral-states.md is not the table of the code (%v): make generate", err)
	}
}

var today = calendar.NewDate(2026, time.November, 24)

func TestWhoJudgesWhom(t *testing.T) {
	t.Parallel()
	groups := authority.Groups.On(edition.Values{}, today)
	for key, want := range map[string]Way{
		"executive": ByBody, "fixed-term": ByBody, "education": ByBody, "vice-mayor": ByBody, "teacher": ByAppointer,
		"mayor": OnRecord, "superintendent": OnRecord, "dispatched": "", "contractor": "", "designated": "",
	} {
		g, _ := authority.Find(groups, key)
		if way, disciplined := WayOf(g); way != want || disciplined != (want != "") {
			t.Errorf("%s is judged %q, %t", key, way, disciplined)
		}
	}
}

func TestUntilWhenOneMayAppeal(t *testing.T) {
	t.Parallel()
	for served, want := range map[string]string{
		"2026-11-24": "2027-02-24", "2026-11-29": "2027-02-28", "2026-11-30": "2027-02-28", "2027-11-29": "2028-02-29",
		"2026-12-31": "2027-03-31", "2027-01-31": "2027-04-30", "2027-01-30": "2027-04-30",
	} {
		on, err := calendar.ParseDay(served)
		if err != nil {
			t.Fatal(err)
		}
		if got := AppealUntil(on).String(); got != want {
			t.Errorf("served on %s: until %s, not %s", served, got, want)
		}
	}
}

// at is a referral to a body as it stands after some days.
func at(state State, change func(*Referral)) Referral {
	r := Referral{
		Way: ByBody, State: state, PersonName: "見本 竹子", ProposedOn: today.AddDays(-9), RequestedOn: today.AddDays(-8), ConvenedOn: today.AddDays(-7), MeetsOn: today, Quorum: 2,
		HeardOn: today.AddDays(-3), Hearing: HearingGiven, InvolvedOut: true,
	}
	if change != nil {
		change(&r)
	}
	return r
}

func TestWhatIsWrongWithAStep(t *testing.T) {
	t.Parallel()
	involved := []Involved{{Name: "見本 梅雄", Did: []string{"指導"}}}
	marked := func(r *Referral) { r.InvolvedOut = false }
	for name, c := range map[string]struct {
		r     Referral
		event Event
		said  Said
		field string // of the first problem; empty for none
	}{
		"in order":                     {at(Met, nil), EventReport, Said{On: today}, ""},
		"on the day of the one before": {at(Met, nil), EventReport, Said{On: today.AddDays(-3)}, ""},
		"without a day":                {at(Met, nil), EventReport, Said{}, "on"},
		"tomorrow":                     {at(Met, nil), EventReport, Said{On: today.AddDays(1)}, "on"},
		"before the one before":        {at(Met, nil), EventReport, Said{On: today.AddDays(-4)}, "on"},
		"declined without a reason":    {at(Proposed, nil), EventDecline, Said{On: today}, "text"},
		"withdrawn at too much length": {at(Proposed, nil), EventWithdraw, Said{On: today, Text: strings.Repeat("あ", maxText+1)}, "text"},
		"convened":                     {at(Requested, nil), EventConvene, Said{On: today, Meets: today.AddDays(5), Quorum: 3}, ""},
		"to meet before that":          {at(Requested, nil), EventConvene, Said{On: today, Meets: today.AddDays(-1), Quorum: 3}, "meets_on"},
		"without a quorum":             {at(Requested, nil), EventConvene, Said{On: today, Meets: today}, "quorum"},
		"heard in no known way":        {at(Convened, nil), EventHear, Said{On: today, Hearing: "perhaps"}, "hearing"},
		"met":                          {at(Convened, nil), EventMeet, Said{On: today, Present: "副町長　見本 松\n教育長　見本 桜\n", Resolved: Discipline}, ""},
		"met by too few":               {at(Convened, nil), EventMeet, Said{On: today, Present: "副町長　見本 松", Resolved: Discipline}, "present"},
		"met by nobody":                {at(Convened, nil), EventMeet, Said{On: today, Present: " \n\n", Resolved: Discipline}, "present"},
		"who took part judges":         {at(Convened, nil), EventMeet, Said{On: today, Present: "副町長　見本　梅雄\n教育長　見本 桜", Resolved: Discipline}, "present"},
		"who took part is marked":      {at(Convened, marked), EventMeet, Said{On: today, Present: "副町長　見本　梅雄\n教育長　見本 桜", Resolved: Discipline}, ""},
		"the person judges":            {at(Convened, marked), EventMeet, Said{On: today, Present: "見本竹子\n教育長　見本 桜", Resolved: Discipline}, "present"},
		"who did not judge":            {at(Convened, nil), EventMeet, Said{On: today, Present: "見本 松\n見本 桜", Excluded: "見本 梅雄:関与者", Resolved: Measure}, ""},
		"who did not judge, unsaid":    {at(Convened, nil), EventMeet, Said{On: today, Present: "見本 松\n見本 桜", Excluded: "見本 梅雄", Resolved: Measure}, "excluded"},
		"both judges and does not":     {at(Convened, nil), EventMeet, Said{On: today, Present: "見本 松\n見本 桜", Excluded: "見本桜：親族", Resolved: Measure}, "excluded"},
		"resolved nothing":             {at(Convened, nil), EventMeet, Said{On: today, Present: "見本 松\n見本 桜", Resolved: Declined}, "resolved"},
		"decided":                      {at(Reported, nil), EventDecide, Said{On: today, Number: "見総人第5号", Outcome: Discipline}, ""},
		"decided without a number":     {at(Reported, nil), EventDecide, Said{On: today, Outcome: Measure}, "number"},
		"nothing decided on":           {at(Reported, nil), EventDecide, Said{On: today, Outcome: NoMeasure}, ""},
		"decided on something else":    {at(Reported, nil), EventDecide, Said{On: today, Outcome: Withdrawn}, "outcome"},
		"an appeal before the paper":   {at(Decided, nil), EventServe, Said{On: today, Appeal: today}, "appeal_until"},
	} {
		_, problems := c.said.more(c.r, c.event, today, involved)
		field := ""
		if len(problems) > 0 {
			field = problems[0].Field
		}
		if field != c.field {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

func TestWhatMayFollow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		r    Referral
		want []Event
	}{
		{"proposed", at(Proposed, nil), []Event{EventRequest, EventDecline, EventWithdraw}},
		{"asked for", at(Requested, nil), []Event{EventConvene, EventWithdraw}},
		{"asked of who appoints", at(Requested, func(r *Referral) { r.Way = ByAppointer }), []Event{EventDecide, EventWithdraw}},
		{"convened, not heard", at(Convened, func(r *Referral) { r.Hearing = "" }), []Event{EventHear, EventConvene, EventWithdraw}},
		{"convened and heard", at(Convened, nil), []Event{EventHear, EventMeet, EventConvene, EventWithdraw}},
		{"resolved", at(Met, nil), []Event{EventReport, EventConvene, EventWithdraw}},
		{"reported", at(Reported, nil), []Event{EventDecide, EventWithdraw}},
		{"a discipline, not served", at(Decided, func(r *Referral) { r.Outcome = Discipline }), []Event{EventServe}},
		{"a discipline, served", at(Decided, func(r *Referral) { r.Outcome, r.ServedOn = Discipline, today }), []Event{EventEnd}},
		{"a measure", at(Decided, func(r *Referral) { r.Outcome = Measure }), []Event{EventEnd}},
		{"ended", at(Ended, nil), nil},
		{"recorded", at(Recorded, func(r *Referral) { r.Way = OnRecord }), nil},
	} {
		if got := c.r.Next(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// The end of the last referral that was asked for is that of the case; nothing else tells anybody.
func TestWhenACaseLearnsOfTheEnd(t *testing.T) {
	t.Parallel()
	asked, ended := Referral{State: Requested, RequestedOn: today}, Referral{State: Ended, RequestedOn: today}
	declined := Referral{State: Ended, Outcome: Declined}
	for _, c := range []struct {
		name   string
		r      Referral
		others []Referral
		want   procedure.Event
	}{
		{"under way", asked, nil, procedure.EventPropose},
		{"the only one has ended", ended, nil, procedure.EventReferralEnd},
		{"another goes on", ended, []Referral{asked}, procedure.EventPropose},
		{"the last one has ended", ended, []Referral{ended}, procedure.EventReferralEnd},
		{"it was never asked for", declined, nil, procedure.EventPropose},
		{"the last one was never asked for", declined, []Referral{ended}, procedure.EventReferralEnd},
	} {
		if got := stepOfCase(c.r, c.others); got != c.want {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

func TestWhoTookPart(t *testing.T) {
	t.Parallel()
	steps := []violation.Step{
		{Event: procedure.EventReport, ByName: "報告した人"}, {Event: procedure.EventConfirm, By: 1, ByName: "見本 一"}, {Event: procedure.EventGuide, By: 2, ByName: "見本 二"},
		{Event: procedure.EventAnswer, By: 3, ByName: "見本 三"}, {Event: procedure.EventCut, By: 4, ByName: "見本 四"}, {Event: procedure.EventSuspend, By: 1, ByName: "見本 一"},
		{Event: procedure.EventSeeReferral, By: 5, ByName: "見本 五"},
	}
	var got []string
	for _, p := range involvedIn(steps) {
		got = append(got, p.Name+" "+strings.Join(p.Did, "、"))
	}
	if want := []string{"見本 一 違反の確認、停止・剥奪", "見本 二 指導", "見本 四 緊急停止"}; !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

// Of a report nothing is in the papers of a referral, whatever else a case has.
func TestThePapersTellNothingOfAReport(t *testing.T) {
	t.Parallel()
	all := []procedure.Event{}
	for _, m := range procedure.Moves() {
		all = append(all, m.Event)
	}
	reports := []procedure.Event{procedure.EventReport, procedure.EventInvestigate, procedure.EventDismiss, procedure.EventPass, procedure.EventJoin}
	rapid.Check(t, func(t *rapid.T) {
		var steps []violation.Step
		for _, e := range rapid.SliceOf(rapid.SampledFrom(all)).Draw(t, "events") {
			steps = append(steps, violation.Step{Event: e, Papers: []violation.Paper{{Name: string(e)}}})
		}
		record := RecordOf(steps)
		for _, h := range slices.Concat(record.Guidance, record.Answers) {
			if slices.Contains(reports, h.Event) {
				t.Fatalf("%s is in it", h.Event)
			}
		}
		for _, p := range record.Evidence {
			if slices.Contains(reports, p.Step.Event) {
				t.Fatalf("%s is evidence", p.Paper.Name)
			}
		}
	})
}
