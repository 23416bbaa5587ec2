// Package directorytest runs a real directory, slapd, with made-up people for
// tests.
package directorytest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"kagami/internal/account/directory"
)

// The places of the directory.
const (
	Suffix = "dc=mihon,dc=example,dc=jp"
	Portal = "cn=kagami," + Suffix // the portal's own entry
	People = "ou=people," + Suffix
	Alone  = "ou=alone," + Suffix
)

// Slapd is a real directory on this machine.
type Slapd struct {
	Plain, Secured string            // host:port
	CA             string            // the file with the authority of its certificate
	Password       map[string]string // by the name of the entry
	log            string
	process        *os.Process
	done           <-chan struct{}
}

// Entry is an LDAP entry to begin with: its name (the DN's first part is
// cn=name), and its attributes, one "name=value" each.
type Entry struct {
	Name, Under string
	Attributes  []string
}

// Person is an entry of someone who may sign in.
func Person(name, under string, attributes ...string) Entry {
	return Entry{name, under, append(attributes, "objectClass=inetOrgPerson", "sn=見本")}
}

// Group is an entry of those who are in a group, by their DNs.
func Group(name, under string, members ...string) Entry {
	e := Entry{name, under, []string{"objectClass=groupOfNames"}}
	for _, member := range members {
		e.Attributes = append(e.Attributes, "member="+member)
	}
	return e
}

// Config is how the portal finds the people of the directory, by their uid.
func (s *Slapd) Config() directory.Config {
	return directory.Config{
		URL: "ldap://" + s.Plain, BindDN: Portal, BindPassword: s.Password["kagami"],
		BaseDN: People, Filter: "(&(objectClass=person)(uid=%s))", Timeout: time.Minute,
	}
}

// Options are what a directory has besides.
type Options struct {
	TLS       bool     // a certificate for its address
	Writable  bool     // the portal may change everything
	Modules   []string // to load
	Settings  []string // lines of its configuration: overlays, indexes
	Schema    []string // lines of its schema
	Megabytes int      // how much it may hold; zero means ten
}

// Start starts a directory for a test; it ends with the test, and with the
// process of the tests whatever happens to that. withTLS gives it a certificate
// for its address.
func Start(t testing.TB, withTLS bool, entries ...Entry) *Slapd {
	t.Helper()
	return StartWith(t, Options{TLS: withTLS}, entries...)
}

// StartWith starts a directory that has more than others.
func StartWith(t testing.TB, options Options, entries ...Entry) *Slapd {
	t.Helper()
	withTLS := options.TLS
	program := findSlapd(t)
	dir := t.TempDir()
	s := &Slapd{Password: map[string]string{}, log: filepath.Join(dir, "log"), CA: filepath.Join(dir, "ca.pem")}
	copyProgram(t, program, filepath.Join(dir, "slapd"))
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "slapd.conf"), s.settings(t, dir, options))
	write(t, filepath.Join(dir, "people.ldif"), s.ldif(entries))
	load := exec.CommandContext(t.Context(), filepath.Join(dir, "slapd"), "-T", "add", "-q", "-f", filepath.Join(dir, "slapd.conf"), "-l", filepath.Join(dir, "people.ldif"))
	if out, err := load.CombinedOutput(); err != nil {
		t.Fatalf("filling the directory: %v: %s", err, out)
	}
	// A port that was free may be taken by another before slapd has it.
	for try := 1; !s.start(t, dir, withTLS); try++ {
		if try == 5 {
			log, _ := os.ReadFile(s.log)
			t.Fatalf("slapd does not start: %s", log)
		}
	}
	t.Cleanup(s.Stop)
	return s
}

func findSlapd(t testing.TB) string {
	t.Helper()
	for _, path := range []string{"/usr/sbin/slapd", "/usr/lib/openldap/slapd", "/usr/libexec/slapd"} {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	path, err := exec.LookPath("slapd")
	if err != nil {
		t.Fatal("slapd is not installed: run scripts/install slapd, or apt-get install slapd")
	}
	return path
}

// copyProgram copies slapd into the test's directory: where AppArmor is on, the
// program in its usual place may read and write only its usual places.
func copyProgram(t testing.TB, from, to string) {
	t.Helper()
	// by another process: what this one has open for writing, a process that another test
	// starts just then would have open too, and "text file busy" would be the answer
	if out, err := exec.CommandContext(t.Context(), "cp", from, to).CombinedOutput(); err != nil {
		t.Fatalf("copying slapd: %v: %s", err, out)
	}
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (s *Slapd) settings(t testing.TB, dir string, options Options) string {
	t.Helper()
	lines := []string{
		"include /etc/ldap/schema/core.schema",
		"include /etc/ldap/schema/cosine.schema",
		"include /etc/ldap/schema/inetorgperson.schema",
		"modulepath /usr/lib/ldap",
		"moduleload back_mdb",
		"pidfile " + dir + "/pid",
	}
	for _, module := range options.Modules {
		lines = append(lines, "moduleload "+module)
	}
	lines = append(lines, options.Schema...)
	if options.TLS {
		certificate, key := s.certify(t, dir)
		lines = append(lines, "TLSCACertificateFile "+s.CA, "TLSCertificateFile "+certificate, "TLSCertificateKeyFile "+key, "TLSVerifyClient never")
	}
	right := "read"
	if options.Writable {
		right = "write"
	}
	lines = append(lines,
		"database mdb",
		fmt.Sprintf("maxsize %d", max(10, options.Megabytes)<<20),
		"suffix "+Suffix,
		"directory "+dir+"/data",
		// Only the portal may search; nobody reads a password.
		"access to attrs=userPassword by anonymous auth by * none",
		"access to * by dn.exact="+Portal+" "+right+" by anonymous auth by * none",
	)
	return strings.Join(append(lines, options.Settings...), "\n") + "\n"
}

// ldif writes the entries, each but the groups with a password of its own.
func (s *Slapd) ldif(entries []Entry) string {
	var b strings.Builder
	line := func(name, value string) {
		fmt.Fprintf(&b, "%s:: %s\n", name, base64.StdEncoding.EncodeToString([]byte(value)))
	}
	line("dn", Suffix)
	b.WriteString("objectClass: domain\ndc: mihon\n\n")
	for _, ou := range []string{People, Alone} {
		line("dn", ou)
		b.WriteString("objectClass: organizationalUnit\n\n")
	}
	for _, e := range append(entries, Entry{"kagami", Suffix, []string{"objectClass=applicationProcess", "objectClass=simpleSecurityObject"}}) {
		line("dn", "cn="+e.Name+","+e.Under)
		line("cn", e.Name)
		for _, a := range e.Attributes {
			name, value, _ := strings.Cut(a, "=")
			line(name, value)
		}
		if !slices.Contains(e.Attributes, "objectClass=groupOfNames") {
			s.Password[e.Name] = rand.Text()
			line("userPassword", s.Password[e.Name])
		}
		b.WriteString("\n")
	}
	return b.String()
}

// certify makes an authority, and a certificate of it for 127.0.0.1.
func (s *Slapd) certify(t testing.TB, dir string) (certificate, key string) {
	t.Helper()
	caKey, caDER := MakeCertificate(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "見本認証局"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, nil)
	ca, err := x509.ParseCertificate(caDER)
	if err != nil {
		t.Fatal(err)
	}
	ownKey, ownDER := MakeCertificate(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "directory"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, ca, caKey)
	keyDER, err := x509.MarshalPKCS8PrivateKey(ownKey)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key = filepath.Join(dir, "certificate.pem"), filepath.Join(dir, "key.pem")
	write(t, s.CA, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER})))
	write(t, certificate, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ownDER})))
	write(t, key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})))
	return certificate, key
}

// MakeCertificate makes a key, and a certificate of it by an authority; without
// one it signs itself.
func MakeCertificate(t testing.TB, template, by *x509.Certificate, byKey *ecdsa.PrivateKey) (*ecdsa.PrivateKey, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if by == nil {
		by, byKey = template, key
	}
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	der, err := x509.CreateCertificate(rand.Reader, template, by, key.Public(), byKey)
	if err != nil {
		t.Fatal(err)
	}
	return key, der
}

// freeAddress is an address on this machine where nobody listens.
func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close() //nolint:errcheck // nothing was accepted
	return listener.Addr().String()
}

// start starts the server and waits until it answers; false if it ended.
func (s *Slapd) start(t testing.TB, dir string, withTLS bool) bool {
	t.Helper()
	s.Plain, s.Secured = freeAddress(t), freeAddress(t)
	addresses, listening := "ldap://"+s.Plain, []string{s.Plain}
	if withTLS {
		addresses, listening = addresses+" ldaps://"+s.Secured, append(listening, s.Secured)
	}
	log, err := os.Create(s.log)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(dir, "slapd"), "-d", "stats", "-h", addresses, "-f", filepath.Join(dir, "slapd.conf")) //nolint:noctx // it lives until Stop
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started, done := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread() // Pdeathsig is about this thread, which ends with the goroutine
		err := cmd.Start()
		started <- err
		if err == nil {
			cmd.Wait() //nolint:errcheck // it ends by being killed
		}
		log.Close() //nolint:errcheck // the test reads what there is
		close(done)
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	s.process, s.done = cmd.Process, done
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for range 1000 {
		if answer(t.Context(), listening) {
			return true
		}
		select {
		case <-done:
			return false
		case <-ticker.C:
		}
	}
	s.Stop()
	return false
}

func answer(ctx context.Context, addresses []string) bool {
	for _, address := range addresses {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err != nil {
			return false
		}
		conn.Close() //nolint:errcheck // it has answered
	}
	return true
}

// Stop ends the server, and is harmless when it has ended.
func (s *Slapd) Stop() {
	s.process.Kill() //nolint:errcheck // it may have ended
	<-s.done
}

// Binds counts the sign-ins that the server was asked for so far.
func (s *Slapd) Binds(t testing.TB) int {
	t.Helper()
	file, err := os.Open(s.log)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // only read
	log, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(log), " method=128")
}
