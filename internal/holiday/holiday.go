// Package holiday is on which days the offices of the town are closed: the holidays of
// Japan (国民の祝日に関する法律), as the Cabinet Office publishes them each February for
// the year to come, and the days of each year that the town's ordinance names.
package holiday

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/sheet/intake"
)

// Holiday is one day off.
type Holiday struct {
	Day  calendar.Date
	Name string // 元日
}

// Holidays are the holidays of Japan. A file is the Cabinet Office's 「国民の祝日」
// CSV as it is, in Shift_JIS.
var Holidays = edition.New(edition.Kind{
	Name: "holiday", Title: "国民の祝日・休日",
	Help: "閉庁日の計算に使います。内閣府は、毎年2月に翌年の分を公表します。内閣府のページ「国民の祝日について」にある CSV ファイルを、そのまま読み込めます。",
	Columns: []intake.Column{
		{Key: "day", Words: []string{"国民の祝日・休日月日", "月日", "日付"}, Needed: true},
		{Key: "name", Words: []string{"国民の祝日・休日名称", "名称"}, Needed: true},
	},
	Key: holidayKey, Fold: foldHoliday, Show: showHoliday, Whole: everyYear, MostOwn: mostOwn, Until: lastYear, Shipped: []edition.Edition{shipped},
}, readHoliday)

// YearlyDay is a day of each year off.
type YearlyDay struct {
	calendar.YearDay
	Name string // 年末年始の休日
}

// Yearly are the days of each year on which the town's offices are closed, whatever
// the day of the week.
var Yearly = edition.New(edition.Kind{
	Name: "closed_day", Title: "毎年の閉庁日",
	Help: "土曜日・日曜日と祝日のほかに、町の条例で休日としている日です（地方自治法第4条の2）。はじめは、国の行政機関の休日と同じ12月29日から1月3日までです。町の条例と違うときは、町の行を足すか、外してください。",
	Columns: []intake.Column{
		{Key: "day", Words: []string{"月日", "日付"}, Needed: true},
		{Key: "name", Words: []string{"名称"}, Needed: true},
	},
	Key: yearlyKey, Fold: foldYearly, Show: showYearly, Whole: fewDays, MostOwn: mostOwn,
	Shipped: []edition.Edition{{
		Name: "年末年始", Source: "行政機関の休日に関する法律（昭和63年法律第91号）第1条第1項第3号", First: calendar.NewDate(1989, time.January, 1),
		Rows: []edition.Row{{"12-29", yearEnd}, {"12-30", yearEnd}, {"12-31", yearEnd}, {"01-02", yearEnd}, {"01-03", yearEnd}},
	}},
}, readYearly)

const (
	mostOwn = 30 // rows of the town's own of either kind
	// mostClosed is how many days of a year one edition may close: of holidays there were
	// 22 in 2019, with a change of reign.
	mostClosed = 40
)

func fewDays(rows []edition.Row) string {
	if len(rows) > mostClosed {
		return fmt.Sprintf("%d日あります。閉庁日は、1年に%d日までです。ファイルを確かめてください。", len(rows), mostClosed)
	}
	return ""
}

const yearEnd = "年末年始の休日"

// Kinds are both, for the service of editions.
func Kinds() []edition.Kind { return []edition.Kind{Holidays.Kind, Yearly.Kind} }

// Office tells when the offices are open by what is in effect on a day. Holidays
// after the last year of the edition are not known: they count as open.
func Office(values edition.Values, day calendar.Date) calendar.Office {
	holidays, yearly := map[calendar.Date]string{}, map[calendar.YearDay]string{}
	for _, h := range Holidays.On(values, day) {
		holidays[h.Day] = h.Name
	}
	for _, d := range Yearly.On(values, day) {
		yearly[d.YearDay] = d.Name
	}
	return calendar.NewOffice(holidays, yearly)
}

// since is the year of the law: no day before it is a holiday.
const since = 1948

func holidayKey(typed string) (key, problem string) {
	day, ok := calendar.ReadDay(typed)
	if !ok || day.Year() < since {
		return "", fmt.Sprintf("「%s」を日付として読み取れません。2027/1/1 のように書いてください。", edition.Short(typed))
	}
	return day.String(), ""
}

func foldHoliday(cells []string) (edition.Row, string) { return fold(holidayKey, cells) }

func fold(keyOf func(string) (string, string), cells []string) (edition.Row, string) {
	key, problem := keyOf(cells[0])
	if problem != "" {
		return nil, problem
	}
	name, problem := foldName(cells[1])
	return edition.Row{key, name}, problem
}

func foldName(typed string) (name, problem string) { return edition.LineOf("名称", typed, 50) }

func showHoliday(column int, cell string) string {
	day, err := calendar.ParseDay(cell)
	if column != 0 || err != nil {
		return cell
	}
	return calendar.Wareki(day)
}

func readHoliday(row edition.Row) Holiday {
	day, err := calendar.ParseDay(row[0])
	if err != nil {
		panic(err) // Fold has written it
	}
	return Holiday{day, row[1]}
}

// named are the holidays of each year by the law (国民の祝日に関する法律2条).
var named = []string{
	"元日", "成人の日", "建国記念の日", "天皇誕生日", "春分の日", "昭和の日", "憲法記念日", "みどりの日",
	"こどもの日", "海の日", "山の日", "敬老の日", "秋分の日", "スポーツの日", "文化の日", "勤労感謝の日",
}

// namedSince is the first year of which all are asked for: before it they were called
// otherwise, and moved or missing in some years.
const namedSince = 2022

// everyYear refuses an edition with a hole: a year without New Year's Day, or one of
// which holidays are missing, or one with so many that the town would be closed.
func everyYear(rows []edition.Row) string {
	years, days := map[int][]string{}, map[int]int{}
	for _, row := range rows {
		h := readHoliday(row)
		days[h.Day.Year()]++
		years[h.Day.Year()] = append(years[h.Day.Year()], h.Name)
		if _, month, n := h.Day.Date(); month == time.January && n == 1 {
			years[h.Day.Year()] = append(years[h.Day.Year()], named[0])
		}
	}
	for year := readHoliday(rows[0]).Day.Year(); year <= readHoliday(rows[len(rows)-1]).Day.Year(); year++ {
		if n := days[year]; n > mostClosed {
			return fmt.Sprintf("%d年に%d日あります。祝日・休日は、1年に%d日までです。ファイルを確かめてください。", year, n, mostClosed)
		}
		wanted := named
		if year < namedSince {
			wanted = named[:1]
		}
		var missing []string
		for _, name := range wanted {
			if !slices.Contains(years[year], name) {
				missing = append(missing, name)
			}
		}
		if len(missing) > 0 && missing[0] == named[0] {
			return fmt.Sprintf("%d年の元日がありません。途中の年が抜けていないか、ファイルを確かめてください。", year)
		}
		if len(missing) > 0 {
			return fmt.Sprintf("%d年の「%s」がありません。1年分がそろったファイルか、確かめてください。", year, strings.Join(missing, "」「"))
		}
	}
	return ""
}

// lastYear is the end of the last year of an edition.
func lastYear(key string) calendar.Date {
	day, err := calendar.ParseDay(key)
	if err != nil {
		panic(err) // holidayKey has written it
	}
	return calendar.NewDate(day.Year(), time.December, 31)
}

func yearlyKey(typed string) (key, problem string) {
	day, ok := calendar.ReadDay("2000年" + strings.NewReplacer("-", "月", "/", "月", "日", "").Replace(strings.TrimSpace(typed)) + "日")
	if !ok {
		return "", fmt.Sprintf("「%s」を月日として読み取れません。12月29日 のように書いてください。", edition.Short(typed))
	}
	_, month, n := day.Date()
	return calendar.YearDay{Month: month, Day: n}.String(), ""
}

func foldYearly(cells []string) (edition.Row, string) { return fold(yearlyKey, cells) }

func showYearly(column int, cell string) string {
	day, err := calendar.ParseYearDay(cell)
	if column != 0 || err != nil {
		return cell
	}
	return fmt.Sprintf("%d月%d日", day.Month, day.Day)
}

func readYearly(row edition.Row) YearlyDay {
	day, err := calendar.ParseYearDay(row[0])
	if err != nil {
		panic(err) // Fold has written it
	}
	return YearlyDay{day, row[1]}
}

//go:embed holidays.csv
var published string

// shipped is what the Cabinet Office has published until the portal was made.
var shipped = func() edition.Edition {
	e := edition.Edition{
		Name: "令和9年まで", Source: "国民の祝日に関する法律（昭和23年法律第178号）、国立天文台の暦要項による内閣府の公表",
		First: calendar.NewDate(2026, time.February, 2),
	}
	for line := range strings.Lines(published) {
		day, name, _ := strings.Cut(strings.TrimSpace(line), ",")
		e.Rows = append(e.Rows, edition.Row{day, name})
	}
	return e
}()
