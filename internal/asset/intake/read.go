package intake

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/asset/intake/wording"
	"kagami/internal/asset/many"
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

// row is a row of a register, in little room: what stands in its columns in one text.
type row struct {
	at   int // among the rows of the file, from 0
	line int // in its sheet, from 1
	page *page
	text string
	ends [columns]uint32
}

// pack is a row of a sheet.
func (p *page) pack(line int, cells []string) row {
	r := row{line: line, page: p}
	size := 0
	var texts [columns]string
	for c := range columns {
		if text := strings.TrimSpace(cellAt(cells, p.at[c])); !wording.IsDash(text) {
			texts[c] = text
			size += len(text)
		}
		r.ends[c] = uint32(size) //nolint:gosec // a row has at most 200 cells of a megabyte
	}
	r.text = strings.Join(texts[:], "")
	return r
}

// cell is what stands in a column; empty where nothing does, or only a dash.
func (r row) cell(c column) string {
	if c == 0 {
		return r.text[:r.ends[0]]
	}
	return r.text[r.ends[c-1]:r.ends[c]]
}

// columnSet tells of each column whether it is meant.
type columnSet [columns]bool

// without is the row without what stands in some columns.
func (r row) without(some columnSet) row {
	if some == (columnSet{}) {
		return r
	}
	var texts [columns]string
	size := 0
	less := r
	for c := range columns {
		if !some[c] {
			texts[c] = r.cell(c)
			size += len(texts[c])
		}
		less.ends[c] = uint32(size) //nolint:gosec // no longer than it was
	}
	less.text = strings.Join(texts[:], "")
	return less
}

// line is a cell of one line, in the widths of letters and digits that are searched for.
func (r row) lineOf(c column) string { return norm.NFKC.String(wording.OneLine(r.cell(c))) }

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
	for i := range r.file.rows {
		r.file.rows[i].at = i
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
	if r.page.isAsset(read.Cells) {
		r.rows = append(r.rows, r.page.pack(read.Line, read.Cells))
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
	if r.file.rows == nil { // most files have one table
		r.file.rows = r.rows
	} else {
		r.file.rows = append(r.file.rows, r.rows...)
	}
	r.rows = nil
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
func (p *page) isAsset(cells []string) bool {
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
		if i != p.at[numberColumn] && i != p.at[ownColumn] && i != p.at[sectionColumn] {
			others++
		}
	}
	alone := said(cells) == 1
	key, name := wording.Compact(first), wording.Compact(cellAt(cells, p.at[nameColumn]))
	switch {
	case first == "", strings.HasPrefix(first, "※"),
		isTotal.MatchString(key), isTotal.MatchString(name) && !p.isWhole(cells), name == "" && (summed || endsTotal.MatchString(key)),
		endsTotal.MatchString(name) && blankOrDash(cellAt(cells, p.at[confidentialityColumn])), isExample.MatchString(key),
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
func (p *page) isWhole(cells []string) bool {
	for _, c := range []column{numberColumn, sectionColumn, confidentialityColumn, integrityColumn, availabilityColumn} {
		if strings.TrimSpace(cellAt(cells, p.at[c])) == "" {
			return false
		}
	}
	return true
}

// asked is what the file asks of the register: what its rows may be there, or have been
// said to be.
func (f File) asked(choices Choices) many.Asked {
	asked := many.Asked{Numbers: make([]string, 0, len(f.rows))}
	for _, r := range f.rows {
		numbered := false
		for _, c := range []column{numberColumn, ownColumn} {
			if number := r.lineOf(c); number != "" {
				asked.Numbers, numbered = append(asked.Numbers, number), true
			}
		}
		if !numbered {
			asked.Names = append(asked.Names, wording.OneLine(r.cell(nameColumn)))
		}
	}
	for _, code := range choices.Same {
		asked.Numbers = append(asked.Numbers, code)
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
