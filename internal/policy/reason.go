package policy

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"kagami/internal/fault"
)

// MaxReason is how many characters a reason may have.
const MaxReason = 2000

// CheckReason tells what is wrong with a reason.
func CheckReason(field, note string) []fault.Problem {
	if strings.TrimSpace(note) == "" {
		return []fault.Problem{{Field: field, Message: "理由を入力してください。"}}
	}
	return CheckLength(field, note, MaxReason)
}

// CheckLength tells whether a text has more characters than a field takes.
func CheckLength(field, text string, most int) []fault.Problem {
	if utf8.RuneCountInString(text) > most {
		return []fault.Problem{{Field: field, Message: fmt.Sprintf("%d字までで入力してください。", most)}}
	}
	return nil
}
