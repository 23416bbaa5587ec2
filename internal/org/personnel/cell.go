package personnel

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"kagami/internal/calendar"
	"kagami/internal/org"
)

// kinds are what the kinds of people are named in files, folded.
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
	switch {
	case !ok:
		wrong("日付を読めません。2027-04-01、2027/4/1、令和9年4月1日、R9.4.1 のように入力してください。")
	case day.Before(earliestDay) || day.After(latestDay):
		wrong(fmt.Sprintf("%d年の日になっています。年を確かめて、%d年から%d年までの日を入力してください。", day.Year(), earliestDay.Year(), latestDay.Year()))
	default:
		return day
	}
	return calendar.Date{}
}
