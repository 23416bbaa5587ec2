package ldap

import (
	"crypto/tls"
	"net"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"kagami/internal/rights/connector/peer"
)

// Kind is what sort of directory it is.
type Kind string

// The kinds of directories.
const (
	OpenLDAP        Kind = "openldap"
	ActiveDirectory Kind = "active-directory"
)

// Config says where a directory is and how accounts stand in it. What is empty is as it
// usually is in a directory of its kind. The password goes apart from it.
type Config struct {
	Kind      Kind   `json:"kind"`
	URL       string `json:"url"`       // ldaps://host or ldap://host, with a port if not the usual one
	StartTLS  bool   `json:"starttls"`  // with ldap://
	Authority string `json:"authority"` // PEM; empty means the system's authorities
	BindDN    string `json:"bind_dn"`   // the portal's own entry; for Active Directory also name@domain
	BaseDN    string `json:"base_dn"`   // where the accounts are
	Filter    string `json:"filter"`    // which entries below are accounts

	LoginAttribute  string `json:"login_attribute"`
	NumberAttribute string `json:"number_attribute"` // of the staff number
	NameAttribute   string `json:"name_attribute"`

	Disabled Disabled `json:"disabled"` // with OpenLDAP
	// Groups are the DNs of the groups that the portal takes accounts out of, and puts
	// them back into.
	Groups []string `json:"groups"`
	// MemberOf is the attribute of an account with the groups that it is in. Without it
	// (OpenLDAP without the overlay memberof), each named group is asked about each
	// account.
	MemberOf string `json:"member_of"`
}

// Disabled is the attribute by which an OpenLDAP directory knows that an account is
// disabled.
type Disabled struct {
	Attribute string `json:"attribute"`
	Value     string `json:"value"`   // of an account that is disabled
	Enabled   string `json:"enabled"` // of one that is not; empty if it has none then
}

// lockedForever is the value of pwdAccountLockedTime that no time ends.
const lockedForever = "000001010000Z"

// usual fills in what is empty.
func (c Config) usual() Config {
	fill := func(value *string, usual string) {
		if *value == "" {
			*value = usual
		}
	}
	if c.Kind == ActiveDirectory {
		fill(&c.Filter, "(&(objectCategory=person)(objectClass=user))")
		fill(&c.LoginAttribute, "sAMAccountName")
		fill(&c.NameAttribute, "displayName")
		fill(&c.MemberOf, "memberOf")
	} else {
		fill(&c.Filter, "(objectClass=person)")
		fill(&c.LoginAttribute, "uid")
		fill(&c.NameAttribute, "cn")
		if c.Disabled.Attribute == "" {
			c.Disabled = Disabled{Attribute: "pwdAccountLockedTime", Value: lockedForever}
		}
	}
	fill(&c.NumberAttribute, "employeeNumber")
	return c
}

// attribute is a name of an attribute, without options.
var attribute = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,99}$`)

// fixed are attributes by which no account is disabled: it would lose what it is.
var fixed = []string{"objectClass", "userPassword", "member", "memberOf", "cn", "uid", "entryUUID"}

// Check says in one sentence what is wrong with the configuration, as the one problem of
// an Invalid failure whose field is called as in JSON; nil if nothing is. It asks nothing
// of the network.
func (c Config) Check() error {
	u, ok := peer.Host(c.URL, "ldaps", "ldap")
	switch {
	case c.Kind != OpenLDAP && c.Kind != ActiveDirectory:
		return peer.Wrong("kind", "ディレクトリの種類は、OpenLDAP か Active Directory のどちらかを選んでください。")
	case !ok || strings.Trim(u.Path, "/") != "":
		return peer.Wrong("url", "ディレクトリの URL は、ldaps://ホスト または ldap://ホスト の形で入力してください。")
	case u.Scheme == "ldaps" && c.StartTLS:
		return peer.Wrong("starttls", "StartTLS は、ldap:// のときだけ選んでください。ldaps:// は、はじめから暗号化されています。")
	case u.Scheme == "ldap" && !c.StartTLS && !peer.Loopback(u.Hostname()):
		return peer.Wrong("url", "パスワードが暗号化されずに流れます。ldaps:// にするか、StartTLS を選んでください。")
	case c.BindDN == "":
		return peer.Wrong("bind_dn", "ポータル用の利用者の名前（DN）を入力してください。")
	case c.BaseDN == "" || !isDN(c.BaseDN):
		return peer.Wrong("base_dn", "アカウントを探す場所の DN を読めません。ou=…,dc=… の形で入力してください。")
	}
	if _, err := ldap.CompileFilter(c.usual().Filter); err != nil {
		return peer.Wrong("filter", "アカウントの条件を読めません。(objectClass=person) の形で入力してください。")
	}
	if err := c.checkAttributes(); err != nil {
		return err
	}
	if len(c.Groups) > peer.MostGroups {
		return peer.Wrong("groups", "出し入れするグループは、50 までにしてください。")
	}
	for _, group := range c.Groups {
		if group == "" || !isDN(group) {
			return peer.Wrong("groups", "グループの DN を読めません。cn=…,dc=… の形で、一行に一つ入力してください。")
		}
	}
	_, err := peer.TLS("", c.Authority)
	return err
}

func (c Config) checkAttributes() error {
	c = c.usual()
	for _, a := range []struct{ field, name string }{
		{"login_attribute", c.LoginAttribute}, {"number_attribute", c.NumberAttribute}, {"name_attribute", c.NameAttribute},
		{"member_of", c.MemberOf}, {"disabled", c.Disabled.Attribute},
	} {
		if a.name != "" && !attribute.MatchString(a.name) {
			return peer.Wrong(a.field, "属性の名前は、半角の英数字とハイフンで入力してください。")
		}
	}
	if c.Kind == ActiveDirectory {
		if c.Disabled != (Disabled{}) {
			return peer.Wrong("disabled", "Active Directory では、停止を表す属性は決まっています。空欄にしてください。")
		}
		return nil
	}
	like := func(name string) bool { return strings.EqualFold(name, c.Disabled.Attribute) }
	switch {
	case slices.ContainsFunc(fixed, like), like(c.LoginAttribute), like(c.NumberAttribute), like(c.NameAttribute):
		return peer.Wrong("disabled", "停止を表す属性には、ほかのことに使っていない属性を選んでください。")
	case c.Disabled.Value == "":
		return peer.Wrong("disabled", "停止したアカウントの、属性の値を入力してください。")
	case strings.EqualFold(c.Disabled.Value, c.Disabled.Enabled):
		return peer.Wrong("disabled", "停止したアカウントと使えるアカウントの値は、違うものにしてください。")
	}
	return nil
}

func isDN(s string) bool {
	_, err := ldap.ParseDN(s)
	return err == nil
}

// Directory is a directory of the town.
type Directory struct {
	config   Config
	password string
	address  string // host:port
	secure   bool   // ldaps
	tls      *tls.Config
	groups   []group
	deadline time.Duration
}

// group is one of the named groups.
type group struct {
	written string // as in the configuration
	dn      *ldap.DN
}

var _ peer.Peer = (*Directory)(nil)

// New makes the directory of a configuration, which the portal signs in to with a
// password; or says what is wrong with them. It asks nothing of the network.
func New(config Config, password string) (*Directory, error) {
	if err := config.Check(); err != nil {
		return nil, err
	}
	if password == "" { // signing in without one succeeds, as nobody
		return nil, peer.Wrong("password", "ポータル用の利用者のパスワードを入力してください。")
	}
	u, _ := peer.Host(config.URL, "ldaps", "ldap")
	secured, err := peer.TLS(u.Hostname(), config.Authority)
	if err != nil {
		return nil, err
	}
	d := &Directory{config: config.usual(), password: password, secure: u.Scheme == "ldaps", tls: secured, deadline: peer.Deadline}
	for _, written := range config.Groups {
		dn, err := ldap.ParseDN(written)
		if err != nil {
			return nil, err
		}
		d.groups = append(d.groups, group{written, dn})
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

// named finds a group of the configuration.
func (d *Directory) named(written string) (group, error) {
	dn, err := ldap.ParseDN(written)
	if err == nil {
		for _, g := range d.groups {
			if g.dn.EqualFold(dn) {
				return g, nil
			}
		}
	}
	return group{}, peer.NotNamed()
}
