package acknowledge_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/deadline"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/org/absence"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/policytest"
	"kagami/internal/policy/publish"
	"kagami/internal/setting"
)

// adopted is the first revision of a 基本方針 that the 本部会議 has adopted today.
func adopted(o policytest.Office) draft.Draft {
	o.T.Helper()
	_, err := o.Draft.DraftText(o.T.Context(), o.Officer, draft.Text{Kind: policy.Basic, Title: "見本の基本方針", Code: "kihon", Source: policytest.Text})
	must(o.T, err)
	draft, err := policytest.Adopt(o.T.Context(), o.Rooms, o.Officer, "kihon", o.Chair, calendar.Day(policytest.Now))
	must(o.T, err)
	return draft
}

// askWithin publishes a 基本方針 today that is to be acknowledged within days.
func askWithin(o policytest.Office, days int) acknowledge.Shown {
	o.T.Helper()
	draft := adopted(o)
	must(o.T, o.Publish.PublishDecided(o.T.Context(), o.CISO, "kihon", publish.Publication{
		EffectiveOn: calendar.Day(policytest.Now), SHA256: draft.SHA256,
		Campaign: acknowledge.Campaign{Anew: acknowledge.AskAnew, Of: policy.Audience{Everyone: true}, DueOn: calendar.Day(policytest.Now).AddDays(days)},
	}))
	return acknowledge.Shown{Code: "kihon", Number: draft.Number, SHA256: draft.SHA256}
}

// Numbers of those in newOffice: 1 CISO, 2 責任者, 3 税務町民課長, 4 職員 there, 5
// 福祉こども課長.
const staffNumber = "4"

// remindersOf are the days, counted from today, on which somebody was reminded; a
// minus for those of which their 管理者 was told.
func remindersOf(o policytest.Office, number string) string {
	o.T.Helper()
	person, err := o.Later(100).Acknowledge.AskedPerson(o.T.Context(), o.CISO, "kihon", number)
	must(o.T, err)
	days := ""
	for _, r := range person.Reminders {
		who := map[deadline.Recipient]string{deadline.Person: "self", deadline.Manager: "head", deadline.General: "general"}[r.To]
		days += fmt.Sprintf(" %s:%d", who, r.On.Sub(calendar.Day(policytest.Now)))
	}
	return days
}

// Who has not acknowledged is reminded three days before their last day, on the
// day after it, and then their 管理者 is told, each once, however often and
// however late the portal looks.
func TestWhoHasNotAcknowledgedIsRemindedAndThenTheirHead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		given int   // days
		looks []int // days on which the portal looks
		want  string
	}{
		"every day":                 {10, []int{0, 1, 2, 3, 4, 5, 6, 7, 7, 8, 9, 10, 11, 11, 12, 13, 14, 15, 20, 21, 21, 40}, " self:7 self:11 head:14 head:21"},
		"it was off for a while":    {10, []int{0, 12, 13, 40}, " self:12 head:40"},
		"not before they are asked": {2, []int{0, 1, 2, 3}, " self:3"},
		"asked and due on one day":  {0, []int{0, 1}, " self:1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			askWithin(o, c.given)
			for _, day := range c.looks {
				must(t, o.Later(day).Acknowledge.TendAll(t.Context()))
			}
			if got := remindersOf(o, staffNumber); got != c.want {
				t.Errorf("reminded%s, want%s", got, c.want)
			}
		})
	}
}

// The town decides when; a step of several recipients goes to each of them.
func TestTheTownSetsWhenIsReminded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	clock := func() time.Time { return policytest.Now }
	settings := setting.New(o.DB.Pool, door.New(o.DB.Pool, clock), acknowledge.Reminders.Settings()...)
	general := authz.Actor{Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer}}}
	for name, days := range map[string]string{"person": "当日", "manager": "2日後", "general": "2日後"} {
		must(t, settings.Set(t.Context(), general, "acknowledgement.remind_"+name, setting.Typed{Value: days, First: calendar.Day(policytest.Now), Reason: "見本"}))
	}
	askWithin(o, 10)
	for day := range 20 {
		must(t, o.Later(day).Acknowledge.TendAll(t.Context()))
	}
	if got := remindersOf(o, staffNumber); got != " self:10 general:12 head:12" {
		t.Errorf("reminded%s", got)
	}
	var told string // 統括, once for all
	must(t, o.DB.Pool.QueryRow(t.Context(), `SELECT string_agg(n.title, '／') FROM notice n JOIN person p ON p.id = n.person_id WHERE p.staff_number = 'G' AND n.title LIKE '%全体で%'`).Scan(&told))
	if told != "見本の基本方針（第1版）を確認していない職員が、全体で5人います" {
		t.Errorf("the 統括 is told: %s", told)
	}
}

// Who was told of a late step is not told of an earlier one that the town sets after it.
func TestNobodyIsRemindedOfAStepBeforeTheLastOne(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	settings := setting.New(o.DB.Pool, door.New(o.DB.Pool, func() time.Time { return policytest.Now }), acknowledge.Reminders.Settings()...)
	general := authz.Actor{Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer}}}
	must(t, settings.Set(t.Context(), general, "acknowledgement.remind_manager",
		setting.Typed{Value: "5日後", First: calendar.Day(policytest.Now).AddDays(22), Reason: "見本"}))
	askWithin(o, 10)
	for _, day := range []int{0, 7, 11, 14, 21, 22, 23} {
		must(t, o.Later(day).Acknowledge.TendAll(t.Context()))
	}
	if got := remindersOf(o, staffNumber); got != " self:7 self:11 head:14 head:21" {
		t.Errorf("reminded%s", got)
	}
}

// 5 December, a day after the last day in time, is a Saturday.
func TestWhereTheTownSaysSoNobodyIsRemindedWhileTheOfficesAreClosed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	settings := setting.New(o.DB.Pool, door.New(o.DB.Pool, func() time.Time { return policytest.Now }), acknowledge.Reminders.Settings()...)
	general := authz.Actor{Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer}}}
	must(t, settings.Set(t.Context(), general, "acknowledgement.office_days", setting.Typed{Value: "はい", First: calendar.Day(policytest.Now), Reason: "見本"}))
	askWithin(o, 10)
	for day := range 20 {
		must(t, o.Later(day).Acknowledge.TendAll(t.Context()))
	}
	var on string
	must(t, o.DB.Pool.QueryRow(t.Context(), `
		SELECT string_agg(m.days || ':' || m.reminded_on, ' ' ORDER BY m.days) FROM acknowledgement_reminder m JOIN person p ON p.id = m.person_id
		WHERE p.staff_number = $1`, staffNumber).Scan(&on))
	if on != "-3:2026-12-01 1:2026-12-07 4:2026-12-08" {
		t.Errorf("reminded %s", on)
	}
}

func TestWhoHasAcknowledgedOrIsExcusedIsNotReminded(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	shown := askWithin(o, 10)
	must(t, o.Acknowledge.TendAll(ctx))
	must(t, o.Later(1).Acknowledge.Acknowledge(ctx, o.Staff, shown))
	must(t, o.Acknowledge.Excuse(ctx, o.Officer, "kihon", "5", "育児休業中"))
	for _, day := range []int{7, 11, 14} {
		must(t, o.Later(day).Acknowledge.TendAll(ctx))
	}
	for number, want := range map[string]string{staffNumber: "", "5": "", "3": " self:7 self:11 head:14"} {
		if got := remindersOf(o, number); got != want {
			t.Errorf("%s was reminded%s, want%s", number, got, want)
		}
	}
}

// requestsOf are the days, counted from today, on which somebody was asked, and
// their last days.
func requestsOf(o policytest.Office, code, number string) string {
	o.T.Helper()
	person, err := o.Later(100).Acknowledge.AskedPerson(o.T.Context(), o.CISO, code, number)
	must(o.T, err)
	days := func(day calendar.Date) int { return day.Sub(calendar.Day(policytest.Now)) }
	text := ""
	for _, r := range person.Requests {
		text += fmt.Sprintf(" %d-%d", days(r.On), days(r.DueOn))
	}
	return text
}

// Who comes back from leave is asked on that day, and has as many days as the
// others had before their 管理者 is told.
func TestWhoComesBackFromLeaveIsAskedAgain(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	askWithin(o, 10)
	must(t, o.Acknowledge.TendAll(ctx))
	must(t, o.Later(8).Acknowledge.Excuse(ctx, o.Officer, "kihon", "5", "育児休業中"))
	for _, day := range []int{11, 14} {
		must(t, o.Later(day).Acknowledge.TendAll(ctx))
	}
	must(t, o.Later(50).Acknowledge.EndExcuse(ctx, o.Officer, "kihon", "5"))
	for _, day := range []int{50, 50, 51, 57, 61, 64} {
		must(t, o.Later(day).Acknowledge.TendAll(ctx))
	}
	if asked, reminded := requestsOf(o, "kihon", "5"), remindersOf(o, "5"); asked != " 0-10 50-60" || reminded != " self:57 self:61 head:64" {
		t.Errorf("asked%s, reminded%s", asked, reminded)
	}
	list, err := o.Later(51).Policy.Readings(ctx, o.Other)
	must(t, err)
	if due := calendar.Day(policytest.Now).AddDays(60); list[0].DueOn != due {
		t.Errorf("their last day is %v", list[0].DueOn)
	}
	var jobs int
	must(t, o.DB.Pool.QueryRow(ctx, `SELECT count(*) FROM river_job WHERE kind = 'policy_tend_campaign' AND scheduled_at < now() + interval '1 day'`).Scan(&jobs))
	if jobs < 2 {
		t.Error("nothing is to ask them at once")
	}
}

// The day on which an excuse ends is that of Tokyo: at half past midnight there,
// the day before in Greenwich, they are back since they were asked.
func TestAnExcuseEndsOnTheDayInTokyo(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	askWithin(o, 10)
	must(t, o.Acknowledge.TendAll(ctx))
	must(t, o.Acknowledge.Excuse(ctx, o.Officer, "kihon", "5", "育児休業中"))
	night := o.On(func() time.Time { return time.Date(2026, 11, 24, 15, 30, 0, 0, time.UTC) })
	must(t, night.Acknowledge.EndExcuse(ctx, o.Officer, "kihon", "5"))
	must(t, night.Acknowledge.TendAll(ctx))
	if got := requestsOf(o, "kihon", "5"); got != " 0-10 1-11" {
		t.Errorf("asked%s", got)
	}
}

// Who has left and comes back is asked on their first day, as a newcomer is; so
// is who was out of a document's audience for a time. Whoever changes posts from
// one day to the next is not.
func TestWhoHasLeftAndComesBackIsAskedAgain(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	o.PublishedFor(policy.Procedure, "tejun", policy.Audience{Sections: []string{"zeimu"}})
	askWithin(o, 10)
	must(t, o.Acknowledge.TendAll(ctx))
	people := org.New(o.DB.Pool, door.New(o.DB.Pool, o.Clock))
	day := func(n int) calendar.Date { return calendar.Day(policytest.Now).AddDays(n) }
	move := func(person int64, section string, first, last int) {
		t.Helper()
		var id int64
		must(t, o.DB.Pool.QueryRow(ctx, `SELECT coalesce((SELECT id FROM section WHERE code = $1), 0)`, section).Scan(&id))
		post, err := people.AddPost(ctx, authz.AsOperator(), org.Post{Section: id, Title: fmt.Sprintf("別の職%d-%d", person, first), Position: 50 + first})
		must(t, err)
		end := day(last)
		must(t, people.Appoint(ctx, authz.AsOperator(), org.Appointment{Person: person, Post: post, First: day(first), Last: end}, org.Beside))
	}
	end := func(person int64, last int) {
		t.Helper()
		_, err := o.DB.Pool.Exec(ctx, `UPDATE appointment SET period = daterange(lower(period), $2::date, '[]') WHERE person_id = $1`, person, day(last))
		must(t, err)
	}
	for _, actor := range []authz.Actor{o.Officer, o.Manager, o.Staff} {
		end(actor.Person, 4)
	}
	move(o.Officer.Person, "zeimu", 5, 900)  // another post there
	move(o.Manager.Person, "zeimu", 60, 900) // left, and came back
	move(o.Staff.Person, "fukushi", 5, 59)   // elsewhere for a time
	move(o.Staff.Person, "zeimu", 60, 900)
	for _, d := range []int{5, 59, 60, 61} {
		must(t, o.Later(d).Acknowledge.TendAll(ctx))
	}
	for number, want := range map[string][2]string{"2": {" 0-10", " 0-365"}, "3": {" 0-10 60-70", " 0-365 60-425"}, staffNumber: {" 0-10", " 0-365 60-425"}} {
		if basic, procedure := requestsOf(o, "kihon", number), requestsOf(o, "tejun", number); basic != want[0] || procedure != want[1] {
			t.Errorf("%s was asked%s and%s, want%s", number, basic, procedure, want)
		}
	}
}

// Who has a post from a later day is asked on that day, and has as many days as
// the others had.
func TestNewPeopleAreAskedOnTheirFirstDay(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	askWithin(o, 10)
	must(t, o.Acknowledge.TendAll(ctx))
	people := org.New(o.DB.Pool, door.New(o.DB.Pool, o.Clock))
	person, err := people.AddPerson(ctx, authz.AsOperator(), org.Person{StaffNumber: "N", Name: "見本 新人", Furigana: "ミホン"})
	must(t, err)
	post, err := people.AddPost(ctx, authz.AsOperator(), org.Post{Title: "新しい職", Position: 9})
	must(t, err)
	first := calendar.Day(policytest.Now).AddDays(30)
	must(t, people.Appoint(ctx, authz.AsOperator(), org.Appointment{Person: person, Post: post, First: first}, org.Beside))
	actor, err := people.ActorOn(ctx, person, first)
	must(t, err)

	must(t, o.Later(29).Acknowledge.TendAll(ctx))
	if _, err := o.Later(29).Acknowledge.AskedPerson(ctx, o.CISO, "kihon", "N"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the day before: %v", err)
	}
	due := first.AddDays(10)
	list, err := o.Later(30).Policy.Readings(ctx, actor) // on the day, even before the portal has looked
	must(t, err)
	if len(list) != 1 || !list[0].Outstanding() || list[0].DueOn != due {
		t.Errorf("they see %+v", list)
	}
	must(t, o.Later(30).Acknowledge.TendAll(ctx))
	asked, err := o.Later(31).Acknowledge.AskedPerson(ctx, o.CISO, "kihon", "N")
	must(t, err)
	if len(asked.Requests) != 1 || asked.Requests[0].On != first || asked.Due() != due {
		t.Errorf("asked %+v", asked.Requests)
	}
}

// A revision that asks for no new acknowledgement leaves those in peace who have
// acknowledged the one before, and asks the rest.
func TestARevisionMayAskTheRestOnly(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	shown := askWithin(o, 10)
	must(t, o.Acknowledge.Acknowledge(ctx, o.Staff, shown))
	o.DraftOf("kihon", policytest.Text+"第3条　付け加える。\n")
	draft, err := policytest.Adopt(ctx, o.Rooms, o.Officer, "kihon", o.Chair, calendar.Day(policytest.Now))
	must(t, err)
	must(t, o.Publish.PublishDecided(ctx, o.CISO, "kihon", publish.Publication{EffectiveOn: calendar.Day(policytest.Now), SHA256: draft.SHA256, Campaign: acknowledge.Campaign{
		Anew: acknowledge.AskRest, Of: policy.Audience{Everyone: true}, DueOn: calendar.Day(policytest.Now).AddDays(5),
	}}))
	reading, err := o.Policy.Read(ctx, o.Staff, "kihon")
	must(t, err)
	if reading.Number != 2 || reading.AcknowledgedAt == nil || reading.Last != 1 || policytest.Asks(reading) {
		t.Errorf("who acknowledged the first reads %+v", reading)
	}
	rest, err := o.Policy.Read(ctx, o.Manager, "kihon")
	must(t, err)
	if !policytest.Asks(rest) || rest.Last != 0 {
		t.Errorf("who did not reads %+v", rest)
	}
	coverage, err := o.Acknowledge.Coverage(ctx, o.CISO, "kihon", 0)
	must(t, err)
	if coverage.Acknowledged != 1 {
		t.Errorf("%d count as having acknowledged it", coverage.Acknowledged)
	}
	for range 2 {
		must(t, o.Acknowledge.TendAll(ctx))
	}
	if got := o.Told(o.Staff); len(got) != 1 || got[0].Title != "見本の基本方針（第2版）が施行されました" || got[0].URL != "/policies/kihon/changes" {
		t.Errorf("who need not is told %+v", got)
	}
	if got := o.Newest(o.Manager); got != "見本の基本方針（第2版）を読んで、確認してください /policies/kihon/changes" {
		t.Errorf("who has to is told %q", got)
	}
	// they may all the same, and that is what counts then
	must(t, o.Acknowledge.Acknowledge(ctx, o.Staff, acknowledge.Shown{Code: "kihon", Number: 2, SHA256: draft.SHA256}))
	if reading, err = o.Policy.Read(ctx, o.Staff, "kihon"); err != nil || reading.Last != 2 {
		t.Errorf("%d, %v", reading.Last, err)
	}

	// the next asks all anew, and each sees what has changed since their last
	o.PublishNext("kihon", policytest.Text+"第3条　改める。\n", calendar.Day(policytest.Now))
	for number, want := range map[*authz.Actor]int{&o.Staff: 2, &o.Manager: 0} {
		reading, err := o.Policy.Read(ctx, *number, "kihon")
		must(t, err)
		if !policytest.Asks(reading) || reading.Last != want {
			t.Errorf("asked anew: %+v", reading)
		}
	}
}

// A campaign may ask some of those whom the document is for.
func TestACampaignMayAskSomeOnly(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	draft := adopted(o)
	some := policy.Audience{Sections: []string{"fukushi"}, Roles: []authz.Role{authz.CISO}}
	if n, err := o.Acknowledge.CountAsked(ctx, o.CISO, draft.Document, some); err != nil || n != (acknowledge.Headcount{Asked: 2}) {
		t.Errorf("it would ask %+v, %v", n, err)
	}
	leave(o, o.Other, 0, 3)
	if n, err := o.Acknowledge.CountAsked(ctx, o.CISO, draft.Document, some); err != nil || n != (acknowledge.Headcount{Asked: 1, Absent: 1}) {
		t.Errorf("one being away, it would ask %+v, %v", n, err)
	}
	must(t, absence.New(o.DB.Pool, door.New(o.DB.Pool, o.Clock)).Withdraw(ctx, authz.AsOperator(), o.Other.Person, calendar.Day(policytest.Now), 1, "見本"))
	must(t, o.Publish.PublishDecided(ctx, o.CISO, "kihon", publish.Publication{EffectiveOn: calendar.Day(policytest.Now), SHA256: draft.SHA256, Campaign: acknowledge.Campaign{
		Anew: acknowledge.AskAnew, Of: some, DueOn: calendar.Day(policytest.Now),
	}}))
	for actor, want := range map[*authz.Actor]bool{&o.CISO: true, &o.Other: true, &o.Staff: false, &o.Officer: false} {
		reading, err := o.Policy.Read(ctx, *actor, "kihon")
		must(t, err)
		list, err := o.Policy.Readings(ctx, *actor)
		must(t, err)
		if policytest.Asks(reading) != want || list[0].Outstanding() != want {
			t.Errorf("%s: asked %t and %t, want %t", actor.Name, policytest.Asks(reading), list[0].Outstanding(), want)
		}
	}
	must(t, o.Acknowledge.TendAll(ctx))
	coverage, err := o.Acknowledge.Coverage(ctx, o.CISO, "kihon", 0)
	must(t, err)
	if coverage.Asked != 2 {
		t.Errorf("it asks %d", coverage.Asked)
	}
}

// A 施行日 to come: nobody is asked before it, and then everybody is, of the
// revision that is in force.
func TestNobodyIsAskedBeforeARevisionIsInForce(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	must(t, o.Acknowledge.Acknowledge(ctx, o.Staff, askWithin(o, 10)))
	o.PublishNext("kihon", policytest.Text+"第3条　来月から。\n", calendar.Day(policytest.Now).AddDays(30))
	must(t, o.Later(29).Acknowledge.TendAll(ctx))
	if reading, err := o.Later(29).Policy.Read(ctx, o.Staff, "kihon"); err != nil || reading.Number != 1 || policytest.Asks(reading) {
		t.Errorf("the day before: %+v, %v", reading, err)
	}
	must(t, o.Later(30).Acknowledge.TendAll(ctx))
	person, err := o.Later(30).Acknowledge.AskedPerson(ctx, o.CISO, "kihon", staffNumber)
	must(t, err)
	if person.Reading.Number != 2 || len(person.Requests) != 1 || person.Requests[0].On != calendar.Day(policytest.Now).AddDays(30) {
		t.Errorf("on the day: %+v", person)
	}
}

func TestWhoIsExcusedNeedNotAcknowledge(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	shown := askWithin(o, 10)
	for name, c := range map[string]struct {
		actor  authz.Actor
		number string
		reason string
		want   fault.Kind
	}{
		"without a reason":              {o.Manager, staffNumber, "　", fault.Invalid},
		"of another section":            {o.Other, staffNumber, "休職中", fault.NotFound},
		"by one of the staff":           {o.Staff, "3", "休職中", fault.Forbidden},
		"themself":                      {o.Officer, "2", "休職中", fault.Forbidden},
		"somebody whom it does not ask": {o.Officer, "G", "休職中", fault.NotFound},
	} {
		if err := o.Acknowledge.Excuse(ctx, c.actor, "kihon", c.number, c.reason); fault.KindOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, o.Acknowledge.Excuse(ctx, o.Manager, "kihon", staffNumber, "育児休業中"))
	if err := o.Acknowledge.Excuse(ctx, o.Manager, "kihon", staffNumber, "育児休業中"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("twice: %v", err)
	}
	list, err := o.Policy.Readings(ctx, o.Staff)
	must(t, err)
	if list[0].Outstanding() || !list[0].Excused {
		t.Errorf("the excused one sees %+v", list[0])
	}
	coverage, err := o.Acknowledge.Coverage(ctx, o.Manager, "kihon", 0)
	must(t, err)
	if coverage.Excused != 1 || coverage.Outstanding() != coverage.Asked-1 {
		t.Errorf("%d excused, %d outstanding", coverage.Excused, coverage.Outstanding())
	}
	// why is for those who decide on it, and for who audits
	auditor := o.Other
	auditor.Holdings = []authz.Holding{{Role: authz.Auditor}}
	for actor, want := range map[*authz.Actor]bool{&o.Manager: true, &o.Officer: true, &auditor: true, &o.CISO: false} {
		person, err := o.Acknowledge.AskedPerson(ctx, *actor, "kihon", staffNumber)
		must(t, err)
		told := person.Excuses[0].Reason == "育児休業中"
		_, err = o.Acknowledge.CoverageLines(ctx, *actor, "kihon", func(l acknowledge.Line) error {
			if l.Excuse != "" && (l.Excuse == "育児休業中") != want {
				t.Errorf("the list tells %v of %q", actor.Holdings, l.Excuse)
			}
			return nil
		})
		must(t, err)
		if told != want || !person.Excused() {
			t.Errorf("%v is told why: %t", actor.Holdings, told)
		}
	}
	must(t, o.Acknowledge.EndExcuse(ctx, o.Manager, "kihon", staffNumber))
	if err := o.Acknowledge.EndExcuse(ctx, o.Manager, "kihon", staffNumber); fault.KindOf(err) != fault.Conflict {
		t.Errorf("ended twice: %v", err)
	}
	person, err := o.Acknowledge.AskedPerson(ctx, o.Manager, "kihon", staffNumber)
	must(t, err)
	if person.Excused() || len(person.Excuses) != 1 || person.Excuses[0].Reason != "育児休業中" {
		t.Errorf("it is on record as %+v", person.Excuses)
	}
	must(t, o.Acknowledge.Acknowledge(ctx, o.Staff, shown))
	if err := o.Acknowledge.Excuse(ctx, o.Manager, "kihon", staffNumber, "休職中"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("who has acknowledged it: %v", err)
	}
}

func TestProgressIsTheTownsOrOnesOwn(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	shown := askWithin(o, 10)
	for days, actor := range map[int]authz.Actor{0: o.CISO, 2: o.Staff, 3: o.Other} {
		must(t, o.Later(days).Acknowledge.Acknowledge(ctx, actor, shown))
	}
	day := func(n int) calendar.Date { return calendar.Day(policytest.Now).AddDays(n) }
	for who, c := range map[*authz.Actor]struct {
		asked int
		days  []acknowledge.DayCount
	}{
		&o.CISO:    {5, []acknowledge.DayCount{{Day: day(0), Count: 1, Total: 1}, {Day: day(2), Count: 1, Total: 2}, {Day: day(3), Count: 1, Total: 3}}},
		&o.Manager: {3, []acknowledge.DayCount{{Day: day(2), Count: 1, Total: 1}}},
	} {
		coverage, err := o.Later(4).Acknowledge.Coverage(ctx, *who, "kihon", 0)
		must(t, err)
		progress := coverage.Progress
		if coverage.Asked != c.asked || fmt.Sprint(progress.Days) != fmt.Sprint(c.days) || progress.From != day(0) {
			t.Errorf("%s sees %+v", who.Name, progress)
		}
	}
	if _, err := o.Acknowledge.Coverage(ctx, o.Staff, "kihon", 0); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("one of the staff: %v", err)
	}
}

// What a revision asked, and who acknowledged it, is handed out after another
// has followed it, and of those who have left too: where they were then.
func TestTheEvidenceOutlastsTheRevisionAndItsPeople(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	shown := askWithin(o, 10)
	must(t, o.Acknowledge.TendAll(ctx))
	must(t, o.Later(1).Acknowledge.Acknowledge(ctx, o.Staff, shown))
	must(t, o.Later(1).Acknowledge.Excuse(ctx, o.Officer, "kihon", "5", "育児休業中"))
	_, err := o.DB.Pool.Exec(ctx, `UPDATE appointment SET period = daterange(lower(period), $2::date, '[]') WHERE person_id = $1`, o.Staff.Person, calendar.Day(policytest.Now).AddDays(2))
	must(t, err)
	o.PublishNext("kihon", policytest.Text+"第3条　加える。\n", calendar.Day(policytest.Now).AddDays(5))
	evidence := func(actor authz.Actor, number int) (lines []string, err error) {
		_, err = o.Later(30).Acknowledge.EvidenceLines(ctx, actor, "kihon", number, func(l acknowledge.Line) error {
			lines = append(lines, fmt.Sprintf("%s %s %d %t %s", l.Section, l.StaffNumber, l.Number, l.SHA256 != nil, l.Excuse))
			return nil
		})
		return lines, err
	}
	for actor, want := range map[*authz.Actor]string{
		&o.Officer: "[ 1 0 false  税務町民課 2 0 false  税務町民課 3 0 false  税務町民課 4 1 true  福祉こども課 5 0 false 育児休業中]",
		&o.Manager: "[税務町民課 2 0 false  税務町民課 3 0 false  税務町民課 4 1 true ]",
	} {
		if lines, err := evidence(*actor, 1); err != nil || fmt.Sprint(lines) != want {
			t.Errorf("%s is given %s, %v", actor.Name, lines, err)
		}
	}
	if lines, err := evidence(o.CISO, 2); err != nil || len(lines) != 0 {
		t.Errorf("nobody has been asked yet: %s, %v", lines, err)
	}
	if _, err := evidence(o.Staff, 1); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("one of the staff: %v", err)
	}
	if _, err := evidence(o.CISO, 9); fault.KindOf(err) != fault.NotFound {
		t.Errorf("no such revision: %v", err)
	}
}

// Bad input: what publishing asks must be said whole.
func TestACampaignIsSaidWhole(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	askWithin(o, 10)
	o.DraftOf("kihon", policytest.Text+"第3条　改める。\n")
	current, err := policytest.Adopt(ctx, o.Rooms, o.Officer, "kihon", o.Chair, calendar.Day(policytest.Now))
	must(t, err)
	for name, c := range map[string]struct {
		change func(c *acknowledge.Campaign)
		field  string
	}{
		"not whether anew":   {func(c *acknowledge.Campaign) { c.Anew = "" }, "anew"},
		"nobody":             {func(c *acknowledge.Campaign) { c.Of = policy.Audience{} }, "asked"},
		"a section too many": {func(c *acknowledge.Campaign) { c.Of = policy.Audience{Sections: []string{"none"}} }, "asked"},
		"no such role":       {func(c *acknowledge.Campaign) { c.Of = policy.Audience{Roles: []authz.Role{"boss"}} }, "asked"},
		"no last day":        {func(c *acknowledge.Campaign) { c.DueOn = calendar.Date{} }, "due_on"},
		"due yesterday":      {func(c *acknowledge.Campaign) { c.DueOn = calendar.Day(policytest.Now).AddDays(-1) }, "due_on"},
		"due in ten years":   {func(c *acknowledge.Campaign) { c.DueOn = calendar.Day(policytest.Now).AddYears(10) }, "due_on"},
	} {
		u := publish.Publication{EffectiveOn: calendar.Day(policytest.Now), SHA256: current.SHA256, Campaign: policytest.AskAll(calendar.Day(policytest.Now))}
		c.change(&u.Campaign)
		err := o.Publish.PublishDecided(ctx, o.CISO, "kihon", u)
		e, _ := errors.AsType[*fault.Error](err)
		if e == nil || e.Kind != fault.Invalid || len(e.Problems) != 1 || e.Problems[0].Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if d := o.Drafted("kihon"); d.State != draft.Decided {
		t.Errorf("the draft is %s", d.State)
	}
}

// A campaign that asks one section asks who was out of it for a time again, too.
func TestWhoComesBackToASectionThatIsAskedIsAskedAgain(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	draft := adopted(o)
	must(t, o.Publish.PublishDecided(ctx, o.CISO, "kihon", publish.Publication{EffectiveOn: calendar.Day(policytest.Now), SHA256: draft.SHA256, Campaign: acknowledge.Campaign{
		Anew: acknowledge.AskAnew, Of: policy.Audience{Sections: []string{"zeimu"}}, DueOn: calendar.Day(policytest.Now).AddDays(10),
	}}))
	must(t, o.Acknowledge.TendAll(ctx))
	for _, sql := range []string{
		`UPDATE appointment SET period = daterange(lower(period), '2026-11-29') WHERE person_id = $1`,
		`INSERT INTO appointment (person_id, post_id, period, single_holder)
			SELECT $1, id, '[2026-11-29,2027-01-23)', false FROM post WHERE title = '福祉こども課長'`,
		`INSERT INTO appointment (person_id, post_id, period, single_holder) SELECT $1, id, '[2027-01-23,)', false FROM post WHERE title = '職員'`,
	} {
		_, err := o.DB.Pool.Exec(ctx, sql, o.Staff.Person)
		must(t, err)
	}
	for _, d := range []int{5, 59, 60, 61} {
		must(t, o.Later(d).Acknowledge.TendAll(ctx))
	}
	for number, want := range map[string]string{"3": " 0-10", staffNumber: " 0-10 60-70"} {
		if got := requestsOf(o, "kihon", number); got != want {
			t.Errorf("%s was asked%s, want%s", number, got, want)
		}
	}
}

// Several portals on one database may look at the same instant: each person is
// asked and reminded once all the same.
func TestPortalsThatTendAtOnceAskOnce(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	askWithin(o, 10)
	for _, day := range []int{0, 7} {
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				if err := o.Later(day).Acknowledge.TendAll(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
	}
	if told := o.Told(o.Staff); len(told) != 2 {
		t.Errorf("they were told %d times: %v", len(told), told)
	}
}
