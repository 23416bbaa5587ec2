package report_test

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/secret"
	"kagami/internal/trail"
	"kagami/internal/violation"
	"kagami/internal/violation/procedure"
	"kagami/internal/violation/report"
)

// rows are all rows of all tables, as text.
func (o office) rows() map[string][]string {
	o.T.Helper()
	owner := o.DB.Owner(o.T)
	names, err := owner.Query(o.T.Context(), `SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`)
	o.Must(err)
	tables, err := pgx.CollectRows(names, pgx.RowTo[string])
	o.Must(err)
	all := map[string][]string{}
	for _, table := range tables {
		found, err := owner.Query(o.T.Context(), `SELECT t::text FROM `+table+` t`)
		o.Must(err)
		all[table], err = pgx.CollectRows(found, pgx.RowTo[string])
		o.Must(err)
	}
	return all
}

// Of all rows that a report, its answers and its end leave in the database, those that name who
// has made it are their notices alone, and these lead to no case.
func TestNoRowLeadsFromAReportToWhoHasMadeIt(t *testing.T) {
	o := open(t)
	owner := o.DB.Owner(t)
	// a key that no other number is, and a 職員番号 like no other
	const id, number = 7340017, "ZZ730017"
	if _, err := owner.Exec(t.Context(), `ALTER TABLE appointment DISABLE TRIGGER USER`); err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		`INSERT INTO person (id, staff_number, name, furigana) OVERRIDING SYSTEM VALUE VALUES (7340017, '` + number + `', '見本 通報太郎', 'ミホン ツウホウタロウ')`,
		`UPDATE appointment SET person_id = 7340017 WHERE person_id = ` + fmt.Sprint(o.People["fukushi 主査"]),
		`UPDATE change_counter SET number = number + 1`,
	} {
		if _, err := owner.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	o.People["fukushi 主査"] = id
	before := o.rows()

	w := o.words("fukushi 主査", procedure.General, o.Number["fukushi 主事"])
	w.Papers = []string{o.upload()}
	answer, err := o.Reports.Send(t.Context(), o.As("fukushi 主査"), w)
	o.Must(err)
	code := o.last()
	o.Take("soumu 統括", code, procedure.EventInvestigate, violation.Said{})
	f := o.Finding("fukushi 主事")
	f.Report, f.Version = code, 2
	_, err = o.Cases.Confirm(t.Context(), o.As("soumu 統括"), f)
	o.Must(err)
	o.Guide("fukushi 課長", code, 7)
	o.Take("fukushi 課長", code, procedure.EventImprove, violation.Said{})
	_, err = o.Reports.Open(t.Context(), o.As("soumu 統括"), code, "聞き取りのため")
	o.Must(err)
	if _, err := o.Reports.Reply(t.Context(), o.As("fukushi 主査"), answer); err != nil {
		t.Fatal(err)
	}

	var caseID, reportID int64
	o.Must(o.DB.Pool.QueryRow(t.Context(), `SELECT r.case_id, r.id FROM violation_report r`).Scan(&caseID, &reportID))
	notices := 0
	for table, rows := range o.rows() {
		for _, row := range rows {
			if slices.Contains(before[table], row) {
				continue
			}
			for _, word := range []string{fmt.Sprint(id), number, "通報太郎", "ツウホウタロウ"} {
				if !strings.Contains(row, word) && !strings.Contains(row, hex.EncodeToString([]byte(word))) {
					continue
				}
				if table == "public.notice" && word == fmt.Sprint(id) {
					notices++
					if !strings.Contains(row, ",violation_answer,0,総務課からの連絡があります,") || strings.Contains(row, code) {
						t.Errorf("a notice says %s", row)
					}
					continue
				}
				t.Errorf("%s holds %s", table, row)
			}
			// the number leads to who has made it: it stands with the report only sealed
			if strings.Contains(row, answer) && table != "public.notice" {
				t.Errorf("%s holds the number in plain: %s", table, row)
			}
		}
	}
	if notices != 2 {
		t.Errorf("there are %d notices", notices)
	}
	if n, err := trail.Verify(t.Context(), o.DB.Pool); err != nil {
		t.Errorf("after %d entries: %v", n, err)
	}
	var role, kind string
	var person *int64
	o.Must(o.DB.Pool.QueryRow(t.Context(), `SELECT role, subject_kind, person_id FROM trail_entry WHERE action = 'violation.report'`).Scan(&role, &kind, &person))
	if role != "reporter" || kind != "violation_report" || person != nil {
		t.Errorf("the trail says %s of %s, by %v", role, kind, person)
	}
}

// Whoever it is that has made a report, and whether they are known at all: what is sealed is as
// long.
func TestWhatIsSealedSaysNothingByItsLength(t *testing.T) {
	o := open(t)
	o.send("fukushi 主査", procedure.General, "")
	o.take("fukushi 課長", "", "")
	o.take("zeimu 課長", "", strings.Repeat("\"長", report.MostName/2))
	var lengths, all int
	o.Must(o.DB.Pool.QueryRow(t.Context(), `SELECT count(DISTINCT octet_length(sealed)), count(*) FROM violation_reporter`).Scan(&lengths, &all))
	if lengths != 1 || all != 3 {
		t.Errorf("%d lengths of %d", lengths, all)
	}
}

func TestOneReportersNameCannotBePutIntoTheRowOfAnother(t *testing.T) {
	o := open(t)
	mine, _ := o.send("fukushi 主査", procedure.General, "")
	o.send("zeimu 主査", procedure.General, "")
	o.send("zeimu 主事", procedure.General, "")
	if _, err := o.DB.Pool.Exec(t.Context(), `UPDATE violation_reporter a SET sealed = b.sealed FROM violation_reporter b WHERE a.number_hash <> b.number_hash`); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Reports.Reply(t.Context(), o.As("fukushi 主査"), mine); err == nil {
		t.Error("another's row is read")
	}
}

func TestWhoOpensWhoHasMadeAReport(t *testing.T) {
	o := open(t)
	today := calendar.Day(*o.Time)
	for _, handler := range []string{"zeimu 主事", "fukushi 主事", "soumu CSIRT"} {
		o.Must(o.Reports.NameHandler(t.Context(), o.As("soumu 統括"), o.Number[handler], today, calendar.Date{}))
	}
	o.Must(o.Reports.NameHandler(t.Context(), o.As("soumu 統括"), o.Number["zeimu 主査"], today.AddDays(1), calendar.Date{}))
	_, staff := o.send("fukushi 主査", procedure.General, o.Number["fukushi 主事"])
	_, chief := o.send("fukushi 主査", procedure.Chief, "")
	_, general := o.send("zeimu 課長", procedure.Chief, o.Number["soumu 統括"])
	confirmed := o.Confirm("soumu 統括", "zeimu 主査")
	for name, c := range map[string]struct{ staff, chief, general bool }{
		"soumu 統括":    {true, false, false},  // reads nothing of what goes to the CISO, and is concerned
		"soumu CISO":  {false, false, true},  // stands in for the 統括 who is concerned
		"soumu 責任者":   {false, false, false}, // reads the case, but opens nothing
		"soumu CSIRT": {true, true, true},    // is named
		"zeimu 主事":    {true, true, true},
		"zeimu 主査":    {false, false, false}, // not yet
		"fukushi 主事":  {false, true, true},   // is named, and the person
		"fukushi 課長":  {false, false, false},
		"CIO":         {false, false, false},
		"soumu 監査":    {false, false, false},
		"fukushi 主査":  {false, false, false}, // who has made them
	} {
		for code, may := range map[string]bool{staff: c.staff, chief: c.chief, general: c.general, confirmed: false, "0000-0000": false} {
			token, err := o.Reports.Open(t.Context(), o.As(name), code, "聞き取りのため")
			if !may {
				o.wants(name+" of "+code, err, fault.NotFound)
				continue
			}
			o.Must(err)
			if _, err := o.Reports.Opened(t.Context(), o.As(name), token); err != nil {
				t.Errorf("%s sees no name: %v", name, err)
			}
			if _, err := o.Reports.Opened(t.Context(), o.As("soumu 責任者"), token); fault.KindOf(err) != fault.NotFound {
				t.Errorf("another sees it: %v", err)
			}
		}
	}
}

func TestANameIsOpenedForTenMinutesAndShownBesideTheCase(t *testing.T) {
	o := open(t)
	_, code := o.send("fukushi 主査", procedure.General, "")
	for _, reason := range []string{" ", strings.Repeat("長", report.MostReason+1)} {
		_, err := o.Reports.Open(t.Context(), o.As("soumu 統括"), code, reason)
		o.wants("without a reason", err, fault.Invalid)
	}
	token, err := o.Reports.Open(t.Context(), o.As("soumu 統括"), strings.ToLower(code), "聞き取りのため")
	o.Must(err)
	name, err := o.Reports.Opened(t.Context(), o.As("soumu 統括"), token)
	if err != nil || name.Name != "見本 fukushi 主査" || name.Number != o.Number["fukushi 主査"] || name.Section != "福祉こども課" {
		t.Errorf("it is %+v, %v", name, err)
	}
	opened, err := o.Cases.Open(t.Context(), o.As("soumu 責任者"), code, procedure.AsCase)
	o.Must(err)
	list, err := o.Reports.Of(t.Context(), o.As("soumu 責任者"), opened)
	if err != nil || len(list[0].Openings) != 1 || list[0].Openings[0].Reason != "聞き取りのため" || list[0].Openings[0].By != "見本 soumu 統括" {
		t.Errorf("the case shows %+v, %v", list, err)
	}
	*o.Time = o.Time.Add(10 * time.Minute)
	_, err = o.Reports.Opened(t.Context(), o.As("soumu 統括"), token)
	o.wants("after ten minutes", err, fault.NotFound)
	_, code = o.take("fukushi 課長", "", "臨時の清掃の人")
	token, err = o.Reports.Open(t.Context(), o.As("soumu 統括"), code, "聞き取りのため")
	o.Must(err)
	if name, err = o.Reports.Opened(t.Context(), o.As("soumu 統括"), token); err != nil || name.Name != "臨時の清掃の人" || name.Number != "" {
		t.Errorf("by telephone: %+v, %v", name, err)
	}
}

// Who is kept out of the case that a report is joined to opens nothing of it either.
func TestWhoIsKeptOutOfTheWholeOpensNoPart(t *testing.T) {
	o := open(t)
	_, part := o.send("fukushi 主査", procedure.General, "")
	o.Must(o.Reports.NameHandler(t.Context(), o.As("soumu 統括"), o.Number["fukushi 主事"], calendar.Day(*o.Time), calendar.Date{}))
	code := o.Confirm("soumu 統括", "fukushi 主事")
	_, err := o.Reports.Open(t.Context(), o.As("fukushi 主事"), part, "聞き取りのため")
	o.Must(err)
	o.Take("soumu 統括", part, procedure.EventJoin, violation.Said{Other: code})
	_, err = o.Reports.Open(t.Context(), o.As("fukushi 主事"), part, "聞き取りのため")
	o.wants("the person of the whole", err, fault.NotFound)
}

func TestWhoIsNamed(t *testing.T) {
	o := open(t)
	today, general := calendar.Day(*o.Time), o.As("soumu 統括")
	number := o.Number["zeimu 主事"]
	for _, name := range []string{"soumu CISO", "soumu 責任者", "fukushi 課長", "zeimu 主事", "soumu 監査"} {
		o.wants(name, o.Reports.NameHandler(t.Context(), o.As(name), number, today, calendar.Date{}), fault.Forbidden)
		_, err := o.Reports.Handlers(t.Context(), o.As(name))
		o.wants(name+" lists them", err, fault.Forbidden)
	}
	o.wants("nobody", o.Reports.NameHandler(t.Context(), general, "X", today, calendar.Date{}), fault.Invalid)
	o.wants("since yesterday", o.Reports.NameHandler(t.Context(), general, number, today.AddDays(-1), calendar.Date{}), fault.Invalid)
	o.wants("backwards", o.Reports.NameHandler(t.Context(), general, number, today, today.AddDays(-1)), fault.Invalid)
	o.Must(o.Reports.NameHandler(t.Context(), general, number, today, today.AddDays(30)))
	o.wants("twice", o.Reports.NameHandler(t.Context(), general, number, today.AddDays(30), calendar.Date{}), fault.Invalid)
	if n := o.notices("zeimu 主事", "violation_report_handler"); n != 1 {
		t.Errorf("who is named has %d notices", n)
	}
	list, err := o.Reports.Handlers(t.Context(), general)
	if err != nil || len(list) != 1 || list[0].Last != today.AddDays(30) {
		t.Fatalf("the list is %+v, %v", list, err)
	}
	o.wants("in the past", o.Reports.EndHandler(t.Context(), general, list[0].ID, today.AddDays(-1)), fault.Invalid)
	o.wants("of nobody", o.Reports.EndHandler(t.Context(), general, 99, today), fault.NotFound)
	o.Must(o.Reports.EndHandler(t.Context(), general, list[0].ID, today))
	_, code := o.send("fukushi 主査", procedure.General, "")
	_, err = o.Reports.Open(t.Context(), o.As("zeimu 主事"), code, "最後の日")
	o.Must(err)
	o.Days(1)
	_, err = o.Reports.Open(t.Context(), o.As("zeimu 主事"), code, "その翌日")
	o.wants("afterwards", err, fault.NotFound)
	o.wants("ended twice", o.Reports.EndHandler(t.Context(), o.As("soumu 統括"), list[0].ID, today.AddDays(1)), fault.Conflict)
}

// A key that a reporter is sealed by is not retired before they are sealed anew.
func TestReportersAreSealedAnew(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "keys")
	if err := secret.Make(path); err != nil {
		t.Fatal(err)
	}
	keys, err := secret.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	o := openWith(t, databases.New(t), keys)
	number, code := o.send("fukushi 主査", procedure.General, "")
	o.Must(secret.Add(path))
	newer, err := secret.ReadFile(path)
	o.Must(err)
	o.Must(secret.Use(t.Context(), o.DB.Pool, newer))
	o.wants("while it is in use", secret.Retire(t.Context(), o.DB.Pool, newer), fault.Conflict)
	for _, anew := range []string{"violation_report_number", "violation_reporter"} { // the other is not
		err := postgres.InTx(t.Context(), o.DB.Pool, func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE `+anew+` SET sealed = overlay(sealed placing '\x00000000'::bytea from 1)`)
			if err == nil {
				_, err = tx.Exec(t.Context(), `DELETE FROM secret_key`)
			}
			return err
		})
		if postgres.Constraint(err) != "secret_key_in_use" {
			t.Errorf("while only %s is sealed anew: %v", anew, err)
		}
	}
	again := report.New(o.DB.Pool, o.Door, newer)
	if n, _, err := again.SealForPortal(t.Context()); n != 2 || err != nil {
		t.Errorf("sealed %d: %v", n, err)
	}
	if n, _, err := again.SealForPortal(t.Context()); n != 0 || err != nil {
		t.Errorf("sealed %d once more: %v", n, err)
	}
	o.Must(secret.Retire(t.Context(), o.DB.Pool, newer))
	text, err := os.ReadFile(path)
	o.Must(err)
	lines := slices.Collect(strings.Lines(string(text)))
	only, err := secret.Read(lines[len(lines)-2])
	o.Must(err)
	o.Reports = report.New(o.DB.Pool, o.Door, only)
	if said := o.said("fukushi 主査", number); said != "" {
		t.Errorf("answered %q", said)
	}
	_, err = o.Reports.Open(t.Context(), o.As("soumu 統括"), code, "聞き取りのため")
	o.Must(err)
}

// Where a town has lost its keys and gives them up as the manual says, a case that a report has begun
// goes on, and whoever reads it learns that nobody can be told. A key that is only not here yet holds
// it up.
func TestACaseGoesOnWhereTheKeyIsGivenUp(t *testing.T) {
	o := open(t)
	number, code := o.send("fukushi 主査", procedure.General, "")
	other := secret.Random()
	o.Reports = report.New(o.DB.Pool, o.Door, other)
	o.Cases = violation.New(o.DB.Pool, o.Door, o.Bars).With(violation.Ties{Reporters: o.Reports.Answer})
	o.wants("before it is given up", o.Try("soumu 統括", code, procedure.EventInvestigate, violation.Said{}), fault.Internal)
	lost := func() bool {
		t.Helper()
		opened, err := o.Cases.Open(t.Context(), o.As("soumu 統括"), code, procedure.AsCase)
		o.Must(err)
		list, err := o.Reports.Of(t.Context(), o.As("soumu 統括"), opened)
		o.Must(err)
		return len(list) == 1 && list[0].Lost
	}
	if lost() {
		t.Error("a key that is not here yet counts as lost")
	}

	owner := o.DB.Owner(t)
	for _, sql := range []string{
		`ALTER TABLE secret_key DISABLE TRIGGER secret_key_in_use`, `DELETE FROM totp`, `DELETE FROM secret_key`, `ALTER TABLE secret_key ENABLE TRIGGER secret_key_in_use`,
	} {
		_, err := owner.Exec(t.Context(), sql)
		o.Must(err)
	}
	o.Must(secret.Use(t.Context(), o.DB.Pool, other))
	o.Take("soumu 統括", code, procedure.EventInvestigate, violation.Said{})
	if n := o.notices("fukushi 主査", "violation_answer"); n != 0 {
		t.Errorf("%d notices to who can't be known", n)
	}
	if !lost() {
		t.Error("nobody learns that who has reported can't be told")
	}
	_, err := o.Reports.Reply(t.Context(), o.As("fukushi 主査"), number)
	o.wants("their answer", err, fault.Unavailable)
	if sealed, lost, err := o.Reports.SealForPortal(t.Context()); sealed != 0 || lost != 2 || err != nil {
		t.Errorf("sealed %d anew, %d lost: %v", sealed, lost, err)
	}
}

// What is recorded of reports is never changed, but for the key of what is sealed.
func TestReportsAreKept(t *testing.T) {
	o := open(t)
	w := o.words("fukushi 主査", procedure.General, "")
	w.Papers = []string{o.upload()}
	_, err := o.Reports.Send(t.Context(), o.As("fukushi 主査"), w)
	o.Must(err)
	o.upload() // which hangs on nothing
	owner := o.DB.Owner(t)
	for _, sql := range []string{
		`UPDATE attachment SET begun_by = NULL WHERE begun_by IS NOT NULL`, `UPDATE violation_report SET what = 'x'`, `DELETE FROM violation_report`, `DELETE FROM violation_reporter`, `DELETE FROM violation_report_number`,
		`UPDATE attachment SET begun_by = 1`, `UPDATE attachment SET name = 'x', begun_by = NULL`, `DELETE FROM attachment`,
	} {
		if _, err := owner.Exec(t.Context(), sql); err == nil {
			t.Errorf("the database takes %s", sql)
		}
	}
}

// What a report is the database holds: by the portal nobody takes it and its name is known, else
// somebody has taken it; one opens a case; and only of 調査しない a reason is answered.
func TestTheDatabaseHoldsWhatAReportIs(t *testing.T) {
	o := open(t)
	_, first := o.send("fukushi 主査", procedure.General, "")
	without := o.Confirm("soumu 統括", "fukushi 主事")
	const (
		insert = `INSERT INTO violation_report (case_id, received_on, recorded_at, way, taken_by, named, what, happened, place, whom) SELECT id, '2026-11-24', now(), `
		of     = `, 'x', 'x', 'x', '' FROM violation_case WHERE code = $1`
		answer = `INSERT INTO violation_report_answer (report_id, number, at, case_id, version, answer, reason) SELECT r.id, 9, now(), c.id, 1, `
		to     = ` FROM violation_report r JOIN violation_case c ON c.id = r.case_id WHERE c.code = $1`
	)
	taker := strconv.FormatInt(o.People["zeimu 主事"], 10)
	for name, c := range map[string]struct{ sql, code, want string }{
		"by the portal, taken by somebody":   {insert + `'portal', ` + taker + `, true` + of, without, "violation_report_taken"},
		"by the portal, of nobody":           {insert + `'portal', NULL, false` + of, without, "violation_report_taken"},
		"on paper, taken by nobody":          {insert + `'paper', NULL, true` + of, without, "violation_report_taken"},
		"a second one":                       {insert + `'portal', NULL, true` + of, first, "violation_report_opens_one"},
		"a reason of what has ended":         {answer + `'completed', 'x'` + to, first, "violation_report_answer_check"},
		"no reason of what is not looked at": {answer + `'not_investigating', ''` + to, first, "violation_report_answer_check"},
		"on paper, taken by somebody":        {insert + `'paper', ` + taker + `, false` + of, without, ""},
	} {
		if _, err := o.DB.Pool.Exec(t.Context(), c.sql, c.code); postgres.Constraint(err) != c.want || (err == nil) != (c.want == "") {
			t.Errorf("%s: %v, not %s", name, err, c.want)
		}
	}
}
