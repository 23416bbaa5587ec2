package personnel

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/sheet"
)

// File is what the personnel office's file (名簿) says: who holds which post
// from which day on.
type File struct {
	Rows     []Row
	Problems []Problem // rows that could not be read; they are not in Rows
	Numbers  []string  // the staff numbers of those, where they could be read
	Ignored  []string  // the headings of columns that are not read
	SHA256   []byte    // of the file
}

// Row is a row: a person holds a post from a day on.
type Row struct {
	Line        int // in the file
	org.Person      // what is empty, beyond number and name, stays as it is
	SectionCode string
	SectionName string
	Title       string
	First       calendar.Date
	Last        calendar.Date // zero: as it is, and until further notice where it is new
}

// Problem is one thing wrong with a row.
type Problem struct {
	Line   int    // in the file; 0 for what is not in it
	Column string // the heading; empty for the row as a whole
	Reason string // what is wrong and what to do, in Japanese
}

// Sentence is the problem with its place.
func (p Problem) Sentence() string {
	place := ""
	if p.Line > 0 {
		place = fmt.Sprintf("%d行目", p.Line)
	}
	if p.Column != "" {
		place += "「" + p.Column + "」"
	}
	if place == "" {
		return p.Reason
	}
	return place + "：" + p.Reason
}

// column is a column that is read.
type column int

const (
	staffNumberColumn column = iota
	nameColumn
	furiganaColumn
	emailColumn
	kindColumn
	sectionCodeColumn
	sectionColumn
	titleColumn
	firstColumn
	lastColumn
	noteColumn // not read, and not worth naming
	columns
)

// headings are what a column may be called, folded; the first is what the
// template calls it.
var headings = [columns][]string{
	staffNumberColumn: {"職員番号", "職員コード", "職員no", "社員番号"},
	nameColumn:        {"氏名", "職員氏名", "名前"},
	furiganaColumn:    {"フリガナ", "ふりがな", "カナ氏名", "氏名カナ", "氏名フリガナ", "カナ"},
	emailColumn:       {"メールアドレス", "メール", "e-mail", "email", "eメール"},
	kindColumn:        {"職員区分", "区分", "任用区分"},
	sectionCodeColumn: {"課室コード", "所属コード", "部署コード"},
	sectionColumn:     {"課室", "所属", "所属名", "課室名", "所属課", "部署", "部署名"},
	titleColumn:       {"職", "職名", "役職", "役職名", "補職名"},
	firstColumn:       {"発令日", "発令年月日", "異動日", "異動年月日", "開始日"},
	lastColumn:        {"終了日", "退職日", "退職年月日", "任期満了日"},
	noteColumn:        {"備考", "摘要"},
}

// Columns are the headings of the file as the template has them.
func Columns() []string {
	list := make([]string, columns)
	for c := range columns {
		list[c] = headings[c][0]
	}
	return list
}

// kinds are what the kinds of people are called in files, folded.
var kinds = map[org.PersonKind][]string{
	org.Regular:     {"正規職員", "正規", "正職員", "一般職", "常勤"},
	org.FiscalYear:  {"会計年度任用職員", "会計年度任用", "会計年度"},
	org.Special:     {"特別職"},
	org.Reappointed: {"再任用職員", "再任用", "定年前再任用", "暫定再任用", "暫定再任用職員", "定年前再任用短時間勤務職員"},
	org.Seconded:    {"派遣・出向", "派遣", "出向"},
	org.OtherKind:   {"その他"},
}

// foldKey is a word as it is compared: without widths, cases and blanks.
func foldKey(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(norm.NFKC.String(s)), ""))
}

// head is where the columns that are read stand in a file, -1 for nowhere.
type head struct {
	at      [columns]int
	ignored []string
	twice   []string
}

// readHead reads a row as headings; false where it is none.
func readHead(cells []string) (head, bool) {
	var h head
	for c := range h.at {
		h.at[c] = -1
	}
	for i, cell := range cells {
		key := foldKey(cell)
		c := column(slices.IndexFunc(headings[:], func(names []string) bool {
			return slices.ContainsFunc(names, func(n string) bool { return foldKey(n) == key })
		}))
		switch {
		case key == "" || c == noteColumn:
		case c < 0:
			h.ignored = append(h.ignored, org.OneLine(cell))
		case h.at[c] >= 0:
			h.twice = append(h.twice, org.OneLine(cell))
		default:
			h.at[c] = i
		}
	}
	return h, h.at[staffNumberColumn] >= 0 && (h.at[nameColumn] >= 0 || h.at[titleColumn] >= 0)
}

// problems are what is wrong with the headings themselves.
func (h head) problems() []fault.Problem {
	var problems []fault.Problem
	missing := func(names string) {
		problems = append(problems, fault.Problem{Field: "file", Message: fmt.Sprintf("「%s」の列がありません。見出しの行に「%s」を加えて、選び直してください。", names, names)})
	}
	for _, c := range []column{nameColumn, titleColumn, firstColumn} {
		if h.at[c] < 0 {
			missing(headings[c][0])
		}
	}
	if h.at[sectionColumn] < 0 && h.at[sectionCodeColumn] < 0 {
		missing(headings[sectionColumn][0])
	}
	for _, name := range h.twice {
		problems = append(problems, fault.Problem{Field: "file", Message: fmt.Sprintf("「%s」の列が二つあります（同じ意味の見出しも数えます）。使わない列を消して、選び直してください。", name)})
	}
	return problems
}

// Read reads the personnel office's file, an Excel workbook or CSV with
// its columns in any order. A row that can't be read is among the Problems and
// does not stop the others; Invalid where the headings are not there.
func Read(file []byte) (File, error) {
	sum := sha256.Sum256(file)
	p := File{SHA256: sum[:]}
	var h head
	isHead := func(cells []string) (is bool) {
		h, is = readHead(cells)
		return is
	}
	err := sheet.Read(file, isHead, func(row sheet.Row) error {
		if problems := h.problems(); problems != nil {
			return fault.InvalidFields(problems)
		}
		p.read(h, row)
		return nil
	})
	if errors.Is(err, sheet.ErrNoHeadings) {
		return File{}, invalid("見出しの行が見つかりません。「職員番号」「氏名」「課室」「職」「発令日」の見出しがある表を選んでください。ひな形を使うこともできます。")
	}
	if err != nil {
		return File{}, fmt.Errorf("reading a personnel file: %w", err)
	}
	if problems := h.problems(); problems != nil {
		return File{}, fault.InvalidFields(problems)
	}
	if len(p.Rows)+len(p.Problems) == 0 {
		return File{}, invalid("見出しの下に、行がありません。名簿の入ったファイルを選んでください。")
	}
	p.Ignored = h.ignored
	return p, nil
}

// invalid is what is wrong with a file as a whole.
func invalid(message string) error {
	return fault.InvalidFields([]fault.Problem{{Field: "file", Message: message}})
}

// read takes a row in, as a row or as what is wrong with it.
func (p *File) read(h head, row sheet.Row) {
	cell := func(c column) string {
		if i := h.at[c]; i >= 0 && i < len(row.Cells) {
			return org.OneLine(row.Cells[i])
		}
		return ""
	}
	var problems []Problem
	wrong := func(c column, reason string) {
		problems = append(problems, Problem{row.Line, headings[c][0], reason})
	}
	r := Row{
		Line: row.Line,
		Person: org.Person{
			StaffNumber: cell(staffNumberColumn), Name: cell(nameColumn), Furigana: cell(furiganaColumn), Email: cell(emailColumn),
			Kind: readKind(cell(kindColumn), func(reason string) { wrong(kindColumn, reason) }),
		},
		SectionCode: norm.NFKC.String(cell(sectionCodeColumn)), SectionName: cell(sectionColumn), Title: cell(titleColumn),
		First: readDay(cell(firstColumn), func(reason string) { wrong(firstColumn, reason) }),
		Last:  readDay(cell(lastColumn), func(reason string) { wrong(lastColumn, reason) }),
	}
	for c := range noteColumn {
		if utf8.RuneCountInString(cell(c)) > maxCell {
			wrong(c, fmt.Sprintf("%d字までにしてください。", maxCell))
		}
	}
	kind := r.Kind
	r.Person = r.Folded()
	r.Kind = kind
	if !isStaffNumber(r.StaffNumber) {
		wrong(staffNumberColumn, org.Message("person_staff_number_shape"))
	}
	if r.Name == "" {
		wrong(nameColumn, org.Message("person_name_given"))
	}
	if e, ok := errors.AsType[*fault.Error](r.Check()); ok {
		for _, problem := range e.Problems {
			wrong(map[string]column{"furigana": furiganaColumn, "email": emailColumn}[problem.Field], problem.Message)
		}
	}
	if r.Title == "" {
		wrong(titleColumn, org.Message("post_title_given"))
	}
	if cell(firstColumn) == "" {
		wrong(firstColumn, "発令日を入力してください。")
	}
	if !r.Last.IsZero() && r.Last.Before(r.First) {
		wrong(lastColumn, "終了日が、発令日より前です。終了日は、発令日かそれより後の日にしてください。")
	}
	if problems != nil {
		p.Problems = append(p.Problems, problems...)
		p.Numbers = append(p.Numbers, r.StaffNumber)
		return
	}
	p.Rows = append(p.Rows, r)
}

// maxCell is how long a cell may be, in characters.
const maxCell = 200

// maxStaffNumber is how long a staff number may be, as the database has it.
const maxStaffNumber = 20

func isStaffNumber(s string) bool {
	return s != "" && len(s) <= maxStaffNumber && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '-'
	})
}

func readKind(cell string, wrong func(string)) org.PersonKind {
	if cell == "" {
		return ""
	}
	key := foldKey(cell)
	for _, kind := range org.PersonKinds() {
		if slices.ContainsFunc(kinds[kind], func(name string) bool { return foldKey(name) == key }) {
			return kind
		}
	}
	var titles []string
	for _, kind := range org.PersonKinds() {
		titles = append(titles, kind.Title())
	}
	wrong("職員区分は、" + strings.Join(titles, "、") + "のどれかにしてください。")
	return ""
}

// Days in a file lie between these: others are slips of the pen.
var (
	earliestDay = calendar.NewDate(1950, 1, 1)
	latestDay   = calendar.NewDate(2099, 12, 31)
)

// readDay reads a day; zero for none. A number of five digits is a day as Excel
// counts it, in a cell that is not formatted as one.
func readDay(cell string, wrong func(string)) calendar.Date {
	if cell == "" {
		return calendar.Date{}
	}
	day, ok := calendar.ReadDay(cell)
	if n, err := strconv.Atoi(cell); err == nil && len(cell) == 5 {
		day, ok = calendar.NewDate(1899, 12, 30+n), true
	}
	if !ok || day.Before(earliestDay) || day.After(latestDay) {
		wrong("日付を読めません。2027-04-01、2027/4/1、令和9年4月1日、R9.4.1 のように入力してください。")
		return calendar.Date{}
	}
	return day
}
