package component

import (
	"fmt"
	"strconv"

	"kagami/internal/calendar"
)

// OrDash is a text, or a dash where there is none.
func OrDash(s string) string {
	if s == "" {
		return "―"
	}
	return s
}

// OrNone is a text, or that nothing stands there.
func OrNone(text string) string {
	if text == "" {
		return "（なし）"
	}
	return text
}

// OrPortal is the name of who did something; without one, the portal did it by itself, or at
// the bidding of whoever runs the server.
func OrPortal(name string) string {
	if name == "" {
		return "ポータル"
	}
	return name
}

// OrOperator is the name of who did something; without one, whoever runs the
// server did it with a command.
func OrOperator(name string) string {
	if name == "" {
		return "サーバー運用者"
	}
	return name
}

// Away says that somebody is away from work (休業), until a last day, zero for one that is
// not known: wherever it is said, it is said like this, and never why.
func Away(last calendar.Date) string {
	if last.IsZero() {
		return "休業中（終わりの日は未定）"
	}
	return "休業中（" + calendar.Wareki(last) + "まで）"
}

// FileSize is the size of a file of so many bytes, for people: 12 kB, 3.4 MB.
func FileSize(bytes int64) string {
	if bytes < 1<<20 {
		return fmt.Sprintf("%d kB", (bytes+1<<10-1)>>10)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20))
}

// Thousands is a number with commas: 12,345.
func Thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
