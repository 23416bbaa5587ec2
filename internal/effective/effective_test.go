package effective_test

import (
	"regexp"
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

// What stands beside a field is what it is held to.
func TestTheHintsAreTheBounds(t *testing.T) {
	today := calendar.NewDate(2026, time.November, 24)
	tooFar, tooLong := said(effective.FirstDay(today.AddYears(6), today)), ""
	if _, problems := effective.Reason(strings.Repeat("あ", 1000)); problems != nil {
		tooLong = said(problems)
	}
	number := regexp.MustCompile("[0-9]+")
	for hint, problem := range map[string]string{effective.FirstDayHint: tooFar, effective.ReasonHint: tooLong} {
		if told := number.FindString(hint); told == "" || told != number.FindString(problem) {
			t.Errorf("%q, but %q", hint, problem)
		}
	}
}
