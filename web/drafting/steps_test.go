package drafting

import (
	"fmt"
	"strings"
	"testing"

	"kagami/internal/policy/draft"
)

// Many changes of the text in a row are one line, so that why a draft was sent
// back is not lost among them; a few are told one by one, and so is all else.
func TestChangesInARowAreFolded(t *testing.T) {
	for done, want := range map[string]string{
		"":            "",
		"S":           "S",
		"SEEE":        "S E E E",
		"SEEEE":       "S EEEE",
		"EEEEEUBEEEE": "EEEEE U B EEEE",
		"SEUEBEE":     "S E U E B E E",
	} {
		events := map[rune]draft.Event{'S': draft.EventStart, 'E': draft.EventEdit, 'U': draft.EventSubmit, 'B': draft.EventSendBack}
		var steps []draft.Step
		for i, letter := range done {
			steps = append(steps, draft.Step{Event: events[letter], Note: fmt.Sprint(i), By: string(letter)})
		}
		var told []string
		next := 0
		for _, s := range stretchesOf(steps) {
			letters := ""
			for _, step := range s {
				if letters += step.By; step.Note != fmt.Sprint(next) {
					t.Errorf("%s: step %s where %d was next", done, step.Note, next)
				}
				next++
			}
			told = append(told, letters)
		}
		if got := strings.Join(told, " "); got != want {
			t.Errorf("%s is told as %q, want %q", done, got, want)
		}
	}
	s := stretch{{Event: draft.EventEdit, By: "見本 一"}, {Event: draft.EventEdit}, {Event: draft.EventEdit, By: "見本 一"}, {Event: draft.EventEdit, By: "見本 二"}}
	if s.title() != "本文の変更（4回）" || s.by() != "見本 一、サーバー運用者、見本 二" {
		t.Errorf("%s by %s", s.title(), s.by())
	}
}
