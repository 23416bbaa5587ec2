package directory_test

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kagami/internal/account/directory"
	"kagami/internal/account/directory/directorytest"
	"kagami/internal/fault"
)

const (
	wrong       = "パスワードが違います"
	unavailable = "ディレクトリを利用できません"
)

const (
	suffix = directorytest.Suffix
	portal = directorytest.Portal
	people = directorytest.People
)

func town() []directorytest.Entry {
	return []directorytest.Entry{
		directorytest.Person("見本太郎", people, "uid=taro", "mail=mihon.taro@example.jp", "employeeNumber=00123", "departmentNumber=7"),
		directorytest.Person("見本花子", people, "uid=hanako", "mail=mihon.hanako@example.jp"),
		directorytest.Person("見本一", people, "uid=twice"),
		directorytest.Person("見本二", people, "uid=twice", "uid=thrice"),
		directorytest.Person("見本三", people, "uid=thrice"),
		directorytest.Person("見本四", people, "uid=thrice"),
		directorytest.Person("見本独", directorytest.Alone, "uid=hitori"),
	}
}

func open(t *testing.T, config directory.Config) *directory.Directory {
	t.Helper()
	d, err := directory.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// mustRefuse says that a failure is of a kind and tells the person words, and
// that neither it nor the log's part of it holds secrets.
func mustRefuse(t *testing.T, err error, kind fault.Kind, words string, secrets ...string) {
	t.Helper()
	if fault.KindOf(err) != kind || !strings.Contains(err.Error(), words) {
		t.Fatalf("got %v, want %v with %q", err, kind, words)
	}
	for _, secret := range append(secrets, "taro", "見本") {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error %q holds %q", err, secret)
		}
	}
}

func TestAPersonSignsInWithThePasswordOfTheDirectory(t *testing.T) {
	t.Parallel()
	s := directorytest.Start(t, true, town()...)
	taro := directory.Identity{DN: "cn=見本太郎," + people, Email: "mihon.taro@example.jp", StaffNumber: "00123"}
	for name, test := range map[string]struct {
		login  string
		change func(*directory.Config)
		want   directory.Identity
	}{
		"on this machine":          {"taro", func(*directory.Config) {}, taro},
		"StartTLS":                 {"taro", func(c *directory.Config) { c.StartTLS, c.CACertFile = true, s.CA }, taro},
		"ldaps":                    {"taro", func(c *directory.Config) { c.URL, c.CACertFile = "ldaps://"+s.Secured, s.CA }, taro},
		"wide letters and blanks":  {"　ｔａｒｏ ", func(*directory.Config) {}, taro},
		"capital letters":          {"TARO", func(*directory.Config) {}, taro},
		"found by e-mail":          {"mihon.taro@example.jp", func(c *directory.Config) { c.Filter = "(mail=%s)" }, taro},
		"found by e-mail, wide":    {"ｍｉｈｏｎ．ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", func(c *directory.Config) { c.Filter = "(mail=%s)" }, taro},
		"found from the very top":  {"taro", func(c *directory.Config) { c.BaseDN = suffix }, taro},
		"attributes of the town's": {"taro", func(c *directory.Config) { c.EmailAttribute, c.StaffNumberAttribute = "uid", "departmentnumber" }, directory.Identity{DN: taro.DN, Email: "taro", StaffNumber: "7"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := s.Config()
			test.change(&config)
			got, err := open(t, config).Authenticate(t.Context(), test.login, s.Password["見本太郎"])
			if err != nil {
				t.Fatal(err)
			}
			if got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestAnEntryWithoutAStaffNumberSignsInWithoutOne(t *testing.T) {
	t.Parallel()
	s := directorytest.Start(t, false, town()...)
	got, err := open(t, s.Config()).Authenticate(t.Context(), "hanako", s.Password["見本花子"])
	if want := (directory.Identity{DN: "cn=見本花子," + people, Email: "mihon.hanako@example.jp"}); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func TestWhoeverIsRefusedReadsTheSameWordsAfterTheSameSteps(t *testing.T) {
	t.Parallel()
	s := directorytest.Start(t, false, town()...)
	d := open(t, s.Config())
	var first string
	for _, test := range []struct{ name, login, password string }{
		{"a wrong password", "taro", rand.Text()},
		{"another's password", "taro", s.Password["見本花子"]},
		{"the portal's password", "taro", s.Password["kagami"]},
		{"an unknown login", "nobody", s.Password["見本太郎"]},
		{"two of the same login", "twice", s.Password["見本一"]},
		{"more than two of the same login", "thrice", s.Password["見本三"]},
		{"a person elsewhere in the directory", "hitori", s.Password["見本独"]},
	} {
		before := s.Binds(t)
		got, err := d.Authenticate(t.Context(), test.login, test.password)
		mustRefuse(t, err, fault.Unauthenticated, wrong, test.login, test.password)
		if got != (directory.Identity{}) {
			t.Errorf("%s: gives %+v", test.name, got)
		}
		if steps := s.Binds(t) - before; steps != 2 {
			t.Errorf("%s: %d sign-ins, want the portal's and one more", test.name, steps)
		}
		if first == "" {
			first = err.Error()
		}
		if err.Error() != first {
			t.Errorf("%s: %q, elsewhere %q", test.name, err, first)
		}
	}
}

// There is one person where the portal looks, and the password is theirs: a
// filter that the login could change would find them.
func TestALoginIsAValueAndNeverAPartOfTheFilter(t *testing.T) {
	t.Parallel()
	s := directorytest.Start(t, false, town()...)
	config := s.Config()
	config.BaseDN = directorytest.Alone
	d := open(t, config)
	password := s.Password["見本独"]
	if _, err := d.Authenticate(t.Context(), "hitori", password); err != nil {
		t.Fatal(err)
	}
	for _, login := range []string{
		"*", "h*", "*)(uid=*", "hitori)(uid=*", "*)(|(uid=*", "nobody)(|(uid=hitori)", `\2a`, "＊", "＊）（uid=＊", "hitori\x00", "%s", "hitor\xff",
	} {
		_, err := d.Authenticate(t.Context(), login, password)
		mustRefuse(t, err, fault.Unauthenticated, wrong, password)
	}
}

func TestAnEmptyPasswordOrLoginIsRefusedWithoutAskingTheDirectory(t *testing.T) {
	t.Parallel()
	s := directorytest.Start(t, false, town()...)
	d := open(t, s.Config())
	for _, typed := range [][2]string{{"taro", ""}, {"", "password"}, {" 　", "password"}, {"", ""}} {
		_, err := d.Authenticate(t.Context(), typed[0], typed[1])
		mustRefuse(t, err, fault.Unauthenticated, wrong)
	}
	if n := s.Binds(t); n != 0 {
		t.Errorf("the directory was asked %d times", n)
	}
}

func TestAPasswordIsSentAsItWasTyped(t *testing.T) {
	t.Parallel()
	s := directorytest.Start(t, false, town()...)
	d := open(t, s.Config())
	for _, password := range []string{s.Password["見本太郎"] + " ", strings.ToLower(s.Password["見本太郎"])} {
		_, err := d.Authenticate(t.Context(), "taro", password)
		mustRefuse(t, err, fault.Unauthenticated, wrong)
	}
}

func TestADirectoryThatStoppedIsUnavailable(t *testing.T) {
	t.Parallel()
	s := directorytest.Start(t, false, town()...)
	d := open(t, s.Config())
	password := s.Password["見本太郎"]
	if _, err := d.Authenticate(t.Context(), "taro", password); err != nil {
		t.Fatal(err)
	}
	s.Stop()
	_, err := d.Authenticate(t.Context(), "taro", password)
	mustRefuse(t, err, fault.Unavailable, unavailable, password)
}

func TestADirectoryThatDoesNotLetThePortalSearchIsUnavailable(t *testing.T) {
	t.Parallel()
	s := directorytest.Start(t, false, town()...)
	for name, change := range map[string]func(*directory.Config){
		"a wrong password of the portal": func(c *directory.Config) { c.BindPassword = rand.Text() },
		"an unknown entry of the portal": func(c *directory.Config) { c.BindDN = "cn=nobody," + suffix },
		"a place that is not there":      func(c *directory.Config) { c.BaseDN = "ou=nowhere," + suffix },
		"no StartTLS on the other side":  func(c *directory.Config) { c.StartTLS = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := s.Config()
			change(&config)
			password := s.Password["見本太郎"]
			_, err := open(t, config).Authenticate(t.Context(), "taro", password)
			mustRefuse(t, err, fault.Unavailable, unavailable, password, config.BindPassword)
		})
	}
}

func TestNoPasswordGoesToADirectoryWithAnUntrustedCertificate(t *testing.T) {
	t.Parallel()
	s := directorytest.Start(t, true, town()...)
	_, der := directorytest.MakeCertificate(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "別の認証局"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, nil)
	other := filepath.Join(t.TempDir(), "other.pem")
	write(t, other, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	_, port, err := net.SplitHostPort(s.Plain)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*directory.Config){
		"another authority, StartTLS":  func(c *directory.Config) { c.StartTLS, c.CACertFile = true, other },
		"another authority, ldaps":     func(c *directory.Config) { c.URL, c.CACertFile = "ldaps://"+s.Secured, other },
		"the system's authorities":     func(c *directory.Config) { c.StartTLS = true },
		"a certificate of other names": func(c *directory.Config) { c.URL, c.StartTLS, c.CACertFile = "ldap://localhost:"+port, true, s.CA },
	} {
		config := s.Config()
		change(&config)
		_, err := open(t, config).Authenticate(t.Context(), "taro", s.Password["見本太郎"])
		if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "x509") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := s.Binds(t); n != 0 {
		t.Errorf("the directory was sent %d passwords", n)
	}
}

// mute is a server that takes connections and never answers.
func mute(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() }) //nolint:errcheck // nothing is left to lose
	return listener.Addr().String()
}

func TestADirectoryThatDoesNotAnswerIsNotWaitedForLonger(t *testing.T) {
	t.Parallel()
	address := mute(t)
	for name, change := range map[string]func(*directory.Config){
		"plain":    func(*directory.Config) {},
		"StartTLS": func(c *directory.Config) { c.StartTLS = true },
		"ldaps":    func(c *directory.Config) { c.URL = "ldaps://" + address },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := directory.Config{
				URL: "ldap://" + address, BindDN: portal, BindPassword: rand.Text(), BaseDN: people, Filter: "(uid=%s)",
				Timeout: 50 * time.Millisecond,
			}
			change(&config)
			_, err := open(t, config).Authenticate(t.Context(), "taro", "password")
			mustRefuse(t, err, fault.Unavailable, unavailable)

			config.Timeout = time.Hour
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			_, err = open(t, config).Authenticate(ctx, "taro", "password")
			mustRefuse(t, err, fault.Unavailable, unavailable)
		})
	}
}

func TestAReferralToAnotherHostIsNotFollowed(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	called := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if _, err := listener.Accept(); err == nil {
			close(called)
		}
	}()
	s := directorytest.Start(t, false, append(town(), directorytest.Entry{Name: "elsewhere", Under: people, Attributes: []string{
		"objectClass=referral", "objectClass=extensibleObject", "ref=ldap://" + listener.Addr().String() + "/" + people,
	}})...)
	if _, err := open(t, s.Config()).Authenticate(t.Context(), "taro", s.Password["見本太郎"]); err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	<-ended
	select {
	case <-called:
		t.Error("another host was called")
	default:
	}
}
