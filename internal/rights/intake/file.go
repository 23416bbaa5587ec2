package intake

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/rights"
	"kagami/internal/sheet/intake"
)

// MostRows is how many lines a file may have.
const MostRows = 50_000

// file is what a town's ledger says.
type file struct {
	rows     []row
	problems []intake.Problem // what can't be read
	faulty   map[int]bool     // the lines of which that is so
	reading  intake.Reading
	sha256   []byte
}

// row is a line: somebody may use a system.
type row struct {
	line         int
	name, number string // of who uses it, or answers for who does
	section      string
	system, code string
	details      rights.Details
	confirmed    calendar.Date
	over         bool // its last day has passed
}

// read reads a file, an Excel workbook or CSV with its columns in any order, by what has been
// settled of its headings. A line that can't be read is among the problems and does not stop
// the others. Invalid where the headings or the lines are not there, or there are too many;
// intake.Questions where somebody can settle the headings.
func read(ctx context.Context, raw []byte, answers intake.Answers, today calendar.Date) (file, error) {
	sum := sha256.Sum256(raw)
	f := file{sha256: sum[:], faulty: map[int]bool{}}
	lines := 0
	reading, err := table.Read(ctx, raw, answers, func(r intake.Row) error {
		if lines++; lines > MostRows {
			return fault.New(fault.TooLarge, fmt.Sprintf("%d行より多い台帳は、一度に取り込めません。システムごとなど、いくつかのファイルに分けてください。", MostRows))
		}
		f.take(r, today)
		return nil
	})
	f.reading = reading
	return f, err
}

// take takes a line in, as a row, and what is wrong with it.
func (f *file) take(r intake.Row, today calendar.Date) {
	cell := func(c column) string { return oneLine(r.Cell(int(c))) }
	wrong := func(c column, reason string) {
		f.problems, f.faulty[r.Line] = append(f.problems, intake.Problem{Line: r.Line, Column: c.title(), Reason: reason}), true
	}
	line := row{
		line: r.Line, name: cell(personColumn), number: norm.NFKC.String(cell(numberColumn)), section: cell(sectionColumn),
		system: cell(systemColumn), code: norm.NFKC.String(cell(codeColumn)),
	}
	day := func(c column) calendar.Date {
		day, problem := readDay(cell(c))
		if problem != "" {
			wrong(c, problem)
		}
		return day
	}
	kind, problem := readKind(cell(kindColumn))
	if problem != "" {
		wrong(kindColumn, problem)
	}
	before := len(f.problems)
	line.details = rights.Details{
		Kind: kind, Grade: cell(gradeColumn), Login: cell(loginColumn), Outsider: cell(outsiderColumn), Purpose: cell(purposeColumn),
		From: day(fromColumn), Until: day(untilColumn),
	}.Tidy()
	line.confirmed = day(confirmedColumn)
	said := map[column]bool{}
	for _, p := range f.problems[before:] {
		said[columnOf(keyOf(p.Column))] = true
	}
	for _, p := range line.details.Check(calendar.Date{}, today) {
		if c := columnOf(p.Field); !said[c] && (c != kindColumn || problem == "") {
			wrong(c, p.Message)
		}
	}
	if line.confirmed.After(today) {
		wrong(confirmedColumn, "最終確認日が、今日より後になっています。確かめて、今日までの日にしてください。")
	}
	if line.name == "" && line.number == "" {
		wrong(personColumn, "利用者の氏名か職員番号を入力してください。")
	}
	if line.system == "" && line.code == "" {
		wrong(systemColumn, "システムの名前か管理番号を入力してください。")
	}
	line.over = !line.details.Until.IsZero() && line.details.Until.Before(today)
	f.rows = append(f.rows, line)
}

// keyOf is the key of the column of a name.
func keyOf(name string) string {
	i := slices.IndexFunc(table.Columns, func(c intake.Column) bool { return c.Name() == name })
	return table.Columns[i].Key
}

// oneLine is a cell with one blank for each stretch of them, without what the database does
// not keep.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", " "), " ")), " ")
}

// fold is a word as it is compared: without widths, cases and blanks.
func fold(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(norm.NFKC.String(s)), ""))
}

// kinds are what the kinds are called in ledgers, beside their titles.
var kinds = map[string]rights.Kind{
	"": rights.General, "一般": rights.General, "一般利用者": rights.General, "一般ユーザー": rights.General, "一般ユーザ": rights.General, "個人": rights.General,
	"特権": rights.Privileged, "管理者": rights.Privileged, "特権id": rights.Privileged, "管理者権限": rights.Privileged,
	"共用": rights.Shared, "共有": rights.Shared, "共用id": rights.Shared, "共有id": rights.Shared,
	"保守": rights.Maintenance, "保守用": rights.Maintenance, "委託": rights.Maintenance, "委託先": rights.Maintenance,
}

// readKind reads a kind; one for everybody's own work where nothing is said.
func readKind(cell string) (kind rights.Kind, problem string) {
	if kind, known := kinds[fold(cell)]; known {
		return kind, ""
	}
	var titles []string
	for _, k := range rights.Kinds() {
		titles = append(titles, k.Title())
	}
	return "", "区分は、" + strings.Join(titles, "、") + "のどれかにしてください。空けておくと「一般」になります。"
}

// Days of a file lie between these: others are slips of the pen.
var earliest, latest = calendar.NewDate(1980, 1, 1), calendar.NewDate(2099, 12, 31)

// readDay reads a day; zero for none. A number of five digits is a day as Excel counts it, in
// a cell that is not formatted as one.
func readDay(cell string) (day calendar.Date, problem string) {
	switch fold(cell) {
	case "", "-", "ー", "―", "なし", "無期限", "期限なし":
		return calendar.Date{}, ""
	}
	day, ok := calendar.ReadDay(cell)
	if n, err := strconv.Atoi(cell); err == nil && len(cell) == 5 {
		day, ok = calendar.NewDate(1899, 12, 30+n), true
	}
	switch {
	case !ok:
		return calendar.Date{}, "日付を読めません。2027-04-01、2027/4/1、令和9年4月1日、R9.4.1 のように入力してください。"
	case day.Before(earliest) || day.After(latest):
		return calendar.Date{}, fmt.Sprintf("%d年の日になっています。年を確かめて、%d年から%d年までの日を入力してください。", day.Year(), earliest.Year(), latest.Year())
	}
	return day, ""
}
