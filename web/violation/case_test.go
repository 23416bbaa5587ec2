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
		referral  procedure.Event
		says      string
		not       string
	}{
		{procedure.General, nil, "", "統括", "対象職員"},
		{procedure.Chief, nil, "", "CISO", "統括"},
		{procedure.General, &now, "", "対象職員", "CIO（"},
		{procedure.General, &now, procedure.EventReferNot, "対象職員", "CIO（"},
		{procedure.General, &now, procedure.EventRefer, "CIO（懲戒審査に付すると判断したため）", "CIO（CISO"},
	} {
		said := caseView{Opened: violation.Opened{Case: violation.Case{Person: 1, Receiver: c.receiver, ConfirmedAt: c.confirmed, Referral: c.referral}}}.readers()
		has := func(words string) bool {
			return slices.ContainsFunc(said, func(line string) bool { return strings.Contains(line, words) })
		}
		if !has(c.says) || has(c.not) {
			t.Errorf("of a case for %s, confirmed at %v, it says %q", c.receiver, c.confirmed, said)
		}
	}
}

// Who reads that it is the turn of a role of theirs, and not theirs, reads that somebody stands in.
func TestWhoStandsInIsSaidToDoSo(t *testing.T) {
	t.Parallel()
	h := procedure.Holders{CISO: []int64{2}, General: []int64{3}, Managers: []int64{4}}
	for _, c := range []struct {
		managers []int64
		says     string
	}{{[]int64{4}, "改善したかどうかは、課長さんが判断します。"}, {nil, "改善したかどうかは、代わりの副町長さんが判断します。"}} {
		h.Managers = c.managers
		o := violation.Opened{Case: violation.Case{Person: 1, State: procedure.Guided}, Seats: procedure.Sit(h, 1, nil), Names: map[int64]string{2: "副町長", 3: "総務課長", 4: "課長"}}
		if said := (caseView{Opened: o}).explain(); !strings.Contains(said, c.says) {
			t.Errorf("with managers %v it says %q", c.managers, said)
		}
	}
}

func TestAllRightsThatAreSuspendedAreSaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		event  procedure.Event
		rights []string
		says   string
	}{
		{procedure.EventSuspend, nil, "利用権限：すべて（このポータルと、これから許可されるものを含む）"},
		{procedure.EventRevoke, nil, "利用権限：すべて（このポータルと、これから許可されるものを含む）"},
		{procedure.EventSuspend, []string{"庁内ネットワーク"}, "利用権限：庁内ネットワーク"},
		{procedure.EventGuide, nil, ""},
	} {
		if said := strings.Join(more(violation.Step{Event: c.event, More: violation.More{Rights: c.rights}}), ""); said != c.says {
			t.Errorf("of %s with %q it says %q", c.event, c.rights, said)
		}
	}
}
