package loan_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"kagami/internal/asset"
	"kagami/internal/asset/loan"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/exception"
	"kagami/internal/fault"
	"kagami/internal/handover"
	"kagami/internal/org"
	"kagami/internal/postgres"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/task"
	"kagami/internal/trail"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

var today = calendar.NewDate(2026, time.November, 24) // a Tuesday

// office is a register of loans with two sections and the roles of the town, each held by
// one person.
type office struct {
	*loan.Service
	t      *testing.T
	db     pgtest.DB
	now    *time.Time
	door   *door.Door
	town   *org.Service
	assets *asset.Service
	people map[string]int64
}

func newOffice(t *testing.T, ties loan.Ties) office {
	t.Helper()
	db, now := databases.New(t), today.Start().Add(9*time.Hour)
	through := door.New(db.Pool, func() time.Time { return now })
	o := office{
		Service: loan.New(db.Pool, through, ties), t: t, db: db, now: &now, door: through, town: org.New(db.Pool, through), assets: asset.New(db.Pool, through), people: map[string]int64{},
	}
	ctx, operator := t.Context(), authz.AsOperator()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, rule := range append(org.CommonRules(), org.Rule{Title: "統括", Role: authz.GeneralSecurityOfficer}, org.Rule{Title: "責任者", Role: authz.SecurityOfficer}, org.Rule{Title: "CSIRT", Role: authz.CSIRTMember}, org.Rule{Title: "監査", Role: authz.Auditor}) {
		must(o.town.AddRule(ctx, operator, rule))
	}
	for i, section := range []string{"zeimu", "fukushi", "soumu"} {
		id, err := o.town.AddSection(ctx, operator, org.Section{Code: section, Name: []string{"税務町民課", "福祉こども課", "総務課"}[i], Kind: org.Internal, Position: i})
		must(err)
		posts := []string{"課長", "担当副課長", "主事", "主査"}
		if section == "soumu" {
			posts = []string{"統括", "責任者", "CSIRT", "監査"}
		}
		for _, title := range posts {
			post, err := o.town.AddPost(ctx, operator, org.Post{Section: id, Title: title})
			must(err)
			name := section + " " + title
			person, err := o.town.AddPerson(ctx, operator, org.Person{StaffNumber: fmt.Sprint("P", len(o.people)+1), Name: "見本 " + name, Furigana: "ミホン"})
			must(err)
			must(o.town.Appoint(ctx, operator, org.Appointment{Person: person, Post: post, First: today.AddDays(-200)}, org.Beside))
			o.people[name] = person
		}
	}
	return o
}

// as is somebody with the roles of today: "zeimu 課長".
func (o office) as(name string) authz.Actor {
	o.t.Helper()
	actor, err := o.town.ActorOn(o.t.Context(), o.people[name], calendar.Day(*o.now))
	if err != nil {
		o.t.Fatal(name, err)
	}
	return actor
}

// medium registers one that nothing bars, and returns its 管理番号.
func (o office) medium(change func(*asset.Details)) string {
	o.t.Helper()
	d := asset.Details{
		Kind: asset.Medium, Name: "USBメモリー", Confidentiality: "2", Integrity: "1", Availability: "1", Personal: asset.NotPersonal, Zone: asset.OfflineZone, RegisteredOn: today,
	}
	change(&d)
	code, err := o.assets.Register(o.t.Context(), o.as("zeimu 課長"), "zeimu", d)
	if err != nil {
		o.t.Fatal(err)
	}
	return code
}

func plain(*asset.Details) {}

func asking(code string) loan.Asking {
	return loan.Asking{Asset: code, Section: "zeimu", Details: loan.Details{Purpose: "訪問調査", Place: "町内の家屋", From: today, Until: today.AddDays(2)}}
}

func (o office) ask(by string, a loan.Asking) string {
	o.t.Helper()
	reply, err := o.Ask(o.t.Context(), o.as(by), a)
	if err != nil || len(reply.Bars) > 0 {
		o.t.Fatal(err, reply.Bars)
	}
	return reply.Code
}

func (o office) do(by, code string, event loan.Event, step loan.Step) error {
	if step.Version == 0 {
		step.Version = o.find(code).Version
	}
	return o.Do(o.t.Context(), o.as(by), code, event, step)
}

func (o office) must(by, code string, event loan.Event, step loan.Step) {
	o.t.Helper()
	if err := o.do(by, code, event, step); err != nil {
		o.t.Fatalf("%s by %s: %v", event, by, err)
	}
}

func (o office) find(code string) loan.Loan {
	o.t.Helper()
	l, err := o.Find(o.t.Context(), o.as("soumu 統括"), code)
	if err != nil {
		o.t.Fatal(err)
	}
	return l
}

// out asks for a medium, and has it permitted and handed over.
func (o office) out(a loan.Asking) string {
	o.t.Helper()
	code := o.ask("zeimu 主事", a)
	o.must("zeimu 課長", code, loan.EventPermit, loan.Step{})
	o.must("zeimu 担当副課長", code, loan.EventHand, loan.Step{})
	return code
}

func (o office) count(sql string, args ...any) int {
	o.t.Helper()
	found, err := postgres.One[struct{ Count int }](o.t.Context(), o.db.Pool, "counting", `SELECT count(*) AS count FROM `+sql, args...)
	if err != nil {
		o.t.Fatal(err)
	}
	return found.Count
}

var back = loan.Return{Whole: loan.Yes, Sound: loan.Yes, Erased: loan.Yes}

func TestSomethingIsTakenOutAndComesBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	code := o.out(asking(o.medium(plain)))
	if l := o.find(code); l.State != loan.Handed || l.HandedAt == nil || l.DeciderPost() != "税務町民課長" || l.Lent() {
		t.Errorf("%+v", l)
	}
	if n := o.count(`asset_out WHERE until_on = $1`, today.AddDays(2)); n != 1 {
		t.Errorf("%d are out", n)
	}
	o.must("zeimu 担当副課長", code, loan.EventPart, loan.Step{Note: "本体は返った。ふたはまだ"})
	if err := o.do("zeimu 担当副課長", code, loan.EventClose, loan.Step{}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("not looked at: %v", err)
	}
	o.must("zeimu 担当副課長", code, loan.EventClose, loan.Step{Return: back})
	if l := o.find(code); l.State != loan.Closed || l.Sound != loan.Yes || l.Erased != loan.Yes || l.ReturnedAt == nil {
		t.Errorf("%+v", l)
	}
	if err := o.do("zeimu 担当副課長", code, loan.EventClose, loan.Step{Return: back}); fault.KindOf(err) != fault.Conflict || !strings.Contains(fmt.Sprint(err), "返却済み") {
		t.Errorf("returned twice: %v", err)
	}
	history, err := o.History(t.Context(), o.as("zeimu 主査"), code)
	var events []loan.Event
	for _, h := range history {
		events = append(events, h.Event)
	}
	if want := []loan.Event{loan.EventClose, loan.EventPart, loan.EventHand, loan.EventPermit, loan.EventAsk}; err != nil || !slices.Equal(events, want) {
		t.Errorf("%v, %v", events, err)
	}
}

func TestNumbersAreOfTheFiscalYear(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	code := o.medium(plain)
	first, second := o.ask("zeimu 主事", asking(code)), o.ask("zeimu 主査", asking(code))
	*o.now = calendar.NewDate(2027, time.April, 1).Start()
	later := asking(code)
	later.From, later.Until = calendar.NewDate(2027, time.April, 1), calendar.NewDate(2027, time.April, 2)
	if third := o.ask("zeimu 主事", later); first != "8-0001" || second != "8-0002" || third != "9-0001" {
		t.Errorf("%s, %s, %s", first, second, third)
	}
}

// What a rule bars is refused at once, kept with the rule, and never decided by anybody.
func TestARuleRefusesAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	code := o.medium(func(d *asset.Details) { d.Zone, d.Confidentiality = asset.MyNumberZone, "3B" })
	a := asking(code)
	a.Every = today.AddDays(21)
	reply, err := o.Ask(t.Context(), o.as("zeimu 主事"), a)
	if err != nil || len(reply.Bars) != 2 || reply.Bars[0].Clause != "7(3)①" {
		t.Fatalf("%+v, %v", reply, err)
	}
	l := o.find(reply.Code)
	if l.State != loan.Barred || !slices.Equal(l.Bars, reply.Bars) && len(l.Bars) != 2 {
		t.Errorf("%+v", l)
	}
	if n := o.count(`loan`); n != 1 {
		t.Errorf("%d are kept", n)
	}
	if err := o.do("zeimu 課長", reply.Code, loan.EventPermit, loan.Step{}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("it is permitted: %v", err)
	}
	if n := o.count(`notice`); n != 0 {
		t.Errorf("%d are told", n)
	}
}

// excepted is a medium of マイナンバー利用事務系 with an exception of a rule, or of none, that is in
// force for five days more; with its number, and who has permitted it.
func (o office) excepted(rule, clause string) (code, number string, exceptions *exception.Service, ciso authz.Actor) {
	o.t.Helper()
	code = o.medium(func(d *asset.Details) { d.Zone = asset.MyNumberZone })
	found, err := o.assets.Find(o.t.Context(), o.as("zeimu 課長"), code)
	if err != nil {
		o.t.Fatal(err)
	}
	exceptions = exception.New(o.db.Pool, o.door)
	number, err = exceptions.Ask(o.t.Context(), o.as("zeimu 課長"), exception.Asking{Section: "zeimu", About: []exception.About{{AssetID: found.ID, Section: found.Section, Code: code, Name: found.Name, Rule: rule}}, Details: exception.Details{
		Clause: clause, Reason: "受渡しのため", Risk: "漏えい", Instead: "暗号化", From: today, Until: today.AddDays(5),
	}})
	if err != nil {
		o.t.Fatal(err)
	}
	ciso = authz.Actor{Person: o.people["soumu 統括"], Holdings: []authz.Holding{{Role: authz.CISO}}}
	if err := exceptions.Do(o.t.Context(), ciso, number, exception.EventPermit, exception.Step{Version: 1}); err != nil {
		o.t.Fatal(err)
	}
	return code, number, exceptions, ciso
}

// What need not fit a rule of the register may not be taken out for that.
func TestAnExceptionOfARuleLetsNothingOut(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	code, _, _, _ := o.excepted("zone", "基本方針7(3)①")
	if reply, err := o.Ask(t.Context(), o.as("zeimu 主事"), asking(code)); err != nil || len(reply.Bars) != 1 || reply.Bars[0].Rule != "mynumber" {
		t.Errorf("%+v, %v", reply, err)
	}
}

// An exception of another clause was permitted for something else.
func TestAnExceptionOfAnotherClauseLetsNothingOut(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	for _, clause := range []string{"基本方針7(2)", "基本方針7(3)②"} {
		code, _, _, _ := o.excepted("", clause)
		if reply, err := o.Ask(t.Context(), o.as("zeimu 主事"), asking(code)); err != nil || len(reply.Bars) != 1 || reply.Bars[0].Rule != "mynumber" {
			t.Errorf("%s: %+v, %v", clause, reply, err)
		}
	}
}

// An exception for the asset lets it be asked for, as long as it is in force for all the days.
func TestAnExceptionLetsItBeAskedFor(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	code, e, exceptions, ciso := o.excepted("", "基本方針７（３）①")
	a := asking(code)
	got := o.ask("zeimu 主事", a)
	if l := o.find(got); l.Exception != e {
		t.Errorf("by the exception %q", l.Exception)
	}
	a.Until = today.AddDays(6)
	if reply, err := o.Ask(t.Context(), o.as("zeimu 主事"), a); err != nil || len(reply.Bars) != 1 {
		t.Errorf("longer than it: %+v, %v", reply, err)
	}
	if err := exceptions.Do(t.Context(), ciso, e, exception.EventRevoke, exception.Step{Version: 2, Note: "やめる"}); err != nil {
		t.Fatal(err)
	}
	if err := o.do("zeimu 課長", got, loan.EventPermit, loan.Step{}); fault.KindOf(err) != fault.Conflict || !strings.Contains(fmt.Sprint(err), "7(3)①") {
		t.Errorf("permitted without it: %v", err)
	}
}

func TestWhoAskedOrTakesItNeverDecides(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	code := o.medium(plain)
	own := o.ask("zeimu 課長", asking(code)) // taken by who asks
	given := asking(code)
	given.Taker, given.From, given.Until = "P1", today.AddDays(7), today.AddDays(8) // the 課長 takes it
	taken := o.ask("zeimu 主事", given)
	lent := asking(code)
	lent.Taker, lent.From, lent.Until = "P3", today.AddDays(14), today.AddDays(15) // the 主事 takes it
	asked := o.ask("zeimu 課長", lent)
	for name, c := range map[string]struct {
		by, code string
		want     fault.Kind
	}{
		"own":                       {"zeimu 課長", own, fault.Forbidden},
		"taken by oneself":          {"zeimu 課長", taken, fault.Forbidden},
		"asked for another":         {"zeimu 課長", asked, fault.Forbidden},
		"a 職員":                      {"zeimu 主査", own, fault.Forbidden},
		"the 情報システム管理者":             {"zeimu 担当副課長", own, fault.Forbidden},
		"another section's 管理者":     {"fukushi 課長", own, fault.NotFound},
		"the 責任者, who is not above": {"soumu 責任者", own, fault.Forbidden},
		"監査":                        {"soumu 監査", own, fault.Forbidden},
	} {
		if err := o.do(c.by, c.code, loan.EventPermit, loan.Step{Version: 1}); fault.KindOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, code := range []string{own, taken, asked} {
		o.must("soumu 統括", code, loan.EventPermit, loan.Step{})
	}
	if err := o.do("zeimu 課長", own, loan.EventHand, loan.Step{}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("handed to oneself: %v", err)
	}
	o.must("zeimu 担当副課長", own, loan.EventHand, loan.Step{})
	if err := o.do("zeimu 課長", own, loan.EventClose, loan.Step{Return: back}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("taken back from oneself: %v", err)
	}
}

func TestWhatCanBeDoneIsOffered(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	code := o.ask("zeimu 主事", asking(o.medium(plain)))
	offered := func(by string) string {
		next, err := o.Next(t.Context(), o.as(by), o.find(code))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Trim(fmt.Sprint(next), "[]")
	}
	look := func(when string, want map[string]string) {
		for by, events := range want {
			if got := offered(by); got != events {
				t.Errorf("%s, %s: %q", when, by, got)
			}
		}
	}
	look("asked", map[string]string{"zeimu 主事": "withdraw", "zeimu 主査": "", "zeimu 課長": "permit refuse", "zeimu 担当副課長": "", "soumu 責任者": "", "soumu 監査": ""})
	o.must("zeimu 課長", code, loan.EventPermit, loan.Step{})
	look("permitted", map[string]string{"zeimu 主事": "withdraw", "zeimu 主査": "", "zeimu 課長": "hand revoke", "zeimu 担当副課長": "hand"})
	o.must("zeimu 担当副課長", code, loan.EventHand, loan.Step{})
	look("handed over", map[string]string{"zeimu 主事": "lose", "zeimu 主査": "lose", "zeimu 課長": "close part lose", "soumu 監査": ""})
	o.must("zeimu 担当副課長", code, loan.EventClose, loan.Step{Return: back})
	look("back", map[string]string{"zeimu 主事": "", "zeimu 課長": ""})
}

func TestItIsForItsDays(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	a := asking(o.medium(plain))
	a.From, a.Until = today.AddDays(3), today.AddDays(5)
	code, late := o.ask("zeimu 主事", a), o.ask("zeimu 主査", a)
	o.must("zeimu 課長", code, loan.EventPermit, loan.Step{})
	if err := o.do("zeimu 担当副課長", code, loan.EventHand, loan.Step{}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("handed over too early: %v", err)
	}
	*o.now = today.AddDays(6).Start()
	if err := o.do("zeimu 担当副課長", code, loan.EventHand, loan.Step{}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("handed over too late: %v", err)
	}
	if err := o.do("zeimu 課長", late, loan.EventPermit, loan.Step{}); fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "返す日を過ぎた") {
		t.Errorf("permitted too late: %v", err)
	}
	o.must("zeimu 課長", late, loan.EventRefuse, loan.Step{Note: "日を過ぎたため"})
}

// What is promised to one is promised to nobody else; who asks learns the days alone.
func TestNoTwoHaveItAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	code := o.medium(plain)
	first, second := o.ask("zeimu 主事", asking(code)), o.ask("zeimu 主査", asking(code))
	o.must("zeimu 課長", first, loan.EventPermit, loan.Step{})
	if err := o.do("zeimu 課長", second, loan.EventPermit, loan.Step{}); fault.KindOf(err) != fault.Conflict || !strings.Contains(fmt.Sprint(err), "令和8年11月24日から令和8年11月26日まで") {
		t.Errorf("both are permitted: %v", err)
	}
	a := asking(code)
	a.From, a.Until = today.AddDays(2), today.AddDays(4)
	if _, err := o.Ask(t.Context(), o.as("zeimu 主査"), a); fault.KindOf(err) != fault.Invalid || strings.Contains(fmt.Sprint(err), "訪問調査") {
		t.Errorf("asked for what is promised: %v", err)
	}
	a.From = today.AddDays(3)
	next := o.ask("zeimu 主査", a)
	o.must("zeimu 課長", next, loan.EventPermit, loan.Step{})
	o.must("zeimu 担当副課長", first, loan.EventHand, loan.Step{})
	*o.now = today.AddDays(3).Start()
	if err := o.do("zeimu 担当副課長", next, loan.EventHand, loan.Step{}); fault.KindOf(err) != fault.Conflict || !strings.Contains(fmt.Sprint(err), "まだ返っていません") {
		t.Errorf("handed over twice: %v", err)
	}
	o.must("zeimu 担当副課長", first, loan.EventClose, loan.Step{Return: back})
	o.must("zeimu 担当副課長", next, loan.EventHand, loan.Step{})
}

// Two who permit at once: one of them is told that the days are gone.
func TestOneOfTwoAtOnceIsPermitted(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	code := o.medium(plain)
	loans := []string{o.ask("zeimu 主事", asking(code)), o.ask("zeimu 主査", asking(code))}
	manager := o.as("zeimu 課長")
	failed := make(chan error, len(loans))
	for _, l := range loans {
		go func() {
			failed <- o.Do(context.WithoutCancel(t.Context()), manager, l, loan.EventPermit, loan.Step{Version: 1})
		}()
	}
	one, other := <-failed, <-failed
	if one == nil {
		one = other
	} else if other != nil {
		t.Errorf("none is permitted: %v, %v", one, other)
	}
	if fault.KindOf(one) != fault.Conflict {
		t.Errorf("both are permitted: %v", one)
	}
}

func TestWhatIsAskedForEveryWeekIsPermittedTogether(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	a := asking(o.medium(plain))
	a.Until, a.Every = a.From, today.AddDays(21)
	code := o.ask("zeimu 主事", a)
	if l := o.find(code); l.Together != 4 || l.Series != code {
		t.Errorf("%+v", l)
	}
	if w := o.find("8-0003").Weekly; len(w) != 4 || w[0] != (loan.Week{From: a.From, Until: a.Until}) || w[3].From != today.AddDays(21) {
		t.Errorf("who permits sees %+v", w)
	}
	o.must("zeimu 主事", "8-0002", loan.EventWithdraw, loan.Step{})
	o.must("zeimu 課長", "8-0003", loan.EventPermit, loan.Step{})
	for code, want := range map[string]loan.State{code: loan.Permitted, "8-0002": loan.Withdrawn, "8-0003": loan.Permitted, "8-0004": loan.Permitted} {
		if l := o.find(code); l.State != want {
			t.Errorf("%s is %s", code, l.State)
		}
	}
	if l := o.find("8-0004"); l.From != today.AddDays(21) || l.Until != today.AddDays(21) {
		t.Errorf("the last is from %v until %v", l.From, l.Until)
	}
	o.must("zeimu 担当副課長", code, loan.EventHand, loan.Step{})
	if l := o.find("8-0003"); l.State != loan.Permitted {
		t.Error("the next is handed over with the first")
	}
}

// Of what is asked for every week, weeks that are over are not permitted with the others; they
// are refused with them.
func TestWeeksThatAreOverAreNotPermitted(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	a := asking(o.medium(plain))
	a.Until, a.Every = a.From, today.AddDays(14)
	o.ask("zeimu 主事", a)
	b := asking(o.medium(plain))
	b.Until, b.Every = b.From, today.AddDays(14)
	o.ask("zeimu 主事", b)
	*o.now = o.now.AddDate(0, 0, 1)
	o.must("zeimu 課長", "8-0002", loan.EventPermit, loan.Step{})
	o.must("zeimu 課長", "8-0005", loan.EventRefuse, loan.Step{Note: "使えない"})
	for code, want := range map[string]loan.State{
		"8-0001": loan.Asked, "8-0002": loan.Permitted, "8-0003": loan.Permitted, "8-0004": loan.Refused, "8-0005": loan.Refused, "8-0006": loan.Refused,
	} {
		if l := o.find(code); l.State != want {
			t.Errorf("%s is %s", code, l.State)
		}
	}
}

func TestAnotherSectionBorrowsWhatIsOffered(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	code := o.medium(plain)
	a := asking(code)
	a.Section = "fukushi"
	if _, err := o.Ask(t.Context(), o.as("fukushi 主事"), a); fault.KindOf(err) != fault.Invalid {
		t.Errorf("what is not offered: %v", err)
	}
	for by, want := range map[string]fault.Kind{"zeimu 主事": fault.Forbidden, "zeimu 担当副課長": fault.Forbidden, "fukushi 課長": fault.NotFound, "soumu 統括": fault.Forbidden} {
		if err := o.Offer(t.Context(), o.as(by), code, 0, true, ""); fault.KindOf(err) != want {
			t.Errorf("offered by %s: %v", by, err)
		}
	}
	both := o.as("zeimu 主事")
	both.Holdings = append(both.Holdings, o.as("fukushi 主事").Holdings...)
	byBoth := a
	byBoth.Taker = "P7" // the 主事 of the other section
	if _, err := o.Ask(t.Context(), both, byBoth); fault.KindOf(err) != fault.Invalid {
		t.Errorf("what is not offered, by who works in both: %v", err)
	}
	if err := o.Offer(t.Context(), o.as("zeimu 課長"), code, 0, true, "窓口で渡します"); err != nil {
		t.Fatal(err)
	}
	if err := o.Offer(t.Context(), o.as("zeimu 課長"), code, 0, false, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("on another version: %v", err)
	}
	_, lent, err := o.Choices(t.Context(), o.as("fukushi 主事"))
	if err != nil || len(lent) != 1 || lent[0].OfferNote != "窓口で渡します" {
		t.Errorf("%+v, %v", lent, err)
	}
	lending := o.ask("fukushi 主事", a)
	if err := o.do("fukushi 課長", lending, loan.EventPermit, loan.Step{}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("permitted by who borrows: %v", err)
	}
	o.must("zeimu 課長", lending, loan.EventPermit, loan.Step{})
	o.must("zeimu 担当副課長", lending, loan.EventHand, loan.Step{})
	if l := o.find(lending); !l.Lent() || l.Word() != "貸出し" {
		t.Errorf("%+v", l)
	}
	other := asking(code)
	other.From, other.Until = today.AddDays(10), today.AddDays(11)
	o.must("zeimu 課長", o.ask("zeimu 主事", other), loan.EventPermit, loan.Step{})
	thing, err := o.Thing(t.Context(), o.as("fukushi 主事"), code)
	if err != nil {
		t.Fatal(err)
	}
	booked, err := o.Booked(t.Context(), o.as("fukushi 主事"), thing, today, today.AddDays(30))
	if err != nil || len(booked) != 2 || booked[0].Code != lending || booked[1].Code != "" || booked[1].Purpose != "" || booked[1].Taker != "" {
		t.Errorf("%+v, %v", booked, err)
	}
}

// Who has it loses it: it is told, and kept as an event where something keeps it.
func TestWhatIsLostIsTold(t *testing.T) {
	t.Parallel()
	var kept loan.Loss
	for name, ties := range map[string]loan.Ties{"alone": {}, "with events": {Missing: func(_ context.Context, _ *door.Tx, _ authz.Actor, loss loan.Loss) ([]door.Effect, error) {
		kept = loss
		return nil, nil
	}}} {
		o := newOffice(t, ties)
		code := o.out(asking(o.medium(plain)))
		lost := loan.Step{Note: "移動中に落とした"}
		if err := o.do("zeimu 主事", code, loan.EventLose, lost); fault.KindOf(err) != fault.Invalid {
			t.Errorf("nobody has noticed: %v", err)
		}
		lost.NoticedAt, lost.NoticedBy = o.now.Add(time.Hour), "本人"
		if err := o.do("zeimu 主事", code, loan.EventLose, lost); fault.KindOf(err) != fault.Invalid {
			t.Errorf("noticed later: %v", err)
		}
		lost.NoticedAt = o.now.AddDate(0, 0, -1)
		if err := o.do("zeimu 主事", code, loan.EventLose, lost); fault.KindOf(err) != fault.Invalid {
			t.Errorf("noticed before it was handed over: %v", err)
		}
		lost.NoticedAt = *o.now
		o.must("zeimu 主事", code, loan.EventLose, lost)
		told := o.count(`notice WHERE person_id = ANY($1) AND title LIKE '%見つかりません'`, []int64{o.people["soumu 統括"], o.people["soumu CSIRT"]})
		if want := map[string]int{"alone": 2}[name]; told != want {
			t.Errorf("%s: %d of the 統括 and the CSIRT are told", name, told)
		}
		if n := o.count(`notice WHERE person_id = $1 AND title LIKE '%見つかりません'`, o.people["zeimu 課長"]); n != 1 {
			t.Errorf("%s: the 課長 is told %d times", name, n)
		}
		if loss, err := o.Lost(t.Context(), o.as("zeimu 課長"), code); err != nil || loss.NoticedBy != "本人" {
			t.Errorf("%+v, %v", loss, err)
		}
	}
	if kept.From != "持-8-0001" || kept.AssetID == 0 || kept.Words != "移動中に落とした" || kept.NoticedBy != "本人" {
		t.Errorf("kept is %+v", kept)
	}
}

// Who has it and works in another section by now still says that it is lost.
func TestWhoHasMovedSaysThatItIsLost(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	code := o.out(asking(o.medium(plain)))
	colleague := o.as("fukushi 主事")
	moved := colleague
	moved.Person = o.people["zeimu 主事"]
	lost := loan.Step{Version: 3, Note: "移動中に落とした", Loss: loan.Loss{NoticedAt: *o.now, NoticedBy: "本人"}}
	if err := o.Do(t.Context(), colleague, code, loan.EventLose, lost); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another who works there: %v", err)
	}
	if err := o.Do(t.Context(), moved, code, loan.EventLose, lost); err != nil {
		t.Errorf("who has it: %v", err)
	}
}

func TestWhatIsLateIsToldOnceADay(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	o.out(asking(o.medium(plain)))
	before := map[string]int{}
	for _, day := range []struct {
		days int
		told string
	}{{0, ""}, {1, "zeimu 主事"}, {2, "zeimu 主事"}, {3, "zeimu 主事, zeimu 課長"}, {4, "zeimu 主事, zeimu 課長"}, {5, "soumu 統括, zeimu 主事, zeimu 課長"}, {10, "soumu 統括, zeimu 主事, zeimu 課長"}, {11, ""}} {
		*o.now = today.AddDays(day.days).Start().Add(9 * time.Hour)
		for range 2 {
			if err := o.RemindAll(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		var told []string
		for name, person := range o.people {
			n := o.count(`notice WHERE person_id = $1 AND title LIKE 'USB%' AND title NOT LIKE '%：%'`, person)
			if n > before[name]+1 {
				t.Errorf("on day %d %s is told %d times", day.days, name, n-before[name])
			}
			if n > before[name] {
				told = append(told, name)
			}
			before[name] = n
		}
		slices.Sort(told)
		if got := strings.Join(told, ", "); got != day.told {
			t.Errorf("on day %d %q are told", day.days, got)
		}
	}
}

func (o office) waiting(by string) (w loan.Waiting) {
	o.t.Helper()
	var b task.Batch
	o.QueueWaiting(&b, o.as(by), func(found loan.Waiting) { w = found })
	if err := b.Run(o.t.Context(), o.db.Pool); err != nil {
		o.t.Fatal(err)
	}
	return w
}

func TestWhatWaitsForWhom(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	code := o.ask("zeimu 課長", asking(o.medium(plain)))
	look := func(when string, want map[string]loan.Waiting) {
		t.Helper()
		for _, by := range []string{"zeimu 主事", "zeimu 課長", "zeimu 担当副課長", "fukushi 課長", "soumu 責任者", "soumu 統括"} {
			if got := o.waiting(by); got != want[by] {
				t.Errorf("%s, for %s: %+v", when, by, got)
			}
		}
		for kind, of := range map[string]func(loan.Waiting) int{
			"to_permit": func(w loan.Waiting) int { return w.ToPermit }, "to_hand": func(w loan.Waiting) int { return w.ToHand }, "to_take_back": func(w loan.Waiting) int { return w.ToTakeBack },
			"mine": func(w loan.Waiting) int { return w.Mine },
		} {
			for by := range o.people {
				page, err := o.List(t.Context(), o.as(by), loan.Search{Kind: kind})
				if err != nil || page.Count != of(o.waiting(by)) {
					t.Errorf("%s, %s of %s: %d, %v", when, kind, by, page.Count, err)
				}
			}
		}
	}
	look("asked", map[string]loan.Waiting{"soumu 統括": {ToPermit: 1}})
	o.must("soumu 統括", code, loan.EventPermit, loan.Step{})
	look("permitted", map[string]loan.Waiting{"zeimu 担当副課長": {ToHand: 1}})
	o.must("zeimu 担当副課長", code, loan.EventHand, loan.Step{})
	look("out", map[string]loan.Waiting{"zeimu 課長": {Mine: 1, Due: today.AddDays(2), Only: code}})
	*o.now = today.AddDays(3).Start()
	look("overdue", map[string]loan.Waiting{"zeimu 課長": {Mine: 1, Due: today.AddDays(2), Only: code}, "zeimu 担当副課長": {ToTakeBack: 1}})
}

// Who leaves with something out: it hangs on them, and comes to the 管理者.
func TestALoanAcrossTheFirstOfApril(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	*o.now = calendar.NewDate(2027, time.March, 25).Start().Add(9 * time.Hour)
	a := asking(o.medium(plain))
	a.From, a.Until = calendar.NewDate(2027, time.March, 25), calendar.NewDate(2027, time.April, 9)
	code := o.out(a)
	ctx, operator := t.Context(), authz.AsOperator()
	end := func(name string) {
		var id int64
		if err := o.db.Pool.QueryRow(ctx, `SELECT id FROM appointment WHERE person_id = $1 AND upper_inf(period)`, o.people[name]).Scan(&id); err != nil {
			t.Fatal(err)
		}
		if err := o.town.EndAppointment(ctx, operator, id, calendar.NewDate(2027, time.March, 31)); err != nil {
			t.Fatal(err)
		}
	}
	end("zeimu 主事")
	if w := o.waiting("zeimu 課長"); w.ToTakeBack != 0 {
		t.Errorf("%+v waits before", w)
	}
	for by, want := range map[string]int{"soumu 統括": 1, "zeimu 課長": 1, "fukushi 課長": 0} {
		var b task.Batch
		found := -1
		o.Hangs()[0].Queue(&b, o.as(by), o.people["zeimu 主事"], func(things []handover.Thing) { found = len(things) })
		if err := b.Run(ctx, o.db.Pool); err != nil || found != want {
			t.Errorf("%d hang on who leaves, for %s: %v", found, by, err)
		}
	}
	*o.now = calendar.NewDate(2027, time.April, 1).Start().Add(9 * time.Hour)
	if w := o.waiting("zeimu 課長"); w.ToTakeBack != 1 {
		t.Errorf("%+v waits after", w)
	}
	if l := o.find(code); !l.Gone || l.Overdue(calendar.Day(*o.now)) {
		t.Errorf("%+v", l)
	}
	o.must("zeimu 課長", code, loan.EventClose, loan.Step{Return: back})
}

// A permission stands though who gave it has left, and goes with the asset where another
// section takes it over.
func TestAPermissionStands(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	a := asking(o.medium(plain))
	a.From, a.Until = today.AddDays(7), today.AddDays(8)
	code := o.ask("zeimu 主事", a)
	o.must("zeimu 課長", code, loan.EventPermit, loan.Step{})
	ctx := t.Context()
	var id int64
	if err := o.db.Pool.QueryRow(ctx, `SELECT id FROM appointment WHERE person_id = $1 AND upper_inf(period)`, o.people["zeimu 課長"]).Scan(&id); err != nil {
		t.Fatal(err)
	}
	if err := o.town.EndAppointment(ctx, authz.AsOperator(), id, today); err != nil {
		t.Fatal(err)
	}
	if _, err := o.db.Pool.Exec(ctx, `UPDATE asset SET section_id = (SELECT id FROM section WHERE code = 'fukushi')`); err != nil {
		t.Fatal(err)
	}
	*o.now = today.AddDays(7).Start()
	if w := o.waiting("fukushi 担当副課長"); w.ToHand != 1 {
		t.Errorf("%+v waits where the asset is now", w)
	}
	if w := o.waiting("zeimu 担当副課長"); w.ToHand != 0 {
		t.Errorf("%+v waits where it was", w)
	}
	o.must("fukushi 担当副課長", code, loan.EventHand, loan.Step{})
}

// An asset that has ended meanwhile is not handed over, and what is out of it comes back.
// What a rule bars by now is not handed over, though it was permitted.
func TestWhatARuleBarsByNowIsNotHandedOver(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	medium, e, exceptions, ciso := o.excepted("", "基本方針７（３）①")
	code := o.ask("zeimu 主事", asking(medium))
	o.must("zeimu 課長", code, loan.EventPermit, loan.Step{})
	if err := exceptions.Do(t.Context(), ciso, e, exception.EventRevoke, exception.Step{Version: 2, Note: "やめる"}); err != nil {
		t.Fatal(err)
	}
	if err := o.do("zeimu 担当副課長", code, loan.EventHand, loan.Step{}); fault.KindOf(err) != fault.Conflict || !strings.Contains(fmt.Sprint(err), "7(3)①") {
		t.Errorf("handed over: %v", err)
	}
}

// What is lent to others is so no more once it has ended.
func TestWhatHasEndedIsNotLent(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	code := o.medium(plain)
	if err := o.Offer(t.Context(), o.as("zeimu 課長"), code, 0, true, ""); err != nil {
		t.Fatal(err)
	}
	if err := o.assets.EndAsMistaken(t.Context(), o.as("zeimu 課長"), code, 1, "誤り"); err != nil {
		t.Fatal(err)
	}
	if _, lent, err := o.Choices(t.Context(), o.as("fukushi 主事")); err != nil || len(lent) != 0 {
		t.Errorf("%+v is offered, %v", lent, err)
	}
	if _, err := o.Thing(t.Context(), o.as("fukushi 主事"), code); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another section finds it: %v", err)
	}
}

func TestAnAssetThatEndsMeanwhile(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	asset := o.medium(plain)
	code := o.out(asking(asset))
	later := asking(asset)
	later.From, later.Until = today.AddDays(5), today.AddDays(6)
	next := o.ask("zeimu 主事", later)
	if err := o.assets.EndAsMistaken(t.Context(), o.as("zeimu 課長"), asset, 1, "誤り"); err != nil {
		t.Fatal(err)
	}
	o.must("zeimu 担当副課長", code, loan.EventClose, loan.Step{Return: back})
	if err := o.do("zeimu 課長", next, loan.EventPermit, loan.Step{}); fault.KindOf(err) != fault.Conflict || !strings.Contains(fmt.Sprint(err), "登録の誤り") {
		t.Errorf("permitted: %v", err)
	}
}

func TestWhoMayDoWhatOtherwise(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	code := o.ask("zeimu 主事", asking(o.medium(plain)))
	for name, c := range map[string]struct {
		by    string
		event loan.Event
		want  fault.Kind
	}{
		"a colleague withdraws":      {"zeimu 主査", loan.EventWithdraw, fault.Forbidden},
		"the 管理者 withdraws":          {"zeimu 課長", loan.EventWithdraw, fault.Forbidden},
		"another section withdraws":  {"fukushi 課長", loan.EventWithdraw, fault.NotFound},
		"another section hands over": {"fukushi 担当副課長", loan.EventHand, fault.NotFound},
		"never handed over, back":    {"zeimu 担当副課長", loan.EventClose, fault.Conflict},
		"never handed over, lost":    {"zeimu 主事", loan.EventLose, fault.Conflict},
		"handed over unpermitted":    {"zeimu 担当副課長", loan.EventHand, fault.Conflict},
		"refused without a reason":   {"zeimu 課長", loan.EventRefuse, fault.Invalid},
		"監査 hands over":              {"soumu 監査", loan.EventHand, fault.Forbidden},
	} {
		if err := o.do(c.by, code, c.event, loan.Step{Version: 1, Return: back}); fault.KindOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := o.do("zeimu 課長", code, loan.EventPermit, loan.Step{Version: 2}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("another version: %v", err)
	}
	for name, a := range map[string]func(*loan.Asking){
		"no such asset":            func(a *loan.Asking) { a.Asset = "zeimu-9999" },
		"no such section":          func(a *loan.Asking) { a.Section = "nowhere" },
		"taken by somebody else's": func(a *loan.Asking) { a.Taker = "P7" },
		"taken by nobody":          func(a *loan.Asking) { a.Taker = "P99" },
	} {
		asked := asking("zeimu-0001")
		a(&asked)
		if _, err := o.Ask(t.Context(), o.as("zeimu 主事"), asked); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestListsAreOfWhatOneMaySee(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	code := o.ask("zeimu 主事", asking(o.medium(plain)))
	for name, c := range map[string]struct {
		by   string
		q    loan.Search
		want int
	}{
		"the 統括": {"soumu 統括", loan.Search{}, 1}, "監査": {"soumu 監査", loan.Search{}, 1}, "a colleague": {"zeimu 主査", loan.Search{}, 1}, "another section": {"fukushi 課長", loan.Search{Section: "zeimu"}, 0},
		"asked": {"zeimu 課長", loan.Search{Kind: "asked"}, 1}, "out": {"zeimu 課長", loan.Search{Kind: "out"}, 0}, "overdue": {"zeimu 課長", loan.Search{Kind: "overdue"}, 0},
		"gone": {"zeimu 課長", loan.Search{Kind: "gone"}, 0}, "not": {"zeimu 課長", loan.Search{Kind: "not"}, 0}, "closed": {"zeimu 課長", loan.Search{Kind: "closed"}, 0},
		"of the section": {"soumu 統括", loan.Search{Section: "zeimu"}, 1}, "of another": {"soumu 統括", loan.Search{Section: "fukushi"}, 0},
		"of the asset": {"soumu 統括", loan.Search{Asset: "zeimu-0001"}, 1}, "of another asset": {"soumu 統括", loan.Search{Asset: "zeimu-0002"}, 0},
	} {
		page, err := o.List(t.Context(), o.as(c.by), c.q)
		if err != nil || page.Count != c.want || len(page.Lines) != c.want {
			t.Errorf("%s: %+v, %v", name, page, err)
		}
	}
	if _, err := o.Find(t.Context(), o.as("fukushi 課長"), code); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another section: %v", err)
	}
	admin := authz.Actor{Person: o.people["fukushi 主査"], Holdings: []authz.Holding{{Role: authz.Administrator}}}
	if _, err := o.List(t.Context(), admin, loan.Search{}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the administrator: %v", err)
	}
}

func TestTheDatabaseKeepsWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	code := o.ask("zeimu 主事", asking(o.medium(plain)))
	for _, sql := range []string{
		`UPDATE loan SET purpose = 'x'`, `UPDATE loan SET until_on = until_on + 1`, `UPDATE loan SET taker_id = taker_id + 1`, `DELETE FROM loan`, `TRUNCATE loan CASCADE`,
		`UPDATE loan_step SET note = 'x'`, `DELETE FROM loan_step`,
		`UPDATE loan SET state = 'permitted', decided_by = asked_by, decided_on = '2026-11-24'`, `UPDATE loan SET state = 'permitted'`,
		`UPDATE loan SET state = 'closed'`,
	} {
		if _, err := o.db.Pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s is done", sql)
		}
	}
	o.must("zeimu 主事", code, loan.EventWithdraw, loan.Step{})
	if _, err := o.db.Pool.Exec(t.Context(), `UPDATE loan SET state = 'asked'`); err == nil {
		t.Error("what was withdrawn is asked for again")
	}
}

// What is out is not ended in the register: whoever has it could not say any more that it is lost.
func TestWhatIsOutIsNotEnded(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	code, other := o.medium(plain), o.medium(func(d *asset.Details) { d.Name = "ほかのUSBメモリー" })
	o.out(asking(code))
	assets, manager := o.assets.With(asset.Ties{Out: loan.Out}), o.as("zeimu 課長")
	if err := assets.EndAsMistaken(t.Context(), manager, code, 1, "誤り"); fault.KindOf(err) != fault.Conflict || !strings.Contains(fmt.Sprint(err), "持-8-0001") {
		t.Errorf("as a mistake: %v", err)
	}
	err := o.door.Do(t.Context(), manager, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		gone, err := asset.Lock(t.Context(), tx, actor, code, 1)
		if err != nil {
			return door.Unchanged(), err
		}
		kept, err := asset.Lock(t.Context(), tx, actor, other, 1)
		if err != nil {
			return door.Unchanged(), err
		}
		return assets.MergeIn(t.Context(), tx, actor, gone, kept, kept.Details, "二重")
	})
	if fault.KindOf(err) != fault.Conflict || !strings.Contains(fmt.Sprint(err), "持-8-0001") {
		t.Errorf("merged: %v", err)
	}
	if err := assets.EndAsMistaken(t.Context(), manager, other, 1, "誤り"); err != nil {
		t.Errorf("what is not out: %v", err)
	}
}

// What has ended in the register while it was out can be lost still: nothing keeps it there, so
// that those who have to know are told by the loan.
func TestWhatHasEndedIsLost(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{Missing: func(context.Context, *door.Tx, authz.Actor, loan.Loss) ([]door.Effect, error) {
		return nil, fault.New(fault.Conflict, "it has ended")
	}})
	medium := o.medium(plain)
	code := o.out(asking(medium))
	if err := o.assets.EndAsMistaken(t.Context(), o.as("zeimu 課長"), medium, 1, "誤り"); err != nil {
		t.Fatal(err)
	}
	o.must("zeimu 主事", code, loan.EventLose, loan.Step{Note: "移動中に落とした", Loss: loan.Loss{NoticedAt: *o.now, NoticedBy: "本人"}})
	if n := o.count(`notice WHERE person_id = ANY($1) AND title LIKE '%見つかりません'`, []int64{o.people["soumu 統括"], o.people["soumu CSIRT"]}); n != 2 {
		t.Errorf("%d of the 統括 and the CSIRT are told", n)
	}
}

// Who has gone to another section is given nothing for the one where they were.
func TestNothingIsGivenToWhoHasGone(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	a := asking(o.medium(plain))
	a.From, a.Until = today.AddDays(7), today.AddDays(8)
	permitted := o.ask("zeimu 主事", a)
	o.must("zeimu 課長", permitted, loan.EventPermit, loan.Step{})
	a.From, a.Until = today.AddDays(9), today.AddDays(10)
	asked := o.ask("zeimu 主事", a)
	ctx := t.Context()
	var id int64
	if err := o.db.Pool.QueryRow(ctx, `SELECT id FROM appointment WHERE person_id = $1 AND upper_inf(period)`, o.people["zeimu 主事"]).Scan(&id); err != nil {
		t.Fatal(err)
	}
	if err := o.town.EndAppointment(ctx, authz.AsOperator(), id, today); err != nil {
		t.Fatal(err)
	}
	*o.now = today.AddDays(7).Start().Add(9 * time.Hour)
	if w := o.waiting("zeimu 担当副課長"); w.ToHand != 0 {
		t.Errorf("%+v waits to be given to who has gone", w)
	}
	if err := o.do("zeimu 担当副課長", permitted, loan.EventHand, loan.Step{}); fault.KindOf(err) != fault.Conflict || !strings.Contains(fmt.Sprint(err), "異動か退職") {
		t.Errorf("given to who has gone: %v", err)
	}
	if err := o.do("zeimu 課長", asked, loan.EventPermit, loan.Step{}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("permitted for who has gone: %v", err)
	}
	o.must("zeimu 課長", permitted, loan.EventRevoke, loan.Step{Note: "異動した"})
	o.must("zeimu 課長", asked, loan.EventRefuse, loan.Step{Note: "異動した"})
}

// What is handed over waits for who asks to dispose of it at the same time, and sees that.
func TestWhoHandsItOverWaitsForItsDisposal(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	code := o.ask("zeimu 主事", asking(o.medium(plain)))
	o.must("zeimu 課長", code, loan.EventPermit, loan.Step{})
	ctx, hands := t.Context(), o.as("zeimu 担当副課長")
	disposing, err := o.db.Pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := disposing.Exec(ctx, `UPDATE asset SET state = 'disposing'`); err != nil {
		t.Fatal(err)
	}
	handed := make(chan error)
	go func() {
		handed <- o.Do(context.WithoutCancel(ctx), hands, code, loan.EventHand, loan.Step{Version: 2})
	}()
	for o.count(`pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE a.datname = current_database() AND NOT l.granted`) == 0 {
		select {
		case err := <-handed:
			_ = disposing.Rollback(ctx)
			t.Fatalf("it does not wait: %v", err)
		default:
		}
	}
	if err := disposing.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	if err := <-handed; fault.KindOf(err) != fault.Conflict || !strings.Contains(fmt.Sprint(err), "廃棄の手続き中") {
		t.Errorf("handed over: %v", err)
	}
}

// Those who are promised what is not to be had any more are told in time.
func TestWhoIsPromisedItIsTold(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	a := asking(o.medium(plain))
	a.Taker = "P4" // zeimu 主査
	asked := o.ask("zeimu 主事", a)
	a.From, a.Until = today.AddDays(5), today.AddDays(6)
	o.must("zeimu 課長", o.ask("zeimu 主事", a), loan.EventPermit, loan.Step{})
	over := asking(o.medium(plain))
	o.ask("zeimu 主事", over)
	*o.now = today.AddDays(3).Start() // the days of the first are over
	err := o.door.Do(t.Context(), o.as("zeimu 課長"), func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.DisposeAssets, authz.Matter{OwnersSection: actor.Holdings[0].Section}); err != nil {
			return door.Unchanged(), err
		}
		told, err := loan.Bereft(t.Context(), tx, actor, []int64{o.find(asked).AssetID}, "廃棄されることになりました。")
		return door.Effect{Subject: trail.Subject{Kind: "asset", ID: o.find(asked).AssetID}, Notices: told}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	for who, want := range map[string]int{"zeimu 主事": 1, "zeimu 主査": 1, "zeimu 課長": 0} {
		if n := o.count(`notice WHERE person_id = $1 AND title LIKE '%借りられなくなりました'`, o.people[who]); n != want {
			t.Errorf("%s is told %d times", who, n)
		}
	}
}

// A button that was pressed twice asks once.
func TestTheSameIsAskedForOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	a := asking(o.medium(plain))
	a.Until, a.Every = a.From, today.AddDays(14)
	by := o.as("zeimu 主事")
	failed := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := o.Ask(context.WithoutCancel(t.Context()), by, a)
			failed <- err
		}()
	}
	one, other := <-failed, <-failed
	if one == nil {
		one, other = other, one
	}
	if other != nil || fault.KindOf(one) != fault.Invalid {
		t.Errorf("%v, %v", one, other)
	}
	if n := o.count(`loan`); n != 3 {
		t.Errorf("%d are asked for", n)
	}
	o.must("zeimu 主事", "8-0001", loan.EventWithdraw, loan.Step{})
	a.Every = calendar.Date{}
	o.ask("zeimu 主事", a)
}

// That something can't be found is not another section's to know, though it is lent to others.
func TestWhatCantBeFoundIsOfferedToNobody(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	code := o.medium(plain)
	if err := o.Offer(t.Context(), o.as("zeimu 課長"), code, 0, true, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Thing(t.Context(), o.as("fukushi 主事"), code); err != nil {
		t.Errorf("what is there: %v", err)
	}
	if _, err := o.db.Pool.Exec(t.Context(), `UPDATE asset SET state = 'missing' WHERE code = $1`, code); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Thing(t.Context(), o.as("fukushi 主事"), code); fault.KindOf(err) != fault.NotFound {
		t.Errorf("what is missing: %v", err)
	}
}

// What is reported missing is found in the register before it comes back: else the loan would
// be over, and the asset missing still.
func TestWhatIsMissingIsFoundBeforeItComesBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t, loan.Ties{})
	medium := o.medium(plain)
	code := o.out(asking(medium))
	state := func(s string) {
		if _, err := o.db.Pool.Exec(t.Context(), `UPDATE asset SET state = $2 WHERE code = $1`, medium, s); err != nil {
			t.Fatal(err)
		}
	}
	back := loan.Step{Return: loan.Return{Whole: loan.Yes, Sound: loan.Yes, Erased: loan.Yes}}
	state("missing")
	if err := o.do("zeimu 担当副課長", code, loan.EventClose, back); fault.KindOf(err) != fault.Conflict || !strings.Contains(fmt.Sprint(err), "所在不明") {
		t.Errorf("back, and missing: %v", err)
	}
	state("registered")
	o.must("zeimu 担当副課長", code, loan.EventClose, back)
}
