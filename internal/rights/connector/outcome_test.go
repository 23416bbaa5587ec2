package connector_test

import (
	"testing"
	"time"

	"kagami/internal/fault"
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
	list, err := w.outcomes.Of(w.T.Context(), w.As(by), []int64{r.Person}, []int64{r.System})
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
		alone, err := w.outcomes.Unknown(t.Context(), w.As(by), 10)
		w.Must(err)
		if len(alone) != want || want > 0 && alone[0].Login != "stranger" {
			t.Errorf("%s sees of accounts that only the directory has: %+v", by, alone)
		}
		if told := w.of(by); len(told) != want {
			t.Errorf("%s is told of a right: %+v", by, told)
		}
	}
}

// What was put right by a job is shown gone at once; what is another system's, or has failed,
// stays until it is.
func TestWhatIsCarriedOutDiffersNoMore(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.account("a", clerk, "hana", "mail")
	w.connected(reach.LDAP, connector.Assignment{System: w.Tax, What: connector.WholeAccount}, connector.Assignment{System: w.Mail, What: connector.NamedGroups, Groups: []string{"mail"}})
	w.permitted(rightstest.Asking(w.Tax))
	w.permitted(rightstest.Asking(w.Mail))
	if list := w.drift(); len(list) != 1 || list[0].Kind != drift.UnknownAccount {
		t.Fatalf("before it is carried out: %+v", list)
	}
	w.run(clerk)
	if list := w.drift(); len(list) != 0 {
		t.Errorf("an account that a right is of by now is unknown: %+v", list)
	}
	w.directory.accounts[0].Enabled, w.directory.accounts[0].Groups = false, nil
	w.compare()
	if list := w.drift(); len(list) != 2 {
		t.Fatalf("found: %+v", list)
	}
	more := rightstest.Asking(w.Tax)
	more.Grade = "更新"
	w.permitted(more)
	w.directory.fail = away
	w.run(clerk)
	if list := w.drift(); len(list) != 2 {
		t.Errorf("settled by what has failed: %+v", list)
	}
	w.directory.fail = nil
	w.pass(time.Hour)
	w.run(clerk)
	list := w.drift()
	if len(list) != 1 || list[0].SystemCode != w.Mail {
		t.Errorf("left: %+v", list)
	}
	w.compare()
	if list := w.drift(); len(list) != 1 {
		t.Errorf("the next comparison finds %+v", list)
	}
}

// A connector that would disable what the portal signs in as is not switched on.
func TestAConnectorThatIsWrongIsNotSwitchedOn(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.account("a", clerk, "hana")
	w.connected(reach.LDAP)
	w.Must(w.connectors.SwitchOff(t.Context(), w.officer(), w.code))
	w.Must(w.connectors.Try(t.Context(), w.officer(), w.code))
	w.compare()
	w.directory.fail = func(operation, _ string) error {
		if operation == "check" {
			return peer.Wrong("bind_dn", "ポータル用の利用者です。")
		}
		return nil
	}
	if err := w.connectors.SwitchOn(t.Context(), w.officer(), w.code, w.connector().Version); fault.KindOf(err) != fault.Invalid || w.connector().Mode != connector.Dry {
		t.Errorf("%v, and it is %s", err, w.connector().Mode)
	}
}
