package connector_test

import (
	"errors"
	"testing"
	"time"

	"kagami/internal/fault"
	"kagami/internal/rights/connector"
	"kagami/internal/rights/connector/outcome"
	"kagami/internal/rights/connector/peer"
	"kagami/internal/rights/connector/reach"
	"kagami/internal/rights/rightstest"
)

// crowd is people with a right of a system each, which all wait.
var crowd = []string{clerk, "zeimu 主事", "zeimu 主査", "zeimu 課長", "fukushi 課長", "soumu 統括"}

// waitingCrowd is a town in which they wait at a connector that fails as a function does, with how
// often it was asked.
func waitingCrowd(t *testing.T, fail func() error) (w *town, asked *int) {
	t.Helper()
	w = open(t)
	for _, name := range crowd {
		w.account(name, name, name)
	}
	w.connected(reach.LDAP)
	for _, name := range crowd {
		w.Permitted(name, "zeimu 担当副課長", rightstest.Asking(w.Tax))
	}
	asked = new(int)
	w.directory.fail = func(string, string) error { *asked++; return fail() }
	return w, asked
}

func (w *town) states() map[connector.State]int {
	w.T.Helper()
	page, err := w.outcomes.Targets(w.T.Context(), w.officer(), outcome.Search{System: w.Tax})
	w.Must(err)
	states := map[connector.State]int{}
	for _, l := range page.Lines {
		states[l.State]++
	}
	return states
}

// Of many who wait at a directory that does not answer, a few learn that, and not each of them
// for as long as it takes; they all are tried as often as one is.
func TestADirectoryThatIsAwayIsAskedByAFewForAll(t *testing.T) {
	t.Parallel()
	w, asked := waitingCrowd(t, func() error { return peer.Slow(errors.New("the time is over")) })
	for try := range 8 {
		for _, name := range crowd {
			w.run(name)
		}
		if most := 4 + try; *asked > most {
			t.Fatalf("it was asked %d times in %d rounds", *asked, try+1)
		}
		w.pass(10 * time.Minute)
	}
	if got := w.states(); got[connector.Failed] != len(crowd) {
		t.Errorf("they are %v", got)
	}
	var told int
	w.Must(w.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM notice WHERE topic = 'connector'`).Scan(&told))
	if told != 1 {
		t.Errorf("%d notices", told)
	}
	w.directory.fail = nil
	w.Must(w.connectors.Retry(t.Context(), w.officer(), w.code, 0))
	for _, name := range crowd {
		w.run(name)
	}
	if got := w.states(); got[connector.Done] != len(crowd) {
		t.Errorf("once it answers they are %v", got)
	}
}

// A directory locks out who signs in wrongly too often.
func TestADirectoryThatRefusesThePortalIsNotAskedByEverybody(t *testing.T) {
	t.Parallel()
	w, asked := waitingCrowd(t, func() error { return peer.Unknown(errors.New("invalid credentials")) })
	for _, name := range crowd {
		w.run(name)
	}
	if got := w.states(); *asked != 4 || got[connector.Failed] != len(crowd) {
		t.Errorf("it was asked %d times, and they are %v", *asked, got)
	}
}

// What is wrong with somebody's account is that person's alone.
func TestWhatFailsForOneFailsForNobodyElse(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func() error{
		"nonsense": func() error { return peer.Nonsense(errors.New("more than one entry")) },
		"a denial": func() error { return peer.Denied(errors.New("insufficient rights")) },
		"a failure by turns": func() func() error {
			times := 0
			return func() error {
				if times++; times%3 == 0 {
					return fault.New(fault.Conflict, "変わっていません。")
				}
				return peer.Slow(errors.New("the time is over"))
			}
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, asked := waitingCrowd(t, fail)
			for _, name := range crowd {
				w.run(name)
			}
			if *asked != len(crowd) {
				t.Errorf("it was asked %d times", *asked)
			}
		})
	}
}
