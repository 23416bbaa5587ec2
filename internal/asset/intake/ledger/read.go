package ledger

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/asset/intake/wording"
	"kagami/internal/fault"
	"kagami/internal/sheet"
	"kagami/internal/sheet/intake"
)

// File is a register as somebody has handed it in.
type File struct {
	Name    string   // empty where it has none
	Ignored []string // the headings of columns that are not read
	Unread  []string // the names of sheets that have something like a table, and are none or an example

	Sheets []*Page
	Rows   []Row
}

// Page is a sheet of a file.
type Page struct {
	layout
	Name   string
	Titles []string // what its titles may name as the section, the likeliest first
}

// Row is a row of a register, in little room: what stands in its columns in one text.
type Row struct {
	At   int // among the rows of the file, from 0
	Line int // in its sheet, from 1
	Page *Page
	text string
	ends [Columns]uint32
	same *ColumnSet // those that say what the register says, left out; nil for none
}

// pack is a row of a sheet.
func (p *Page) pack(line int, cells []string) Row {
	r := Row{Line: line, Page: p}
	size := 0
	var texts [Columns]string
	for c := range Columns {
		if text := strings.TrimSpace(cellAt(cells, p.at[c])); !wording.IsDash(text) {
			texts[c] = text
			size += len(text)
		}
		r.ends[c] = uint32(size) //nolint:gosec // a row has at most 200 cells of a megabyte
	}
	r.text = strings.Join(texts[:], "")
	return r
}

// Cell is what stands in a column; empty where nothing does, or only a dash.
func (r Row) Cell(c Column) string {
	if c == 0 {
		return r.text[:r.ends[0]]
	}
	return r.text[r.ends[c-1]:r.ends[c]]
}

// ColumnSet tells of each column whether it is meant.
type ColumnSet [Columns]bool

// Without is the row without what stands in some columns.
func (r Row) Without(some ColumnSet) Row {
	if some == (ColumnSet{}) {
		return r
	}
	var texts [Columns]string
	size := 0
	less := r
	for c := range Columns {
		if !some[c] {
			texts[c] = r.Cell(c)
			size += len(texts[c])
		}
		less.ends[c] = uint32(size) //nolint:gosec // no longer than it was
	}
	less.text, less.same = strings.Join(texts[:], ""), &some
	return less
}

// IsBlank tells whether a row says nothing in a column that there is.
func (r Row) IsBlank(c Column) bool {
	return r.Page.Has(c) && r.Cell(c) == "" && (r.same == nil || !r.same[c])
}

// LineOf is a cell of one line, in the widths of letters and digits that are searched for.
func (r Row) LineOf(c Column) string { return norm.NFKC.String(wording.OneLine(r.Cell(c))) }

// Read reads a register, an Excel workbook or CSV: each sheet that has a table, whatever
// stands above it. Rows that are no assets are passed over: empty ones, those that have
// but a number, totals, notes and examples. Invalid where there are no such headings or
// no row below them; and the errors of sheet.Read.
func Read(ctx context.Context, raw []byte) (File, error) {
	return ReadTelling(ctx, raw, func(int) {})
}

// ReadTelling is Read that tells, after each row, how many it has read.
func ReadTelling(ctx context.Context, raw []byte, tell func(rows int)) (File, error) {
	r := reader{tell: tell}
	err := sheet.ReadAll(ctx, raw, r.begin, r.head, r.add)
	if errors.Is(err, sheet.ErrNoHeadings) {
		return File{}, invalid("見出しの行が見つかりません。「情報資産名」と「機密性」の見出しがある表を選んでください。Excel では、表のシートが非表示になっていないかも確かめてください。")
	}
	if err != nil {
		return File{}, fmt.Errorf("reading a register: %w", err)
	}
	r.end()
	r.file.leaveExamples()
	if len(r.file.Sheets) == 0 {
		return File{}, invalid(r.problem)
	}
	for i := range r.file.Rows {
		r.file.Rows[i].At = i
	}
	for _, p := range r.file.Sheets {
		for _, heading := range p.ignored {
			if !slices.Contains(r.file.Ignored, heading) {
				r.file.Ignored = append(r.file.Ignored, heading)
			}
		}
	}
	if len(r.file.Rows) == 0 {
		return File{}, invalid("見出しの下に、情報資産の行がありません。中身のあるファイルを選んでください。")
	}
	return r.file, nil
}

// ofExamples are words in the names of sheets that show how to fill a register in.
var ofExamples = []string{"記入", "記載", "入力例", "凡例", "説明", "サンプル"}

// leaveExamples leaves the sheets out that show how to fill the others in.
func (f *File) leaveExamples() {
	isExample := func(p *Page) bool {
		return slices.ContainsFunc(ofExamples, func(word string) bool { return strings.Contains(p.Name, word) })
	}
	if !slices.ContainsFunc(f.Sheets, func(p *Page) bool { return !isExample(p) }) {
		return
	}
	f.Sheets = slices.DeleteFunc(f.Sheets, func(p *Page) bool {
		if isExample(p) {
			f.Unread = append(f.Unread, p.Name)
		}
		return isExample(p)
	})
	f.Rows = slices.DeleteFunc(f.Rows, func(r Row) bool { return isExample(r.Page) })
}

// invalid is what is wrong with a file as a whole.
func invalid(message string) error {
	return fault.InvalidFields([]fault.Problem{{Field: "file", Message: message}})
}

// reader reads a file, sheet by sheet.
type reader struct {
	file    File
	problem string // of the first table that can't be read
	tell    func(rows int)
	read    int

	Page   *Page
	before [][]string // the rows above the headings
	upper  []string   // the headings, until the row below them is seen
	rows   []Row
}

// begin begins a sheet.
func (r *reader) begin(name string) {
	r.end()
	r.Page, r.before, r.upper, r.rows = &Page{layout: layOut(nil, nil), Name: name}, nil, nil, nil
}

// head looks whether a row has the headings.
func (r *reader) head(cells []string) bool {
	if l := layOut(cells, nil); l.isHead() {
		r.Page.layout, r.upper = l, cells
		r.group(cells)
		return true
	}
	r.before = append(r.before, cells)
	return false
}

// group has the row above the headings be the upper one of two, where what stands in it
// makes more of them known.
func (r *reader) group(cells []string) {
	if len(r.before) == 0 {
		return
	}
	last := len(r.before) - 1
	above := r.before[last]
	if said(above) < 2 {
		return
	}
	l := layOut(above, cells)
	if l.isHead() && len(l.twice) <= len(r.Page.twice) && len(l.ignored) < len(r.Page.ignored) && l.at[NameColumn] == r.Page.at[NameColumn] {
		r.Page.layout, r.upper, r.before = l, nil, r.before[:last]
	}
}

// said is how many cells of a row say something.
func said(cells []string) (n int) {
	for _, cell := range cells {
		if strings.TrimSpace(cell) != "" {
			n++
		}
	}
	return n
}

// add takes a row below the headings in.
func (r *reader) add(read sheet.Row) error {
	if upper := r.upper; upper != nil {
		r.upper = nil
		if isLower(upper, read.Cells) {
			r.Page.layout = layOut(upper, read.Cells)
			return nil
		}
	}
	if r.Page.isAsset(read.Cells) {
		r.rows = append(r.rows, r.Page.pack(read.Line, read.Cells))
		r.read++
		r.tell(r.read)
	}
	return nil
}

// end ends a sheet: one that has no table is passed over.
func (r *reader) end() {
	if r.Page == nil || !r.Page.Has(NameColumn) {
		return
	}
	if problem := r.Page.problem(); problem != "" {
		if r.problem == "" {
			r.problem = problem
		}
		if len(r.rows) > 0 && r.Page.Name != "" {
			r.file.Unread = append(r.file.Unread, r.Page.Name)
		}
		return
	}
	r.Page.Titles = titled(r.before)
	r.file.Sheets = append(r.file.Sheets, r.Page)
	if r.file.Rows == nil { // most files have one table
		r.file.Rows = r.rows
	} else {
		r.file.Rows = append(r.file.Rows, r.rows...)
	}
	r.rows = nil
	r.Page = nil
}

// longestTitle is how long a title may be that names a section, in bytes.
const longestTitle = 300

// titled is what rows above a table may name as its section: what stands in brackets,
// beside 課室 or 所属 or after it, or as a cell or a word of its own.
func titled(rows [][]string) []string {
	var sure, likely []string
	for _, cells := range rows {
		label := false
		for _, cell := range cells {
			text := norm.NFKC.String(wording.OneLine(cell))
			if text == "" || len(text) > longestTitle {
				continue
			}
			for _, found := range wording.Bracketed(text) {
				inside := []rune(found)
				_, after, parted := strings.Cut(string(inside[1:len(inside)-1]), ":")
				if !parted {
					after = string(inside[1 : len(inside)-1])
				}
				sure = append(sure, after)
			}
			before, after, parted := strings.Cut(text, ":")
			switch w, _ := find(before); {
			case label:
				sure = append(sure, text)
				label = false
			case parted && w.column == SectionColumn:
				sure = append(sure, after)
				label = strings.TrimSpace(after) == ""
			default:
				w, known := find(text)
				label = known && w.column == SectionColumn
			}
			if !parted {
				likely = append(likely, text)
				likely = append(likely, strings.Fields(text)...)
			}
		}
	}
	return append(sure, likely...)
}

var (
	isTotal   = regexp.MustCompile(`^(小|合|総|総合|累|中)?計(\(.*\))?[\d,]*件?$`)
	endsTotal = regexp.MustCompile(`(小|合|総)計$`) // 税務係小計
	isExample = regexp.MustCompile(`^\(?(記入|記載|入力)?例\)?\d*$`)
)

// besideNote are what lines beside a table begin with.
const besideNote = "※＊*【■●◆◎○・注"

// isAsset tells whether a row is an asset at all.
func (p *Page) isAsset(cells []string) bool {
	first, others, summed := "", 0, false // others: beside its number and its section
	for i, cell := range cells {
		text := strings.TrimSpace(cell)
		if text == "" || wording.IsDash(text) {
			continue
		}
		if first == "" {
			first = text
		}
		summed = summed || strings.Contains(text, "計") && isTotal.MatchString(wording.Compact(text))
		if i != p.at[NumberColumn] && i != p.at[OwnColumn] && i != p.at[SectionColumn] {
			others++
		}
	}
	alone := said(cells) == 1
	key, name := wording.Compact(first), wording.Compact(cellAt(cells, p.at[NameColumn]))
	switch {
	case first == "", strings.HasPrefix(first, "※"),
		isTotal.MatchString(key), isTotal.MatchString(name) && !p.isWhole(cells), name == "" && (summed || endsTotal.MatchString(key)),
		endsTotal.MatchString(name) && blankOrDash(cellAt(cells, p.at[ConfidentialityColumn])), isExample.MatchString(key),
		alone && (strings.ContainsRune(besideNote, []rune(first)[0]) || key == "以上"),
		others == 0:
		return false
	}
	return !p.isRepeated(cells)
}

// blankOrDash tells of a cell in which nothing stands, or only a dash.
func blankOrDash(cell string) bool {
	text := strings.TrimSpace(cell)
	return text == "" || wording.IsDash(text)
}

// isWhole tells of a row that has a number, a section and each level, which no total has.
func (p *Page) isWhole(cells []string) bool {
	for _, c := range []Column{NumberColumn, SectionColumn, ConfidentialityColumn, IntegrityColumn, AvailabilityColumn} {
		if strings.TrimSpace(cellAt(cells, p.at[c])) == "" {
			return false
		}
	}
	return true
}

// where names the sheet of a row, where the file has several tables.
func (f File) where(r Row) string {
	if len(f.Sheets) < 2 || r.Page.Name == "" {
		return ""
	}
	return "シート「" + r.Page.Name + "」："
}

// Problem is what is wrong with a row, in a column.
func (f File) Problem(r Row, c Column, reason string) intake.Problem {
	return intake.Problem{Line: r.Line, Column: r.Page.Title(c), Reason: f.where(r) + reason}
}

// SheetOf is the name of a row's sheet, where the file has several tables.
func (f File) SheetOf(r Row) string {
	if len(f.Sheets) < 2 {
		return ""
	}
	return r.Page.Name
}

// Version is the version that a row was handed out with, 0 for none; ok is false where
// what it says is none.
func (r Row) Version() (version int, ok bool) {
	cell := r.LineOf(VersionColumn)
	if cell == "" {
		return 0, true
	}
	version, err := strconv.Atoi(cell)
	if err != nil || version < 1 {
		return 0, false
	}
	return version, true
}
