package rights

import (
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write docs/right-states.md anew")

func TestTheStatesDocument(t *testing.T) {
	t.Parallel()
	const path = "../../docs/right-states.md"
	want, err := StatesDocument()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("docs/right-states.md is not the table of the code (%v): make generate", err)
	}
}

// What ends, permits or refuses a right is what its arrows say, and nothing else does.
func TestWhatAnEventMakesOfWhatIsStored(t *testing.T) {
	t.Parallel()
	want := map[Event]string{
		EventAsk: "asked", EventPermit: "permitted", EventRefuse: "refused", EventWithdraw: "withdrawn",
		EventGiveUp: "ended", EventEnd: "ended", EventExpire: "ended", EventLeave: "ended", EventRetire: "ended", EventLeaveRevoked: "ended",
	}
	for _, a := range course.Arrows {
		if got := becomes(a.Event); got != want[a.Event] {
			t.Errorf("%s makes %q of it, not %q", a.Event, got, want[a.Event])
		}
	}
	for _, s := range Standings() {
		for _, a := range course.Arrows {
			if to := becomes(a.Event); a.From == s && to != "" && to != a.To.stored() {
				t.Errorf("%s leads from %s to %q and to %q", a.Event, s, to, a.To.stored())
			}
		}
	}
}
