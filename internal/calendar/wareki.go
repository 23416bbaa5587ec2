package calendar

import (
	"strconv"
	"time"
)

// eras are the eras from the newest, each with its first day.
var eras = []struct {
	name   string
	letter string
	first  Date
}{
	{"令和", "R", NewDate(2019, 5, 1)},
	{"平成", "H", NewDate(1989, 1, 8)},
	{"昭和", "S", NewDate(1926, 12, 25)},
	{"大正", "T", NewDate(1912, 7, 30)},
	{"明治", "M", NewDate(1868, 10, 23)},
}

// Wareki writes a day as people write it: 令和8年11月24日, 令和元年5月1日. Days
// before 明治 are written with the year alone.
func Wareki(day Date) string {
	y, m, d := day.Date()
	name, year := "", strconv.Itoa(y)
	for _, era := range eras {
		if day.Before(era.first) {
			continue
		}
		name, year = era.name, strconv.Itoa(y-era.first.Year()+1)
		if year == "1" {
			year = "元"
		}
		break
	}
	return name + year + "年" + strconv.Itoa(int(m)) + "月" + strconv.Itoa(d) + "日"
}

// WarekiInstant writes an instant with its time in Tokyo: 令和8年11月24日 9時05分.
func WarekiInstant(instant time.Time) string {
	local := instant.In(Tokyo)
	return Wareki(Day(instant)) + " " + strconv.Itoa(local.Hour()) + "時" + local.Format("04分")
}
