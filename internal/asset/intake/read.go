package intake

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/asset"
	"kagami/internal/fault"
	"kagami/internal/sheet"
	"kagami/internal/sheet/intake"
)

// File is a register as somebody has handed it in.
type File struct {
	Ignored []string // the headings of columns that are not read
	Unread  []string // the names of sheets that have something like a table, and are none or an example

	sheets []*page
	rows   []row
}

// page is a sheet of a file.
type page struct {
	layout
	name   string
	titles []string // what its titles may name as the section, the likeliest first
}

// row is a row of a register.
type row struct {
	line  int // in its sheet, from 1
	page  *page
	cells []string
}

// cell is what stands in a column; empty where nothing does, or only a dash.
func (r row) cell(c column) string {
	text := strings.TrimSpace(cellAt(r.cells, r.page.at[c]))
	if isDash(text) {
		return ""
	}
	return text
}

// line is a cell of one line, in the widths of letters and digits that are searched for.
func (r row) lineOf(c column) string { return norm.NFKC.String(oneLine(r.cell(c))) }

// isDash tells of a cell that somebody has struck out.
func isDash(text string) bool {
	return text != "" && len(text) <= 12 && strings.Trim(text, "-‐‑–—―−－ーｰ_／/＼〃・.…") == "" && text != "〃"
}

// Read reads a register, an Excel workbook or CSV: each sheet that has a table, whatever
// stands above it. Rows that are no assets are passed over: empty ones, those that have
// but a number, totals, notes and examples. Invalid where there are no such headings or
// no row below them; and the errors of sheet.Read.
func Read(ctx context.Context, raw []byte) (File, error) {
	r := reader{}
	err := sheet.ReadAll(ctx, raw, r.begin, r.head, r.add)
	if errors.Is(err, sheet.ErrNoHeadings) {
		return File{}, invalid("見出しの行が見つかりません。「情報資産名」と「機密性」の見出しがある表を選んでください。Excel では、表のシートが非表示になっていないかも確かめてください。")
	}
	if err != nil {
		return File{}, fmt.Errorf("reading a register: %w", err)
	}
	r.end()
	r.file.leaveExamples()
	if len(r.file.sheets) == 0 {
		return File{}, invalid(r.problem)
	}
	for _, p := range r.file.sheets {
		for _, heading := range p.ignored {
			if !slices.Contains(r.file.Ignored, heading) {
				r.file.Ignored = append(r.file.Ignored, heading)
			}
		}
	}
	if len(r.file.rows) == 0 {
		return File{}, invalid("見出しの下に、情報資産の行がありません。中身のあるファイルを選んでください。")
	}
	return r.file, nil
}

// ofExamples are words in the names of sheets that show how to fill a register in.
var ofExamples = []string{"記入", "記載", "入力例", "凡例", "説明", "サンプル"}

// leaveExamples leaves the sheets out that show how to fill the others in.
func (f *File) leaveExamples() {
	isExample := func(p *page) bool {
		return slices.ContainsFunc(ofExamples, func(word string) bool { return strings.Contains(p.name, word) })
	}
	if !slices.ContainsFunc(f.sheets, func(p *page) bool { return !isExample(p) }) {
		return
	}
	f.sheets = slices.DeleteFunc(f.sheets, func(p *page) bool {
		if isExample(p) {
			f.Unread = append(f.Unread, p.name)
		}
		return isExample(p)
	})
	f.rows = slices.DeleteFunc(f.rows, func(r row) bool { return isExample(r.page) })
}

// invalid is what is wrong with a file as a whole.
func invalid(message string) error {
	return fault.InvalidFields([]fault.Problem{{Field: "file", Message: message}})
}

// reader reads a file, sheet by sheet.
type reader struct {
	file    File
	problem string // of the first table that can't be read

	page   *page
	before [][]string // the rows above the headings
	upper  []string   // the headings, until the row below them is seen
	rows   []row
}

// begin begins a sheet.
func (r *reader) begin(name string) {
	r.end()
	r.page, r.before, r.upper, r.rows = &page{layout: layOut(nil, nil), name: name}, nil, nil, nil
}

// head looks whether a row has the headings.
func (r *reader) head(cells []string) bool {
	if l := layOut(cells, nil); l.isHead() {
		r.page.layout, r.upper = l, cells
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
	if l.isHead() && len(l.twice) <= len(r.page.twice) && len(l.ignored) < len(r.page.ignored) && l.at[nameColumn] == r.page.at[nameColumn] {
		r.page.layout, r.upper, r.before = l, nil, r.before[:last]
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
			r.page.layout = layOut(upper, read.Cells)
			return nil
		}
	}
	one := row{line: read.Line, page: r.page, cells: read.Cells}
	if one.isAsset() {
		r.rows = append(r.rows, one)
	}
	return nil
}

// end ends a sheet: one that has no table is passed over.
func (r *reader) end() {
	if r.page == nil || !r.page.has(nameColumn) {
		return
	}
	if problem := r.page.problem(); problem != "" {
		if r.problem == "" {
			r.problem = problem
		}
		if len(r.rows) > 0 && r.page.name != "" {
			r.file.Unread = append(r.file.Unread, r.page.name)
		}
		return
	}
	r.page.titles = titled(r.before)
	r.file.sheets = append(r.file.sheets, r.page)
	r.file.rows = append(r.file.rows, r.rows...)
	r.page = nil
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
			text := norm.NFKC.String(oneLine(cell))
			if text == "" || len(text) > longestTitle {
				continue
			}
			for _, found := range bracketed.FindAllString(text, -1) {
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
			case parted && w.column == sectionColumn:
				sure = append(sure, after)
				label = strings.TrimSpace(after) == ""
			default:
				w, known := find(text)
				label = known && w.column == sectionColumn
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
func (r row) isAsset() bool {
	first, others, summed := "", 0, false // others: beside its number and its section
	for i, cell := range r.cells {
		text := strings.TrimSpace(cell)
		if text == "" || isDash(text) {
			continue
		}
		if first == "" {
			first = text
		}
		summed = summed || isTotal.MatchString(compact(text))
		if i != r.page.at[numberColumn] && i != r.page.at[ownColumn] && i != r.page.at[sectionColumn] {
			others++
		}
	}
	alone := said(r.cells) == 1
	key, name := compact(first), compact(r.cell(nameColumn))
	switch {
	case first == "", strings.HasPrefix(first, "※"),
		isTotal.MatchString(key), isTotal.MatchString(name) && !r.isWhole(), name == "" && (summed || endsTotal.MatchString(key)),
		endsTotal.MatchString(name) && r.cell(confidentialityColumn) == "", isExample.MatchString(key),
		alone && (strings.ContainsRune(besideNote, []rune(first)[0]) || key == "以上"),
		others == 0:
		return false
	}
	return !r.page.isRepeated(r.cells)
}

// isWhole tells of a row that has a number, a section and each level, which no total has.
func (r row) isWhole() bool {
	for _, c := range []column{numberColumn, sectionColumn, confidentialityColumn, integrityColumn, availabilityColumn} {
		if r.cell(c) == "" {
			return false
		}
	}
	return true
}

// compact is a text without widths and blanks.
func compact(s string) string {
	return strings.Join(strings.Fields(norm.NFKC.String(oneLine(s))), "")
}

// Asked is what the file asks of the register: what its rows may be there.
func (f File) Asked() asset.Asked {
	var asked asset.Asked
	for _, r := range f.rows {
		numbered := false
		for _, c := range []column{numberColumn, ownColumn} {
			if number := r.lineOf(c); number != "" {
				asked.Numbers, numbered = append(asked.Numbers, number), true
			}
		}
		if !numbered {
			asked.Names = append(asked.Names, oneLine(r.cell(nameColumn)))
		}
	}
	return asked
}

// where names the sheet of a row, where the file has several tables.
func (f File) where(r row) string {
	if len(f.sheets) < 2 || r.page.name == "" {
		return ""
	}
	return "シート「" + r.page.name + "」："
}

// problem is what is wrong with a row, in a column.
func (f File) problem(r row, c column, reason string) intake.Problem {
	return intake.Problem{Line: r.line, Column: r.page.title(c), Reason: f.where(r) + reason}
}
