package directory_test

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
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	suffix = "dc=mihon,dc=example,dc=jp"
	portal = "cn=kagami," + suffix
	people = "ou=people," + suffix
	alone  = "ou=alone," + suffix
)

// slapd is a real directory on this machine, with made-up people.
type slapd struct {
	plain, secured string            // host:port
	ca             string            // the file with the authority of its certificate
	password       map[string]string // by the name of the entry
	log            string
	process        *os.Process
	done           <-chan struct{}
}

// entry is an LDAP entry to begin with: its name (the DN's first part is
// cn=name), and its attributes, one "name=value" each.
type entry struct {
	name, under string
	attributes  []string
}

// person is an entry of someone who may sign in.
func person(name, under string, attributes ...string) entry {
	return entry{name, under, append(attributes, "objectClass=inetOrgPerson", "sn=見本")}
}

func town() []entry {
	return []entry{
		person("見本太郎", people, "uid=taro", "mail=mihon.taro@example.jp", "employeeNumber=00123", "departmentNumber=7"),
		person("見本花子", people, "uid=hanako", "mail=mihon.hanako@example.jp"),
		person("見本一", people, "uid=twice"),
		person("見本二", people, "uid=twice", "uid=thrice"),
		person("見本三", people, "uid=thrice"),
		person("見本四", people, "uid=thrice"),
		person("見本独", alone, "uid=hitori"),
	}
}

// startSlapd starts a directory for a test; it ends with the test, and with the
// process of the tests whatever happens to that. withTLS gives it a certificate
// for its address.
func startSlapd(t *testing.T, withTLS bool, entries ...entry) *slapd {
	t.Helper()
	program := findSlapd(t)
	dir := t.TempDir()
	s := &slapd{password: map[string]string{}, log: filepath.Join(dir, "log"), ca: filepath.Join(dir, "ca.pem")}
	copyProgram(t, program, filepath.Join(dir, "slapd"))
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "slapd.conf"), s.settings(t, dir, withTLS))
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
	t.Cleanup(s.stop)
	return s
}

func findSlapd(t *testing.T) string {
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
func copyProgram(t *testing.T, from, to string) {
	t.Helper()
	program, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, program, 0o700); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (s *slapd) settings(t *testing.T, dir string, withTLS bool) string {
	t.Helper()
	lines := []string{
		"include /etc/ldap/schema/core.schema",
		"include /etc/ldap/schema/cosine.schema",
		"include /etc/ldap/schema/inetorgperson.schema",
		"modulepath /usr/lib/ldap",
		"moduleload back_mdb",
		"pidfile " + dir + "/pid",
	}
	if withTLS {
		certificate, key := s.certify(t, dir)
		lines = append(lines, "TLSCACertificateFile "+s.ca, "TLSCertificateFile "+certificate, "TLSCertificateKeyFile "+key, "TLSVerifyClient never")
	}
	lines = append(lines,
		"database mdb",
		"maxsize 10485760",
		"suffix "+suffix,
		"directory "+dir+"/data",
		// Only the portal may search; nobody reads a password.
		"access to attrs=userPassword by anonymous auth by * none",
		"access to * by dn.exact="+portal+" read by anonymous auth by * none",
	)
	return strings.Join(lines, "\n") + "\n"
}

// ldif writes the entries, each with a password of its own.
func (s *slapd) ldif(entries []entry) string {
	var b strings.Builder
	line := func(name, value string) {
		fmt.Fprintf(&b, "%s:: %s\n", name, base64.StdEncoding.EncodeToString([]byte(value)))
	}
	line("dn", suffix)
	b.WriteString("objectClass: domain\ndc: mihon\n\n")
	for _, ou := range []string{people, alone} {
		line("dn", ou)
		b.WriteString("objectClass: organizationalUnit\n\n")
	}
	for _, e := range append(entries, entry{"kagami", suffix, []string{"objectClass=applicationProcess", "objectClass=simpleSecurityObject"}}) {
		s.password[e.name] = rand.Text()
		line("dn", "cn="+e.name+","+e.under)
		line("cn", e.name)
		for _, a := range e.attributes {
			name, value, _ := strings.Cut(a, "=")
			line(name, value)
		}
		line("userPassword", s.password[e.name])
		b.WriteString("\n")
	}
	return b.String()
}

// certify makes an authority, and a certificate of it for 127.0.0.1.
func (s *slapd) certify(t *testing.T, dir string) (certificate, key string) {
	t.Helper()
	caKey, caDER := makeCertificate(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "見本認証局"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, nil, nil)
	ca, err := x509.ParseCertificate(caDER)
	if err != nil {
		t.Fatal(err)
	}
	ownKey, ownDER := makeCertificate(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "directory"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, ca, caKey)
	keyDER, err := x509.MarshalPKCS8PrivateKey(ownKey)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key = filepath.Join(dir, "certificate.pem"), filepath.Join(dir, "key.pem")
	write(t, s.ca, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER})))
	write(t, certificate, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ownDER})))
	write(t, key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})))
	return certificate, key
}

// makeCertificate makes a key, and a certificate of it by an authority; without
// one it signs itself.
func makeCertificate(t *testing.T, template, by *x509.Certificate, byKey *ecdsa.PrivateKey) (*ecdsa.PrivateKey, []byte) {
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
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close() //nolint:errcheck // nothing was accepted
	return listener.Addr().String()
}

// start starts the server and waits until it answers; false if it ended.
func (s *slapd) start(t *testing.T, dir string, withTLS bool) bool {
	t.Helper()
	s.plain, s.secured = freeAddress(t), freeAddress(t)
	addresses, listening := "ldap://"+s.plain, []string{s.plain}
	if withTLS {
		addresses, listening = addresses+" ldaps://"+s.secured, append(listening, s.secured)
	}
	log, err := os.Create(s.log)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(dir, "slapd"), "-d", "stats", "-h", addresses, "-f", filepath.Join(dir, "slapd.conf")) //nolint:noctx // it lives until stop
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
	s.stop()
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

// stop ends the server, and is harmless when it has ended.
func (s *slapd) stop() {
	s.process.Kill() //nolint:errcheck // it may have ended
	<-s.done
}

// binds counts the sign-ins that the server was asked for so far.
func (s *slapd) binds(t *testing.T) int {
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
