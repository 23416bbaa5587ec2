package account_test

import (
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kagami/internal/account"
	"kagami/internal/account/accounttest"
	"kagami/internal/account/session"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/internal/trail"
)

const another = "屋根の上の猫と長い午後三時"

// actor is a person with their roles of today.
func (p place) actor(t *testing.T, person int64) authz.Actor {
	t.Helper()
	actor, err := p.org.ActorOn(t.Context(), person, calendar.Day(p.clock.Now()))
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

// give gives somebody a role of the whole town.
func (p place) give(t *testing.T, person int64, role authz.Role) authz.Actor {
	t.Helper()
	err := p.org.GiveRole(t.Context(), authz.AsOperator(), org.Grant{Person: person, Role: role, First: calendar.Day(p.clock.Now()), Reason: "見本"})
	if err != nil {
		t.Fatal(err)
	}
	return p.actor(t, person)
}

// withAdministrators is a place with an administrator and another.
func withAdministrators(t *testing.T) (p place, administrator, second authz.Actor) {
	p = aPlace(t)
	return p, p.give(t, p.person, authz.Administrator), p.give(t, p.hire(t, "M002", "見本 花子"), authz.Administrator)
}

func count(t *testing.T, p place, query string, args ...any) (n int) {
	t.Helper()
	if err := p.db.Pool.QueryRow(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// session begins a session for somebody, as it stands in the database.
func (p place) session(t *testing.T, person int64, id string) {
	t.Helper()
	_, err := p.db.Pool.Exec(t.Context(), `
		INSERT INTO sessions (token, person_id, id, method, device, strong, begun_at, seen_at, proved_at, expiry, ends_at)
		VALUES ($2, $1, $2, 'password', 'Windows の Edge', false, $3, $3, $3, $4, $4)`, person, id, p.clock.Now(), p.clock.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
}

// beginOn begins a session on a proof.
func (p place) beginOn(t *testing.T, proof session.Proof) error {
	t.Helper()
	return p.beginAt(t, p.Service, proof)
}

// beginAt is beginOn at another portal.
func (p place) beginAt(t *testing.T, portal *account.Service, proof session.Proof) error {
	t.Helper()
	return portal.BeginSession(t.Context(), session.Beginning{Token: rand.Text(), ID: rand.Text(), EndsAt: p.clock.Now().Add(session.AbsoluteLimit), Proof: proof})
}

// begin begins a session for somebody as the server does.
func (p place) begin(t *testing.T, person int64) (token string) {
	t.Helper()
	token, err := begin(t, p.Service, person, p.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (p place) goesOn(t *testing.T, token string) bool {
	t.Helper()
	return goesOn(t, p.db, p.clock.Now, token)
}

func (p place) sessionsOf(t *testing.T, person int64) int {
	t.Helper()
	return count(t, p, `SELECT count(*) FROM sessions WHERE person_id = $1`, person)
}

// empty is a place where nobody is registered yet.
func empty(t *testing.T) place {
	t.Helper()
	db := server.New(t)
	c := clockOf(t, db, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
	d := door.New(db.Pool, c.Now)
	accounts := account.New(db.Pool, d, "鏡石町").Hashing(accounttest.LowCost)
	return place{Service: accounts, sessions: session.New(db.Pool, d), org: org.New(db.Pool, d), db: db, clock: c}
}

var first = org.Person{StaffNumber: "M001", Name: "見本 太郎", Furigana: "ミホン タロウ", Email: "mihon@town.example"}

func TestTheFirstLinkMakesTheFirstAdministrator(t *testing.T) {
	t.Parallel()
	p := empty(t)
	link, err := p.MakeFirstLink(t.Context(), authz.AsOperator())
	if err != nil {
		t.Fatal(err)
	}
	if opened, err := p.LinkOf(t.Context(), link.Token); err != nil || opened.Purpose != account.FirstAdministrator {
		t.Errorf("opening it: %+v, %v", opened, err)
	}
	if _, err := p.BeginPortal(t.Context(), link.Token, first, "みほんたろう20261124"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a bad password: %v", err)
	}
	if _, err := p.BeginPortal(t.Context(), link.Token, org.Person{StaffNumber: "日本", Name: "見本"}, password); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a bad staff number: %v", err)
	}
	if n := count(t, p, `SELECT count(*) FROM person`); n != 0 {
		t.Errorf("%d people were registered by what was refused", n)
	}
	if _, err := p.BeginPortal(t.Context(), link.Token, first, password); err != nil {
		t.Fatal(err)
	}

	proof, err := p.Authenticate(t.Context(), "mihon@town.example", password, account.Try{})
	if err != nil {
		t.Fatal(err)
	}
	person := proof.Person
	actor := p.actor(t, person)
	if !actor.Has(authz.Administrator) || actor.Has(authz.Staff) {
		t.Errorf("they hold %+v", actor.Holdings)
	}
	rules, err := p.org.Rules(t.Context(), actor, calendar.Day(p.clock.Now()))
	if err != nil || len(rules) != len(org.CommonRules()) {
		t.Errorf("the role table has %d lines, %v", len(rules), err)
	}
	if n := count(t, p, `SELECT count(*) FROM trail_entry WHERE subject_id = $1 AND person_id IS NULL AND 'role_grant' = ANY(fields) AND 'password' = ANY(fields)`, person); n != 1 {
		t.Errorf("the trail tells of it %d times", n)
	}
	if n, err := trail.Verify(t.Context(), p.db.Pool); err != nil || n != 2 {
		t.Errorf("the trail: %d, %v", n, err)
	}

	if _, err := p.BeginPortal(t.Context(), link.Token, org.Person{StaffNumber: "M002", Name: "見本 花子"}, password); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the link works again: %v", err)
	}
	if _, err := p.MakeFirstLink(t.Context(), authz.AsOperator()); fault.KindOf(err) != fault.Conflict {
		t.Errorf("another is made: %v", err)
	}
}

// People may be there before anyone has an account: brought in by a command.
func TestTheFirstAdministratorMayBeRegisteredAlready(t *testing.T) {
	t.Parallel()
	p := empty(t)
	person := p.hire(t, "M001", "見本 太朗")
	link, err := p.MakeFirstLink(t.Context(), authz.AsOperator())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.BeginPortal(t.Context(), link.Token, first, password); err != nil {
		t.Fatal(err)
	}
	if actor := p.actor(t, person); !actor.Has(authz.Administrator) || !actor.Has(authz.Staff) || actor.Name != "見本 太郎" {
		t.Errorf("they are %+v", actor)
	}
}

func TestTheFirstLinkEndsAfterADayAtTheNextAndWithAnAccount(t *testing.T) {
	t.Parallel()
	p := empty(t)
	make := func() string {
		link, err := p.MakeFirstLink(t.Context(), authz.AsOperator())
		if err != nil {
			t.Fatal(err)
		}
		return link.Token
	}
	refused := func(why, token string) {
		if _, err := p.BeginPortal(t.Context(), token, first, password); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s: %v", why, err)
		}
	}
	old := make()
	token := make()
	refused("the one before", old)
	p.clock.advance(24 * time.Hour)
	refused("after 24 hours", token)
	refused("never made", "aaaa-bbbb-cccc-dddd-eeee-ffff")
	refused("empty", "")

	token = make()
	person := p.hire(t, "M009", "見本 次郎")
	if err := p.SetPassword(t.Context(), authz.AsOperator(), person, password); err != nil {
		t.Fatal(err)
	}
	refused("when there is an account", token)
}

func TestOfTwoWhoUseTheFirstLinkAtOnceExactlyOneWins(t *testing.T) {
	t.Parallel()
	p := empty(t)
	link, err := p.MakeFirstLink(t.Context(), authz.AsOperator())
	if err != nil {
		t.Fatal(err)
	}
	var won atomic.Int64
	var wait sync.WaitGroup
	for _, number := range []string{"M001", "M002", "M003", "M004"} {
		wait.Go(func() {
			switch _, err := p.BeginPortal(t.Context(), link.Token, org.Person{StaffNumber: number, Name: "見本 太郎"}, password); {
			case err == nil:
				won.Add(1)
			case fault.KindOf(err) != fault.NotFound:
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if won.Load() != 1 || count(t, p, `SELECT count(*) FROM person`) != 1 || count(t, p, `SELECT count(*) FROM account`) != 1 {
		t.Errorf("%d have made an account", won.Load())
	}
}

func TestAnInvitationMakesAnAccountOnce(t *testing.T) {
	t.Parallel()
	p, administrator, _ := withAdministrators(t)
	person := p.hire(t, "M003", "見本 梅子")
	old, err := p.Invite(t.Context(), administrator, "M003")
	if err != nil {
		t.Fatal(err)
	}
	link, err := p.Invite(t.Context(), administrator, "M003")
	if err != nil {
		t.Fatal(err)
	}
	if link.Holder.Person != person || !strings.HasPrefix(link.Holder.Post, "職員M003") || !link.EndsAt.Equal(p.clock.Now().Add(7*24*time.Hour)) {
		t.Errorf("the link is %+v", link)
	}
	if _, err := p.Accept(t.Context(), old.Token, password); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the one before works: %v", err)
	}
	for range 2 { // opening does not use it up
		if opened, err := p.LinkOf(t.Context(), link.Token); err != nil || opened.Holder.Name != "見本 梅子" {
			t.Errorf("%+v, %v", opened, err)
		}
	}
	if _, err := p.Accept(t.Context(), link.Token, "見本梅子見本梅子"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a bad password: %v", err)
	}
	p.clock.advance(7*24*time.Hour - time.Second)
	if _, err := p.Accept(t.Context(), strings.ToUpper(link.Token), password); err != nil {
		t.Fatal(err)
	}
	if got, err := p.Authenticate(t.Context(), "M003", password, account.Try{}); got.Person != person || err != nil {
		t.Errorf("signing in: %d, %v", got.Person, err)
	}
	if _, err := p.Accept(t.Context(), link.Token, another); fault.KindOf(err) != fault.NotFound {
		t.Errorf("it works again: %v", err)
	}
	if _, err := p.Invite(t.Context(), administrator, "M003"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("who has an account is invited: %v", err)
	}
	if n := count(t, p, `SELECT count(*) FROM one_time_link WHERE token_hash = convert_to($1, 'UTF8')`, link.Token); n != 0 {
		t.Error("a token stands in the database")
	}
}

func TestAnInvitationEndsAfterSevenDays(t *testing.T) {
	t.Parallel()
	p, administrator, _ := withAdministrators(t)
	p.hire(t, "M003", "見本 梅子")
	link, err := p.Invite(t.Context(), administrator, "M003")
	if err != nil {
		t.Fatal(err)
	}
	p.clock.advance(7 * 24 * time.Hour)
	if _, err := p.Accept(t.Context(), link.Token, password); fault.KindOf(err) != fault.NotFound {
		t.Errorf("after seven days: %v", err)
	}
}

func TestAllWithoutAnAccountAreInvitedTogether(t *testing.T) {
	t.Parallel()
	p, administrator, _ := withAdministrators(t)
	p.hire(t, "M003", "見本 梅子")
	p.hire(t, "M004", "見本 竹子")
	handed, err := p.Invite(t.Context(), administrator, "M003")
	if err != nil {
		t.Fatal(err)
	}
	if w, err := p.Waiting(t.Context(), administrator); err != nil || w != (account.Waiting{All: 3, Invited: 1}) {
		t.Errorf("waiting are %+v, %v", w, err)
	}
	if links, err := p.InviteAll(t.Context(), administrator, account.NotInvited); err != nil || len(links) != 2 {
		t.Errorf("those not yet invited: %d, %v", len(links), err)
	}
	if _, err := p.LinkOf(t.Context(), handed.Token); err != nil {
		t.Errorf("a link that was handed over before: %v", err)
	}
	links, err := p.InviteAll(t.Context(), administrator, account.Everybody)
	if err != nil {
		t.Fatal(err)
	}
	var numbers []string
	for _, link := range links {
		numbers = append(numbers, link.Holder.StaffNumber)
		if _, err := p.Accept(t.Context(), link.Token, password); err != nil {
			t.Errorf("%s: %v", link.Holder.StaffNumber, err)
		}
	}
	if got := strings.Join(numbers, " "); got != "M002 M003 M004" { // M001 has an account
		t.Errorf("invited %s", got)
	}
	if _, err := p.InviteAll(t.Context(), administrator, account.Everybody); fault.KindOf(err) != fault.Conflict {
		t.Errorf("nobody is left: %v", err)
	}
}

// Whoever begins on 1 April is invited before, and comes in on that day.
func TestWhoeverBeginsSoonIsInvitedBefore(t *testing.T) {
	t.Parallel()
	p, administrator, _ := withAdministrators(t)
	first := calendar.NewDate(2027, 4, 1)
	person := p.hireFrom(t, "M003", "見本 梅子", first)
	midnight := time.Date(2027, 4, 1, 0, 0, 0, 0, calendar.Tokyo)
	p.clock.advance(midnight.Add(-61*24*time.Hour + time.Hour).Sub(p.clock.Now()))
	if _, err := p.Invite(t.Context(), administrator, "M003"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("61 days before: %v", err)
	}
	p.clock.advance(24 * time.Hour)
	if a, err := p.Account(t.Context(), administrator, "M003"); err != nil || a.Begins != first {
		t.Errorf("they begin on %v, %v", a.Begins, err)
	}
	if a, err := p.Account(t.Context(), administrator, "M002"); err != nil || !a.Begins.IsZero() {
		t.Errorf("who serves already begins on %v, %v", a.Begins, err)
	}
	if list, err := p.Accounts(t.Context(), administrator, account.Search{Words: "M003"}); err != nil || len(list.Accounts) != 1 {
		t.Errorf("the list has %d, %v", len(list.Accounts), err)
	}
	if w, err := p.Waiting(t.Context(), administrator); err != nil || w != (account.Waiting{All: 2}) {
		t.Errorf("waiting are %+v, %v", w, err)
	}
	links, err := p.InviteAll(t.Context(), administrator, account.NotInvited)
	if err != nil || len(links) != 2 {
		t.Fatalf("%d are invited, %v", len(links), err)
	}
	link := links[1]
	if link.Holder.Person != person || link.Holder.Begins != first || !link.EndsAt.Equal(midnight.Add(7*24*time.Hour)) {
		t.Errorf("the link is %+v", link)
	}
	if _, err := p.Accept(t.Context(), link.Token, password); fault.KindOf(err) != fault.Forbidden || !strings.Contains(err.Error(), "令和9年4月1日から使えます") {
		t.Errorf("before their first day: %v", err)
	}
	p.clock.advance(midnight.Sub(p.clock.Now()))
	if _, err := p.Accept(t.Context(), link.Token, password); err != nil {
		t.Errorf("on their first day: %v", err)
	}
	if got, err := p.Authenticate(t.Context(), "M003", password, account.Try{}); got.Person != person || err != nil {
		t.Errorf("signing in: %d, %v", got.Person, err)
	}
}

// Where one link can't be made, none is: there is no list of those who have one
// by now and those who have not.
func TestAllAreInvitedOrNobodyIs(t *testing.T) {
	t.Parallel()
	p, administrator, _ := withAdministrators(t)
	last := p.hire(t, "M003", "見本 梅子")
	if _, err := p.db.Owner(t).Exec(t.Context(), fmt.Sprintf(`ALTER TABLE one_time_link ADD CONSTRAINT not_them CHECK (person_id <> %d)`, last)); err != nil {
		t.Fatal(err)
	}
	told := func() int {
		t.Helper()
		return count(t, p, `SELECT count(*) FROM trail_entry WHERE fields = '{invitation_link}'`)
	}
	if links, err := p.InviteAll(t.Context(), administrator, account.NotInvited); err == nil || links != nil {
		t.Errorf("%d links, %v", len(links), err)
	}
	if n := count(t, p, `SELECT count(*) FROM one_time_link`); n != 0 || told() != 0 {
		t.Errorf("%d links are left, and the trail tells of %d", n, told())
	}
	if _, err := p.db.Owner(t).Exec(t.Context(), `ALTER TABLE one_time_link DROP CONSTRAINT not_them`); err != nil {
		t.Fatal(err)
	}
	if links, err := p.InviteAll(t.Context(), administrator, account.NotInvited); err != nil || len(links) != 2 || told() != 2 {
		t.Errorf("%d links, the trail tells of %d, %v", len(links), told(), err)
	}
}

func TestAResetLinkGivesANewPasswordAndEndsAllSessions(t *testing.T) {
	t.Parallel()
	p, administrator, second := withAdministrators(t)
	if _, err := p.MakeResetLink(t.Context(), administrator, "M001"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("for themselves: %v", err)
	}
	if _, err := p.MakeResetLink(t.Context(), administrator, "M002"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("without an account: %v", err)
	}
	link, err := p.MakeResetLink(t.Context(), second, "M001")
	if err != nil {
		t.Fatal(err)
	}
	p.session(t, p.person, "one")
	p.session(t, p.person, "two")
	p.session(t, second.Person, "another's")
	p.fail(t, "M001", from("203.0.113.9")) // an outsider keeps trying
	if _, err := p.Accept(t.Context(), link.Token, another); err != nil {
		t.Fatal(err)
	}
	if p.sessionsOf(t, p.person) != 0 || p.sessionsOf(t, second.Person) != 1 {
		t.Error("the sessions are not those that should be")
	}
	if got, err := p.Authenticate(t.Context(), "M001", another, from("192.0.2.1")); got.Person != p.person || err != nil {
		t.Errorf("the new password: %d, %v", got.Person, err)
	}
	if _, err := p.Authenticate(t.Context(), "M001", password, from("192.0.2.1")); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("the old password: %v", err)
	}
	link, err = p.MakeResetLink(t.Context(), second, "M001")
	if err != nil {
		t.Fatal(err)
	}
	p.clock.advance(24 * time.Hour)
	if _, err := p.Accept(t.Context(), link.Token, password); fault.KindOf(err) != fault.NotFound {
		t.Errorf("after 24 hours: %v", err)
	}
}

func TestALinkIsNoUseToWhoeverHasLeftOrIsSuspended(t *testing.T) {
	t.Parallel()
	p, administrator, second := withAdministrators(t)
	person := p.hire(t, "M003", "見本 梅子")
	invitation, err := p.Invite(t.Context(), administrator, "M003")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.db.Pool.Exec(t.Context(), `UPDATE appointment SET period = daterange(lower(period), '2026-11-24') WHERE person_id = $1`, person); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Accept(t.Context(), invitation.Token, password); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("whoever has left: %v", err)
	}
	if _, err := p.Invite(t.Context(), administrator, "M003"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("whoever has left is invited: %v", err)
	}

	reset, err := p.MakeResetLink(t.Context(), second, "M001")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Suspend(t.Context(), second, "M001", "見本の理由"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.MakeResetLink(t.Context(), second, "M001"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a link for whoever is suspended: %v", err)
	}
	if err := p.Resume(t.Context(), second, "M001", "見本の理由"); err != nil {
		t.Fatal(err)
	}
	// the link has ended with the account's use, and does not come back with it
	if _, err := p.Accept(t.Context(), reset.Token, another); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a link from before: %v", err)
	}
	again, err := p.MakeResetLink(t.Context(), second, "M001")
	if err != nil {
		t.Fatal(err)
	}
	// a link made at the same instant as the suspension is no use either
	if _, err := p.db.Pool.Exec(t.Context(), `UPDATE account SET suspended_at = now(), suspension_reason = '見本' WHERE person_id = $1`, p.person); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Accept(t.Context(), again.Token, another); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("whoever is suspended: %v", err)
	}
}
