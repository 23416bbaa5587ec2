package account_test

import (
	"testing"

	"kagami/internal/account"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
)

// suspendUse suspends somebody's right to use the portal, as package rights/bar does.
func (p place) suspendUse(t *testing.T, person, by int64) {
	t.Helper()
	_, err := p.db.Pool.Exec(t.Context(), `
		INSERT INTO right_bar (code, person_id, kind, whole, reason, from_at, withheld, made_by, made_at) VALUES ('aaaaaaaaaaaaaaaa', $1, 'suspension', true, '見本', $3, '', $2, $3)`,
		person, by, p.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
}

// Whose right to use the portal is suspended is out for the next request, though nothing has
// run but that statement, and does not come in again.
func TestWhoIsBarredIsOut(t *testing.T) {
	t.Parallel()
	p, administrator, second := withAdministrators(t)
	token := p.begin(t, p.person)
	p.suspendUse(t, p.person, second.Person)
	if p.goesOn(t, token) {
		t.Error("a session goes on")
	}
	if _, err := p.Authenticate(t.Context(), "M001", password, from("192.0.2.1")); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("with a password: %v", err)
	}
	if err := p.CheckUsable(t.Context(), p.person); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("by another way: %v", err)
	}
	if _, err := begin(t, p.Service, p.person, p.clock.Now()); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("a session begins: %v", err)
	}
	if _, err := account.Rights().Find(t.Context(), p.db.Pool, administrator.Person, p.clock.Now()); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("a change under way: %v", err)
	}
	if _, err := account.Rights().Find(t.Context(), p.db.Pool, second.Person, p.clock.Now()); err != nil {
		t.Errorf("somebody else: %v", err)
	}
}

// Who is kept out after a revocation comes in again once the account is resumed, and not before.
func TestWhoIsKeptOutComesInOnceResumed(t *testing.T) {
	t.Parallel()
	p, _, second := withAdministrators(t)
	token := p.begin(t, p.person)
	err := door.New(p.db.Pool, p.clock.Now).Do(t.Context(), authz.AsOperator(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.ManageAccounts, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		return p.KeepOut(t.Context(), tx, p.person)
	})
	if err != nil {
		t.Fatal(err)
	}
	if p.goesOn(t, token) {
		t.Error("a session goes on")
	}
	if err := p.CheckUsable(t.Context(), p.person); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("it may be used: %v", err)
	}
	if err := p.Resume(t.Context(), second, "M001", "見本"); err != nil {
		t.Fatal(err)
	}
	if err := p.CheckUsable(t.Context(), p.person); err != nil {
		t.Errorf("resumed: %v", err)
	}
}
