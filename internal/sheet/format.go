package sheet

import (
	"math"
	"strconv"
	"strings"
	"time"

	"kagami/internal/calendar"
)

// numberFormat is how a cell shows its number, as far as it matters: as a date,
// with or without the time of day, or with zeros before it as staff numbers have
// them.
type numberFormat struct {
	date, clock bool
	width       int // digits at least; 0 for as it is
}

// commonFormat is a number format that every workbook has, or has in Japan, by its
// id.
func commonFormat(id string) numberFormat {
	n, err := strconv.Atoi(id)
	return numberFormat{
		date:  err == nil && (n >= 14 && n <= 17 || n == 22 || n >= 27 && n <= 31 || n == 36 || n >= 50 && n <= 58),
		clock: n == 22,
	}
}

// longestCode is how long a number format's code is at most, in bytes: Excel has
// 255 characters.
const longestCode = 1 << 10

// definedFormat is a number format that a workbook defines, by its code.
func definedFormat(code string) numberFormat {
	positive, _, _ := strings.Cut(code[:min(len(code), longestCode)], ";")
	if positive != "" && strings.Trim(positive, "0") == "" && len(positive) <= 20 {
		return numberFormat{width: len(positive)}
	}
	date, clock := parts(positive)
	return numberFormat{date: date, clock: date && clock}
}

// parts tells whether a format code shows a day and the time of day: outside of
// quotes, brackets and escapes it has a letter for years or days, for hours or
// seconds.
func parts(code string) (date, clock bool) {
	const general = "General"
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"':
			i += 1 + until(code[i+1:], '"')
		case '[':
			i += 1 + until(code[i+1:], ']')
		case '\\', '_', '*':
			i++
		case 'g', 'G':
			// General is no date, though it begins with the letter of an era
			if len(code) >= i+len(general) && strings.EqualFold(code[i:i+len(general)], general) {
				i += len(general) - 1
				continue
			}
			date = true
		case 'y', 'Y', 'd', 'D':
			date = true
		case 'h', 'H', 's', 'S':
			clock = true
		}
	}
	return date, clock
}

// until is where a letter is in a text, or the text's end.
func until(text string, letter byte) int {
	if i := strings.IndexByte(text, letter); i >= 0 {
		return i
	}
	return len(text)
}

// lastSerial is 9999-12-31, the last day that a workbook counts to.
const lastSerial = 2958465

// number shows a number as a workbook holds it.
func (f numberFormat) number(value string, from1904 bool) string {
	value = strings.TrimSpace(value)
	n, err := strconv.ParseFloat(value, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return value
	}
	if f.date && n >= 1 && n < lastSerial+1 {
		return f.day(n, from1904)
	}
	if strings.ContainsAny(value, ".eE") {
		value = strconv.FormatFloat(n, 'f', -1, 64)
	}
	if f.width > len(value) && n >= 0 && !strings.Contains(value, ".") {
		return strings.Repeat("0", f.width-len(value)) + value
	}
	return value
}

// day shows a day, with its time where the format does.
func (f numberFormat) day(n float64, from1904 bool) string {
	if !f.clock {
		return serialDay(int(n), from1904).String()
	}
	const inDay = 24 * 60 * 60
	seconds := int(math.Round(n * inDay))
	clock := time.Duration(seconds%inDay) * time.Second
	return serialDay(seconds/inDay, from1904).String() + time.Time{}.Add(clock).Format(" 15:04:05")
}

// serialDay is the day that a workbook counts as n: from 1900, with a 29 February
// of that year that never was, or from 1904.
func serialDay(n int, from1904 bool) calendar.Date {
	switch {
	case from1904:
		return calendar.NewDate(1904, 1, 1+n)
	case n < 60:
		return calendar.NewDate(1899, 12, 31+n)
	}
	return calendar.NewDate(1899, 12, 30+n)
}
