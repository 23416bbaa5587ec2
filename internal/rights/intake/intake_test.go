package intake_test

import (
	"bytes"
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/rights/intake"
	"kagami/internal/rights/rightstest"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

const head = "利用者,職員番号,システム,利用者ID,権限,区分,目的,開始日,終了日\n"

// office is a town with the service that takes ledgers in.
type office struct {
	*rightstest.Office
	*intake.Service
}

func open(t *testing.T) office {
	o := rightstest.New(t, databases.New(t), rights.Ties{})
	return office{o, intake.New(o.DB.Pool, o.Door, o.Rights, intake.Ties{})}
}

// line is a line about somebody's use of a system.
func (o office) line(name, system, login string) string {
	return "," + o.Number[name] + "," + system + "," + login + ",照会,一般,課税の事務,2026-04-01,\n"
}

// start hands lines in by somebody.
func (o office) start(by, file string) string {
	o.T.Helper()
	token, err := o.Start(o.T.Context(), o.As(by), "台帳.csv", []byte(file))
	o.Must(err)
	return token
}

// look is what an import of somebody's says.
func (o office) look(by, token string) (intake.Import, intake.Lists) {
	o.T.Helper()
	i, lists, err := o.Service.Find(o.T.Context(), o.As(by), token, intake.Pages{})
	o.Must(err)
	return i, lists
}

func (o office) count() int {
	o.T.Helper()
	page, err := o.Rights.List(o.T.Context(), o.As("soumu 統括"), rights.Search{})
	o.Must(err)
	return len(page.Rights)
}

func TestALedgerIsTakenInOnceAndWhole(t *testing.T) {
	t.Parallel()
	o := open(t)
	file := head + o.line("fukushi 主事", "税務システム", "a") + o.line("zeimu 主事", "電子メール", "b")
	token := o.start("zeimu 課長", file)
	if i, lists := o.look("zeimu 課長", token); i.New != 2 || len(lists.New) != 2 || i.Problems+i.Unchanged+i.Only != 0 {
		t.Fatalf("%+v", i.Summary)
	}
	if n := o.count(); n != 0 {
		t.Fatalf("%d rights before it is taken in", n)
	}
	o.Must(o.Apply(t.Context(), o.As("zeimu 課長"), token))
	page, err := o.Rights.List(t.Context(), o.As("soumu 統括"), rights.Search{})
	o.Must(err)
	for _, r := range page.Rights {
		if r.Standing != rights.InForce || r.Source != rights.FromLedger || r.DecidedBy != "見本 zeimu 課長" {
			t.Errorf("%+v", r)
		}
	}
	if err := o.Apply(t.Context(), o.As("zeimu 課長"), token); fault.KindOf(err) != fault.Conflict || o.count() != 2 {
		t.Errorf("once more: %v, %d rights", err, o.count())
	}
	if i, _ := o.look("zeimu 担当副課長", o.start("zeimu 担当副課長", file)); i.Unchanged != 2 || i.New != 0 {
		t.Errorf("the same again: %+v", i.Summary)
	}
}

func TestWithOneWrongLineNothingIsTakenIn(t *testing.T) {
	t.Parallel()
	o := open(t)
	token := o.start("zeimu 課長", head+o.line("fukushi 主事", "税務システム", "a")+o.line("fukushi 主事", "無いシステム", "b"))
	if i, lists := o.look("zeimu 課長", token); i.Problems != 1 || lists.Problems[0].Line != 3 {
		t.Fatalf("%+v", lists.Problems)
	}
	if err := o.Apply(t.Context(), o.As("zeimu 課長"), token); fault.KindOf(err) != fault.Conflict || o.count() != 0 {
		t.Errorf("%v, %d rights", err, o.count())
	}
}

// A file of before brings back nothing that has ended here, least of all what was revoked.
func TestWhatHasEndedDoesNotComeBackByAnOldFile(t *testing.T) {
	t.Parallel()
	o := open(t)
	file := head + o.line("fukushi 主事", "税務システム", "a") + o.line("fukushi 主査", "税務システム", "b")
	o.Must(o.Apply(t.Context(), o.As("zeimu 課長"), o.start("zeimu 課長", file)))
	page, err := o.Rights.List(t.Context(), o.As("soumu 統括"), rights.Search{Person: o.Number["fukushi 主事"]})
	o.Must(err)
	o.Must(o.Do("fukushi 課長", page.Rights[0].Code, rights.EventEnd, "要らない"))
	code, err := o.Bars.Begin(t.Context(), o.As("soumu 統括"), bar.Order{Kind: bar.Revocation, Person: o.Number["fukushi 主査"], Whole: true, Reason: "見本"})
	o.Must(err)
	o.Must(o.Bars.Do(t.Context(), o.As("soumu 統括"), code, rights.EventLeaveRevoked, bar.Step{Version: 1, Note: "見本"}))
	if i, lists := o.look("zeimu 担当副課長", o.start("zeimu 担当副課長", file)); i.New != 0 || i.Left != 2 || !strings.Contains(lists.Left[0].Why, "終わっています") {
		t.Errorf("%+v, %+v", i.Summary, lists.Left)
	}
}

// What somebody else has done meanwhile is shown before it is taken in.
func TestAPlanThatIsOvertakenIsShownAnew(t *testing.T) {
	t.Parallel()
	o := open(t)
	file := head + o.line("fukushi 主事", "税務システム", "a") + o.line("zeimu 主事", "税務システム", "b")
	mine, theirs := o.start("zeimu 課長", file), o.start("soumu 統括", head+o.line("zeimu 主事", "税務システム", "b")+o.line("zeimu 主査", "税務システム", "c"))
	o.Must(o.Apply(t.Context(), o.As("soumu 統括"), theirs))
	if err := o.Apply(t.Context(), o.As("zeimu 課長"), mine); fault.KindOf(err) != fault.Conflict || o.count() != 2 {
		t.Fatalf("%v, %d rights", err, o.count())
	}
	if i, lists := o.look("zeimu 課長", mine); i.New != 1 || i.Unchanged != 1 || i.Only != 1 || lists.Only[0].Login != "c" {
		t.Fatalf("%+v", i.Summary)
	}
	o.Must(o.Apply(t.Context(), o.As("zeimu 課長"), mine))
}

func TestWhoTakesALedgerIn(t *testing.T) {
	t.Parallel()
	o := open(t)
	file := head + o.line("fukushi 主事", "税務システム", "a")
	for by, wrong := range map[string]bool{"soumu 統括": false, "soumu 責任者": false, "zeimu 担当副課長": false, "fukushi 課長": true} {
		if i, _ := o.look(by, o.start(by, file)); (i.Problems > 0) != wrong {
			t.Errorf("%s: %+v", by, i.Summary)
		}
	}
	for _, by := range []string{"zeimu 主事", "soumu 監査"} {
		if _, err := o.Start(t.Context(), o.As(by), "台帳.csv", []byte(file)); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s: %v", by, err)
		}
	}
	token := o.start("zeimu 課長", file)
	if _, _, err := o.Service.Find(t.Context(), o.As("soumu 統括"), token, intake.Pages{}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another's: %v", err)
	}
	*o.Time = o.Time.Add(25 * time.Hour)
	if err := o.Apply(t.Context(), o.As("zeimu 課長"), token); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a day later: %v", err)
	}
}

// What is handed out says nothing new where it is taken in again.
func TestTheLedgerHandedOutIsTakenInAgain(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.Must(o.Rights.SetSystem(t.Context(), o.As("zeimu 課長"), o.Mail, rights.Setting{Everywhere: true}))
	o.Must(o.Apply(t.Context(), o.As("zeimu 課長"), o.start("zeimu 課長", head+o.line("fukushi 主事", "税務システム", "0012")+o.line("fukushi 主事", "電子メール", "=1+1"))))
	asking := rightstest.Asking(o.Tax)
	asking.Purpose = "課税の事務\n  と滞納の確認"
	o.Ask("fukushi 主査", asking)
	maintained := rightstest.Asking(o.Tax)
	maintained.Kind, maintained.Outsider, maintained.Until = rights.Maintenance, "甲社　乙", rightstest.Today.AddDays(30)
	o.Permitted("zeimu 主事", "zeimu 課長", maintained)
	gone := rightstest.Asking(o.Tax)
	gone.Grade = "更新"
	o.Must(o.Do("fukushi 主事", o.Permitted("fukushi 主事", "zeimu 課長", gone), rights.EventGiveUp, ""))
	o.Transfer("fukushi 主事", "zeimu 主査", rightstest.Today.AddDays(1))
	*o.Time = o.Time.Add(24 * time.Hour)
	var b bytes.Buffer
	o.Must(o.Ledger(t.Context(), o.As("soumu 統括"), rights.Search{}, &b))
	token, err := o.Start(t.Context(), o.As("soumu 統括"), "台帳.xlsx", b.Bytes())
	o.Must(err)
	if i, lists := o.look("soumu 統括", token); i.Unchanged != 4 || i.Rows != 4 || i.Only != 0 {
		t.Errorf("%+v %+v %+v", i.Summary, lists.Problems, lists.Left)
	}
	b.Reset()
	o.Must(o.Ledger(t.Context(), o.As("fukushi 課長"), rights.Search{}, &b)) // their people's, of another section's systems
	token, err = o.Start(t.Context(), o.As("fukushi 課長"), "台帳.xlsx", b.Bytes())
	o.Must(err)
	if i, lists := o.look("fukushi 課長", token); i.Unchanged != 2 || i.Rows != 2 {
		t.Errorf("%+v %+v %+v", i.Summary, lists.Problems, lists.Left)
	}
	b.Reset()
	o.Must(o.Ledger(t.Context(), o.As("soumu 統括"), rights.Search{Person: o.Number["zeimu 主事"]}, &b))
	token, err = o.Start(t.Context(), o.As("soumu 統括"), "台帳.xlsx", b.Bytes())
	o.Must(err)
	if i, _ := o.look("soumu 統括", token); i.Rows != 1 {
		t.Errorf("of one person: %+v", i.Summary)
	}
}

// Beside each right stands how far it has reached its system, and what only a directory has
// stands on a sheet of its own; none of both is read when the file comes back.
func TestTheLedgerHandedOutTellsHowItDiffersFromTheDirectory(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.Must(o.Apply(t.Context(), o.As("zeimu 課長"), o.start("zeimu 課長", head+o.line("fukushi 主事", "税務システム", "a")+o.line("zeimu 主事", "税務システム", "b"))))
	o.Ask("fukushi 主事", rightstest.Asking(o.Tax))
	o.Service = intake.New(o.DB.Pool, o.Door, o.Rights, intake.Ties{
		Accounts: func(context.Context, authz.Actor, int) ([]intake.Account, error) {
			return []intake.Account{{System: o.Tax, Login: "=x", Since: rightstest.Today}, {System: o.Mail, Login: "y", Since: rightstest.Today}}, nil
		},
		Carried: func(_ context.Context, _ authz.Actor, uses []intake.Use) (map[intake.Use]intake.Carried, error) {
			carried := map[intake.Use]intake.Carried{}
			for _, u := range uses {
				if u.Person == o.People["fukushi 主事"] {
					carried[u] = intake.Carried{State: "反映済み", Differences: []string{"差の一", "差の二"}, Since: rightstest.Today.AddDays(-3)}
				}
			}
			return carried, nil
		},
	})
	var b bytes.Buffer
	o.Must(o.Ledger(t.Context(), o.As("soumu 統括"), rights.Search{System: o.Tax}, &b))
	book, err := excelize.OpenReader(&b)
	o.Must(err)
	rows, err := book.GetRows("台帳")
	o.Must(err)
	told := map[string][]string{}
	for _, r := range rows[1:] {
		told[r[5]+" "+r[14]] = append(r, "", "", "")[15:18]
	}
	for of, want := range map[string][]string{"a 使える": {"反映済み", "差の一\n差の二", "2026-11-21"}, "b 使える": {"", "", ""}, " 申請中": {"", "", ""}} {
		if !slices.Equal(told[of], want) {
			t.Errorf("%s: %q, not %q", of, told[of], want)
		}
	}
	alone, err := book.GetRows("名簿だけにあるアカウント")
	o.Must(err)
	if len(alone) != 2 || alone[1][0] != o.Tax || alone[1][1] != "=x" || alone[1][4] != "2026-11-24" {
		t.Errorf("only in the directory: %q", alone)
	}
	if formula, _ := book.GetCellFormula("名簿だけにあるアカウント", "B2"); formula != "" {
		t.Errorf("a login runs as %q", formula)
	}
	b.Reset()
	o.Must(o.Ledger(t.Context(), o.As("soumu 統括"), rights.Search{System: o.Tax}, &b))
	token, err := o.Start(t.Context(), o.As("soumu 統括"), "台帳.xlsx", b.Bytes())
	o.Must(err)
	if i, _ := o.look("soumu 統括", token); i.Rows != 3 || i.New+i.Problems != 0 {
		t.Errorf("taken in again: %+v", i.Summary)
	}
}

// Headings that are unknown are asked about, and remembered.
func TestWhatIsSettledIsRemembered(t *testing.T) {
	t.Parallel()
	o := open(t)
	file := strings.Replace(head+o.line("fukushi 主事", "税務システム", "a"), "目的", "何のため", 1)
	token := o.start("zeimu 課長", file)
	i, err := o.Headings(t.Context(), o.As("zeimu 課長"), token)
	o.Must(err)
	if !i.Unsettled {
		t.Fatal("it is settled")
	}
	o.Must(o.Settle(t.Context(), o.As("zeimu 課長"), token, func(field string) string {
		for _, h := range i.Headings.Headings {
			switch {
			case h.Field() == field && h.Text == "何のため":
				return "purpose"
			case h.Field() == field:
				return i.Headings.Suggested(h)
			}
		}
		return ""
	}))
	if i, _ := o.look("zeimu 課長", token); i.New != 1 {
		t.Errorf("%+v", i.Summary)
	}
	next := o.start("zeimu 担当副課長", file)
	if i, _ := o.look("zeimu 担当副課長", next); i.Unsettled || i.New != 1 {
		t.Errorf("the next file: %+v", i)
	}
	o.Must(o.Apply(t.Context(), o.As("zeimu 担当副課長"), next))
}

func TestAccountsOfADirectoryAreTakenIn(t *testing.T) {
	t.Parallel()
	o := open(t)
	accounts := []intake.Account{
		{System: o.Tax, Login: "a", Number: o.Number["fukushi 主事"], Name: "FUKUSHI Shuji"}, {System: o.Tax, Login: "b", Name: "見本 zeimu 主事"},
		{System: o.Tax, Login: "c", Name: "svc-backup"},
	}
	o.Service = intake.New(o.DB.Pool, o.Door, o.Rights, intake.Ties{Accounts: func(context.Context, authz.Actor, int) ([]intake.Account, error) { return accounts, nil }})
	take := func(by string, logins ...string) error {
		taking := intake.Taking{Kind: rights.General, Purpose: "課税の事務", From: rightstest.Today}
		for _, login := range logins {
			taking.Keys = append(taking.Keys, o.Tax+"/"+login)
		}
		return o.TakeAccounts(t.Context(), o.As(by), taking)
	}
	for name, err := range map[string]error{"none": take("zeimu 課長"), "one of nobody": take("zeimu 課長", "a", "c"), "another section's": take("fukushi 課長", "a")} {
		if fault.KindOf(err) != fault.Invalid || o.count() != 0 {
			t.Errorf("%s: %v, %d rights", name, err, o.count())
		}
	}
	if err := take("zeimu 主事", "a"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("by who may not: %v", err)
	}
	o.Must(take("zeimu 課長", "a", "b"))
	page, err := o.Rights.List(t.Context(), o.As("soumu 統括"), rights.Search{})
	o.Must(err)
	for i, login := range []string{"b", "a"} {
		if r := page.Rights[i]; r.Login != login || r.Source != rights.FromDirectory || r.Standing != rights.InForce {
			t.Errorf("%+v", r)
		}
	}
	if err := take("zeimu 課長", "a"); fault.KindOf(err) != fault.Invalid || o.count() != 2 {
		t.Errorf("once more: %v", err)
	}
}

// Whatever bytes stand in a file or its name, it is refused with a sentence or looked at.
func TestOddBytesAreNoFailure(t *testing.T) {
	t.Parallel()
	o := open(t)
	for name, file := range map[string]string{
		"台帳\x00\xff.csv": head + o.line("fukushi 主事", "税務システム", "a\x00b"),
		"heading.csv":    strings.Replace(head, "終了日", "終了日,ほか\x00の列", 1) + o.line("fukushi 主事", "税務システム", "a"),
		"latin.csv":      head + o.line("fukushi 主事", "税務システム", "a\xffb"),
	} {
		token, err := o.Start(t.Context(), o.As("zeimu 課長"), name, []byte(file))
		if err != nil && fault.KindOf(err) == fault.Internal {
			t.Errorf("%q: %v", name, err)
		}
		if err == nil {
			o.look("zeimu 課長", token)
		}
	}
}
