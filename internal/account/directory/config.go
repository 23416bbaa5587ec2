package directory

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"kagami/internal/fault"
)

// Config says where the directory is and how people are found in it.
type Config struct {
	URL                  string // ldap://host or ldaps://host, with a port if not the usual one
	StartTLS             bool   // with ldap://
	CACertFile           string // PEM; empty means the system's authorities
	BindDN               string // the portal's own entry, which may search; for Active Directory also name@domain
	BindPassword         string
	BaseDN               string        // where people's entries are
	Filter               string        // finds a person by their login, which stands in place of the one %s
	EmailAttribute       string        // empty means mail
	StaffNumberAttribute string        // empty means employeeNumber
	Timeout              time.Duration // of a whole sign-in; zero means ten seconds
}

// place is the one in a filter that the login takes.
const place = "%s"

// Check says in one sentence what is wrong with the configuration, as the one
// problem of an Invalid failure, whose field is url, starttls, ca_file, bind_dn,
// base_dn, filter or timeout; nil if nothing is. It reads the CA file, and asks nothing of the network.
func (c Config) Check() error {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "ldap" && u.Scheme != "ldaps" || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return wrong("url", nil, "ディレクトリの URL は、ldaps://ホスト または ldap://ホスト の形で指定してください。")
	}
	switch {
	case u.Scheme == "ldaps" && c.StartTLS:
		return wrong("starttls", nil, "StartTLS は、ldap:// のときだけ指定してください。ldaps:// は、はじめから暗号化されています。")
	case u.Scheme == "ldap" && !c.StartTLS && !loopback(u.Hostname()):
		return wrong("url", nil, "パスワードが暗号化されずに流れます。ldaps:// にするか、StartTLS を指定してください。")
	case c.BindDN == "" || c.BindPassword == "":
		return wrong("bind_dn", nil, "ディレクトリを検索する利用者の名前（DN）とパスワードを、両方とも指定してください。")
	case c.BaseDN == "" || !isDN(c.BaseDN):
		return wrong("base_dn", nil, "職員を探す場所の DN を読めません。ou=…,dc=… の形で指定してください。")
	case strings.Count(c.Filter, place) != 1 || strings.Count(c.Filter, "%") != 1:
		return wrong("filter", nil, "検索の条件には、利用者が入力した名前の入る %s を、一つだけ書いてください。")
	case !isFilter(c.Filter):
		return wrong("filter", nil, "検索の条件を読めません。(&(objectClass=person)(uid=%s)) の形で指定してください。")
	case c.Timeout < 0:
		return wrong("timeout", nil, "ディレクトリを待つ時間は、0 以上で指定してください。")
	}
	_, err = c.authorities()
	return err
}

func wrong(field string, cause error, message string) error {
	return &fault.Error{Kind: fault.Invalid, Message: message, Problems: []fault.Problem{{Field: field, Message: message}}, Err: cause}
}

func loopback(host string) bool { return host == "localhost" || net.ParseIP(host).IsLoopback() }

func isDN(s string) bool {
	_, err := ldap.ParseDN(s)
	return err == nil
}

func isFilter(s string) bool {
	_, err := ldap.CompileFilter(strings.Replace(s, place, "login", 1))
	return err == nil
}

// authorities are those that the directory's certificate may be signed by; nil
// means the system's.
func (c Config) authorities() (*x509.CertPool, error) {
	if c.CACertFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(c.CACertFile)
	if err != nil {
		return nil, wrong("ca_file", err, "ディレクトリの証明書を確かめるための、認証局の証明書のファイルを読めません。場所と権限を確かめてください。")
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, wrong("ca_file", nil, "認証局の証明書のファイルに、証明書がありません。PEM 形式のファイルを指定してください。")
	}
	return pool, nil
}

// Directory is the town's directory.
type Directory struct {
	config  Config
	address string // host:port
	secure  bool   // ldaps
	tls     *tls.Config
}

// New makes the directory of a configuration, or says what is wrong with that.
// It asks nothing of the network: the portal starts while the directory is down.
func New(config Config) (*Directory, error) {
	if err := config.Check(); err != nil {
		return nil, err
	}
	if config.EmailAttribute == "" {
		config.EmailAttribute = "mail"
	}
	if config.StaffNumberAttribute == "" {
		config.StaffNumberAttribute = "employeeNumber"
	}
	if config.Timeout == 0 {
		config.Timeout = 10 * time.Second
	}
	u, err := url.Parse(config.URL)
	if err != nil {
		return nil, err
	}
	authorities, err := config.authorities()
	if err != nil {
		return nil, err
	}
	d := &Directory{
		config: config,
		secure: u.Scheme == "ldaps",
		tls:    &tls.Config{ServerName: u.Hostname(), RootCAs: authorities, MinVersion: tls.VersionTLS12},
	}
	port := u.Port()
	switch {
	case port != "":
	case d.secure:
		port = ldap.DefaultLdapsPort
	default:
		port = ldap.DefaultLdapPort
	}
	d.address = net.JoinHostPort(u.Hostname(), port)
	return d, nil
}
