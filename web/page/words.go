// Package page holds the pages, a file a screen. They draw what they are given;
// who may see what has been decided before.
package page

import (
	"kagami/internal/calendar"
	"kagami/internal/policy/draft"
)

func dayText(day calendar.Date) string { return calendar.Wareki(day) }

// importTitle names a text that may not have a title yet.
func importTitle(i draft.Import) string {
	if i.Title != "" {
		return i.Title
	}
	return i.Kind.Title() + "（" + calendar.WarekiInstant(i.StartedAt) + " に取り込み）"
}
