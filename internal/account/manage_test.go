package account_test

import (
	"fmt"
	"testing"

	"kagami/internal/account"
	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/furigana"
)

func TestASuspendedAccountEndsAtOnceAndSaysWhomToAsk(t *testing.T) {
	t.Parallel()
	p, administrator, second := withAdministrators(t)
	token := p.begin(t, p.person)
	if err := p.Suspend(t.Context(), second, "M001", "　"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	if err := p.Suspend(t.Context(), second, "M001", "見本の理由"); err != nil {
		t.Fatal(err)
	}
	if p.goesOn(t, token) {
		t.Error("a session goes on")
	}
	_, right := p.Authenticate(t.Context(), "M001", password, from("192.0.2.1"))
	_, wrong := p.Authenticate(t.Context(), "M001", "not the password", from("192.0.2.1"))
	_, nobody := p.Authenticate(t.Context(), "M999", "not the password", from("192.0.2.1"))
	if fault.KindOf(right) != fault.Unauthenticated || right.Error() == wrong.Error() || wrong.Error() != nobody.Error() {
		t.Errorf("%v, %v, %v", right, wrong, nobody)
	}
	if ok, err := p.Verify(t.Context(), authz.Actor{Person: p.person}, password, from("192.0.2.1")); ok || err != nil {
		t.Errorf("a proof: %t, %v", ok, err)
	}
	if err := p.Suspend(t.Context(), second, "M001", "もう一度"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("twice: %v", err)
	}
	got, err := p.Account(t.Context(), second, "M001")
	if err != nil || !got.Suspended() || got.SuspensionReason != "見本の理由" {
		t.Errorf("it stands as %+v, %v", got, err)
	}
	if own, err := p.Account(t.Context(), administrator, "M001"); err != nil || own.SuspensionReason != "" {
		t.Errorf("who is concerned reads why: %q, %v", own.SuspensionReason, err)
	}

	if err := p.Resume(t.Context(), second, "M001", "見本の理由"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Authenticate(t.Context(), "M001", password, from("192.0.2.1")); err != nil {
		t.Errorf("after it: %v", err)
	}
	if err := p.Resume(t.Context(), second, "M001", "もう一度"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("twice: %v", err)
	}
	if err := p.Suspend(t.Context(), administrator, "M001", "自分"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("themselves: %v", err)
	}
}

// Whoever gave their password just before they were suspended gets no session.
func TestASuspensionComesBeforeTheSessionThatIsAboutToBegin(t *testing.T) {
	t.Parallel()
	p, _, second := withAdministrators(t)
	if err := p.Suspend(t.Context(), second, "M001", "見本の理由"); err != nil {
		t.Fatal(err)
	}
	if _, err := begin(t, p.Service, p.person, p.clock.Now()); fault.KindOf(err) != fault.Unauthenticated || p.sessionsOf(t, p.person) != 0 {
		t.Errorf("%d sessions, %v", p.sessionsOf(t, p.person), err)
	}
}

// Nor does whoever gave a password that was changed just then.
func TestANewPasswordComesBeforeTheSessionThatIsAboutToBegin(t *testing.T) {
	t.Parallel()
	p := aPlace(t)
	proof, err := p.Authenticate(t.Context(), "M001", password, from("192.0.2.1"))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.beginOn(t, proof); err != nil || p.sessionsOf(t, p.person) != 1 {
		t.Fatalf("before it: %d sessions, %v", p.sessionsOf(t, p.person), err)
	}
	change := account.PasswordChange{Current: password, New: another, Try: from("192.0.2.1")}
	if err := p.ChangePassword(t.Context(), p.actor(t, p.person), change); err != nil {
		t.Fatal(err)
	}
	if err := p.beginOn(t, proof); fault.KindOf(err) != fault.Unauthenticated || p.sessionsOf(t, p.person) != 0 {
		t.Errorf("%d sessions, %v", p.sessionsOf(t, p.person), err)
	}
}

func TestAPasswordIsChangedByItsOwnerAndEndsTheOtherSessions(t *testing.T) {
	t.Parallel()
	p := aPlace(t)
	owner := p.actor(t, p.person)
	p.session(t, p.person, "this")
	p.session(t, p.person, "one")
	change := account.PasswordChange{Current: "not the password", New: another, Session: "this", Try: from("192.0.2.1")}
	if err := p.ChangePassword(t.Context(), owner, change); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a wrong password: %v", err)
	}
	change.Current, change.New = password, "password1234"
	if err := p.ChangePassword(t.Context(), owner, change); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a bad new one: %v", err)
	}
	if p.sessionsOf(t, p.person) != 2 {
		t.Error("sessions ended by what was refused")
	}
	change.New = another
	if err := p.ChangePassword(t.Context(), owner, change); err != nil {
		t.Fatal(err)
	}
	if n := count(t, p, `SELECT count(*) FROM sessions WHERE id = 'this'`); n != 1 || p.sessionsOf(t, p.person) != 1 {
		t.Error("the sessions are not those that should be")
	}
	if got, err := p.Authenticate(t.Context(), "M001", another, from("192.0.2.1")); got.Person != p.person || err != nil {
		t.Errorf("the new password: %d, %v", got.Person, err)
	}
	// guessing the current one is counted as a sign-in is
	change.Current = "not the password"
	for range 6 {
		if err := p.ChangePassword(t.Context(), owner, change); fault.KindOf(err) != fault.Invalid {
			t.Fatal(err)
		}
	}
	if err := p.ChangePassword(t.Context(), owner, change); fault.KindOf(err) != fault.TooMany {
		t.Errorf("guessing goes on: %v", err)
	}
}

func TestAnAdministratorSeesAndEndsSomebodysSessions(t *testing.T) {
	t.Parallel()
	p, administrator, second := withAdministrators(t)
	p.session(t, p.person, "one")
	p.session(t, second.Person, "second's")
	list, err := p.SessionsOf(t.Context(), administrator, "M002")
	if err != nil || len(list) != 1 || list[0].ID != "second's" {
		t.Errorf("they see %+v, %v", list, err)
	}
	if err := p.EndSessionsOf(t.Context(), administrator, "M002"); err != nil {
		t.Fatal(err)
	}
	if p.sessionsOf(t, second.Person) != 0 || p.sessionsOf(t, p.person) != 1 {
		t.Error("the sessions are not those that should be")
	}
}

// Who manages accounts: the ポータル管理者 all but their own; the 統括 that of the
// only ポータル管理者; nobody else any.
func TestWhoManagesWhichAccounts(t *testing.T) {
	t.Parallel()
	p := aPlace(t)
	administrator := p.give(t, p.person, authz.Administrator)
	officer := p.give(t, p.hire(t, "M002", "見本 花子"), authz.GeneralSecurityOfficer)
	staff := p.actor(t, p.hire(t, "M003", "見本 梅子"))
	sees := func(actor authz.Actor) (numbers []string) {
		list, err := p.Accounts(t.Context(), actor, account.Search{})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range list.Accounts {
			numbers = append(numbers, a.StaffNumber)
		}
		return numbers
	}
	for _, c := range []struct {
		actor authz.Actor
		want  string
	}{{administrator, "[M001 M002 M003]"}, {officer, "[M001]"}, {staff, "[]"}} {
		if got := fmt.Sprint(sees(c.actor)); got != c.want {
			t.Errorf("%+v sees %s, want %s", c.actor.Holdings, got, c.want)
		}
	}
	if _, err := p.MakeResetLink(t.Context(), officer, "M001"); err != nil {
		t.Errorf("the only administrator's link: %v", err)
	}
	for _, number := range []string{"M001", "M002", "M003", "M999"} {
		for name, err := range map[string]error{
			"suspends": p.Suspend(t.Context(), staff, number, "見本"),
			"resumes":  p.Resume(t.Context(), staff, number, "見本"),
			"ends":     p.EndSessionsOf(t.Context(), staff, number),
		} {
			if fault.KindOf(err) != fault.NotFound {
				t.Errorf("a 職員 %s %s: %v", name, number, err)
			}
		}
		if _, err := p.Invite(t.Context(), staff, number); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a 職員 invites %s: %v", number, err)
		}
		if _, err := p.MakeResetLink(t.Context(), staff, number); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a 職員 resets %s: %v", number, err)
		}
		if _, err := p.SessionsOf(t.Context(), staff, number); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a 職員 sees the sessions of %s: %v", number, err)
		}
	}
	if _, err := p.InviteAll(t.Context(), staff, account.Everybody); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a 職員 invites all: %v", err)
	}
	// with a second one, the 統括 has nothing to do with it
	p.give(t, staff.Person, authz.Administrator)
	if got := fmt.Sprint(sees(officer)); got != "[]" {
		t.Errorf("the 統括 sees %s", got)
	}
}

func TestAccountsAreFoundByWordsAndPagedByKey(t *testing.T) {
	t.Parallel()
	p := aPlace(t)
	administrator := p.give(t, p.person, authz.Administrator)
	_, err := p.db.Pool.Exec(t.Context(), `
		WITH hired AS (
			INSERT INTO person (staff_number, name, furigana, furigana_key)
			SELECT 'M' || lpad(n::text, 3, '0'), '見本 ' || n, 'ミホン', $1 FROM generate_series(2, 105) n RETURNING id),
		made AS (INSERT INTO post (title, single_holder, position) VALUES ('見本の職', false, 0) RETURNING id)
		INSERT INTO appointment (person_id, post_id, single_holder, period)
		SELECT hired.id, made.id, false, '[2026-04-01,)' FROM hired, made`, furigana.Key("ミホン"))
	if err != nil {
		t.Fatal(err)
	}
	firstPage, err := p.Accounts(t.Context(), administrator, account.Search{})
	if err != nil || len(firstPage.Accounts) != 100 || firstPage.Next != "M100" {
		t.Fatalf("%d accounts, next %q, %v", len(firstPage.Accounts), firstPage.Next, err)
	}
	rest, err := p.Accounts(t.Context(), administrator, account.Search{After: firstPage.Next})
	if err != nil || len(rest.Accounts) != 5 || rest.Next != "" || rest.Accounts[0].StaffNumber != "M101" {
		t.Errorf("then %d accounts, next %q, %v", len(rest.Accounts), rest.Next, err)
	}
	for words, want := range map[string]int{"Ｍ０５０": 1, "見本　太郎": 1, "誰でもない": 0} {
		if list, err := p.Accounts(t.Context(), administrator, account.Search{Words: words}); err != nil || len(list.Accounts) != want {
			t.Errorf("%q finds %d, %v", words, len(list.Accounts), err)
		}
	}
	without, err := p.Accounts(t.Context(), administrator, account.Search{Without: true})
	if err != nil || len(without.Accounts) != 100 || without.Accounts[0].StaffNumber != "M002" {
		t.Errorf("without an account: %d, %v", len(without.Accounts), err)
	}
}
