package openid

import (
	"net"
	"net/url"
	"time"

	"kagami/internal/fault"
)

// Claim is what tells which of the town's people the provider vouches for.
type Claim string

const (
	// ByEmail goes by the e-mail address, which the provider must have verified.
	ByEmail Claim = "email"
	// ByStaffNumber goes by the claim that holds the staff number.
	ByStaffNumber Claim = "staff-number"
)

// Config says which provider signs people in, and how the portal is known
// there.
type Config struct {
	Issuer           string // the provider's URL, exactly as its document gives it
	ClientID         string
	ClientSecret     string // empty where the provider knows the portal as a public client
	RedirectURL      string // where the browser comes back to, as registered there
	Claim            Claim
	StaffNumberClaim string // with ByStaffNumber; empty means preferred_username
	Now              func() time.Time
}

// Check says in one sentence what is wrong with the configuration, as the one
// problem of an Invalid failure, whose field is issuer, client_id, redirect_url
// or claim; nil if nothing is.
func (c Config) Check() error {
	switch {
	case !closed(c.Issuer):
		return wrong("issuer", "認証サーバーの URL（issuer）は、https:// で始まる形で指定してください。")
	case c.ClientID == "":
		return wrong("client_id", "認証サーバーに登録したポータルの ID（client ID）を指定してください。")
	case !closed(c.RedirectURL):
		return wrong("redirect_url", "認証サーバーから戻る URL は、https:// で始まる形で指定してください。")
	case c.Claim != ByEmail && c.Claim != ByStaffNumber:
		return wrong("claim", "職員を見分ける項目は、メールアドレスか職員番号のどちらかを指定してください。")
	}
	return nil
}

func wrong(field, message string) error {
	return &fault.Error{Kind: fault.Invalid, Message: message, Problems: []fault.Problem{{Field: field, Message: message}}}
}

// closed tells whether what is sent to an address stays closed to others on the
// way: it goes over TLS, or does not leave this machine.
func closed(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return false
	}
	host := u.Hostname()
	return u.Scheme == "https" || u.Scheme == "http" && (host == "localhost" || net.ParseIP(host).IsLoopback())
}
