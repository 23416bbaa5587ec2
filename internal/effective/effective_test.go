package effective_test

import (
	"strings"
	"testing"
	"time"

	"kagami/internal/calendar"
	"kagami/internal/effective"
	"kagami/internal/fault"
)

var today = calendar.NewDate(2026, time.November, 24)

func said(problems []fault.Problem) string {
	var texts []string
	for _, p := range problems {
		texts = append(texts, p.Field+": "+p.Message)
	}
	return strings.Join(texts, " ")
}

func TestAFirstDayIsTodayOrWithinFiveYears(t *testing.T) {
	t.Parallel()
	for first, want := range map[calendar.Date]string{
		{}:                           "first: いつからか",
		today.AddDays(-1):            "first: 過ぎた日",
		today:                        "",
		today.AddYears(5):            "",
		today.AddYears(5).AddDays(1): "first: 5年より先",
	} {
		if got := said(effective.FirstDay(first, today)); !strings.HasPrefix(got, want) || (got == "") != (want == "") {
			t.Errorf("%s: %q, want %q", first, got, want)
		}
	}
}

func TestAReasonIsGivenAndIsNoNovel(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{" 条例による\r\n": "条例による", strings.Repeat("あ", 500): strings.Repeat("あ", 500)} {
		if got, problems := effective.Reason(typed); got != want || problems != nil {
			t.Errorf("%q is kept as %q: %s", typed, got, said(problems))
		}
	}
	for _, typed := range []string{"", " 　\n", strings.Repeat("あ", 501)} {
		if _, problems := effective.Reason(typed); !strings.HasPrefix(said(problems), "reason: ") {
			t.Errorf("%q is taken", typed)
		}
	}
}
