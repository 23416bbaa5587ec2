package calendar

import (
	"strconv"
	"time"
)

// eras are the eras from the newest, each with its first day.
var eras = []struct {
	name   string
	letter string
	first  time.Time
}{
	{"令和", "R", time.Date(2019, 5, 1, 0, 0, 0, 0, time.UTC)},
	{"平成", "H", time.Date(1989, 1, 8, 0, 0, 0, 0, time.UTC)},
	{"昭和", "S", time.Date(1926, 12, 25, 0, 0, 0, 0, time.UTC)},
	{"大正", "T", time.Date(1912, 7, 30, 0, 0, 0, 0, time.UTC)},
	{"明治", "M", time.Date(1868, 10, 23, 0, 0, 0, 0, time.UTC)},
}

// Wareki writes a day as people write it: 令和8年11月24日, 令和元年5月1日. Days
// before 明治 are written with the year alone.
func Wareki(day time.Time) string {
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
