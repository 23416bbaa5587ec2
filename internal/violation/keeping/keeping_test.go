package keeping_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"kagami/internal/attachment"
	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/secret"
	"kagami/internal/trail"
	"kagami/internal/violation"
	"kagami/internal/violation/keeping"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/referral"
	"kagami/internal/violation/report"
	"kagami/internal/violation/retention"
	"kagami/internal/violation/violationtest"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

type office struct {
	*violationtest.Office
	keeping *keeping.Service
}

func newOffice(t *testing.T) office {
	o := violationtest.New(t, databases.New(t))
	return office{o, keeping.New(o.DB.Pool, o.Door, keeping.Ties{Forget: report.New(o.DB.Pool, o.Door, secret.Random()).Forget})}
}

// none is a case of somebody in which there was no violation: kept for a year.
func (o office) none(by, whom string) string {
	code := o.Confirm(by, whom)
	o.Take(by, code, procedure.EventNotViolation, violation.Said{})
	return code
}

// over lets the time of such a case go by.
func (o office) over() { o.Days(900) }

func (o office) offered(by string) (codes []string) {
	list, err := o.keeping.Over(o.T.Context(), o.As(by))
	o.Must(err)
	for _, l := range list {
		codes = append(codes, l.Code)
	}
	return codes
}

func (o office) count(sql string, args ...any) (n int) {
	o.T.Helper()
	o.Must(o.DB.Pool.QueryRow(o.T.Context(), sql, args...).Scan(&n))
	return n
}

func (o office) id(code string) (id int64) {
	o.Must(o.DB.Pool.QueryRow(o.T.Context(), `SELECT id FROM violation_case WHERE code = $1`, code).Scan(&id))
	return id
}

func TestACaseIsOfferedOnceItsTimeIsOver(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.none("soumu 統括", "fukushi 主事")
	if list := o.offered("soumu 統括"); len(list) != 0 {
		t.Errorf("at once: %v", list)
	}
	if err := o.keeping.Dispose(t.Context(), o.As("soumu 統括"), code, "期間が過ぎた。"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("at once it is disposed of: %v", err)
	}
	o.over()
	if list := o.offered("soumu 統括"); len(list) != 1 || list[0] != code {
		t.Errorf("later: %v", list)
	}
	for _, other := range []string{"soumu CISO", "soumu 監査", "fukushi 課長", "fukushi 主事", "CIO"} {
		if list := o.offered(other); len(list) != 0 {
			t.Errorf("%s is offered %v", other, list)
		}
		if err := o.keeping.Dispose(t.Context(), o.As(other), code, "期間が過ぎた。"); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s disposes of it: %v", other, err)
		}
	}
}

func TestNobodyDecidesOnTheirOwnCase(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.none("soumu CISO", "soumu 統括")
	o.over()
	if list := o.offered("soumu 統括"); len(list) != 0 {
		t.Errorf("they are offered %v", list)
	}
	if list := o.offered("soumu CISO"); len(list) != 1 {
		t.Errorf("the CISO is offered %v", list)
	}
	o.Must(o.keeping.Dispose(t.Context(), o.As("soumu CISO"), code, "期間が過ぎた。"))
	y, err := o.Lists.Year(t.Context(), o.As("soumu 統括"), 2026)
	o.Must(err)
	if y.Cases != 0 {
		t.Errorf("they find it in the numbers of the year: %+v", y)
	}
}

func TestAReferralsCaseHasNoEndByItself(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.Confirm("soumu 統括", "fukushi 主事")
	o.Take("soumu 統括", code, procedure.EventRefer, violation.Said{})
	o.Guide("fukushi 課長", code, 5)
	o.Take("fukushi 課長", code, procedure.EventImprove, violation.Said{})
	o.Days(365 * 29)
	if list := o.offered("soumu 統括"); len(list) != 0 {
		t.Errorf("it is offered: %v", list)
	}
	err := o.dispose(code, "improved", 5)
	if postgres.Constraint(err) != "violation_disposal_outcome" {
		t.Errorf("the database disposes of it: %v", err)
	}
}

// dispose asks the database itself, past the service.
func (o office) dispose(code, outcome string, years int) error {
	_, err := o.DB.Pool.Exec(o.T.Context(), `SELECT dispose_violation($1, $2, $3, 'x', false, $4, 'x', $5, 'fiscal_year')`,
		o.id(code), o.People["soumu 統括"], *o.Time, outcome, years)
	return err
}

func TestAHeldCaseStays(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx, general := t.Context(), o.As("soumu 統括")
	code := o.none("soumu 統括", "fukushi 主事")
	o.Must(o.keeping.Hold(ctx, general, code, keeping.Typed{Kind: keeping.Lawsuit, From: calendar.Day(*o.Time), Reason: "令和8年（ワ）第1号"}))
	o.over()
	general = o.As("soumu 統括")
	if list := o.offered("soumu 統括"); len(list) != 0 {
		t.Errorf("it is offered: %v", list)
	}
	if err := o.keeping.Dispose(ctx, general, code, "期間が過ぎた。"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("it is disposed of: %v", err)
	}
	if err := o.dispose(code, "not_violation", 1); postgres.Constraint(err) != "violation_disposal_held" {
		t.Errorf("the database disposes of it: %v", err)
	}
	k, err := o.keeping.Of(ctx, general, code)
	o.Must(err)
	o.Must(o.keeping.Lift(ctx, general, code, k.Holds[0].ID, "判決が確定した。"))
	if err := o.keeping.Lift(ctx, general, code, k.Holds[0].ID, "もう一度"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("it is lifted twice: %v", err)
	}
	if list := o.offered("soumu 統括"); len(list) != 1 {
		t.Errorf("it is not offered once it is lifted: %v", list)
	}
	o.Must(o.keeping.Extend(ctx, general, code, calendar.Day(*o.Time).AddDays(100), "調べに使う。"))
	if list := o.offered("soumu 統括"); len(list) != 0 {
		t.Errorf("it is offered though it is kept longer: %v", list)
	}
	if err := o.dispose(code, "not_violation", 1); postgres.Constraint(err) != "violation_disposal_time" {
		t.Errorf("the database disposes of it though it is kept longer: %v", err)
	}
	o.Days(101)
	if list := o.offered("soumu 統括"); len(list) != 1 {
		t.Errorf("it is not offered later: %v", list)
	}
}

func TestTheDatabaseKeepsWhatItsTimeIsNotOverOf(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code, open, concerned := o.none("soumu 統括", "fukushi 主事"), o.Confirm("soumu 統括", "zeimu 主事"), o.none("soumu CISO", "soumu 統括")
	for when, c := range map[string]struct {
		code, outcome string
		years         int
		want          string
	}{
		"in its time":          {code, "not_violation", 1, "violation_disposal_time"},
		"without years":        {code, "not_violation", 0, "violation_disposal_time"},
		"open":                 {open, "", 1, "violation_disposal_ended"},
		"by whom it was about": {concerned, "not_violation", 1, "violation_disposal_by_none_concerned"},
		"by another's years":   {code, "dismissed", 1, "violation_disposal_outcome"},
	} {
		if err := o.dispose(c.code, c.outcome, c.years); postgres.Constraint(err) != c.want {
			t.Errorf("%s: %v, want %s", when, err, c.want)
		}
	}
	for _, sql := range []string{`DELETE FROM violation_case`, `DELETE FROM violation_step`, `UPDATE violation_step SET text = ''`, `DELETE FROM trail_confidential`, `UPDATE violation_told SET seat = 'general'`} {
		if _, err := o.DB.Owner(t).Exec(t.Context(), sql); err == nil {
			t.Errorf("the owner may %s", sql)
		}
	}
}

func TestWhatIsDisposedOfLeavesANumber(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx := t.Context()
	code := o.NotImproved("fukushi 主事", "fukushi 課長")
	o.Take("soumu 統括", code, procedure.EventSuspend, violation.Said{Whole: true, Text: "秘密の理由"})
	o.Take("soumu 統括", code, procedure.EventLift, violation.Said{Text: "秘密の理由"})
	stays := o.Confirm("soumu 統括", "zeimu 主事")
	id := o.id(code)
	_, err := o.Cases.Open(ctx, o.As("soumu CISO"), code, procedure.AsCase)
	o.Must(err)
	o.Days(365 * 7)
	o.Must(o.keeping.Dispose(ctx, o.As("soumu 統括"), code, "期間が過ぎた。"))
	for _, table := range []string{"violation_step", "violation_told", "violation_reading", "violation_recused", "violation_bar", "violation_delivery", "violation_reminder"} {
		if n := o.count(`SELECT count(*) FROM `+table+` WHERE case_id = $1`, id); n != 0 {
			t.Errorf("%d rows of %s stay", n, table)
		}
	}
	for what, sql := range map[string]string{
		"the case":                `SELECT count(*) FROM violation_case WHERE id = $1`,
		"what the trail confides": `SELECT count(*) FROM trail_confidential c JOIN trail_entry e ON e.id = c.entry_id WHERE e.subject_kind = 'violation_case' AND e.subject_id = $1`,
		"its notices":             `SELECT count(*) FROM notice WHERE topic = 'violation_case' AND topic_id = $1`,
	} {
		if n := o.count(sql, id); n != 0 {
			t.Errorf("%s stays", what)
		}
	}
	if n := o.count(`SELECT count(*) FROM right_bar WHERE reason LIKE '%秘密%'`) + o.count(`SELECT count(*) FROM right_bar_step WHERE note LIKE '%秘密%'`); n != 0 {
		t.Errorf("the ledger of rights says why %d times", n)
	}
	if n := o.count(`SELECT count(*) FROM violation_disposal WHERE case_id = $1 AND outcome = 'lifted' AND opened_in = 2026 AND closed_in = 2026 AND NOT under_way`, id); n != 1 {
		t.Error("no number stays")
	}
	if n := o.count(`SELECT count(*) FROM violation_step h JOIN violation_case c ON c.id = h.case_id WHERE c.code = $1`, stays); n == 0 {
		t.Error("another case has gone too")
	}
	if _, err := o.DB.Owner(t).Exec(ctx, `UPDATE violation_disposal SET outcome = ''`); err == nil {
		t.Error("the number can be changed")
	}
	if _, err := o.Cases.Open(ctx, o.As("soumu 統括"), code, procedure.AsCase); fault.KindOf(err) != fault.NotFound {
		t.Errorf("it opens: %v", err)
	}
	y, err := o.Lists.Year(ctx, o.As("soumu CISO"), 2026)
	o.Must(err)
	if y.Cases != 2 || y.Outcomes[procedure.OutcomeLifted] != 1 {
		t.Errorf("the year has %+v", y)
	}
	if n := o.count(`SELECT count(*) FROM trail_entry WHERE subject_kind = 'violation_case' AND subject_id = $1 AND fields = '{disposed}'`, id); n != 1 {
		t.Error("the trail does not say that it was disposed of")
	}
	if _, err := trail.Verify(ctx, o.DB.Pool); err != nil {
		t.Errorf("the trail is broken: %v", err)
	}
}

func TestWhoAsksReadsTheirOwnNameAlone(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.Confirm("soumu 統括", "fukushi 主事")
	o.Guide("fukushi 課長", code, 5)
	o.Take("soumu 統括", code, procedure.EventSupervise, violation.Said{Number: o.Number["zeimu 課長"], Text: "zeimu 課長 と fukushi 主事"})
	o.Confirm("soumu CISO", "soumu 統括")
	disclose := func(by, whom string) violation.Disclosure {
		d, err := o.Cases.Disclose(context.Background(), o.As(by), o.Number[whom], "令和8年 開示請求 第1号")
		o.Must(err)
		return d
	}
	d := disclose("soumu 統括", "fukushi 主事")
	if len(d.Cases) != 1 {
		t.Fatalf("%d cases", len(d.Cases))
	}
	c := d.Cases[0]
	var all strings.Builder
	for _, h := range c.Steps {
		all.WriteString(h.ByName + h.Text + h.Alone + h.More.Whom)
		for _, told := range h.Told {
			all.WriteString(told.Name)
		}
	}
	if c.PersonName != d.Name || !strings.Contains(all.String(), d.Name) {
		t.Errorf("their own name is gone: %q", c.PersonName)
	}
	for _, other := range []string{"zeimu 課長", "soumu 統括", "fukushi 課長"} {
		var name string
		o.Must(o.DB.Pool.QueryRow(t.Context(), `SELECT name FROM person_shown WHERE id = $1`, o.People[other]).Scan(&name))
		if strings.Contains(all.String(), name) {
			t.Errorf("%s stands in %s", name, all.String())
		}
	}
	readings, err := o.Cases.Readings(t.Context(), o.As("soumu CISO"), code)
	o.Must(err)
	if readings[0].What != procedure.AsExport || readings[0].Reason == "" {
		t.Errorf("it is recorded as %+v", readings[0])
	}
	if d := disclose("soumu 統括", "zeimu 課長"); len(d.Cases) != 1 || d.Cases[0].PersonName == c.PersonName {
		t.Errorf("of the 監督責任者 there is %+v", d.Cases)
	}
	o.Take("soumu 統括", code, procedure.EventKin, violation.Said{Number: o.Number["zeimu 主査"]})
	if d := disclose("soumu 統括", "zeimu 主査"); len(d.Cases) != 0 {
		t.Error("of who is kin there is a case of another")
	}
	if d := disclose("soumu 統括", "soumu 統括"); len(d.Cases) != 0 {
		t.Error("the 統括 reads what there is of them")
	}
	if d := disclose("soumu CISO", "soumu 統括"); len(d.Cases) != 1 {
		t.Error("the CISO does not read what there is of the 統括")
	}
	for _, by := range []string{"soumu 監査", "fukushi 課長"} {
		if _, err := o.Cases.Disclose(t.Context(), o.As(by), o.Number["fukushi 主事"], "開示請求"); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s reads what there is: %v", by, err)
		}
	}
}

func TestEachPrintOfTheNumbersIsRecorded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.Must(o.keeping.NotePrint(t.Context(), o.As("soumu CISO"), 2026))
	if n := o.count(`SELECT count(*) FROM violation_figures_print WHERE year = 2026 AND person_id = $1`, o.People["soumu CISO"]); n != 1 {
		t.Errorf("%d prints", n)
	}
	if err := o.keeping.NotePrint(t.Context(), o.As("fukushi 主事"), 2026); err == nil {
		t.Error("a 職員 prints them")
	}
}

// What was reported goes with its case, and who has reported it is found by nothing any more.
func TestAReportGoesWithItsCase(t *testing.T) {
	t.Parallel()
	db, keys := databases.New(t), secret.Random()
	if err := secret.Use(t.Context(), db.Pool, keys); err != nil {
		t.Fatal(err)
	}
	of := violationtest.With(t, db, violation.Ties{Reporters: report.New(db.Pool, nil, keys).Answer})
	o, reports := office{of, keeping.New(db.Pool, of.Door, keeping.Ties{Forget: report.New(db.Pool, of.Door, keys).Forget})}, report.New(db.Pool, of.Door, keys)
	w := report.Words{Receiver: procedure.General, What: "名簿を持ち帰っていた。", When: "先週", Where: "事務室"}
	list, err := reports.Addressees(t.Context(), o.As("fukushi 主査"), "")
	o.Must(err)
	w.Shown = list[0].Key()
	number, err := reports.Send(t.Context(), o.As("fukushi 主査"), w)
	o.Must(err)
	var code string
	o.Must(db.Pool.QueryRow(t.Context(), `SELECT code FROM violation_case`).Scan(&code))
	o.Take("soumu 統括", code, procedure.EventDismiss, violation.Said{})
	o.over()
	o.Must(o.keeping.Dispose(t.Context(), o.As("soumu 統括"), code, "期間が過ぎた。"))
	for _, table := range []string{"violation_case", "violation_report", "violation_report_number", "violation_reporter", "violation_report_answer", "violation_step", "violation_told"} {
		if n := o.count(`SELECT count(*) FROM ` + table); n != 0 {
			t.Errorf("%s has %d rows", table, n)
		}
	}
	if _, err := reports.Reply(t.Context(), o.As("fukushi 主査"), number); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the answer is read: %v", err)
	}
}

// A case goes with all that hangs on it: its report and its referral, their papers, notices and what
// the trail confides of them. Only what the town has said of referrals lets it have an end.
func TestAReferralGoesWithItsCase(t *testing.T) {
	t.Parallel()
	db, keys := databases.New(t), secret.Random()
	if err := secret.Use(t.Context(), db.Pool, keys); err != nil {
		t.Fatal(err)
	}
	of := violationtest.With(t, db, violation.Ties{Reporters: report.New(db.Pool, nil, keys).Answer})
	o, reports, referrals := office{of, keeping.New(db.Pool, of.Door, keeping.Ties{Forget: report.New(db.Pool, of.Door, keys).Forget})}, report.New(db.Pool, of.Door, keys), referral.New(db.Pool, of.Door, of.Cases)
	ctx := t.Context()
	files := attachment.New(db.Pool, of.Door.Now, nil)
	paper := func(by string) []string {
		f, err := files.Upload(ctx, o.As(by), "名簿.pdf", strings.NewReader("%PDF-1.7\n見本"), attachment.Document)
		o.Must(err)
		return []string{f.Token}
	}
	o.Must(edition.NewService(db.Pool, o.Door, retention.EditionKinds()...).Say(ctx, o.As("soumu 統括"), retention.Periods.Name, edition.Say{
		Cells: []string{"懲戒審査を依頼", "人事記録", "10", "翌年度の4月1日", "町の規程"}, What: "own", First: calendar.Day(*o.Time).AddDays(1), Reason: "町の規程",
	}))

	list, err := reports.Addressees(ctx, o.As("fukushi 主査"), "")
	o.Must(err)
	send := func(what string) (code string) {
		_, err := reports.Send(ctx, o.As("fukushi 主査"), report.Words{
			Receiver: procedure.General, What: what, When: "先週", Where: "事務室", Shown: list[0].Key(), Papers: paper("fukushi 主査"),
		})
		o.Must(err)
		o.Must(db.Pool.QueryRow(ctx, `SELECT code FROM violation_case ORDER BY id DESC LIMIT 1`).Scan(&code))
		return code
	}
	code, part := send("名簿を持ち帰っていた。"), send("名簿がない。")
	f := o.Finding("fukushi 主事")
	f.Report, f.Version, f.Papers = code, 1, paper("soumu 統括")
	_, err = o.Cases.Confirm(ctx, o.As("soumu 統括"), f)
	o.Must(err)
	o.Take("soumu 統括", part, procedure.EventJoin, violation.Said{Other: code})
	_, err = reports.Open(ctx, o.As("soumu 統括"), code, "聞き取り")
	o.Must(err)
	placed, err := o.Bars.Begin(ctx, o.As("soumu CSIRT"), bar.Order{Kind: bar.ConductCut, Person: o.Number["fukushi 主事"], Whole: true, Reason: "秘密の危険", Withheld: "秘密の証拠"})
	o.Must(err)
	o.Must(o.Bars.Do(ctx, o.As("soumu 統括"), placed, rights.EventReinstate, bar.Step{Version: 1, Note: "秘密の解除"}))
	o.Guide("fukushi 課長", code, 5)
	o.Take("soumu 統括", code, procedure.EventRefer, violation.Said{})
	*o.Time = o.Time.Add(11 * time.Hour)
	made, err := referrals.Propose(ctx, o.As("soumu 統括"), code, referral.Proposal{Whom: o.Number["fukushi 主事"], Kind: "teacher", On: calendar.Day(*o.Time), Reason: "続けた。"})
	o.Must(err)
	for i, s := range []struct {
		event referral.Event
		said  referral.Said
	}{
		{referral.EventRequest, referral.Said{}}, {referral.EventDecide, referral.Said{Outcome: referral.Measure, Number: "1"}}, {referral.EventEnd, referral.Said{}},
	} {
		s.said.Version, s.said.On = i+1, calendar.Day(*o.Time)
		o.Must(referrals.Do(ctx, o.As("soumu 統括"), code, made, s.event, s.said))
	}
	o.Days(1)
	o.Must(referrals.Deliver(ctx, int64(o.count(`SELECT id FROM violation_referral`))))
	o.Take("fukushi 課長", code, procedure.EventImprove, violation.Said{})
	hold := keeping.Typed{Kind: keeping.Audit, From: calendar.Day(*o.Time), Reason: "監査"}
	o.Must(o.keeping.Hold(ctx, o.As("soumu 統括"), code, hold))
	for table, want := range map[string]int{"violation_report": 2, "violation_report_paper": 2, "violation_paper": 1, "violation_report_opening": 1, "violation_referral_delivery": 1, "violation_referral_step": 4, "violation_bar": 1, "attachment": 3} {
		if n := o.count(`SELECT count(*) FROM ` + table); n != want {
			t.Fatalf("%s has %d rows before", table, n)
		}
	}

	o.Days(365*11 + 200)
	general := o.As("soumu 統括")
	if err := o.keeping.Dispose(ctx, general, code, "期間が過ぎた。"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("it is disposed of while it is held: %v", err)
	}
	k, err := o.keeping.Of(ctx, general, code)
	o.Must(err)
	o.Must(o.keeping.Lift(ctx, general, code, k.Holds[0].ID, "監査が終わった。"))
	if err := o.dispose(code, "improved", 5); postgres.Constraint(err) != "violation_disposal_outcome" {
		t.Errorf("the database disposes of it by other years: %v", err)
	}
	o.Must(o.keeping.Dispose(ctx, general, code, "期間が過ぎた。"))
	stays := []string{"violation_move", "violation_referral_move", "violation_disposal", "violation_reporter"} // who has reported what is found by nothing any more
	tables, err := postgres.List[struct{ Name string }](ctx, db.Pool, "listing tables", `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relname LIKE 'violation\_%' OR relname IN ('attachment', 'attachment_tie')`)
	o.Must(err)
	for _, x := range tables {
		if n := o.count(`SELECT count(*) FROM ` + x.Name); n != 0 && !slices.Contains(stays, x.Name) {
			t.Errorf("%d rows of %s stay", n, x.Name)
		}
	}
	for what, sql := range map[string]string{
		"what the trail confides": `SELECT count(*) FROM trail_confidential c JOIN trail_entry e ON e.id = c.entry_id WHERE e.subject_kind LIKE 'violation%'`,
		"a notice":                `SELECT count(*) FROM notice WHERE topic IN ('violation_case', 'violation_referral')`,
		"why access was cut":      `SELECT count(*) FROM right_bar WHERE reason LIKE '%秘密%' OR withheld <> ''`,
	} {
		if n := o.count(sql); n != 0 {
			t.Errorf("%s stays", what)
		}
	}
	if n := o.count(`SELECT count(*) FROM violation_disposal WHERE opened_in = 2026 AND closed_in = 2026 AND years = 10`); n != 2 {
		t.Errorf("%d numbers stay", n)
	}
	if _, err := trail.Verify(ctx, db.Pool); err != nil {
		t.Errorf("the trail is broken: %v", err)
	}
}

// The first year of keeping begins where the town says, in the database as in the edition.
func TestTheDatabaseCountsTheYearsFromTheirStart(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.none("soumu 統括", "fukushi 主事") // closed on 24 November 2026
	for start, first := range map[retention.Start]calendar.Date{
		retention.NextFiscalYear: calendar.NewDate(2028, time.April, 1), retention.NextYear: calendar.NewDate(2028, time.January, 1), retention.NextDay: calendar.NewDate(2027, time.November, 25),
	} {
		last, ends := retention.Until([]retention.Period{{Outcome: retention.NotViolation, Years: 1, Start: start}}, retention.NotViolation, calendar.NewDate(2026, time.November, 24))
		if !ends || last.AddDays(1) != first {
			t.Errorf("%s: the edition keeps it until %s", start, last)
		}
		for day, want := range map[calendar.Date]string{first.AddDays(-1): "violation_disposal_time", first: ""} {
			_, err := o.DB.Pool.Exec(t.Context(), `SELECT dispose_violation($1, $2, $3, 'x', false, 'not_violation', 'x', 1, $4)`, o.id(code), o.People["soumu 統括"], day.Start().Add(9*time.Hour), string(start))
			if postgres.Constraint(err) != want || (err == nil) != (want == "") {
				t.Errorf("%s: on %s %v", start, day, err)
			}
			if err == nil {
				code = o.none("soumu 統括", "fukushi 主事")
			}
		}
	}
}

// Who has dismissed a report decides on its records: the 統括 never learns of one to the CISO, neither
// by the list nor by a total.
func TestWhatWasReportedToTheCISOIsKeptByTheCISO(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.Reported(procedure.Chief, "")
	o.Take("soumu CISO", code, procedure.EventDismiss, violation.Said{})
	o.over()
	if list := o.offered("soumu 統括"); len(list) != 0 {
		t.Errorf("the 統括 is offered %v", list)
	}
	if err := o.keeping.Dispose(t.Context(), o.As("soumu 統括"), code, "期間が過ぎた。"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the 統括 disposes of it: %v", err)
	}
	if list := o.offered("soumu CISO"); len(list) != 1 || list[0] != code {
		t.Errorf("the CISO is offered %v", list)
	}
	o.Must(o.keeping.Dispose(t.Context(), o.As("soumu CISO"), code, "期間が過ぎた。"))
	y, err := o.Lists.Year(t.Context(), o.As("soumu 統括"), 2026)
	o.Must(err)
	if y.Cases != 0 {
		t.Errorf("the 統括 finds it in the numbers of the year: %+v", y)
	}
}

// Of what is joined the same holds as of its case: a hold, and whom it is about.
func TestWhatIsJoinedIsKeptWithItsCase(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	part, held := o.Reported(procedure.General, "soumu 責任者"), o.Reported(procedure.General, "")
	code := o.Confirm("soumu 統括", "fukushi 主事")
	for _, p := range []string{part, held} {
		o.Take("soumu 統括", p, procedure.EventJoin, violation.Said{Other: code})
	}
	_, err := o.DB.Pool.Exec(t.Context(), `INSERT INTO violation_hold (case_id, kind, from_on, reason, set_by, set_at) VALUES ($1, 'audit', '2026-11-24', 'x', $2, $3)`, o.id(held), o.People["soumu 統括"], *o.Time)
	o.Must(err)
	o.Take("soumu 統括", code, procedure.EventNotViolation, violation.Said{})
	o.over()
	if err := o.dispose(code, "not_violation", 1); postgres.Constraint(err) != "violation_disposal_held" {
		t.Errorf("what is held goes: %v", err)
	}
	if _, err := o.DB.Owner(t).Exec(t.Context(), `UPDATE violation_hold SET reason = 'y'`); postgres.Constraint(err) != "violation_hold_kept" {
		t.Errorf("why it is held changes: %v", err)
	}
	lift := `UPDATE violation_hold SET lifted_by = set_by, lifted_at = set_at, lifted_why = 'x'`
	_, err = o.DB.Pool.Exec(t.Context(), lift)
	o.Must(err)
	if _, err := o.DB.Pool.Exec(t.Context(), lift); postgres.Constraint(err) != "violation_hold_kept" {
		t.Errorf("it is lifted twice: %v", err)
	}
	for _, by := range []string{"soumu 責任者", "fukushi 主事"} {
		_, err := o.DB.Pool.Exec(t.Context(), `SELECT dispose_violation($1, $2, $3, 'x', false, 'not_violation', 'x', 1, 'fiscal_year')`, o.id(code), o.People[by], *o.Time)
		if postgres.Constraint(err) != "violation_disposal_by_none_concerned" {
			t.Errorf("%s decides on it: %v", by, err)
		}
	}
	before := o.count(`SELECT number::int FROM change_counter WHERE name = 'violation'`)
	o.Must(o.dispose(code, "not_violation", 1))
	if n := o.count(`SELECT count(*) FROM violation_case`); n != 0 {
		t.Errorf("%d cases stay", n)
	}
	if n := o.count(`SELECT number::int FROM change_counter WHERE name = 'violation'`); n == before {
		t.Error("what is kept between requests does not learn of it")
	}
}

func TestWhatIsWrongWithWhatIsKept(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	ctx, code := t.Context(), o.none("soumu 統括", "fukushi 主事")
	by, today := o.As("soumu 統括"), calendar.Day(*o.Time)
	o.Must(o.keeping.Hold(ctx, by, code, keeping.Typed{Kind: keeping.Audit, From: today, Reason: "監査"}))
	k, err := o.keeping.Of(ctx, by, code)
	o.Must(err)
	hold := func(kind keeping.Kind, from calendar.Date, reason string) error {
		return o.keeping.Hold(ctx, by, code, keeping.Typed{Kind: kind, From: from, Reason: reason})
	}
	for name, c := range map[string]struct {
		err  error
		want fault.Kind
	}{
		"held for nothing":             {hold("", today, "x"), fault.Invalid},
		"held from tomorrow":           {hold(keeping.Audit, today.AddDays(1), "x"), fault.Invalid},
		"held from no day":             {hold(keeping.Audit, calendar.Date{}, "x"), fault.Invalid},
		"held without a reason":        {hold(keeping.Audit, today, " "), fault.Invalid},
		"lifted without a reason":      {o.keeping.Lift(ctx, by, code, k.Holds[0].ID, " "), fault.Invalid},
		"kept longer until today":      {o.keeping.Extend(ctx, by, code, today, "x"), fault.Invalid},
		"kept longer for eleven years": {o.keeping.Extend(ctx, by, code, today.AddYears(11), "x"), fault.Invalid},
		"kept longer until no day":     {o.keeping.Extend(ctx, by, code, calendar.Date{}, "x"), fault.Invalid},
		"kept longer without a reason": {o.keeping.Extend(ctx, by, code, today.AddDays(9), ""), fault.Invalid},
		"kept longer in its time":      {o.keeping.Extend(ctx, by, code, today.AddDays(9), "x"), fault.Conflict},
		"disposed of without a reason": {o.keeping.Dispose(ctx, by, code, ""), fault.Invalid},
		"disposed of while it is held": {o.keeping.Dispose(ctx, by, code, "x"), fault.Conflict},
		"lifted, and there is none":    {o.keeping.Lift(ctx, by, code, k.Holds[0].ID+1, "x"), fault.Conflict},
	} {
		if c.err == nil || fault.KindOf(c.err) != c.want {
			t.Errorf("%s: %v", name, c.err)
		}
	}
}

// Of what began in winter the fiscal year is that of the spring before.
func TestANumberIsOfTheFiscalYear(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	*o.Time = calendar.NewDate(2027, time.March, 31).Start().Add(9 * time.Hour)
	code := o.Confirm("soumu 統括", "fukushi 主事")
	o.Days(1)
	o.Take("soumu 統括", code, procedure.EventNotViolation, violation.Said{})
	o.over()
	o.Must(o.keeping.Dispose(t.Context(), o.As("soumu 統括"), code, "期間が過ぎた。"))
	if n := o.count(`SELECT count(*) FROM violation_disposal WHERE opened_in = 2026 AND closed_in = 2027`); n != 1 {
		t.Error("it is of another year")
	}
}
