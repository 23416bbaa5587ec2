// Package page holds the pages, a file a screen. They draw what they are given;
// who may see what has been decided before.
package page

import (
	"fmt"

	"kagami/internal/calendar"
	"kagami/internal/policy/draft"
	"kagami/web/component"
)

// commentID is where a comment stands on the pages that list it.
func commentID(number int) string { return fmt.Sprintf("comment-%d", number) }

func orDash(s string) string { return component.OrDash(s) }

func dayText(day calendar.Date) string { return calendar.Wareki(day) }

// ImportTitle names a text that may not have a title yet.
func ImportTitle(i draft.Import) string {
	if i.Title != "" {
		return i.Title
	}
	return i.Kind.Title() + "（" + calendar.WarekiInstant(i.StartedAt) + " に取り込み）"
}
