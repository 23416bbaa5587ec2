package connector_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres/pgtest"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/rights/connector"
	"kagami/internal/rights/connector/drift"
	"kagami/internal/rights/connector/outcome"
	"kagami/internal/rights/connector/peer"
	"kagami/internal/rights/connector/reach"
	"kagami/internal/rights/rightstest"
	"kagami/internal/secret"
)

// town is an office whose rights reach a directory.
type town struct {
	*rightstest.Office
	connectors *connector.Service
	outcomes   *outcome.Service
	directory  *directory
	code       string // of the connector, once there is one
	// the clerk's right of the tax system, once there is one
	permittedCode string
}

func open(t *testing.T) *town {
	t.Helper()
	w := &town{directory: &directory{}}
	db := databases.New(t)
	w.Office = rightstest.New(t, db, rights.Ties{Carry: func(ctx context.Context, tx *door.Tx, people []int64) error {
		return w.connectors.Carry(ctx, tx, people)
	}})
	w.connectors, w.outcomes = w.service(db.Pool), outcome.New(db.Pool)
	return w
}

func (w *town) service(pool *pgxpool.Pool) *connector.Service {
	return connector.New(pool, w.Door, secret.Random(), slog.New(slog.DiscardHandler), w.directory.dial)
}

const clerk = "fukushi 主事"

// account puts an account into the directory, that of somebody.
func (w *town) account(id, name, login string, groups ...string) {
	w.directory.accounts = append(w.directory.accounts, peer.Account{ID: id, Login: login, Number: w.Number[name], Enabled: true, Groups: groups})
}

func (w *town) officer() authz.Actor { return w.As("soumu 統括") }

// connected is a connector that is on, for the tax system as a whole.
func (w *town) connected(kind reach.Kind, a ...connector.Assignment) {
	w.T.Helper()
	ctx := w.T.Context()
	var err error
	w.code, err = w.connectors.Make(ctx, w.officer(), connector.Details{Name: "庁内の認証", Kind: kind, Typed: map[string]string{"url": "ldaps://x"}, Secret: "secret"})
	w.Must(err)
	if len(a) == 0 {
		a = []connector.Assignment{{System: w.Tax, What: connector.WholeAccount}}
	}
	for _, one := range a {
		w.Must(w.connectors.Assign(ctx, w.officer(), w.code, w.connector().Version, one))
	}
	w.switchOn()
}

func (w *town) switchOn() {
	w.T.Helper()
	w.Must(w.connectors.Try(w.T.Context(), w.officer(), w.code))
	w.compare()
	w.Must(w.connectors.SwitchOn(w.T.Context(), w.officer(), w.code, w.connector().Version))
}

func (w *town) connector() connector.Connector {
	w.T.Helper()
	c, err := w.connectors.Find(w.T.Context(), w.officer(), w.code)
	w.Must(err)
	return c
}

// compare compares a minute later.
func (w *town) compare() {
	w.T.Helper()
	w.pass(time.Minute)
	w.Must(w.connectors.CompareForTest(w.T.Context(), w.connector().ID))
	w.pass(time.Minute)
}

func (w *town) pass(d time.Duration) { *w.Time = w.Time.Add(d) }

// run carries out what is wanted of somebody, once.
func (w *town) run(name string) (wait time.Duration) {
	w.T.Helper()
	wait, err := w.connectors.CarryOutForPortal(w.T.Context(), w.People[name])
	w.Must(err)
	return wait
}

// target is that of the clerk in the tax system.
func (w *town) target() outcome.Target {
	w.T.Helper()
	page, err := w.outcomes.Targets(w.T.Context(), w.officer(), outcome.Search{Person: w.Number[clerk], System: w.Tax})
	w.Must(err)
	if len(page.Lines) != 1 {
		w.T.Fatalf("there are %d targets", len(page.Lines))
	}
	return page.Lines[0]
}

func (w *town) mustBe(state connector.State, trouble reach.Trouble) {
	w.T.Helper()
	if got := w.target(); got.State != state || got.Trouble != trouble {
		w.T.Errorf("it is %s with %q, not %s with %q", got.State, got.Trouble, state, trouble)
	}
}

func (w *town) mustSee(id, want string) {
	w.T.Helper()
	if got := w.directory.state(id); got != want {
		w.T.Errorf("%s is %q, not %q", id, got, want)
	}
}

// suspend suspends rights of somebody; all where none are named.
func (w *town) suspend(name string, codes ...string) bar.Bar {
	w.T.Helper()
	code, err := w.Bars.Begin(w.T.Context(), w.officer(), bar.Order{Kind: bar.Suspension, Person: w.Number[name], Rights: codes, Whole: len(codes) == 0, Reason: "秘密の理由"})
	w.Must(err)
	b, err := w.Bars.Find(w.T.Context(), w.officer(), code)
	w.Must(err)
	return b
}

func (w *town) reinstate(b bar.Bar) {
	w.T.Helper()
	w.Must(w.Bars.Do(w.T.Context(), w.officer(), b.Code, rights.EventReinstate, bar.Step{Version: b.Version, Note: "済んだ"}))
}

func (w *town) permitted(asking rights.Asking) string {
	return w.Permitted(clerk, "zeimu 担当副課長", asking)
}

func (w *town) orders(kind outcome.OrderKind) []outcome.Order {
	w.T.Helper()
	page, err := w.outcomes.Orders(w.T.Context(), w.officer(), kind, outcome.Search{})
	w.Must(err)
	return page.Lines
}

func TestASuspensionDisablesTheAccountAndAReinstatementEnablesIt(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.account("a", clerk, "hana")
	w.account("b", "zeimu 主事", "taro")
	w.connected(reach.LDAP)
	w.permitted(rightstest.Asking(w.Tax))
	w.mustBe(connector.Waiting, "")
	w.run(clerk)
	w.mustBe(connector.Done, "")
	b := w.suspend(clerk)
	w.mustBe(connector.Waiting, "")
	w.mustSee("a", "on")
	if wait := w.run(clerk); wait != 0 {
		t.Errorf("something is left after %v", wait)
	}
	w.mustSee("a", "off")
	w.mustSee("b", "on")
	w.mustBe(connector.Done, "")
	w.reinstate(b)
	w.run(clerk)
	w.mustSee("a", "on")
}

// A right that was suspended by itself is that of the login that it names; the other account
// of the same person stays as it is.
func TestAPersonWithTwoAccounts(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.account("a", clerk, "hana")
	w.account("b", clerk, "hana-adm")
	w.connected(reach.LDAP)
	w.permitted(rightstest.Asking(w.Tax))
	admin := rightstest.Asking(w.Tax)
	admin.Kind, admin.Grade, admin.Login = rights.Privileged, "管理者", "hana-adm"
	privileged := w.permitted(admin)
	w.run(clerk)
	one := w.suspend(clerk, privileged)
	w.run(clerk)
	w.mustSee("a", "on")
	w.mustSee("b", "off")
	w.reinstate(one)
	w.suspend(clerk)
	w.run(clerk)
	w.mustSee("a", "off")
	w.mustSee("b", "off")
}

func TestNamedGroupsAreLeftAndEnteredAgain(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.account("a", clerk, "hana", "other")
	w.connected(reach.SCIM, connector.Assignment{System: w.Tax, What: connector.NamedGroups, Groups: []string{"tax", "tax-print"}})
	w.permitted(rightstest.Asking(w.Tax))
	w.run(clerk)
	w.mustSee("a", "on other tax tax-print")
	w.suspend(clerk)
	w.run(clerk)
	w.mustSee("a", "on other")
}

func TestWhatDoesNotAnswerIsTriedAgainThenFailsAndTheOfficerIsTold(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.account("a", clerk, "hana")
	w.connected(reach.LDAP)
	w.permitted(rightstest.Asking(w.Tax))
	w.run(clerk)
	w.suspend(clerk)
	w.directory.fail = away
	for try := 1; ; try++ {
		wait := w.run(clerk)
		if try == 8 {
			if wait != 0 {
				t.Errorf("it waits %v after the last try", wait)
			}
			break
		}
		w.mustBe(connector.Waiting, reach.Unavailable)
		if wait < time.Second || wait > 10*time.Minute {
			t.Fatalf("after try %d it waits %v", try, wait)
		}
		w.pass(wait)
	}
	w.mustBe(connector.Failed, reach.Unavailable)
	var told int
	w.Must(w.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM notice WHERE topic = 'connector' AND text NOT LIKE '%秘密%'`).Scan(&told))
	if told != 1 {
		t.Errorf("%d notices", told)
	}
	w.directory.fail = nil
	w.Must(w.connectors.Retry(t.Context(), w.officer(), w.code, 0))
	w.run(clerk)
	w.mustBe(connector.Done, "")
	w.mustSee("a", "off")
}

func TestWhatSucceedsByHalfHasFailed(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.account("a", clerk, "hana", "tax", "print")
	w.connected(reach.LDAP, connector.Assignment{System: w.Tax, What: connector.NamedGroups, Groups: []string{"print", "tax"}})
	w.permitted(rightstest.Asking(w.Tax))
	w.run(clerk)
	w.suspend(clerk)
	w.directory.fail = func(operation, _ string) error {
		if operation == "join" && w.directory.ops%2 == 0 {
			return fault.New(fault.Forbidden, "できません。")
		}
		return nil
	}
	w.run(clerk)
	w.mustBe(connector.Failed, reach.Denied)
	if !w.target().Partly {
		t.Error("it does not say that some of it was done")
	}
}

// An account whose staff number is another person's by now is touched for neither of them.
func TestAnAccountThatWasRenamedIsNotTouched(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.account("a", clerk, "hana")
	w.connected(reach.LDAP)
	w.permitted(rightstest.Asking(w.Tax))
	w.run(clerk)
	w.directory.accounts[0].Number = w.Number["zeimu 主事"]
	w.suspend(clerk)
	w.run(clerk)
	w.mustSee("a", "on")
	w.mustBe(connector.Failed, reach.Renamed)
	w.Permitted("zeimu 主事", "zeimu 担当副課長", rightstest.Asking(w.Tax))
	w.suspend("zeimu 主事")
	w.run("zeimu 主事")
	w.mustSee("a", "on")
	found := w.drift()
	found = slices.DeleteFunc(found, func(d outcome.Drift) bool { return d.Kind != drift.NumberChanged })
	if len(found) != 2 {
		t.Fatalf("found: %v", found)
	}
	// once somebody has said so, it is known by the number that it has
	for _, d := range found {
		if d.Number == w.Number[clerk] {
			w.Must(w.connectors.Reapply(t.Context(), w.officer(), d.ID))
		}
	}
	w.Must(w.connectors.Retry(t.Context(), w.officer(), w.code, 0))
	w.run("zeimu 主事")
	w.mustSee("a", "off")
}

func (w *town) drift() []outcome.Drift {
	w.T.Helper()
	page, err := w.outcomes.Drifts(w.T.Context(), w.officer(), outcome.Search{})
	w.Must(err)
	return page.Lines
}

// Nobody is said to be kept out whose account was never found.
func TestAnAccountThatIsNotThere(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.connected(reach.LDAP)
	w.permitted(rightstest.Asking(w.Tax))
	w.run(clerk)
	w.mustBe(connector.Failed, reach.NoAccount)
	w.suspend(clerk)
	w.run(clerk)
	w.mustBe(connector.Failed, reach.NoAccount)
	if err := w.connectors.ByHand(t.Context(), w.officer(), w.target().ID); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the 統括 says that it was done by hand: %v", err)
	}
	w.Must(w.connectors.ByHand(t.Context(), w.As("zeimu 課長"), w.target().ID))
	w.mustBe(connector.Done, "")
}

// What changes while a job is under way still waits afterwards.
func TestATargetThatChangesMeanwhileStillWaits(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.account("a", clerk, "hana")
	w.connected(reach.LDAP)
	code := w.permitted(rightstest.Asking(w.Tax))
	w.run(clerk)
	b := w.suspend(clerk, code)
	w.directory.before = func(string) {
		w.directory.before = nil
		w.reinstate(b) // by somebody else, while the job is disabling
	}
	if wait := w.run(clerk); wait == 0 {
		t.Error("nothing is left to do")
	}
	w.mustSee("a", "off")
	w.mustBe(connector.Waiting, "")
	w.run(clerk)
	w.mustSee("a", "on")
	w.mustBe(connector.Done, "")
}

// Two never carry out what is wanted of one person at once.
func TestOneAtATimeForEachPerson(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.account("a", clerk, "hana")
	w.connected(reach.LDAP)
	w.permitted(rightstest.Asking(w.Tax))
	w.directory.before = func(string) {
		wait, err := w.connectors.CarryOutForPortal(t.Context(), w.People[clerk])
		if err != nil || wait != time.Second/4 {
			t.Errorf("another waits %v: %v", wait, err)
		}
	}
	w.run(clerk)
}

func TestASystemWithoutAConnectorGetsAWorkOrder(t *testing.T) {
	t.Parallel()
	w := open(t)
	ctx := t.Context()
	asking := rightstest.Asking(w.Tax)
	asking.Login = "hana01"
	w.permitted(asking)
	open := w.orders(outcome.OrdersOpen)
	if len(open) != 1 || len(open[0].Start) != 1 || len(open[0].Stop) != 0 || open[0].Start[0].Login != "hana01" {
		t.Fatalf("the orders are %+v", open)
	}
	if err := w.connectors.Complete(ctx, w.As("fukushi 課長"), open[0].ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("somebody of another section: %v", err)
	}
	w.Must(w.connectors.Complete(ctx, w.As("zeimu 担当副課長"), open[0].ID))
	if err := w.connectors.Complete(ctx, w.As("zeimu 担当副課長"), open[0].ID); fault.KindOf(err) != fault.Conflict {
		t.Errorf("twice: %v", err)
	}
	w.mustBe(connector.Done, "")
	b := w.suspend(clerk)
	open = w.orders(outcome.OrdersOpen)
	if len(open) != 1 || len(open[0].Stop) != 1 || len(open[0].Start) != 0 {
		t.Fatalf("the orders are %+v", open)
	}
	words, err := json.Marshal(open)
	w.Must(err)
	if strings.Contains(string(words), "秘密") {
		t.Error("it says why")
	}
	w.reinstate(b)
	if open := w.orders(outcome.OrdersOpen); len(open) != 0 {
		t.Errorf("%d are left", len(open))
	}
	if moot := w.orders(outcome.OrdersMoot); len(moot) != 1 {
		t.Errorf("%d were taken back", len(moot))
	}
	w.mustBe(connector.Done, "")
}

// Nobody is asked to say of themselves that they can't get in any more.
func TestNobodyCompletesWhatIsAboutThemselves(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Permitted("zeimu 担当副課長", "zeimu 課長", rightstest.Asking(w.Tax))
	open := w.orders(outcome.OrdersOpen)
	if err := w.connectors.Complete(t.Context(), w.As("zeimu 担当副課長"), open[0].ID); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("about themselves: %v", err)
	}
	w.Must(w.connectors.Complete(t.Context(), w.As("zeimu 課長"), open[0].ID))
}

// Whatever is on is tried anew, as it is set then, before it does anything.
func TestAConnectorIsSwitchedOnOnlyOnceItWasTried(t *testing.T) {
	t.Parallel()
	w := open(t)
	ctx := t.Context()
	w.account("a", clerk, "hana")
	w.permitted(rightstest.Asking(w.Tax))
	var err error
	w.code, err = w.connectors.Make(ctx, w.officer(), connector.Details{Name: "庁内の認証", Kind: reach.LDAP, Secret: "secret"})
	w.Must(err)
	w.Must(w.connectors.Assign(ctx, w.officer(), w.code, 1, connector.Assignment{System: w.Tax, What: connector.WholeAccount}))
	w.mustBe(connector.Waiting, "")
	if len(w.orders(outcome.OrdersOpen)) != 0 {
		t.Error("the work order is still there")
	}
	w.run(clerk)
	if w.directory.ops != 0 {
		t.Error("it has done something though it is off")
	}
	if err := w.connectors.SwitchOn(ctx, w.officer(), w.code, 2); fault.KindOf(err) != fault.Conflict {
		t.Errorf("not tried yet: %v", err)
	}
	w.suspend(clerk)
	w.Must(w.connectors.Try(ctx, w.officer(), w.code))
	w.compare()
	plan, count, err := w.connectors.Plan(ctx, w.officer(), w.code)
	if err != nil || count != 1 || plan[0].Kind != drift.EnabledByHand || !plan[0].Now {
		t.Errorf("the plan is %+v: %v", plan, err)
	}
	if w.directory.ops != 0 {
		t.Error("trying it has done something")
	}
	w.Must(w.connectors.SwitchOn(ctx, w.officer(), w.code, 2))
	w.run(clerk)
	w.mustSee("a", "off")
	w.Must(w.connectors.Set(ctx, w.officer(), w.code, 2, connector.Details{Name: "別の名前"}))
	if c := w.connector(); c.Mode != connector.Dry || c.Tried {
		t.Errorf("after a change it is %s, tried %v", c.Mode, c.Tried)
	}
	if err := w.connectors.SwitchOn(ctx, w.officer(), w.code, 3); fault.KindOf(err) != fault.Conflict {
		t.Errorf("not tried since it was changed: %v", err)
	}
	w.Must(w.connectors.Unassign(ctx, w.officer(), w.code, 3, w.Tax))
	w.mustBe(connector.Done, "")
}

// A button that is pressed again and again does not let what is to be carried out wait behind it.
func TestWhatWaitsToBeComparedIsNotWantedTwice(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.connected(reach.LDAP)
	wanted := func() (n int) {
		w.Must(w.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE kind = 'right_compare'`).Scan(&n))
		return n
	}
	before := wanted()
	w.Must(w.connectors.Set(t.Context(), w.officer(), w.code, w.connector().Version, connector.Details{Name: "別の名前", Typed: map[string]string{"url": "ldaps://x"}}))
	for range 3 {
		w.Must(w.connectors.Try(t.Context(), w.officer(), w.code))
	}
	if n := wanted() - before; n != 1 {
		t.Errorf("it waits %d times", n)
	}
}

// Who sets a connector does not lead a secret that they never saw to a server of their own.
func TestASecretIsNotLedElsewhere(t *testing.T) {
	t.Parallel()
	w := open(t)
	typed := func(change map[string]string) map[string]string {
		all := map[string]string{"url": "ldap://x", "starttls": "1", "authority": "見本", "filter": "(a=b)"}
		maps.Copy(all, change)
		return all
	}
	var err error
	w.code, err = w.connectors.Make(t.Context(), w.officer(), connector.Details{Name: "庁内の認証", Kind: reach.LDAP, Typed: typed(nil), Secret: "secret"})
	w.Must(err)
	set := func(secret string, change map[string]string) error {
		return w.connectors.Set(t.Context(), w.officer(), w.code, w.connector().Version, connector.Details{Name: "庁内の認証", Typed: typed(change), Secret: secret})
	}
	for key, value := range map[string]string{"url": "ldap://y", "starttls": "", "authority": "別の見本"} {
		err := set("", map[string]string{key: value})
		if e, ok := errors.AsType[*fault.Error](err); !ok || len(e.Problems) != 1 || e.Problems[0].Field != "secret" {
			t.Errorf("another %s: %v", key, err)
		}
	}
	if err := set("", map[string]string{"filter": "(a=c)"}); err != nil {
		t.Errorf("another filter: %v", err)
	}
	if err := set("typed anew", map[string]string{"url": "ldap://y"}); err != nil {
		t.Errorf("with the secret: %v", err)
	}
}

func TestWhatIsWrongWithAConnectorIsSaidAtItsField(t *testing.T) {
	t.Parallel()
	w := open(t)
	_, err := w.connectors.Make(t.Context(), w.officer(), connector.Details{Name: "x", Kind: reach.LDAP, Secret: "wrong"})
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || len(e.Problems) != 1 || e.Problems[0].Field != "secret" {
		t.Errorf("it says %v", err)
	}
	if _, err := w.connectors.Make(t.Context(), w.As("zeimu 課長"), connector.Details{Name: "x", Kind: reach.LDAP, Secret: "s"}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a 課長 makes one: %v", err)
	}
}

func TestWhatDiffersIsFoundShowsItsAgeAndIsMadeRight(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.account("a", clerk, "hana")
	w.account("b", "zeimu 主事", "taro")
	w.directory.accounts = append(w.directory.accounts, peer.Account{ID: "x", Login: "stranger", Number: "9999", Enabled: true})
	w.connected(reach.LDAP)
	w.permitted(rightstest.Asking(w.Tax))
	w.Permitted("zeimu 主事", "zeimu 担当副課長", rightstest.Asking(w.Tax))
	w.run(clerk)
	w.run("zeimu 主事")
	w.suspend(clerk)
	w.run(clerk)
	w.directory.accounts[0].Enabled = true // by hand
	w.directory.accounts[1].Enabled = false
	w.compare()
	first := w.drift()
	kinds := map[drift.Kind]outcome.Drift{}
	for _, d := range first {
		kinds[d.Kind] = d
	}
	if len(first) != 3 || kinds[drift.EnabledByHand].Number != w.Number[clerk] || kinds[drift.DisabledByHand].Number != w.Number["zeimu 主事"] || kinds[drift.UnknownAccount].Login != "stranger" {
		t.Fatalf("drift: %+v", first)
	}
	w.compare()
	if again := w.drift(); len(again) != 3 || !again[0].FirstSeen.Equal(first[0].FirstSeen) || !again[0].LastSeen.After(first[0].LastSeen) {
		t.Errorf("the age is not kept: %+v", again)
	}
	w.Must(w.connectors.SwitchOff(t.Context(), w.officer(), w.code))
	if err := w.connectors.Reapply(t.Context(), w.officer(), kinds[drift.EnabledByHand].ID); fault.KindOf(err) != fault.Conflict {
		t.Errorf("by a connector that is off: %v", err)
	}
	w.Must(w.connectors.SwitchOn(t.Context(), w.officer(), w.code, w.connector().Version))
	w.Must(w.connectors.Reapply(t.Context(), w.officer(), kinds[drift.EnabledByHand].ID))
	w.run(clerk)
	w.mustSee("a", "off")
	w.directory.accounts[1].Enabled = true
	w.directory.accounts = w.directory.accounts[:2]
	w.compare()
	if left := w.drift(); len(left) != 0 {
		t.Errorf("left: %+v", left)
	}
	w.directory.accounts = w.directory.accounts[:1]
	w.compare()
	if left := w.drift(); len(left) != 1 || left[0].Kind != drift.MissingAccount {
		t.Errorf("the missing one: %+v", left)
	}
}

// A list that breaks off settles nothing, and says why.
func TestAComparisonThatBreaksOff(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.account("a", clerk, "hana")
	w.connected(reach.LDAP)
	if len(w.drift()) != 1 {
		t.Fatal("the account without a right is not found")
	}
	w.directory.fail = away
	w.compare()
	if c := w.connector(); c.RunTrouble != reach.Unavailable || len(w.drift()) != 1 {
		t.Errorf("the run says %q, and %d are left", c.RunTrouble, len(w.drift()))
	}
}

// A portal that is stopped in the night over a comparison leaves it to be made again.
func TestAComparisonThatWasBrokenOffIsMadeAgain(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.account("a", clerk, "hana")
	w.connected(reach.LDAP)
	w.pass(24 * time.Hour)
	ctx, stop := context.WithCancel(t.Context())
	w.directory.fail = func(string, string) error { stop(); return ctx.Err() }
	if err := w.connectors.CompareDue(ctx); err == nil {
		t.Error("it ends well though it was broken off")
	}
	w.directory.fail = nil
	runs := func() (n, ended int) {
		w.Must(w.DB.Pool.QueryRow(t.Context(), `SELECT count(*), count(ended_at) FROM connector_run`).Scan(&n, &ended))
		return n, ended
	}
	before, ended := runs()
	w.Must(w.connectors.CompareDue(t.Context()))
	if n, _ := runs(); n != before {
		t.Error("it is made again while another portal may be at it still")
	}
	w.pass(time.Hour)
	for range 2 {
		w.Must(w.connectors.CompareDue(t.Context()))
		if n, now := runs(); n != before+1 || now != ended+1 {
			t.Errorf("there are %d more, of which %d have ended", n-before, now-ended)
		}
	}
}

// late is a context whose time is over once it is closed.
type late struct {
	context.Context
	done chan struct{}
}

func (l late) Done() <-chan struct{} { return l.done }

func (l late) Err() error {
	select {
	case <-l.done:
		return context.DeadlineExceeded
	default:
		return l.Context.Err()
	}
}

// What is listed too slowly for a job is said not to have been compared.
func TestAComparisonThatTakesTooLongSaysSo(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.connected(reach.LDAP)
	ctx := late{t.Context(), make(chan struct{})}
	w.directory.fail = func(string, string) error { close(ctx.done); return ctx.Err() }
	w.pass(time.Minute)
	w.Must(w.connectors.CompareForTest(ctx, w.connector().ID))
	if c := w.connector(); c.RunTrouble != reach.Unavailable {
		t.Errorf("it says %q", c.RunTrouble)
	}
}

func TestASystemIsToldByAWebhook(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.connected(reach.Webhook)
	w.permitted(rightstest.Asking(w.Tax))
	w.run(clerk)
	w.suspend(clerk)
	w.run(clerk)
	sent := w.directory.sent
	if len(sent) != 2 || !sent[0].Allowed || sent[1].Allowed || sent[1].Person != w.Number[clerk] || sent[1].System != w.Tax || sent[0].ID == sent[1].ID {
		t.Errorf("sent: %+v", sent)
	}
}

// What was there before the portal is known to be so.
func TestWhatIsTakenIntoTheLedgerIsNotAskedFor(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.record(1)
	if open := w.orders(outcome.OrdersOpen); len(open) != 0 {
		t.Errorf("%d orders", len(open))
	}
	w.mustBe(connector.Done, "")
	w.suspend(clerk)
	if open := w.orders(outcome.OrdersOpen); len(open) != 1 {
		t.Errorf("%d orders", len(open))
	}
}

// record takes rights of the clerk into the ledger.
func (w *town) record(n int) {
	w.T.Helper()
	var entries []rights.Entry
	var system, section int64
	w.Must(w.DB.Pool.QueryRow(w.T.Context(), `SELECT y.id, p.id FROM system_shown y, section_shown p WHERE y.code = $1 AND p.code = 'fukushi'`, w.Tax).Scan(&system, &section))
	for i := range n {
		entries = append(entries, rights.Entry{Person: w.People[clerk], System: system, Section: section, Details: rights.Details{
			Kind: rights.General, Grade: fmt.Sprint(i), Purpose: "課税", From: rightstest.Today,
		}})
	}
	w.Must(w.Door.Do(w.T.Context(), w.officer(), func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.RecordRights, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		effects, err := w.Rights.Record(w.T.Context(), tx, actor, rights.FromLedger, entries)
		if err != nil {
			return door.Unchanged(), err
		}
		effects[0].Also = effects[1:]
		return effects[0], nil
	}))
}

// cutter ends a context before the statement of a number.
type cutter struct {
	n      int
	cancel context.CancelFunc
}

func (c *cutter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	if c.n--; c.n == 0 {
		c.cancel()
	}
	return ctx
}

func (c *cutter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// A suspension that is cut off at any of its statements leaves nothing or the whole: the bar,
// the target and the job.
func TestASuspensionThatIsCutOffLeavesNothingOrTheWhole(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.account("a", clerk, "hana")
	w.connected(reach.LDAP)
	w.permitted(rightstest.Asking(w.Tax))
	w.run(clerk)
	actor := w.officer()
	whole, nothing := 0, 0
	for at := 1; whole == 0 && at <= 60; at++ {
		ctx, cancel := context.WithCancel(t.Context())
		bars := w.cut(&cutter{at, cancel})
		jobs := w.jobs()
		_, err := bars.Begin(ctx, actor, bar.Order{Kind: bar.Suspension, Person: w.Number[clerk], Whole: true, Reason: "理由"})
		cancel()
		var barred int
		w.Must(w.DB.Pool.QueryRow(t.Context(), `SELECT count(*) FROM right_bar`).Scan(&barred))
		target := w.target()
		switch {
		case barred == 0 && target.State == connector.Done && target.Wanted && w.jobs() == jobs && err != nil:
			nothing++
		case barred == 1 && target.State == connector.Waiting && !target.Wanted && w.jobs() == jobs+1:
			whole++
		default:
			t.Fatalf("cut off at %d: %d bars, wanted %v, %s, %d jobs more: %v", at, barred, target.Wanted, target.State, w.jobs()-jobs, err)
		}
	}
	if nothing < 10 || whole != 1 {
		t.Errorf("%d times nothing, %d times the whole", nothing, whole)
	}
}

// cut is the suspending of rights over a pool that a cutter looks at.
func (w *town) cut(c *cutter) *bar.Service {
	w.T.Helper()
	config := w.DB.Pool.Config()
	config.ConnConfig.Tracer = c
	pool, err := pgxpool.NewWithConfig(w.T.Context(), config)
	w.Must(err)
	w.T.Cleanup(pool.Close)
	n := c.n
	c.n = 0 // not while it connects
	w.Must(pool.Ping(w.T.Context()))
	c.n = n
	through := door.New(pool, func() time.Time { return *w.Time })
	return bar.New(pool, through, rights.New(pool, through, rights.Ties{Carry: w.connectors.Carry}), bar.Ties{})
}

func (w *town) jobs() (n int) {
	w.T.Helper()
	w.Must(w.DB.Pool.QueryRow(w.T.Context(), `SELECT count(*) FROM river_job WHERE kind = 'right_carry_out' AND queue = 'rights'`).Scan(&n))
	return n
}

// A portal that is killed over a person leaves the target waiting: another one finds it.
func TestASweepFindsWhatWasLeft(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.account("a", clerk, "hana")
	w.connected(reach.LDAP)
	w.permitted(rightstest.Asking(w.Tax))
	ctx, kill := context.WithCancel(t.Context())
	w.directory.before = func(string) { kill() }
	if _, err := w.connectors.CarryOutForPortal(ctx, w.People[clerk]); err == nil {
		t.Error("it ends well though it was killed")
	}
	w.directory.before = nil
	w.mustBe(connector.Waiting, "")
	jobs := w.jobs()
	w.Must(w.connectors.Sweep(t.Context()))
	if w.jobs() != jobs {
		t.Error("what was just enqueued is swept")
	}
	w.pass(2 * time.Minute)
	w.Must(w.connectors.Sweep(t.Context()))
	if w.jobs() != jobs+1 {
		t.Error("it was not swept")
	}
	w.run(clerk)
	w.mustBe(connector.Done, "")
}

// Who answers for a system sees of what is carried out only that system.
func TestSystemsOfOthersAreNotSeen(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.account("a", clerk, "hana")
	w.connected(reach.LDAP)
	w.permitted(rightstest.Asking(w.Tax))
	own, err := w.outcomes.Targets(t.Context(), w.As("zeimu 課長"), outcome.Search{})
	if err != nil || own.Count != 1 {
		t.Errorf("own: %d, %v", own.Count, err)
	}
	others, err := w.outcomes.Targets(t.Context(), w.As("fukushi 課長"), outcome.Search{})
	if err != nil || others.Count != 0 {
		t.Errorf("others': %d, %v", others.Count, err)
	}
	if _, err := w.connectors.Find(t.Context(), w.As("fukushi 課長"), w.code); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the connector: %v", err)
	}
	if _, err := w.outcomes.Targets(t.Context(), w.As(clerk), outcome.Search{}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a 職員: %v", err)
	}
}

// All that concerns many people is written in a few statements.
func TestCarryingTenThousandPeople(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	w := open(t)
	people := grow(t, w.DB, w.Tax, 10_000)
	w.connected(reach.LDAP)
	_, err := w.DB.Owner(t).Exec(t.Context(), `
		INSERT INTO right_bar (code, person_id, kind, whole, withheld, reason, from_at, made_by, made_at)
		SELECT translate(lpad(d.person::text, 16, '0'), '0123456789', 'abcdefghij'), d.person, 'suspension', true, '', '理由', '2026-01-01', $2, '2026-01-01' FROM unnest($1::bigint[]) AS d(person)`, people, w.People["soumu 統括"])
	w.Must(err)
	jobs := w.jobs()
	begun := time.Now()
	w.Must(w.Door.Do(t.Context(), w.officer(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.KeepConnectors, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		return door.Effect{Subject: connector.SubjectForTest}, w.connectors.Carry(t.Context(), tx, people)
	}))
	took := time.Since(begun)
	t.Logf("10,000 people in %v", took)
	if w.jobs() != jobs+len(people) {
		t.Errorf("%d jobs more", w.jobs()-jobs)
	}
	if took > 3*time.Second*slack {
		t.Errorf("it took %v", took)
	}
}

// slack is for machines that do other things beside.
const slack = 3

// grow makes people with a right of a system each, and returns them.
func grow(t testing.TB, db pgtest.DB, system string, n int) []int64 {
	t.Helper()
	conn := db.Owner(t)
	rows, err := conn.Query(t.Context(), `
		WITH p AS (INSERT INTO person (staff_number, name, furigana) SELECT 'G' || n, '見本 ' || n, 'ミホン' FROM generate_series(1, $1::int) AS n RETURNING id),
		s AS (INSERT INTO post (section_id, title, single_holder, position) SELECT min(id), '職員', false, 9 FROM section RETURNING id),
		a AS (INSERT INTO appointment (person_id, post_id, single_holder, period) SELECT p.id, s.id, false, '[2020-01-01,)' FROM p, s)
		SELECT id FROM p`, n)
	if err != nil {
		t.Fatal(err)
	}
	people, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		t.Fatal(err)
	}
	// of the organization the database knows how large it is, of what has come just now it does not
	if _, err := conn.Exec(t.Context(), `ANALYZE person, post, appointment`); err != nil {
		t.Fatal(err)
	}
	_, err = conn.Exec(t.Context(), `
		INSERT INTO access_right (code, person_id, asset_id, kind, grade, login, outsider, purpose, source, asked_by, asked_at, from_on, state, decided_by, decided_on)
		SELECT '1-' || lpad(row_number() OVER ()::text, 6, '0'), d.person, y.id, 'general', '', '', '', '課税', 'asked', d.person, '2026-01-01', '2026-01-01', 'permitted', q.id, '2026-01-01'
		FROM unnest($1::bigint[]) AS d(person), system_shown y, (SELECT min(id) AS id FROM person) q WHERE y.code = $2`, people, system)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Clone(people)
}
