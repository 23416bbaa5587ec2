package account_test

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kagami/internal/account"
	"kagami/internal/account/session"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/trail"
)

// answering is a place where somebody who is barred comes in while a case is open to them: while
// they stand in the table open_case.
func answering(t *testing.T) (place, *session.Confinement) {
	t.Helper()
	p := aPlace(t)
	if _, err := p.db.Owner(t).Exec(t.Context(), `CREATE TABLE open_case (person_id bigint, from_at timestamptz NOT NULL DEFAULT '-infinity'); GRANT ALL ON open_case TO kagami_portal`); err != nil {
		t.Fatal(err)
	}
	confinement := &session.Confinement{}
	confinement.Open(func(person, at string) string {
		return `EXISTS (SELECT FROM open_case k WHERE k.person_id = ` + person + ` AND k.from_at <= ` + at + `)`
	})
	p.Service, p.sessions = p.Confining(confinement), p.sessions.Confining(confinement)
	return p, confinement
}

func (p place) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := p.db.Pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// bar bars all rights of somebody from an instant on, as package rights/bar writes it.
func (p place) bar(t *testing.T, person, by int64, kind string, from time.Time) {
	t.Helper()
	p.exec(t, `
		INSERT INTO right_bar (code, person_id, kind, whole, reason, from_at, withheld, made_by, made_at) VALUES ($1, $2, $3, true, '見本', $4, '', $5, $6)`,
		strings.ToLower(rand.Text()[:16]), person, kind, from, by, p.clock.Now())
}

// lift ends the bars of a kind.
func (p place) lift(t *testing.T, person int64, kind string) {
	t.Helper()
	p.exec(t, `UPDATE right_bar SET to_at = greatest(from_at, $3), version = version + 1 WHERE person_id = $1 AND kind = $2 AND to_at IS NULL`, person, kind, p.clock.Now())
}

// found is the session of a token; the zero one where it does not go on.
func (p place) found(t *testing.T, token string) session.Session {
	t.Helper()
	found, err := p.sessions.Find(t.Context(), token, nil)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// What becomes of a sign-in with the right password: of each mix of what bars somebody, with and
// without a case that is open to them, and with an account that is suspended or not.
func TestWhoIsBarredComesInToAnswerOnly(t *testing.T) {
	t.Parallel()
	p, _ := answering(t)
	by := p.hire(t, "B001", "見本 統括")
	kinds := []string{"suspension", "revocation", "conduct_cut", "account_cut"}
	for n := range 1 << 6 {
		number := fmt.Sprintf("C%03d", n)
		person := p.hire(t, number, "見本 花子")
		if err := p.SetPassword(t.Context(), authz.AsOperator(), person, password); err != nil {
			t.Fatal(err)
		}
		var barred []string
		for i, kind := range kinds {
			if n>>i&1 == 1 {
				barred = append(barred, kind)
				p.bar(t, person, by, kind, p.clock.Now().Add(-time.Hour))
			}
		}
		open, suspended := n>>4&1 == 1, n>>5&1 == 1
		if open {
			p.exec(t, `INSERT INTO open_case VALUES ($1)`, person)
		}
		if suspended {
			p.exec(t, `UPDATE account SET suspended_at = $2, suspension_reason = '見本' WHERE person_id = $1`, person, p.clock.Now())
		}
		confined := len(barred) > 0 && open && !slices.Contains(barred, "account_cut")
		want := !suspended && (len(barred) == 0 || confined)

		_, err := p.Authenticate(t.Context(), number, password, from("192.0.2.1"))
		token, began := begin(t, p.Service, person, p.clock.Now())
		vouched, vouch := p.Vouched(t.Context(), account.KeyStaffNumber, number)
		for way, err := range map[string]error{"password": err, "a session": began, "vouched for": vouch, "a passkey": p.CheckUsable(t.Context(), person)} {
			if (err == nil) != want || !want && fault.KindOf(err) != fault.Unauthenticated {
				t.Errorf("%v, a case %t, suspended %t: %s: %v", barred, open, suspended, way, err)
			}
		}
		if want && vouched != person {
			t.Errorf("%v: vouched for as %d", barred, vouched)
		}
		found := p.found(t, token)
		if (found.Person != 0) != want || found.Confined != (want && confined) {
			t.Errorf("%v, a case %t, suspended %t: %+v", barred, open, suspended, found)
		}
	}
}

// Only who has the right password is told that they are barred, and so whether they have a case.
func TestAWrongPasswordTellsNothingOfACase(t *testing.T) {
	t.Parallel()
	p, _ := answering(t)
	by := p.hire(t, "B001", "見本 統括")
	without := p.hire(t, "M002", "見本 花子")
	if err := p.SetPassword(t.Context(), authz.AsOperator(), without, password); err != nil {
		t.Fatal(err)
	}
	for _, person := range []int64{p.person, without} {
		p.bar(t, person, by, "suspension", p.clock.Now())
	}
	p.exec(t, `INSERT INTO open_case VALUES ($1)`, p.person)
	try := func(login, password string) (hashes int, err error) {
		hashes = p.Hashes(func() { _, err = p.Authenticate(t.Context(), login, password, from("192.0.2.1")) })
		return hashes, err
	}
	n, with := try("M001", "not the password")
	m, other := try("M002", "not the password")
	k, nobody := try("M999", "not the password")
	if fault.KindOf(with) != fault.Unauthenticated || with.Error() != other.Error() || with.Error() != nobody.Error() || n != 1 || m != 1 || k != 1 {
		t.Errorf("with a case %v (%d hashes), without %v (%d), nobody %v (%d)", with, n, other, m, nobody, k)
	}
	if n, err := try("M001", password); n != 1 || err != nil {
		t.Errorf("the right one, with a case: %d hashes, %v", n, err)
	}
	if n, err := try("M002", password); n != 1 || fault.KindOf(err) != fault.Unauthenticated || !strings.Contains(err.Error(), account.StoppedMessage) {
		t.Errorf("the right one, without: %d hashes, %v", n, err)
	}
}

// A sign-in of who is confined is recorded apart, and listed to nobody: who keeps accounts does
// not learn from it that there is a case.
func TestASignInToAnswerIsRecordedApart(t *testing.T) {
	t.Parallel()
	p, _ := answering(t)
	p.bar(t, p.person, p.hire(t, "B001", "見本 統括"), "suspension", p.clock.Now())
	p.exec(t, `INSERT INTO open_case VALUES ($1)`, p.person)
	if _, err := begin(t, p.Service, p.person, p.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if n := count(t, p, `SELECT count(*) FROM account WHERE person_id = $1 AND signed_in_at IS NULL AND confined_at = $2`, p.person, p.clock.Now()); n != 1 {
		t.Error("the account does not say so")
	}
	if n := count(t, p, `SELECT count(*) FROM sessions WHERE person_id = $1 AND confined`, p.person); n != 1 {
		t.Errorf("%d sessions are marked", n)
	}
	if listed, err := session.Of(t.Context(), p.db.Pool, p.person, p.clock.Now()); err != nil || len(listed) != 0 {
		t.Errorf("listed: %+v, %v", listed, err)
	}
	if _, err := p.db.Pool.Exec(t.Context(), `UPDATE sessions SET confined = false WHERE person_id = $1`, p.person); err == nil {
		t.Error("the database makes an ordinary session of it")
	}
}

// Whatever comes and goes, in whatever order: a session goes on while its person is as they were
// when it began, and never becomes another one.
func TestASessionNeverOutlivesWhatItStandsFor(t *testing.T) {
	t.Parallel()
	p, _ := answering(t)
	by := p.hire(t, "B001", "見本 統括")
	kinds := []string{"suspension", "revocation", "conduct_cut", "account_cut"}
	rounds := 0
	rapid.Check(t, func(r *rapid.T) {
		rounds++
		person := p.hire(t, fmt.Sprintf("R%05d", rounds), "見本 花子")
		p.exec(t, `INSERT INTO account (person_id) VALUES ($1)`, person)
		active, open := map[string]bool{}, false
		begun := map[string]bool{} // whether each token's session is confined
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			p.clock.advance(time.Second)
			switch rapid.SampledFrom([]string{"bar", "lift", "case", "sign in"}).Draw(r, "step") {
			case "bar":
				kind := rapid.SampledFrom(kinds).Draw(r, "kind")
				if !active[kind] {
					p.bar(t, person, by, kind, p.clock.Now())
					active[kind] = true
				}
			case "lift":
				kind := rapid.SampledFrom(kinds).Draw(r, "kind")
				p.lift(t, person, kind)
				delete(active, kind)
			case "case":
				if open = !open; open {
					p.exec(t, `INSERT INTO open_case VALUES ($1)`, person)
				} else {
					p.exec(t, `DELETE FROM open_case WHERE person_id = $1`, person)
				}
			case "sign in":
				token, err := begin(t, p.Service, person, p.clock.Now())
				want := len(active) == 0 || open && !active["account_cut"]
				if (err == nil) != want {
					r.Fatalf("barred by %v, a case %t: %v", active, open, err)
				}
				if err == nil {
					begun[token] = len(active) > 0
				}
			}
			for token, confined := range begun {
				goesOn := confined == (len(active) > 0) && (!confined || open && !active["account_cut"])
				if found := p.found(t, token); (found.Person != 0) != goesOn || goesOn && found.Confined != confined {
					r.Fatalf("barred by %v, a case %t, begun confined %t: %+v", active, open, confined, found)
				}
			}
		}
	})
}

// A change under way in a session that is confined: it is made as who is confined, or not at all
// where the case has been closed, the bar has ended or turned into one that protects an account.
func TestADeedOfWhoIsConfinedIsNotWidened(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		between func(t *testing.T, p place, by int64)
		want    fault.Kind
	}{
		"nothing has changed": {func(*testing.T, place, int64) {}, 0},
		"the case is closed": {func(t *testing.T, p place, _ int64) {
			t.Helper()
			p.exec(t, `DELETE FROM open_case`)
		}, fault.Unauthenticated},
		"the bar has ended": {func(t *testing.T, p place, _ int64) {
			t.Helper()
			p.lift(t, p.person, "suspension")
		}, fault.Unauthenticated},
		"the account is cut": {func(t *testing.T, p place, by int64) {
			t.Helper()
			p.bar(t, p.person, by, "account_cut", p.clock.Now())
		}, fault.Unauthenticated},
		"the account is suspended": {func(t *testing.T, p place, _ int64) {
			t.Helper()
			p.exec(t, `UPDATE account SET suspended_at = $1, suspension_reason = '見本'`, p.clock.Now())
		}, fault.Unauthenticated},
	} {
		p, confinement := answering(t)
		by := p.give(t, p.person, authz.Administrator) // what they hold counts for nothing
		other := p.hire(t, "B001", "見本 統括")
		p.bar(t, p.person, other, "suspension", p.clock.Now())
		p.exec(t, `INSERT INTO open_case VALUES ($1)`, p.person)
		c.between(t, p, other)
		confined := authz.Actor{Person: p.person, Holdings: by.Holdings, On: calendar.Day(p.clock.Now())}.Confine()
		var as authz.Actor
		err := door.New(p.db.Pool, p.clock.Now).With(account.RightsConfining(confinement)).
			Do(t.Context(), confined, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
				as = actor
				return door.Effect{Subject: trail.Subject{Kind: "account", ID: p.person}}, tx.Allow(authz.ReadViolation, authz.Matter{Person: p.person})
			})
		if fault.KindOf(err) != c.want || (err == nil) != (c.want == 0) {
			t.Errorf("%s: %v", name, err)
		}
		if recorded := count(t, p, `SELECT count(*) FROM trail_entry WHERE role = 'confined' AND person_id = $1`, p.person); err == nil && (!as.IsConfined() || len(as.Holdings) != 1 || recorded != 1) {
			t.Errorf("%s: done as %+v, recorded %d times", name, as, recorded)
		}
	}
}

// A case is open to its person once they are told, not before.
func TestWhoIsNotToldYetDoesNotComeIn(t *testing.T) {
	t.Parallel()
	p, _ := answering(t)
	p.bar(t, p.person, p.hire(t, "B001", "見本 統括"), "suspension", p.clock.Now())
	p.exec(t, `INSERT INTO open_case VALUES ($1, $2)`, p.person, p.clock.Now().Add(time.Hour))
	if _, err := begin(t, p.Service, p.person, p.clock.Now()); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("before: %v", err)
	}
	p.clock.advance(time.Hour)
	if token, err := begin(t, p.Service, p.person, p.clock.Now()); err != nil || !p.found(t, token).Confined {
		t.Errorf("once told: %v", err)
	}
}

// Without somebody who says whom a case is open to, nobody is confined.
func TestWithoutACaseNobodyIsConfined(t *testing.T) {
	t.Parallel()
	p, _, second := withAdministrators(t)
	p.suspendUse(t, p.person, second.Person)
	d := door.New(p.db.Pool, p.clock.Now).With(account.Rights())
	err := d.Do(t.Context(), authz.Actor{Person: p.person}.Confine(), func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		return door.Effect{Subject: trail.Subject{Kind: "account", ID: p.person}}, tx.Allow(authz.ReadViolation, authz.Matter{Person: p.person})
	})
	if fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("a change: %v", err)
	}
}

// What belongs to an account is closed to who is confined, however they come to it.
func TestWhoIsConfinedChangesNothingOfTheirAccount(t *testing.T) {
	t.Parallel()
	p, _ := answering(t)
	p.bar(t, p.person, p.hire(t, "B001", "見本 統括"), "suspension", p.clock.Now())
	p.exec(t, `INSERT INTO open_case VALUES ($1)`, p.person)
	confined := authz.Actor{Person: p.person}.Confine()
	err := p.ChangePassword(t.Context(), confined, account.PasswordChange{Current: password, New: "屋根の上の猫と長い午後三時", Try: from("192.0.2.1")})
	if fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a new password: %v", err)
	}
	if err := p.sessions.EndOthers(t.Context(), confined, ""); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the end of other sessions: %v", err)
	}
	link, err := p.MakeResetLink(t.Context(), p.give(t, p.hire(t, "M009", "見本 管理"), authz.Administrator), "M001")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Accept(t.Context(), link.Token, "屋根の上の猫と長い午後三時"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a link: %v", err)
	}
	if _, err := p.Authenticate(t.Context(), "M001", password, from("192.0.2.1")); err != nil {
		t.Errorf("the password of before: %v", err)
	}
}
