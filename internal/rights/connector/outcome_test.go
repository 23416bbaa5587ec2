package connector_test

import (
	"testing"

	"kagami/internal/rights/connector"
	"kagami/internal/rights/connector/drift"
	"kagami/internal/rights/connector/outcome"
	"kagami/internal/rights/connector/peer"
	"kagami/internal/rights/connector/reach"
	"kagami/internal/rights/rightstest"
)

// of is what somebody is told of the clerk in the tax system.
func (w *town) of(by string) []outcome.Outcome {
	w.T.Helper()
	r := w.Find(w.permittedCode)
	list, err := outcome.New(w.DB.Pool).Of(w.T.Context(), w.As(by), []int64{r.Person}, []int64{r.System})
	w.Must(err)
	return list
}

func TestWhatTheLedgerIsToldOfItsDirectory(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.account("a", clerk, "hana")
	w.connected(reach.LDAP)
	w.permittedCode = w.permitted(rightstest.Asking(w.Tax))
	if list := w.of("soumu 統括"); len(list) != 1 || list[0].State != connector.Waiting || len(list[0].Differences) != 0 {
		t.Errorf("before it is carried out: %+v", list)
	}
	w.run(clerk)
	w.directory.accounts[0].Enabled = false
	w.directory.accounts = append(w.directory.accounts, peer.Account{ID: "z", Login: "stranger", Enabled: true})
	w.compare()
	list := w.of("zeimu 担当副課長")
	if len(list) != 1 || list[0].State != connector.Done || len(list[0].Differences) != 1 {
		t.Fatalf("once it differs: %+v", list)
	}
	if d := list[0].Differences[0]; d.Kind != drift.DisabledByHand || d.Login != "hana" || d.FirstSeen.IsZero() {
		t.Errorf("it differs by %+v", d)
	}
	for by, want := range map[string]int{"soumu 統括": 1, "zeimu 担当副課長": 1, "fukushi 課長": 0, clerk: 0} {
		alone, err := outcome.New(w.DB.Pool).Unknown(t.Context(), w.As(by), 10)
		w.Must(err)
		if len(alone) != want || want > 0 && alone[0].Login != "stranger" {
			t.Errorf("%s sees of accounts that only the directory has: %+v", by, alone)
		}
		if told := w.of(by); len(told) != want {
			t.Errorf("%s is told of a right: %+v", by, told)
		}
	}
}
