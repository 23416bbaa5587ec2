//go:build peers

package connector_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	goldap "github.com/go-ldap/ldap/v3"
	"github.com/riverqueue/river"

	"kagami/internal/account/directory/directorytest"
	"kagami/internal/job"
	"kagami/internal/rights"
	"kagami/internal/rights/connector"
	"kagami/internal/rights/connector/drift"
	"kagami/internal/rights/connector/outcome"
	"kagami/internal/rights/connector/peer/peertest"
	"kagami/internal/rights/connector/reach"
	"kagami/internal/rights/rightstest"
	"kagami/internal/secret"
)

// place is a system of the town whose rights end in a real directory or service, with how that
// shows by itself, past the portal, whether the clerk may use it.
type place struct {
	name, code, right string
	shows             func() bool
	letIn             func()     // by hand, past the portal
	byHand            drift.Kind // what that is, where the ledger wants them kept out
}

// whole is a town whose rights reach real directories and services.
type whole struct {
	*town
	places []*place
	slow   struct { // the directory that cannot be reached for a while
		code   string // of its connector
		places []*place
		gate   *gate
	}
}

// gate is the way to a server, which can be shut.
type gate struct {
	address string
	shut    atomic.Bool
}

func openGate(t testing.TB, to string) *gate {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it lives until the test ends
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() }) //nolint:errcheck // nothing is left to lose
	g := &gate{address: listener.Addr().String()}
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			go g.pass(from, to)
		}
	}()
	return g
}

func (g *gate) pass(from net.Conn, to string) {
	defer from.Close() //nolint:errcheck // one of the two ends it
	if g.shut.Load() {
		return
	}
	on, err := net.Dial("tcp", to) //nolint:noctx // it lives as long as its other half
	if err != nil {
		return
	}
	defer on.Close() //nolint:errcheck // one of the two ends it
	go func() {
		io.Copy(on, from) //nolint:errcheck // it ends when it ends
		on.Close()        //nolint:errcheck // so does the other direction
	}()
	io.Copy(from, on) //nolint:errcheck // it ends when it ends
}

// A right is asked for, permitted, suspended while a directory is away, let in again by hand, reinstated and ended by a
// transfer; each directory and service shows it, and so does the portal of each.
func TestTheWholeWayOfARight(t *testing.T) {
	w := &whole{town: open(t)}
	w.connectors = connector.New(w.DB.Pool, w.Door, secret.Random(), slog.New(slog.DiscardHandler), reach.DialPeers)
	w.slapd()
	w.samba()
	w.scim()

	for _, p := range w.places {
		p.right = w.Ask(clerk, rightstest.Asking(p.code))
	}
	w.standing(rights.Asked)
	for _, p := range w.places {
		w.Must(w.Do("zeimu 担当副課長", p.right, rights.EventPermit, ""))
	}
	w.standing(rights.InForce)
	w.carriedOut(true)

	b := w.suspend(clerk)
	w.standing(rights.Suspended)
	w.each(connector.Waiting)
	w.shows("before it is carried out", true)
	w.failed()
	w.carriedOut(false)

	w.driftByHand()

	b, err := w.Bars.Find(t.Context(), w.officer(), b.Code)
	w.Must(err)
	w.reinstate(b)
	w.standing(rights.InForce)
	w.each(connector.Waiting)
	w.carriedOut(true)

	w.Transfer(clerk, "zeimu 主査", rightstest.Today.AddDays(5))
	*w.Time = rightstest.Today.AddDays(5).Start()
	w.Must(w.Settling.Settle(t.Context()))
	w.each(connector.Waiting)
	w.carriedOut(false)
	*w.Time = rightstest.Today.AddDays(60).Start()
	w.Must(w.Settling.Settle(t.Context()))
	w.standing(rights.Ended)
	w.shows("when nobody has said that it is needed still", false)
	w.each(connector.Done)
}

// failed lets the portal try until it gives up, while a directory can't be reached: that is
// shown, and the 統括 is told. Then it can be reached, and is to be tried again.
func (w *whole) failed() {
	w.T.Helper()
	w.slow.gate.shut.Store(true)
	for range 8 {
		w.run(clerk)
		w.pass(10 * time.Minute)
	}
	for _, p := range w.places {
		want := connector.Done
		if slices.Contains(w.slow.places, p) {
			want = connector.Failed
		}
		if got := w.stateOf(p); got != want {
			w.T.Errorf("%s is %s, not %s", p.name, got, want)
		}
		if got := p.shows(); got != (want == connector.Failed) {
			w.T.Errorf("%s, while a directory is away: the clerk may use it: %t", p.name, got)
		}
	}
	var told int
	w.Must(w.DB.Pool.QueryRow(w.T.Context(), `SELECT count(*) FROM notice WHERE topic = 'connector' AND person_id = $1`, w.officer().Person).Scan(&told))
	if told != 1 {
		w.T.Errorf("the 統括 is told %d times", told)
	}
	w.slow.gate.shut.Store(false)
	w.Must(w.connectors.Retry(w.T.Context(), w.officer(), w.slow.code, 0))
}

// driftByHand lets the clerk in again by hand, and sees that the next two nights find it, and
// since when it is so.
func (w *whole) driftByHand() {
	w.T.Helper()
	for _, p := range w.places {
		p.letIn()
	}
	w.shows("let in by hand", true)
	var first time.Time
	for night := range 2 {
		*w.Time = rightstest.Today.AddDays(1 + night).Start().Add(3 * time.Hour)
		w.Must(w.connectors.CompareDue(w.T.Context()))
		if night == 0 {
			first = *w.Time
		}
	}
	found := w.drift()
	for _, p := range w.places {
		i := slices.IndexFunc(found, func(d outcome.Drift) bool { return d.SystemCode == p.code && d.Number == w.Number[clerk] })
		switch {
		case i < 0:
			w.T.Errorf("%s: nothing is found", p.name)
		case found[i].Kind != p.byHand:
			w.T.Errorf("%s: found is %s", p.name, found[i].Kind)
		case !found[i].FirstSeen.Equal(first) || !found[i].LastSeen.Equal(*w.Time):
			w.T.Errorf("%s: it is so from %v to %v, not from %v to %v", p.name, found[i].FirstSeen, found[i].LastSeen, first, *w.Time)
		}
	}
	w.each(connector.Done) // nothing is changed by looking
	w.shows("after it was found", true)
}

// standing fails where the clerk's rights do not all stand so.
func (w *whole) standing(want rights.Standing) {
	w.T.Helper()
	for _, p := range w.places {
		if got := w.Find(p.right).Standing; got != want {
			w.T.Errorf("%s: the right is %q, not %q", p.name, got, want)
		}
	}
}

// each fails where the portal does not show that state of each system.
func (w *whole) each(want connector.State) {
	w.T.Helper()
	for _, p := range w.places {
		if got := w.stateOf(p); got != want {
			w.T.Errorf("%s is %s, not %s", p.name, got, want)
		}
	}
}

func (w *whole) stateOf(p *place) connector.State {
	w.T.Helper()
	page, err := w.outcomes.Targets(w.T.Context(), w.officer(), outcome.Search{Person: w.Number[clerk], System: p.code})
	w.Must(err)
	if len(page.Lines) != 1 {
		w.T.Fatalf("%s has %d targets", p.name, len(page.Lines))
	}
	return page.Lines[0].State
}

// shows fails where a directory or service does not show by itself that the clerk may use it,
// or may not.
func (w *whole) shows(when string, want bool) {
	w.T.Helper()
	for _, p := range w.places {
		if got := p.shows(); got != want {
			w.T.Errorf("%s, %s: the clerk may use it: %t", p.name, when, got)
		}
	}
}

// carriedOut lets the portal's jobs run until nothing waits for them, and fails where that is
// not what each directory and service shows then.
func (w *whole) carriedOut(want bool) {
	w.T.Helper()
	ctx := w.T.Context()
	jobs, err := job.Start(ctx, w.DB.Pool, slog.New(slog.DiscardHandler), func() error { return nil }, []job.Queue{connector.Queue()},
		func(workers *river.Workers) []*river.PeriodicJob {
			w.connectors.RegisterJobs(workers)
			return nil
		})
	w.Must(err)
	waiting := func() (count int) {
		w.Must(w.DB.Pool.QueryRow(ctx, `SELECT count(*) FROM river_job WHERE kind = 'right_carry_out' AND state NOT IN ('completed', 'discarded', 'cancelled')`).Scan(&count))
		return count
	}
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for range 600 {
		if waiting() == 0 {
			break
		}
		<-ticker.C
	}
	w.Must(jobs.Stop(context.WithoutCancel(ctx)))
	if left := waiting(); left != 0 {
		w.T.Errorf("%d jobs still wait", left)
	}
	w.each(connector.Done)
	w.shows("carried out", want)
}

// connect makes a connector for the places, and switches it on.
func (w *whole) connect(d connector.Details, groups []string, places ...*place) {
	w.T.Helper()
	ctx := w.T.Context()
	var err error
	w.code, err = w.connectors.Make(ctx, w.officer(), d)
	w.Must(err)
	for _, p := range places {
		p.code = w.System(p.name)
		a := connector.Assignment{System: p.code, What: connector.WholeAccount}
		if p.byHand == drift.JoinedByHand {
			a.What, a.Groups = connector.NamedGroups, groups
		}
		w.Must(w.connectors.Assign(ctx, w.officer(), w.code, w.connector().Version, a))
	}
	w.switchOn()
	w.places = append(w.places, places...)
}

// entry is an account of a directory, and a group, as the directory shows them by itself.
type entry struct {
	t         testing.TB
	conn      *goldap.Conn
	dn, group string
	disabling string   // the attribute by which it is disabled
	enabled   []string // its values where it is not
}

func (e entry) usable() bool {
	e.t.Helper()
	found, err := e.conn.Search(goldap.NewSearchRequest(e.dn, goldap.ScopeBaseObject, goldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", []string{e.disabling}, nil))
	if err != nil || len(found.Entries) != 1 {
		e.t.Fatalf("%s is not there: %v", e.dn, err)
	}
	return slices.Equal(found.Entries[0].GetAttributeValues(e.disabling), e.enabled)
}

func (e entry) member() bool {
	e.t.Helper()
	is, err := e.conn.Search(goldap.NewSearchRequest(e.group, goldap.ScopeBaseObject, goldap.NeverDerefAliases, 0, 0, false, "(member="+goldap.EscapeFilter(e.dn)+")", nil, nil))
	if err != nil {
		e.t.Fatal(err)
	}
	return len(is.Entries) == 1
}

func (e entry) enable() {
	e.t.Helper()
	change := goldap.NewModifyRequest(e.dn, nil)
	change.Replace(e.disabling, e.enabled)
	e.must(e.conn.Modify(change))
}

func (e entry) join() {
	e.t.Helper()
	change := goldap.NewModifyRequest(e.group, nil)
	change.Add("member", []string{e.dn})
	e.must(e.conn.Modify(change))
}

func (e entry) must(err error) {
	e.t.Helper()
	if err != nil {
		e.t.Fatal(err)
	}
}

func (e entry) places(of string) []*place {
	return []*place{
		{name: of + "のアカウント", shows: e.usable, letIn: e.enable, byHand: drift.EnabledByHand},
		{name: of + "のグループ", shows: e.member, letIn: e.join, byHand: drift.JoinedByHand},
	}
}

func (w *whole) slapd() {
	w.T.Helper()
	const group = "cn=利用者," + directorytest.Alone
	s := directorytest.StartWith(w.T, directorytest.Options{
		Writable: true, Modules: []string{"ppolicy", "memberof"},
		Settings: []string{
			"rootdn cn=root," + directorytest.Suffix, "overlay ppolicy", "ppolicy_default cn=policy," + directorytest.Alone, "overlay memberof", "memberof-refint TRUE",
		},
	}, directorytest.Person("見本太郎", directorytest.People, "uid=taro", "employeeNumber="+w.Number[clerk]),
		directorytest.Group("利用者", directorytest.Alone, directorytest.Portal),
		directorytest.Entry{Name: "policy", Under: directorytest.Alone, Attributes: []string{"objectClass=person", "objectClass=pwdPolicy", "sn=policy", "pwdAttribute=userPassword", "pwdLockout=TRUE"}})
	conn, err := goldap.DialURL("ldap://" + s.Plain)
	w.Must(err)
	w.T.Cleanup(func() { conn.Close() }) //nolint:errcheck // nothing is left to lose
	w.Must(conn.Bind(directorytest.Portal, s.Password["kagami"]))
	e := entry{
		t: w.T, conn: conn, dn: "cn=見本太郎," + directorytest.People, group: group,
		disabling: "pwdAccountLockedTime",
	}
	w.slow.gate, w.slow.places = openGate(w.T, s.Plain), e.places("slapd")
	w.connect(connector.Details{Name: "slapd", Kind: reach.LDAP, Secret: s.Password["kagami"], Typed: map[string]string{
		"kind": "openldap", "url": "ldap://" + w.slow.gate.address, "bind_dn": directorytest.Portal, "base_dn": directorytest.People,
	}}, []string{group}, w.slow.places...)
	w.slow.code = w.code
}

func (w *whole) samba() {
	w.T.Helper()
	s := peertest.StartSamba(w.T, []peertest.User{{Name: "見本太郎", Login: "taro", Attributes: []string{"employeeNumber=" + w.Number[clerk]}}}, "利用者")
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM([]byte(s.Authority))
	conn, err := goldap.DialURL(s.URL, goldap.DialWithTLSConfig(&tls.Config{RootCAs: authorities, MinVersion: tls.VersionTLS12}))
	w.Must(err)
	w.T.Cleanup(func() { conn.Close() }) //nolint:errcheck // nothing is left to lose
	w.Must(conn.Bind("Administrator@mihon.example.jp", s.Password["Administrator"]))
	group := "CN=利用者," + peertest.Groups
	e := entry{
		t: w.T, conn: conn, dn: "CN=見本太郎," + peertest.People, group: group,
		disabling: "userAccountControl", enabled: []string{"512"},
	}
	w.connect(connector.Details{Name: "Samba", Kind: reach.LDAP, Secret: s.Password["kagami"], Typed: map[string]string{
		"kind": "active-directory", "url": s.URL, "authority": s.Authority, "bind_dn": "kagami@mihon.example.jp", "base_dn": peertest.Domain,
	}}, []string{group}, e.places("Samba")...)
}

func (w *whole) scim() {
	w.T.Helper()
	s := peertest.StartSCIM(w.T, true)
	user := s.Add(w.T, "Users", map[string]any{
		"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:User"}, "userName": "taro", "displayName": "見本太郎", "active": true, "externalId": w.Number[clerk],
	})
	group := s.Add(w.T, "Groups", map[string]any{"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:Group"}, "displayName": "利用者", "members": []map[string]any{}})
	patch := func(path string, operation map[string]any) {
		s.Ask(w.T, http.MethodPatch, path, map[string]any{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": []map[string]any{operation}})
	}
	active := &place{
		name: "SCIMのアカウント", byHand: drift.EnabledByHand,
		shows: func() bool { return s.Ask(w.T, http.MethodGet, "Users/"+user, nil)["active"] == true },
		letIn: func() { patch("Users/"+user, map[string]any{"op": "replace", "path": "active", "value": true}) },
	}
	member := &place{
		name: "SCIMのグループ", byHand: drift.JoinedByHand,
		shows: func() bool {
			members, _ := s.Ask(w.T, http.MethodGet, "Groups/"+group, nil)["members"].([]any)
			return len(members) == 1
		},
		letIn: func() {
			patch("Groups/"+group, map[string]any{"op": "add", "path": "members", "value": []map[string]any{{"value": user}}})
		},
	}
	w.connect(connector.Details{Name: "SCIM", Kind: reach.SCIM, Secret: s.Token, Typed: map[string]string{"url": s.URL}}, []string{group}, active, member)
}
