package account_test

import (
	"crypto/rand"
	"strings"
	"testing"

	"kagami/internal/account"
	"kagami/internal/account/directory"
	"kagami/internal/account/directory/directorytest"
	"kagami/internal/account/session"
	"kagami/internal/authz"
	"kagami/internal/fault"
)

// withDirectory is a place whose people may sign in at a real directory: M001,
// who has a password of the portal's own too, M002, who has no account, and
// somebody whom the portal does not know.
func withDirectory(t *testing.T) (place, *directorytest.Slapd) {
	t.Helper()
	p := aPlace(t)
	p.hire(t, "M002", "見本 二郎")
	slapd := directorytest.Start(t, false,
		directorytest.Person("taro", directorytest.People, "uid=taro", "uid=M001", "employeeNumber=Ｍ００１"),
		directorytest.Person("jiro", directorytest.People, "uid=jiro", "employeeNumber=m002"),
		directorytest.Person("impostor", directorytest.People, "uid=impostor", "employeeNumber=M999"))
	d, err := directory.New(slapd.Config())
	if err != nil {
		t.Fatal(err)
	}
	p.Service = p.With(account.Ways{Directory: d, DirectoryKey: account.KeyStaffNumber})
	return p, slapd
}

func TestThePasswordOfTheDirectorySignsIn(t *testing.T) {
	t.Parallel()
	p, slapd := withDirectory(t)
	for _, test := range []struct{ login, password, method string }{
		{"taro", slapd.Password["taro"], session.ByDirectory},
		{"m001", slapd.Password["taro"], session.ByDirectory},
		{"M001", password, session.ByPassword},
	} {
		got, err := p.Authenticate(t.Context(), test.login, test.password, from("192.0.2.1"))
		if err != nil || got.Person != p.person || got.Method != test.method {
			t.Errorf("%s: %+v, %v", test.login, got, err)
		}
	}
}

func TestNobodyGetsAnAccountBySigningInElsewhere(t *testing.T) {
	t.Parallel()
	p, slapd := withDirectory(t)
	for _, name := range []string{"jiro", "impostor"} {
		_, err := p.Authenticate(t.Context(), name, slapd.Password[name], from("192.0.2.1"))
		if fault.KindOf(err) != fault.Unauthenticated || !strings.Contains(err.Error(), "アカウントを作るよう頼んでください") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := count(t, p, `SELECT count(*) FROM account`); n != 1 {
		t.Errorf("there are %d accounts", n)
	}
}

func TestAWrongPasswordReadsTheSameWithADirectory(t *testing.T) {
	t.Parallel()
	p, _ := withDirectory(t)
	var words []string
	for _, login := range []string{"taro", "M001", "jiro", "nobody"} {
		_, err := p.Authenticate(t.Context(), login, "not the password", from("192.0.2.1"))
		if fault.KindOf(err) != fault.Unauthenticated {
			t.Fatalf("%s: %v", login, err)
		}
		words = append(words, err.Error())
	}
	for _, w := range words {
		if w != words[0] {
			t.Errorf("%q and %q", w, words[0])
		}
	}
}

func TestTooManyFailuresDoNotReachTheDirectory(t *testing.T) {
	t.Parallel()
	p, slapd := withDirectory(t)
	for range 6 {
		if _, err := p.Authenticate(t.Context(), "jiro", "not the password", from("192.0.2.1")); fault.KindOf(err) != fault.Unauthenticated {
			t.Fatal(err)
		}
	}
	before := slapd.Binds(t)
	if _, err := p.Authenticate(t.Context(), "ＪＩＲＯ", slapd.Password["jiro"], from("192.0.2.1")); fault.KindOf(err) != fault.TooMany {
		t.Errorf("the seventh try: %v", err)
	}
	if after := slapd.Binds(t); after != before {
		t.Errorf("the directory was asked %d times", after-before)
	}
}

// A directory that is down must not be a way round the counting: the portal's
// own password was tried all the same.
func TestWhileTheDirectoryIsDownOnlyOwnPasswordsSignInAndFailuresCount(t *testing.T) {
	t.Parallel()
	p, slapd := withDirectory(t)
	slapd.Stop()
	if got, err := p.Authenticate(t.Context(), "M001", password, from("192.0.2.1")); err != nil || got.Method != session.ByPassword {
		t.Errorf("the portal's own: %+v, %v", got, err)
	}
	for range 6 {
		_, err := p.Authenticate(t.Context(), "M001", "not the password", from("192.0.2.1"))
		if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "ディレクトリを利用できません") {
			t.Fatal(err)
		}
	}
	if _, err := p.Authenticate(t.Context(), "M001", password, from("192.0.2.1")); fault.KindOf(err) != fault.TooMany {
		t.Errorf("after six failures: %v", err)
	}
}

func TestASuspensionAppliesToEveryWayIn(t *testing.T) {
	t.Parallel()
	p, slapd := withDirectory(t)
	second := p.administrator(t)
	if err := p.Suspend(t.Context(), second, "M001", "見本の理由"); err != nil {
		t.Fatal(err)
	}
	_, own := p.Authenticate(t.Context(), "M001", password, from("192.0.2.1"))
	_, elsewhere := p.Authenticate(t.Context(), "taro", slapd.Password["taro"], from("192.0.2.1"))
	_, vouched := p.Vouched(t.Context(), account.KeyStaffNumber, "M001")
	for _, err := range []error{own, elsewhere, vouched} {
		if fault.KindOf(err) != fault.Unauthenticated || !strings.Contains(err.Error(), "利用を止められています") {
			t.Error(err)
		}
	}
}

// administrator is somebody else who is ポータル管理者, with an account.
func (p place) administrator(t *testing.T) authz.Actor {
	t.Helper()
	person := p.hire(t, "A002", "見本 管理")
	administrator := p.give(t, person, authz.Administrator)
	if err := p.SetPassword(t.Context(), authz.AsOperator(), person, password); err != nil {
		t.Fatal(err)
	}
	return administrator
}

func TestAnAccountIsMadeWithoutAPassword(t *testing.T) {
	t.Parallel()
	p, slapd := withDirectory(t)
	administrator := p.administrator(t)
	p.hire(t, "M003", "見本 三郎")
	if _, err := p.Invite(t.Context(), administrator, "M002"); err != nil {
		t.Fatal(err)
	}
	if err := p.Admit(t.Context(), administrator, "M002"); err != nil {
		t.Fatal(err)
	}
	if err := p.Admit(t.Context(), administrator, "M002"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("twice: %v", err)
	}
	if n := count(t, p, `SELECT count(*) FROM one_time_link WHERE used_at IS NULL`); n != 0 {
		t.Error("the invitation goes on")
	}
	got, err := p.Authenticate(t.Context(), "jiro", slapd.Password["jiro"], from("192.0.2.1"))
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := p.Verify(t.Context(), authz.Actor{Person: got.Person}, "", from("192.0.2.1")); ok || err != nil {
		t.Errorf("no password is taken for a password: %t, %v", ok, err)
	}
	err = p.ChangePassword(t.Context(), p.actor(t, got.Person), account.PasswordChange{New: rand.Text()})
	if fault.KindOf(err) != fault.Conflict {
		t.Errorf("changing no password: %v", err)
	}
	if token := p.begin(t, got.Person); !p.goesOn(t, token) {
		t.Error("no session without a password")
	}
	if n, err := p.AdmitAll(t.Context(), administrator); n != 1 || err != nil {
		t.Errorf("all the others: %d, %v", n, err)
	}
	if _, err := p.AdmitAll(t.Context(), administrator); fault.KindOf(err) != fault.Conflict {
		t.Errorf("nobody: %v", err)
	}
	if n := count(t, p, `SELECT count(*) FROM trail_entry WHERE 'single_sign_on' = ANY(fields)`); n != 2 {
		t.Errorf("the trail tells of %d", n)
	}
}

func TestWhoeverCannotBeKnownByEmailGetsNoAccountWithoutAPassword(t *testing.T) {
	t.Parallel()
	p := aPlace(t)
	administrator := p.administrator(t)
	p.hire(t, "M002", "見本 二郎")
	if err := p.Admit(t.Context(), administrator, "M002"); fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "設定されていません") {
		t.Errorf("without single sign-on: %v", err)
	}
	p.Service = p.With(account.Ways{ProviderKey: account.KeyEmail})
	if err := p.Admit(t.Context(), administrator, "M002"); fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "メールアドレス") {
		t.Errorf("by e-mail: %v", err)
	}
	if n, err := p.Admissible(t.Context(), administrator); n != 0 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

func TestSwitchedOffPasswordsWorkForBreakGlassAdministratorsOnly(t *testing.T) {
	t.Parallel()
	p, _, second := withAdministrators(t)
	third := p.administrator(t)
	p.Service = p.With(account.Ways{ProviderKey: account.KeyStaffNumber, BreakGlassOnly: true})
	if ready, err := p.BreakGlassReadyForPortal(t.Context()); ready || err != nil {
		t.Errorf("without any: %t, %v", ready, err)
	}
	if _, err := p.Authenticate(t.Context(), "A002", password, from("192.0.2.1")); fault.KindOf(err) != fault.Unauthenticated {
		t.Errorf("before: %v", err)
	}
	set := func(by authz.Actor, number, reason string) error {
		return p.SetBreakGlass(t.Context(), by, number, reason)
	}
	for name, test := range map[string]struct {
		err  error
		kind fault.Kind
	}{
		"without a reason": {set(second, "A002", " "), fault.Invalid},
		"one's own":        {set(third, "A002", "見本の理由"), fault.Forbidden},
	} {
		if fault.KindOf(test.err) != test.kind {
			t.Errorf("%s: %v", name, test.err)
		}
	}
	if err := set(second, "A002", "見本の理由"); err != nil {
		t.Fatal(err)
	}
	if got, err := p.Authenticate(t.Context(), "A002", password, from("192.0.2.1")); err != nil || got.Person != third.Person {
		t.Errorf("after it: %+v, %v", got, err)
	}
	if ready, err := p.BreakGlassReadyForPortal(t.Context()); !ready || err != nil {
		t.Errorf("with one: %t, %v", ready, err)
	}
	if err := p.EndBreakGlass(t.Context(), second, "A002", "見本の理由"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("unsetting the last: %v", err)
	}
	if err := p.Suspend(t.Context(), second, "A002", "見本の理由"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("suspending the last: %v", err)
	}
	if err := set(third, "M001", "見本の理由"); err != nil {
		t.Fatal(err)
	}
	if err := p.Suspend(t.Context(), second, "A002", "見本の理由"); err != nil {
		t.Errorf("one of two: %v", err)
	}
	if n := count(t, p, `SELECT count(*) FROM trail_entry WHERE 'break_glass' = ANY(fields)`); n != 2 {
		t.Errorf("the trail tells of %d", n)
	}
}

func TestNoPasswordsAreHandedOutWhereTheyAreSwitchedOff(t *testing.T) {
	t.Parallel()
	p := aPlace(t)
	administrator := p.administrator(t)
	p.hire(t, "M002", "見本 二郎")
	before, err := p.Invite(t.Context(), administrator, "M002")
	if err != nil {
		t.Fatal(err)
	}
	p.Service = p.With(account.Ways{ProviderKey: account.KeyStaffNumber, BreakGlassOnly: true})
	if _, err := p.Accept(t.Context(), before.Token, password); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("an invitation of before: %v", err)
	}
	if _, err := p.Invite(t.Context(), administrator, "M002"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("inviting: %v", err)
	}
	if _, err := p.InviteAll(t.Context(), administrator, account.Everybody); fault.KindOf(err) != fault.Conflict {
		t.Errorf("inviting all: %v", err)
	}
	if _, err := p.MakeResetLink(t.Context(), administrator, "M001"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a new password for somebody who can't use it: %v", err)
	}
	if err := p.SetBreakGlass(t.Context(), administrator, "M001", "見本の理由"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a break-glass account of somebody who is no administrator: %v", err)
	}
}

func TestTheFirstAdministratorHasABreakGlassAccount(t *testing.T) {
	t.Parallel()
	p := empty(t)
	p.Service = p.With(account.Ways{ProviderKey: account.KeyEmail, BreakGlassOnly: true})
	link, err := p.MakeFirstLink(t.Context(), authz.AsOperator())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.BeginPortal(t.Context(), link.Token, first, password); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Authenticate(t.Context(), "M001", password, from("192.0.2.1")); err != nil {
		t.Error(err)
	}
}
