package intake

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/fault"
)

// Table is the columns of an import, in the order of its template.
type Table struct {
	Kind    string // under which answers are stored: personnel
	Columns []Column
}

// Column is a column of an import.
type Column struct {
	Key    string   // under which answers are stored: staff_number
	Words  []string // what it may be headed; the first is its name on screens and in templates
	Needed bool     // a table without it is not taken in
	Or     string   // the key of a column that may stand in the place of a needed one
	Note   bool     // stands in templates, and is not read
}

// Name is what the column is headed in templates.
func (c Column) Name() string { return c.Words[0] }

// Names are the headings of a template.
func (t Table) Names() []string {
	list := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		list[i] = c.Name()
	}
	return list
}

// Name is the name of the column of that key; empty for none.
func (t Table) Name(key string) string {
	if i := t.index(key); i >= 0 {
		return t.Columns[i].Name()
	}
	return ""
}

func (t Table) index(key string) int {
	return slices.IndexFunc(t.Columns, func(c Column) bool { return c.Key == key })
}

// missing are the needed columns that none of the headings stands for.
func (t Table) missing(headings []Heading) []Column {
	read := map[string]bool{}
	for _, h := range headings {
		if h.Sure() {
			read[h.Column] = true
		}
	}
	var list []Column
	for _, c := range t.Columns {
		if c.Needed && !read[c.Key] && (c.Or == "" || !read[c.Or]) {
			list = append(list, c)
		}
	}
	return list
}

// isHead tells whether a row is the headings: at least half of the columns that are
// needed are surely among it.
func (t Table) isHead(headings []Heading) bool {
	needed := t.needed()
	return needed-len(t.missing(headings)) >= (needed+1)/2
}

// needed is how many columns a table has at least.
func (t Table) needed() int {
	n := 0
	for _, c := range t.Columns {
		if c.Needed {
			n++
		}
	}
	return n
}

// areWords tells whether a row may be headings at all: no number or day is among it.
func areWords(cells []string) bool {
	return !slices.ContainsFunc(cells, func(cell string) bool {
		key := Fold(cell)
		return strings.ContainsAny(key, digits) && strings.Trim(key, digits+ofDays) == ""
	})
}

const (
	digits = "0123456789"
	ofDays = "年月日元令和平成昭rhs" // what stands beside them in a day, as it is compared
)

// noHeadings says that no row of a file has the headings.
func (t Table) noHeadings() error {
	var names strings.Builder
	for _, c := range t.Columns {
		if c.Needed {
			names.WriteString("「" + c.Name() + "」")
		}
	}
	return invalid(fmt.Sprintf("見出しの行が見つかりません。%sの見出しがある表を選んでください。ひな形を使うこともできます。", &names))
}

// invalid is what is wrong with a file as a whole.
func invalid(message string) error {
	return fault.InvalidFields([]fault.Problem{{Field: "file", Message: message}})
}

const (
	longestHeading = 100 // characters that matter, and are shown
	longestSample  = 40
)

// Fold is a heading as it is compared: its letters and digits, whatever their widths
// and cases.
func Fold(heading string) string {
	return cut(strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) {
			return -1
		}
		return r
	}, strings.ToLower(norm.NFKC.String(oneLine(heading, 4*longestHeading)))), longestHeading)
}

// oneLine is the beginning of a text with one blank for each stretch of them.
func oneLine(s string, most int) string {
	return cut(strings.Join(strings.Fields(cut(s, 4*most)), " "), most)
}

// cut is so many characters of a text, from its beginning.
func cut(s string, most int) string {
	if len(s) <= most || utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most])
}
