package sheet

import (
	"math"
	"strconv"
	"strings"

	"kagami/internal/calendar"
)

// numberFormat is how a cell shows its number, as far as it matters: as a date, or
// with zeros before it as staff numbers have them.
type numberFormat struct {
	date  bool
	width int // digits at least; 0 for as it is
}

// newNumberFormat reads a number format: its id, and its code where the workbook
// defines it.
func newNumberFormat(id, code string) numberFormat {
	if code == "" {
		n, err := strconv.Atoi(id)
		// the dates among the formats that every workbook has, and those that it
		// has in Japan
		return numberFormat{date: err == nil && (n >= 14 && n <= 17 || n == 22 || n >= 27 && n <= 31 || n == 36 || n >= 50 && n <= 58)}
	}
	positive, _, _ := strings.Cut(code, ";")
	if positive != "" && strings.Trim(positive, "0") == "" && len(positive) <= 20 {
		return numberFormat{width: len(positive)}
	}
	return numberFormat{date: isDate(positive)}
}

// isDate tells whether a format code shows a day: outside of quotes, brackets and
// escapes it has a letter for years or days.
func isDate(code string) bool {
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"':
			i += 1 + strings.IndexByte(code[i+1:]+`"`, '"')
		case '[':
			i += 1 + strings.IndexByte(code[i+1:]+`]`, ']')
		case '\\', '_', '*':
			i++
		case 'y', 'Y', 'd', 'D', 'g', 'G':
			// General is no date, though it begins with one's letter
			return !strings.HasPrefix(strings.ToLower(code[i:]), "general")
		}
	}
	return false
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
		return serialDay(int(n), from1904).String()
	}
	if strings.ContainsAny(value, ".eE") {
		value = strconv.FormatFloat(n, 'f', -1, 64)
	}
	if f.width > len(value) && n >= 0 && !strings.Contains(value, ".") {
		return strings.Repeat("0", f.width-len(value)) + value
	}
	return value
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
