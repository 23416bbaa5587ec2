package violation

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kagami/internal/violation"
	"kagami/internal/violation/procedure"
)

// Who can see what is only reported is said as it is: no 管理者, and not the 統括 of what goes past them.
func TestWhoCanSeeACaseIsSaidAsItIs(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, c := range []struct {
		receiver  procedure.Seat
		confirmed *time.Time
		says      string
		not       string
	}{
		{procedure.General, nil, "統括", "対象職員"},
		{procedure.Chief, nil, "CISO", "統括"},
		{procedure.General, &now, "対象職員", "CIOについて"},
	} {
		said := caseView{Opened: violation.Opened{Case: violation.Case{Receiver: c.receiver, ConfirmedAt: c.confirmed}}}.readers()
		has := func(words string) bool {
			return slices.ContainsFunc(said, func(line string) bool { return strings.Contains(line, words) })
		}
		if !has(c.says) || has(c.not) {
			t.Errorf("of a case for %s, confirmed at %v, it says %q", c.receiver, c.confirmed, said)
		}
	}
}
