package calendar

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

var (
	western = regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$`)
	packed  = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	clock   = regexp.MustCompile(`\s+\d{1,2}:\d{2}(:\d{2})?$`)
	inEra   = regexp.MustCompile(`^(令和|平成|昭和|大正|明治|[RHSTM])(\d{1,2}|元)[-/.年](\d{1,2})[-/.月](\d{1,2})日?$`)
)

// ReadDay reads a day as offices write it, in either width: 2027-04-01,
// 2027/4/1, 2027年4月1日, 20270401, 令和9年4月1日, 令和元年5月1日, R9.4.1, r9/4/1.
// A time of day after it counts for nothing: tables have 0:00 there. False where it
// is none, or there is no such day.
func ReadDay(s string) (Date, bool) {
	if s = norm.NFKC.String(s); strings.Contains(s, ":") {
		s = clock.ReplaceAllString(strings.TrimSpace(s), "")
	}
	s = strings.ToUpper(strings.Join(strings.Fields(s), ""))
	for _, shape := range []*regexp.Regexp{western, packed} {
		if m := shape.FindStringSubmatch(s); m != nil {
			return dayOf(number(m[1]), m[2], m[3])
		}
	}
	m := inEra.FindStringSubmatch(s)
	if m == nil {
		return Date{}, false
	}
	for i, era := range eras {
		if m[1] != era.name && m[1] != era.letter {
			continue
		}
		day, ok := dayOf(era.first.Year()-1+number(m[2]), m[3], m[4])
		over := i > 0 && !day.Before(eras[i-1].first)
		return day, ok && number(m[2]) > 0 && !day.Before(era.first) && !over
	}
	return Date{}, false
}

// number is a number of a few digits; 元 is the first year.
func number(s string) int {
	if s == "元" {
		return 1
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

func dayOf(year int, month, day string) (Date, bool) {
	date := NewDate(year, time.Month(number(month)), number(day))
	_, m, d := date.Date()
	return date, !date.IsZero() && int(m) == number(month) && d == number(day)
}
