// Package page holds the pages, a file a screen. They draw what they are given;
// who may see what has been decided before.
package page

import (
	"kagami/internal/calendar"
	"kagami/web/component"
)

func orDash(s string) string { return component.OrDash(s) }

func dayText(day calendar.Date) string { return calendar.Wareki(day) }
