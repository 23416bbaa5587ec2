package personnel

import (
	"fmt"
	"slices"

	"kagami/internal/fault"
	"kagami/internal/org"
)

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

// headings are what a column may be headed, folded; the first is what the
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
