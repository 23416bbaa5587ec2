// Package effective is what everything that somebody decides from a day on is asked
// for alike: the first day from which it holds, and the reason.
package effective

import (
	"fmt"
	"strings"

	"kagami/internal/calendar"
	"kagami/internal/fault"
)

const (
	// farthest is how many years ahead a first day may be: beyond them a year is more
	// likely mistyped than meant.
	farthest = 5
	// longest is how many characters a reason may have; the tables hold to it too.
	longest = 500
)

// What people are told of both beside the fields, before they err.
const (
	FirstDayHint = "今日から、5年先までの日です。"
	ReasonHint   = "500字までです。だれが、いつ変えたかといっしょに、履歴に残ります。"
)

// FirstDay says what is wrong with the first day of a decision: what has held is never
// changed.
func FirstDay(first, today calendar.Date) []fault.Problem {
	problem := ""
	switch {
	case first.IsZero():
		problem = "いつからかを入力してください。"
	case first.Before(today):
		problem = "過ぎた日からは変えられません。今日か、それより後の日にしてください。"
	case first.After(today.AddYears(farthest)):
		problem = fmt.Sprintf("%d年より先の日は指定できません。年を確かめてください。", farthest)
	default:
		return nil
	}
	return []fault.Problem{{Field: "first", Message: problem}}
}

// Reason returns a reason as it is kept, with what is wrong with it.
func Reason(typed string) (string, []fault.Problem) {
	typed = strings.TrimSpace(typed)
	if n := len([]rune(typed)); n == 0 || n > longest {
		return typed, []fault.Problem{{Field: "reason", Message: fmt.Sprintf("理由を%d字までで入力してください。履歴に残ります。", longest)}}
	}
	return typed, nil
}
