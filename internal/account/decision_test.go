package account_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"kagami/internal/account"
	"kagami/internal/account/factor"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/secret"
)

// guarded is a place with two administrators, and somebody with an account and
// a second factor.
type guarded struct {
	place
	factors                      *factor.Service
	administrator, second, owner authz.Actor
}

// guard makes it; the owner holds the roles, and those demanded demand a second
// factor.
func guard(t *testing.T, demanded []authz.Role, roles ...authz.Role) guarded {
	t.Helper()
	g := guarded{}
	g.place, g.administrator, g.second = withAdministrators(t)
	owner := g.hire(t, "M003", "見本 梅子")
	for _, role := range roles {
		g.give(t, owner, role)
	}
	g.owner = g.actor(t, owner)
	if err := g.SetPassword(t.Context(), authz.AsOperator(), owner, password); err != nil {
		t.Fatal(err)
	}
	var err error
	g.factors, err = factor.New(factor.Config{
		Keys: secret.Random(),
		Pool: g.db.Pool, Door: door.New(g.db.Pool, g.clock.Now), Accounts: g.Service, Now: g.clock.Now, Town: "見本町",
		PublicURL: &url.URL{Scheme: "http", Host: "localhost"}, Demanded: demanded,
	})
	if err != nil {
		t.Fatal(err)
	}
	g.setUp(t)
	return g
}

// setUp gives the owner an authenticator app.
func (g guarded) setUp(t *testing.T) {
	t.Helper()
	_, err := g.db.Pool.Exec(t.Context(), `INSERT INTO totp (person_id, secret, confirmed_at) VALUES ($1, substr(sha256('a'), 1, 20), $2)`, g.owner.Person, g.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
}

func (g guarded) link(t *testing.T, by authz.Actor) error {
	t.Helper()
	asked := g.AskReset(t.Context(), by, g.owner.Person)
	_, err := g.MakeResetLink(t.Context(), by, "M003")
	if fault.KindOf(asked) != fault.KindOf(err) {
		t.Errorf("the page says %v, and the act %v", asked, err)
	}
	return err
}

func (g guarded) takeAway(t *testing.T, by authz.Actor) error {
	t.Helper()
	asked := g.factors.AskTakeAway(t.Context(), by, g.owner.Person)
	err := g.factors.TakeAway(t.Context(), by, g.owner.Person, "見本の理由")
	if fault.KindOf(asked) != fault.KindOf(err) {
		t.Errorf("the page says %v, and the act %v", asked, err)
	}
	return err
}

// One administrator alone does not become the CISO: who has taken the second
// factors away makes no link, and the other way round. Two together help
// somebody who has lost both.
func TestNobodyTakesAwayTheFactorsAndThePasswordAlone(t *testing.T) {
	t.Parallel()
	ciso := []authz.Role{authz.CISO}
	for name, c := range map[string]struct {
		demanded, roles []authz.Role
		apart           bool
	}{
		"a role that demands":                     {ciso, ciso, true},
		"the role above, while that is vacant":    {ciso, []authz.Role{authz.CIO}, true},
		"a role that does not":                    {ciso, []authz.Role{authz.Auditor}, false},
		"no role demands anything":                {nil, ciso, false},
		"the role above, though it is not vacant": {[]authz.Role{authz.Administrator}, []authz.Role{authz.GeneralSecurityOfficer}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := guard(t, c.demanded, c.roles...)
			refused := func(err error) bool {
				t.Helper()
				if err != nil && (fault.KindOf(err) != fault.Forbidden || !strings.Contains(err.Error(), "ほかのポータル管理者に頼んでください")) {
					t.Fatal(err)
				}
				return err != nil
			}
			if refused(g.takeAway(t, g.administrator)) {
				t.Fatal("nothing was done before")
			}
			if got := refused(g.link(t, g.administrator)); got != c.apart {
				t.Errorf("a link after it: refused %t", got)
			}
			g.clock.advance(time.Minute)
			if refused(g.link(t, g.second)) {
				t.Error("another administrator makes no link")
			}
			g.setUp(t)
			if got := refused(g.takeAway(t, g.second)); got != c.apart {
				t.Errorf("taking away after a link: refused %t", got)
			}
			g.clock.advance(7 * 24 * time.Hour)
			if refused(g.link(t, g.administrator)) {
				t.Error("a week later it is still refused")
			}
		})
	}
}

// The owner is told, who did it and when, until they have seen it.
func TestTheOwnerIsToldWhatWasDoneToTheirAccount(t *testing.T) {
	t.Parallel()
	g := guard(t, nil)
	list := func(actor authz.Actor) []account.Decision {
		t.Helper()
		list, err := g.Decisions(t.Context(), actor)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if len(list(g.owner)) != 0 {
		t.Fatal("something was done already")
	}
	if err := g.takeAway(t, g.administrator); err != nil {
		t.Fatal(err)
	}
	if err := g.link(t, g.second); err != nil {
		t.Fatal(err)
	}
	got := list(g.owner)
	if len(got) != 2 || got[0].Factors || got[0].By != "見本 花子" || !got[1].Factors || got[1].By != "見本 太郎" || !got[1].At.Equal(g.clock.Now()) {
		t.Fatalf("they are told %+v", got)
	}
	if len(list(g.second)) != 0 {
		t.Error("others see it")
	}
	if err := g.NoteDecisions(t.Context(), g.second, got[0].ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("somebody else has seen it: %v", err)
	}
	for _, last := range []int64{got[1].ID, got[0].ID, got[1].ID} {
		if err := g.NoteDecisions(t.Context(), g.owner, last); err != nil {
			t.Fatal(err)
		}
		if after := list(g.owner); !after[1].Noted || last == got[0].ID && !after[0].Noted {
			t.Errorf("seen up to %d: %+v", last, after)
		}
	}
	if after := list(g.owner); !after[0].Noted {
		t.Error("seen is unseen again")
	}
	g.clock.advance(30 * 24 * time.Hour)
	if len(list(g.owner)) != 0 {
		t.Error("it is shown after 30 days")
	}
}
