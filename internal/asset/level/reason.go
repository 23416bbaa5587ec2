package level

import (
	"regexp"

	"kagami/internal/calendar"
)

// These are the reasons (分類の理由) of levels that nobody has chosen by themselves. The database tells
// them from somebody's own choice by their wording as a whole (the column by_hand): who
// words them otherwise writes a migration, and IsOwnReason.
var (
	usualReason    = regexp.MustCompile(`^標準目録(「[^\n]+」)?の目安による$`)
	receivedReason = regexp.MustCompile(`^台帳の取り込み（([^\n]+、)?[^\n、0-9]{2}(元|[0-9]+)年[0-9]+月[0-9]+日）$`)
)

// IsOwnReason tells whether somebody has worded the reason of levels.
func IsOwnReason(reason string) bool {
	return reason != "" && !usualReason.MatchString(reason) && !receivedReason.MatchString(reason)
}

// UsualReason is the reason of levels that are those of an entry of the standard catalogue;
// of an empty name, of any.
func UsualReason(entry string) string {
	if entry != "" {
		entry = "「" + entry + "」"
	}
	return "標準目録" + entry + "の目安による"
}

// ReceivedReason is the reason of levels that came with a town's own register on a day, in a
// file of a name; empty where it has none.
func ReceivedReason(file string, day calendar.Date) string {
	if file != "" {
		file += "、"
	}
	return "台帳の取り込み（" + file + calendar.Wareki(day) + "）"
}
