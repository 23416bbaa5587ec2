package export_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"kagami/internal/asset"
	"kagami/internal/asset/export"
	"kagami/internal/asset/find"
	"kagami/internal/asset/intake"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/setting"
	"kagami/internal/sheet"
)

var databases pgtest.Server

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m, &databases)) }

// office is a register of two sections of one name, the manager of both, and a clerk of
// the first.
type office struct {
	*export.Service
	t              *testing.T
	db             pgtest.DB
	register       *asset.Service
	in             *intake.Service
	settings       *setting.Service
	manager, clerk authz.Actor
}

func newOffice(t *testing.T) office {
	t.Helper()
	db := databases.New(t)
	now := func() time.Time { return time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC) }
	through := door.New(db.Pool, now)
	people := org.New(db.Pool, through)
	o := office{t: t, db: db, register: asset.New(db.Pool, through)}
	o.settings = setting.New(db.Pool, through, export.LabelWords.Setting)
	o.Service, o.in = export.New(db.Pool, now, o.register, find.New(db.Pool, o.register)), intake.New(db.Pool, through, o.register)
	for i, code := range []string{"zeimu", "fukushi"} {
		id, err := people.AddSection(t.Context(), authz.AsOperator(), org.Section{Code: code, Name: "見本課（第一）", Kind: org.Internal, Position: i})
		if err != nil {
			t.Fatal(err)
		}
		o.manager.Holdings = append(o.manager.Holdings, authz.Holding{Role: authz.SecurityManager, Section: id})
	}
	var err error
	if o.manager.Person, err = people.AddPerson(t.Context(), authz.AsOperator(), org.Person{StaffNumber: "1", Name: "見本 一", Furigana: "ミホン"}); err != nil {
		t.Fatal(err)
	}
	o.clerk = authz.Actor{Person: o.manager.Person, Holdings: []authz.Holding{{Role: authz.Staff, Section: o.manager.Holdings[0].Section}}}
	return o
}

// add registers an asset of a section, changed by each of some changes.
func (o office) add(section, name string, changes ...func(*asset.Details)) string {
	o.t.Helper()
	d := asset.Details{
		Kind: asset.Information, Name: name, Confidentiality: "2", Integrity: "1", Availability: "1",
		Personal: asset.NotPersonal, Zone: asset.LGWANZone, RegisteredOn: calendar.NewDate(2026, time.April, 1),
	}
	for _, change := range changes {
		change(&d)
	}
	old := d.Confidentiality == asset.Unsettled // which nobody chooses: a town's old register has left it
	if old {
		d.Confidentiality = "3C"
	}
	code, err := o.register.Register(o.t.Context(), o.manager, section, d)
	if err == nil && old {
		_, err = o.db.Pool.Exec(o.t.Context(), `UPDATE asset SET confidentiality = $1 WHERE code = $2`, asset.Unsettled, code)
	}
	if err != nil {
		o.t.Fatal(err)
	}
	return code
}

// takeIn takes a register in, as drafts come into being.
func (o office) takeIn(raw []byte) intake.Plan {
	o.t.Helper()
	file, err := intake.Read(o.t.Context(), raw)
	if err != nil {
		o.t.Fatal(err)
	}
	plan, err := o.in.TakeIn(o.t.Context(), o.manager, file, intake.Choices{})
	if err != nil {
		o.t.Fatal(err)
	}
	return plan
}

func (o office) table(actor authz.Actor, q find.Search, format sheet.Format) []byte {
	o.t.Helper()
	var b bytes.Buffer
	if err := o.Table(o.t.Context(), actor, q, format, &b); err != nil {
		o.t.Fatal(err)
	}
	return b.Bytes()
}

var odd = []string{
	"=1+1", "'=1+1", "''=1", "+81", "-1", "@SUM(A1)", "＝１＋１", "00123", "１２３", "'007", "TRUE", "R9.4.1", "2026/4/1", "1/2", "無", "有", "なし", "ー", "_x000D_", "a_x", "a\tb",
	"一行目\n二行目", "一行目\n=二行目\n'三行目", "\"引用\"、,;", "ﾊﾝｶｸ ＺＥＮＫＡＫＵ", "紙", "※注意", "例", "合計", "シュレッダー", "𠮷野家👪", "<b>&amp;</b>", "1234567890123456789", "1e5",
}

// fill makes a register of all that is hard to hand out.
func (o office) fill() (assets int) {
	o.t.Helper()
	for i, text := range odd {
		o.add([]string{"zeimu", "fukushi"}[i%2], fmt.Sprint("見本 ", i), func(d *asset.Details) {
			if !strings.ContainsAny(text, "\n\t") {
				d.Name, d.OwnNumber = text, text
			}
			d.Work, d.Content, d.Place, d.Medium, d.Owner, d.Users, d.Disposal, d.KeepUntil, d.Outsourced, d.EvaluatedBy, d.Seat, d.Note = text, text, text, text, text, text, text, text, text, text, text, text
			d.Handling = []asset.Handling{asset.NoCopy, asset.NoPrint}
			d.LevelReason, d.MultiFactor, d.TakeoutBarred = text, asset.Confirmations[i%3].Value, asset.Confirmations[(i+1)%3].Value
			d.Confidentiality, d.CheckedOn = []string{"3A", "3B", "3C", "2", "1", "3"}[i%6], calendar.NewDate(2026, time.May, 1)
			switch i % 4 {
			case 1:
				d.Personal = asset.PlainPersonal
			case 2:
				d.Personal, d.NumberWork, d.Zone = asset.MyNumberBorne, asset.NumberRelatedWork, asset.OfflineZone
			case 3:
				d.Personal, d.Kind = asset.Sensitive, asset.Paper
			}
		})
	}
	o.add("zeimu", "見本  古い", func(d *asset.Details) { d.RegisteredOn = calendar.NewDate(1899, time.December, 31) })
	drafts := o.takeIn([]byte("課室,情報資産名,機密性,完全性,可用性,個人情報,領域,備考\n" +
		"zeimu,三段階,3,2,2,有,LGWAN,\nzeimu,番号,3B,2,2,特定個人情報,,\nfukushi,領域なし,2,1,1,無,,\nfukushi,個人情報の記入なし,2,1,1,,LGWAN,=x\n"))
	if drafts.Added != 4 || drafts.Drafts != 4 {
		o.t.Fatalf("%+v", drafts)
	}
	if err := o.register.EndAsMistaken(o.t.Context(), o.manager, "zeimu-0001", 1, "見本の誤り"); err != nil {
		o.t.Fatal(err)
	}
	return len(odd) + 5
}

func TestWhatIsHandedOutIsTakenInWithoutAChange(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	all := o.fill()
	for name, format := range map[string]sheet.Format{"xlsx": sheet.XLSX, "csv": sheet.CSV} {
		for _, states := range []find.States{find.Any, find.Current} {
			raw := o.table(o.manager, find.Search{States: states}, format)
			file, err := intake.Read(t.Context(), raw)
			if err != nil {
				t.Fatal(name, err)
			}
			plan, err := o.in.Plan(t.Context(), o.manager, file, intake.Choices{})
			if err != nil {
				t.Fatal(name, err)
			}
			want := all
			if states == find.Current {
				want--
			}
			if plan.Unchanged != want || plan.Added+plan.Changed != 0 || len(plan.Problems)+len(plan.Notes) != 0 {
				t.Errorf("%s: %d of %d unchanged, %d added, %d changed, problems %v, notes %v", name, plan.Unchanged, want, plan.Added, plan.Changed, plan.Problems, plan.Notes)
			}
			if fmt.Sprint(plan.Ignored) != "[状態]" || len(plan.Unread) > 0 {
				t.Errorf("%s: not read: %v, %v", name, plan.Ignored, plan.Unread)
			}
		}
	}
}

// A table of Monday that comes back on Friday leaves what others have changed on Wednesday.
func TestATableThatComesBackUndoesNothing(t *testing.T) {
	t.Parallel()
	for name, format := range map[string]sheet.Format{"xlsx": sheet.XLSX, "csv": sheet.CSV} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			code := o.add("zeimu", "課税台帳", func(d *asset.Details) { d.Place, d.Note = "書庫", "月曜" })
			raw := o.table(o.manager, find.Search{}, format)
			a, err := o.register.Find(t.Context(), o.manager, code)
			if err != nil {
				t.Fatal(err)
			}
			d := a.Details
			d.Place, d.Zone = "倉庫", asset.OfflineZone
			if err := o.register.Change(t.Context(), o.manager, code, a.Version, d, "見本"); err != nil {
				t.Fatal(err)
			}
			if plan := o.takeIn(raw); plan.Unchanged != 1 || plan.Changed != 0 || len(plan.Faults()) != 0 {
				t.Errorf("as it was handed out: %+v", plan)
			}
			file, err := intake.Read(t.Context(), edited(t, raw, format, "月曜", "金曜"))
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []int{1, 0} { // and once more
				if plan, err := o.in.TakeIn(t.Context(), o.manager, file, intake.Choices{}); err != nil || plan.Changed != want || plan.Unchanged != 1-want || len(plan.Faults()) != 0 {
					t.Errorf("another field: %+v, %v", plan, err)
				}
			}
			file, err = intake.Read(t.Context(), edited(t, raw, format, "書庫", "金庫"))
			if err != nil {
				t.Fatal(err)
			}
			plan, err := o.in.TakeIn(t.Context(), o.manager, file, intake.Choices{})
			if err != nil || plan.Clashing != 1 || len(plan.Faults()) != 1 || !strings.Contains(plan.Faults()[0].Reason, "いまの台帳は「倉庫」（見本 一、令和8年11月24日") {
				t.Errorf("both: %+v, %v", plan, err)
			}
			if a, err = o.register.Find(t.Context(), o.manager, code); err != nil || a.Place != "倉庫" || a.Zone != asset.OfflineZone || a.Note != "金曜" || a.Version != 3 {
				t.Errorf("%+v, %v", a, err)
			}
			if plan, err = o.in.TakeIn(t.Context(), o.manager, file, intake.Choices{Clash: intake.TheFile}); err != nil || plan.Changed != 1 {
				t.Errorf("the file: %+v, %v", plan, err)
			}
			if a, err = o.register.Find(t.Context(), o.manager, code); err != nil || a.Place != "金庫" || a.Zone != asset.OfflineZone || a.Note != "金曜" {
				t.Errorf("%+v, %v", a, err)
			}
		})
	}
}

// edited is a table with another text in the place of one.
func edited(t *testing.T, raw []byte, format sheet.Format, was, is string) []byte {
	t.Helper()
	if format == sheet.CSV {
		return bytes.Replace(raw, []byte(was), []byte(is), 1)
	}
	book, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	found, err := book.SearchSheet("台帳", was)
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %v, %v", was, found, err)
	}
	if err := book.SetCellStr("台帳", found[0], is); err != nil {
		t.Fatal(err)
	}
	b, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatIsFilledInBelowIsRegistered(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add("zeimu", "課税台帳")
	book, err := excelize.OpenReader(bytes.NewReader(o.table(o.manager, find.Search{}, sheet.XLSX)))
	if err != nil {
		t.Fatal(err)
	}
	for title, text := range map[string]string{
		"課室": "fukushi", "種別": "情報", "情報資産名": "相談記録", "機密性": "自治体機密性3B", "完全性": "自治体完全性2", "可用性": "自治体可用性1", "個人情報の有無": "要配慮個人情報", "領域": "LGWAN接続系",
	} {
		if err := book.SetCellStr("台帳", columnOf(t, book, title)+"3", text); err != nil {
			t.Fatal(err)
		}
	}
	if err := book.SetCellStr("台帳", "F2", "課税台帳（新）"); err != nil {
		t.Fatal(err)
	}
	b, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	if plan := o.takeIn(b.Bytes()); plan.Added != 1 || plan.Changed != 1 || plan.Drafts != 0 {
		t.Errorf("%+v", plan)
	}
}

// columnOf is the letters of the column that is headed so.
func columnOf(t *testing.T, book *excelize.File, title string) string {
	t.Helper()
	found, err := book.SearchSheet("台帳", title)
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %v, %v", title, found, err)
	}
	return strings.TrimRight(found[0], "0123456789")
}

func TestAWorkbookLeadsWhoFillsItIn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add("zeimu", "課税台帳")
	book, err := excelize.OpenReader(bytes.NewReader(o.table(o.manager, find.Search{}, sheet.XLSX)))
	if err != nil {
		t.Fatal(err)
	}
	lists := map[string]string{}
	rules, err := book.GetDataValidations("台帳")
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range rules {
		lists[rule.Sqref] = rule.Type
	}
	for _, title := range []string{"種別", "機密性", "完全性", "可用性", "個人情報の有無", "個人番号の事務", "領域", "端末の多要素認証", "端末からの持出しの禁止"} {
		column := columnOf(t, book, title)
		if lists[fmt.Sprintf("%s2:%s502", column, column)] != "list" {
			t.Errorf("column %s has no list down to the last blank row: %v", column, lists)
		}
	}
	guarded, err := book.GetSheetProtection("台帳")
	if err != nil || !guarded.SelectLockedCells || guarded.InsertColumns {
		t.Errorf("%+v, %v", guarded, err)
	}
	for at, locked := range map[string]bool{"A1": true, "F1": true, "A2": true, "F2": false, "W2": false, "A300": true, "F300": false} {
		id, err := book.GetCellStyle("台帳", at)
		if err != nil {
			t.Fatal(err)
		}
		style, err := book.GetStyle(id)
		if err != nil {
			t.Fatal(err)
		}
		if open := style.Protection != nil && !style.Protection.Locked; open == locked {
			t.Errorf("%s: locked %t", at, locked)
		}
	}
	panes, err := book.GetPanes("台帳")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("%+v, %v", panes, err)
	}
	choices, err := book.GetCols("選択肢")
	if err != nil || strings.Contains(fmt.Sprint(choices), "未定") || !strings.Contains(fmt.Sprint(choices), "自治体機密性3B") {
		t.Errorf("%v, %v", choices, err)
	}
	if seen, err := book.GetSheetVisible("選択肢"); seen || err != nil {
		t.Errorf("the lists are seen: %v", err)
	}
	said, err := book.GetRows("書き方")
	headings, failure := book.GetRows("台帳")
	if err != nil || failure != nil || len(said) != 1+len(headings[0]) {
		t.Errorf("%d lines, %v", len(said), err)
	}
}

func TestNobodyIsHandedMoreThanTheListShowsThem(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add("zeimu", "課税台帳")
	o.add("zeimu", "会議の記録", func(d *asset.Details) { d.Confidentiality = "1" })
	o.add("fukushi", "相談記録")
	for _, format := range []sheet.Format{sheet.CSV, sheet.XLSX} {
		for who, c := range map[string]struct {
			actor authz.Actor
			q     find.Search
			want  string
		}{
			"all":           {o.manager, find.Search{Sort: find.ByCode}, "相談記録 課税台帳 会議の記録"},
			"a clerk":       {o.clerk, find.Search{}, "課税台帳 会議の記録"},
			"others' words": {o.clerk, find.Search{Words: "相談"}, ""},
			"a filter":      {o.manager, find.Search{Levels: map[asset.Aspect]string{asset.Confidentiality: "1"}}, "会議の記録"},
			"another order": {o.manager, find.Search{Sort: find.ByZone}, "相談記録 課税台帳 会議の記録"},
		} {
			var names []string
			column := 0
			err := sheet.Read(t.Context(), o.table(c.actor, c.q, format), func(cells []string) bool {
				for i, cell := range cells {
					if cell == "情報資産名" {
						column = i
					}
				}
				return column > 0
			}, func(row sheet.Row) error {
				names = append(names, row.Cells[column])
				return nil
			})
			if got := strings.Join(names, " "); got != c.want || err != nil {
				t.Errorf("%s: %q, want %q, %v", who, got, c.want, err)
			}
		}
		if err := o.Table(t.Context(), authz.Actor{}, find.Search{}, format, &bytes.Buffer{}); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("nobody: %v", err)
		}
		if err := o.Table(t.Context(), o.manager, find.Search{Words: strings.Repeat("x", 201)}, format, &bytes.Buffer{}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("too many words: %v", err)
		}
	}
}

func TestOneThatWaitsForOthersDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.add("zeimu", "課税台帳")
	held := []holding{make(holding), make(holding)}
	for i, h := range held {
		somebody := o.manager
		somebody.Person += int64(i)
		go func() { _ = o.Table(context.WithoutCancel(t.Context()), somebody, find.Search{}, sheet.CSV, h) }()
	}
	for _, h := range held { // each has its turn
		<-h
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	third := o.manager
	third.Person += 2
	if err := o.Table(gone, third, find.Search{}, sheet.CSV, &bytes.Buffer{}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a third: %v", err)
	}
	for _, h := range held {
		<-h
	}
}

// holding is a file of which each byte waits until somebody looks.
type holding chan struct{}

func (h holding) Write(p []byte) (int, error) {
	h <- struct{}{}
	return len(p), nil
}
