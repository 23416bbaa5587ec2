package scim

import (
	"regexp"
	"strings"
	"time"

	"kagami/internal/rights/connector/peer"
	"kagami/internal/rights/connector/peer/client"
)

// Config says where a service is and how accounts stand in it. The token goes apart from
// it.
type Config struct {
	URL       string `json:"url"`       // of SCIM, above Users and Groups
	Authority string `json:"authority"` // PEM; empty means the system's authorities
	// NumberAttribute holds the staff number: an attribute of a user, or one of an
	// extension with its name before it; empty means externalId.
	NumberAttribute string `json:"number_attribute"`
	// Groups are the ids of the groups that the portal takes accounts out of, and puts
	// them back into.
	Groups []string `json:"groups"`
}

// EnterpriseNumber is the staff number as the extension for enterprises has it.
const EnterpriseNumber = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber"

// attribute is a name of an attribute, after that of its extension if it is of one.
var attribute = regexp.MustCompile(`^(?:([Uu][Rr][Nn]:[A-Za-z0-9][A-Za-z0-9.:_-]{0,200}):)?([A-Za-z][A-Za-z0-9_-]{0,99})$`)

// token is what a header can hold.
var token = regexp.MustCompile(`^[\x21-\x7e]+$`)

// Check says in one sentence what is wrong with the configuration, as the one problem of
// an Invalid failure whose field is called as in JSON; nil if nothing is. It asks nothing
// of the network.
func (c Config) Check() error {
	if err := client.Check(c.URL, c.Authority); err != nil {
		return err
	}
	if c.NumberAttribute != "" && !attribute.MatchString(c.NumberAttribute) {
		return peer.Wrong("number_attribute", "職員番号の入った属性の名前を読めません。externalId のように、半角で入力してください。")
	}
	if len(c.Groups) > peer.MostGroups {
		return peer.Wrong("groups", "出し入れするグループは、50 までにしてください。")
	}
	for _, group := range c.Groups {
		if !isID(group) {
			return peer.Wrong("groups", "グループの ID を、一行に一つ入力してください。名前ではなく、接続先での id です。")
		}
	}
	return nil
}

// isID tells whether a text can be the id of something: one that is a part of an address.
func isID(s string) bool {
	return s != "" && len(s) <= 256 && plain(s) && s != "." && s != ".." && !strings.EqualFold(s, "bulkId")
}

// plain tells whether a text goes into a filter as it is. Services differ in how they read
// what would have to be escaped there, and could take it for a part of the filter.
func plain(s string) bool { return s == peer.Text(s) && !strings.ContainsAny(s, `"\`) }

// Service is a service of the town.
type Service struct {
	client   *client.Client
	token    string
	number   path
	groups   []string
	deadline time.Duration
}

// path is where an attribute of a user is.
type path struct {
	written   string
	extension string // empty: it is one of the user's own
	name      string
}

var _ peer.Peer = (*Service)(nil)

// New makes the service of a configuration, which the portal signs in to with a token; or
// says what is wrong with them. It asks nothing of the network.
func New(config Config, bearer string) (*Service, error) {
	if err := config.Check(); err != nil {
		return nil, err
	}
	if !token.MatchString(bearer) {
		return nil, peer.Wrong("token", "接続先のトークンを、空白や改行を入れずに入力してください。")
	}
	c, err := client.New(config.URL, config.Authority)
	if err != nil {
		return nil, err
	}
	written := config.NumberAttribute
	if written == "" {
		written = "externalId"
	}
	parts := attribute.FindStringSubmatch(written)
	return &Service{
		client: c, token: bearer, groups: config.Groups, deadline: peer.Deadline,
		number: path{written: written, extension: parts[1], name: parts[2]},
	}, nil
}
