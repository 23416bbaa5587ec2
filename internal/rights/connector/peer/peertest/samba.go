// Package peertest runs peers that others have made, with made-up people for tests: Samba
// as a domain controller of Active Directory, and a server of SCIM 2.0. `make peers`
// installs them.
package peertest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"kagami/internal/account/directory/directorytest"
)

// The places of the domain.
const (
	Domain = "DC=mihon,DC=example,DC=jp"
	People = "OU=職員," + Domain
	Groups = "OU=グループ," + Domain
	Portal = "CN=kagami,CN=Users," + Domain
)

// Samba is a domain controller of Active Directory on an address of its own of this
// machine.
type Samba struct {
	URL       string            // ldaps://
	Authority string            // of its certificate, as PEM
	Password  map[string]string // by the name of the user
	dir       string
	host      string
}

// User is a user to begin with: its name, its login and its attributes besides, one
// "name=value" each.
type User struct {
	Name, Login string
	Attributes  []string
}

// StartSamba starts a domain with users and groups, which ends with the test. The portal
// has a login of its own there that may disable the users below People, and change the
// members of the groups below Groups, and nothing else.
func StartSamba(t testing.TB, users []User, groups ...string) *Samba {
	t.Helper()
	if _, err := exec.LookPath("samba-tool"); err != nil {
		t.Fatal("Samba is not installed: run make peers")
	}
	s := &Samba{dir: t.TempDir(), Password: map[string]string{}, host: freeHost(t)}
	s.URL = "ldaps://" + s.host
	t.Cleanup(func() {
		if os.Getuid() != 0 { // what root has written, the test can't remove
			exec.Command("sudo", "-n", "rm", "-rf", s.dir).Run() //nolint:errcheck,noctx // the test's directory would say so
		}
	})
	s.run(t, "samba-tool", "domain", "provision", "--targetdir="+s.dir, "--realm=MIHON.EXAMPLE.JP", "--domain=MIHON", "--server-role=dc",
		"--adminpass="+s.password("Administrator"), "--host-name=dc1", "--host-ip="+s.host, "--dns-backend=NONE", "--backend-store-size=200Mb",
		"--option=posix:eadb="+filepath.Join(s.dir, "eadb.tdb")) // the file system of a container may keep no attributes for it
	s.configure(t)
	s.fill(t, users, groups)
	s.allow(t)
	s.start(t)
	return s
}

// run runs a program of Samba's, which asks for root.
func (s *Samba) run(t testing.TB, program string, args ...string) string {
	t.Helper()
	cmd := asRoot(t, program, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v: %s", program, err, out.String())
	}
	return out.String()
}

func asRoot(t testing.TB, program string, args ...string) *exec.Cmd {
	if os.Getuid() == 0 {
		return exec.CommandContext(t.Context(), program, args...)
	}
	return exec.CommandContext(t.Context(), "sudo", append([]string{"-n", program}, args...)...)
}

func (s *Samba) config() string { return filepath.Join(s.dir, "etc", "smb.conf") }

func (s *Samba) database() string { return filepath.Join(s.dir, "private", "sam.ldb") }

// password makes one that the domain takes.
func (s *Samba) password(name string) string {
	s.Password[name] = rand.Text() + "aA1!"
	return s.Password[name]
}

// freeHost is an address of this machine at which nobody listens: the ports are fixed.
func freeHost(t testing.TB) string {
	t.Helper()
	for range 100 {
		var b [2]byte
		rand.Read(b[:])
		host := fmt.Sprintf("127.53.%d.%d", b[0], max(1, b[1]&0x7f))
		conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", net.JoinHostPort(host, "636"))
		if err != nil {
			return host
		}
		conn.Close() //nolint:errcheck // it has answered
	}
	t.Fatal("no address is free")
	return ""
}

// configure has Samba do nothing but speak LDAP, at its own address, and write nowhere
// but in its own directory.
func (s *Samba) configure(t testing.TB) {
	t.Helper()
	caKey, caDER := directorytest.MakeCertificate(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "見本認証局"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, nil)
	ca, err := x509.ParseCertificate(caDER)
	if err != nil {
		t.Fatal(err)
	}
	key, der := directorytest.MakeCertificate(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "dc1"}, IPAddresses: []net.IP{net.ParseIP(s.host)},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, ca, caKey)
	s.Authority = encode("CERTIFICATE", caDER)
	s.write(t, "ca.pem", s.Authority)
	s.write(t, "certificate.pem", encode("CERTIFICATE", der))
	s.write(t, "key.pem", encode("PRIVATE KEY", private(t, key)))
	written, err := asRoot(t, "cat", s.config()).Output()
	if err != nil {
		t.Fatal(err)
	}
	fixed := regexp.MustCompile(`(?m)^\s*(log file|server services) = .*$`).ReplaceAllString(string(written), "")
	s.write(t, "new.conf", strings.Replace(fixed, "[global]", strings.Join([]string{
		"[global]", "server services = ldap", "bind interfaces only = yes", "interfaces = " + s.host + "/8",
		"log file = " + s.dir + "/log", "pid directory = " + s.dir, "ncalrpc dir = " + s.dir + "/ncalrpc",
		"tls cafile = " + s.dir + "/ca.pem", "tls certfile = " + s.dir + "/certificate.pem", "tls keyfile = " + s.dir + "/key.pem",
		"ldap server require strong auth = yes",
	}, "\n\t"), 1))
	s.run(t, "cp", filepath.Join(s.dir, "new.conf"), s.config())
	s.run(t, "chown", "root", filepath.Join(s.dir, "key.pem")) // else Samba doesn't take it
}

func encode(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func private(t testing.TB, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func (s *Samba) write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// fill writes the users and groups past the server.
func (s *Samba) fill(t testing.TB, users []User, groups []string) {
	t.Helper()
	var b strings.Builder
	line := func(name, value string) {
		fmt.Fprintf(&b, "%s:: %s\n", name, base64.StdEncoding.EncodeToString([]byte(value)))
	}
	for _, place := range []string{People, Groups} {
		line("dn", place)
		b.WriteString("objectClass: organizationalUnit\n\n")
	}
	user := func(dn string, u User) {
		line("dn", dn)
		b.WriteString("objectClass: user\nuserAccountControl: 512\n")
		line("sAMAccountName", u.Login)
		line("userPrincipalName", u.Login+"@mihon.example.jp")
		line("displayName", u.Name)
		line("clearTextPassword", wide(s.password(u.Name)))
		for _, a := range u.Attributes {
			name, value, _ := strings.Cut(a, "=")
			line(name, value)
		}
		b.WriteString("\n")
	}
	user(Portal, User{Name: "kagami", Login: "kagami"})
	for _, u := range users {
		user("CN="+u.Name+","+People, u)
	}
	for i, name := range groups {
		line("dn", "CN="+name+","+Groups)
		b.WriteString("objectClass: group\nsAMAccountName: group" + strconv.Itoa(i) + "\n\n")
	}
	s.write(t, "people.ldif", b.String())
	s.run(t, "ldbadd", "-H", s.database(), filepath.Join(s.dir, "people.ldif"))
}

// wide is a text as Windows writes it.
func wide(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return string(b)
}

// allow gives the portal the rights that a town would give it.
func (s *Samba) allow(t testing.TB) {
	t.Helper()
	shown := s.run(t, "samba-tool", "user", "show", "kagami", "--attributes=objectSid", "-s", s.config(), "-H", s.database())
	sid := regexp.MustCompile(`S-1-[0-9-]+`).FindString(shown)
	const (
		control = "bf967a68-0de6-11d0-a285-00aa003049e2" // userAccountControl
		member  = "bf9679c0-0de6-11d0-a285-00aa003049e2"
		user    = "bf967aba-0de6-11d0-a285-00aa003049e2"
		group   = "bf967a9c-0de6-11d0-a285-00aa003049e2"
	)
	for place, right := range map[string]string{
		People: "(OA;CIIO;RPWP;" + control + ";" + user + ";" + sid + ")",
		Groups: "(OA;CIIO;RPWP;" + member + ";" + group + ";" + sid + ")",
	} {
		s.run(t, "samba-tool", "dsacl", "set", "--objectdn="+place, "--sddl="+right, "-s", s.config(), "-H", s.database())
	}
}

// start starts the server and waits until it answers.
func (s *Samba) start(t testing.TB) {
	t.Helper()
	cmd := asRoot(t, "samba", "-i", "-M", "single", "--no-process-group", "-s", s.config())
	cmd.Cancel = func() error { return nil } // it has the time to end by itself
	log, err := os.Create(filepath.Join(s.dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	stdin, err := cmd.StdinPipe() // it ends where nothing more can come from there
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		cmd.Wait() //nolint:errcheck // it ends by being stopped
		close(done)
	}()
	t.Cleanup(func() {
		stdin.Close() //nolint:errcheck // it may have ended
		<-done
		log.Close() //nolint:errcheck // the test reads what there is
	})
	await(t, net.JoinHostPort(s.host, "636"), done, filepath.Join(s.dir, "out"))
}

// await waits until somebody listens at an address.
func await(t testing.TB, address string, done <-chan struct{}, log string) {
	t.Helper()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for range 1500 {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err == nil {
			conn.Close() //nolint:errcheck // it has answered
			return
		}
		select {
		case <-done:
			said, _ := os.ReadFile(log)
			t.Fatalf("the server has ended: %s", said)
		case <-ticker.C:
		}
	}
	said, _ := os.ReadFile(log)
	t.Fatalf("the server does not start: %s", said)
}
