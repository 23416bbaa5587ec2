package sheet

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"kagami/internal/calendar"
	"kagami/internal/fault"
)

// Cell is what stands in a cell of a table that is handed out; nothing where it is
// zero.
type Cell struct {
	kind   kind
	text   string
	number int
	at     time.Time // the wall clock in Tokyo
}

type kind int

const (
	text kind = iota
	number
	day
	instant
)

// Text is a text; one of digits keeps the zeros before it, and one that looks like
// a formula is none.
func Text(s string) Cell { return Cell{text: clean(s)} }

// Texts are texts.
func Texts(list ...string) []Cell {
	cells := make([]Cell, len(list))
	for i, s := range list {
		cells[i] = Text(s)
	}
	return cells
}

// Number is a number to reckon with.
func Number(n int) Cell { return Cell{kind: number, number: n} }

// Day is a day; an empty cell for none.
func Day(d calendar.Date) Cell {
	switch {
	case d.IsZero():
		return Cell{}
	case d.Before(firstDay):
		return Text(d.String())
	}
	year, month, n := d.Date()
	return Cell{kind: day, at: time.Date(year, month, n, 0, 0, 0, 0, time.UTC)}
}

// Instant is a second in Tokyo's time; an empty cell for the zero time.
func Instant(t time.Time) Cell {
	if t.IsZero() {
		return Cell{}
	}
	t = t.In(calendar.Tokyo).Truncate(time.Second)
	year, month, n := t.Date()
	at := time.Date(year, month, n, t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
	if calendar.Day(t).Before(firstDay) {
		return Text(at.Format(time.DateTime))
	}
	return Cell{kind: instant, at: at}
}

// firstDay is the first that a workbook counts as the calendar does.
var firstDay = calendar.NewDate(1900, 3, 1)

// String is the cell as it is shown, and as it is read again.
func (c Cell) String() string {
	switch c.kind {
	case number:
		return strconv.Itoa(c.number)
	case day:
		return c.at.Format(time.DateOnly)
	case instant:
		return c.at.Format(time.DateTime)
	default:
		return c.text
	}
}

func (c Cell) inCSV() string {
	if c.kind == text {
		return plain(c.text)
	}
	return c.String()
}

// looks are the styles of a workbook's cells.
type looks struct{ heading, text, number, day, instant int }

func newLooks(f *excelize.File) (l looks, err error) {
	dayCode, instantCode := "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
	const whole, asText = 1, 49 // what is typed into a cell of the latter stays as it is typed
	for _, s := range []struct {
		id    *int
		style excelize.Style
	}{
		{&l.heading, excelize.Style{Font: &excelize.Font{Bold: true}}},
		{&l.text, excelize.Style{NumFmt: asText}},
		{&l.number, excelize.Style{NumFmt: whole}},
		{&l.day, excelize.Style{CustomNumFmt: &dayCode}},
		{&l.instant, excelize.Style{CustomNumFmt: &instantCode}},
	} {
		if *s.id, err = f.NewStyle(&s.style); err != nil {
			return l, err
		}
	}
	return l, nil
}

var zeros = regexp.MustCompile(`^0[0-9]`)

// mostDigits is how many digits of a number a workbook keeps.
const mostDigits = 15

// TooLarge for a text that is longer than a workbook's cells are.
func (c Cell) inXLSX(l looks) (excelize.Cell, error) {
	switch c.kind {
	case number:
		if s := strconv.Itoa(c.number); len(s) > mostDigits {
			return excelize.Cell{Value: s, StyleID: l.text}, nil
		}
		return excelize.Cell{Value: c.number, StyleID: l.number}, nil
	case day:
		return excelize.Cell{Value: c.at, StyleID: l.day}, nil
	case instant:
		return excelize.Cell{Value: c.at, StyleID: l.instant}, nil
	}
	if c.text == "" {
		return excelize.Cell{}, nil
	}
	if len(c.text) > excelize.TotalCellChars && len(utf16.Encode([]rune(c.text))) > excelize.TotalCellChars {
		return excelize.Cell{}, fault.New(fault.TooLarge, "32,767字を超える文があるため、Excel のファイルにできません。CSV を選んでください。")
	}
	in := excelize.Cell{Value: c.text}
	if strings.Contains(c.text, "_x") {
		in.Value = runs(c.text)
	}
	if !isPlainWord(c.text) {
		in.StyleID = l.text
	}
	return in, nil
}

// isPlainWord tells of a text that stays one in Excel when somebody types it: not
// 00123, =1, 1/2, TRUE or 令和9年4月1日.
func isPlainWord(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return unicode.In(first, unicode.Han, unicode.Hiragana, unicode.Katakana) && !strings.ContainsFunc(s, unicode.IsNumber)
}

// runs cuts a text so that no piece of it looks like _x000D_, of which a workbook
// would make a character, and its writer nothing at all.
func runs(s string) []excelize.RichTextRun {
	var list []excelize.RichTextRun
	for s != "" {
		piece := s
		if i := strings.Index(s, "_x"); i >= 0 {
			piece = s[:i+len("_")]
		}
		list = append(list, excelize.RichTextRun{Text: piece})
		s = s[len(piece):]
	}
	return list
}
