package peer

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/url"
	"strings"
	"unicode"
)

// Host reads the host of a URL with one of the schemes, such as "https"; false if it is
// no such URL, or names somebody to sign in as.
func Host(address string, schemes ...string) (u *url.URL, ok bool) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.Opaque != "" {
		return nil, false
	}
	for _, scheme := range schemes {
		if u.Scheme == scheme {
			return u, true
		}
	}
	return nil, false
}

// Loopback tells whether what goes to a host does not leave this machine.
func Loopback(host string) bool { return host == "localhost" || net.ParseIP(host).IsLoopback() }

// TLS is how a connection to a host is secured: by the system's authorities, or by those
// whose certificates are given as PEM. Invalid, about the field authority, if they can't be read.
func TLS(host, authority string) (*tls.Config, error) {
	config := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if strings.TrimSpace(authority) == "" {
		return config, nil
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM([]byte(authority)) {
		return nil, Wrong("authority", "認証局の証明書を読めません。-----BEGIN CERTIFICATE----- で始まる PEM 形式の文字を、そのまま貼り付けてください。")
	}
	return config, nil
}

// mostText is the most bytes of a name that is taken for one.
const mostText = 1024

// Text is what a peer has written of an account, as it can be shown and stored: valid,
// on one line, not longer than a name is.
func Text(s string) string {
	s = s[:min(len(s), mostText)]
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Bidi_Control, r): // it would turn the words beside it around
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.TrimSpace(s)
}
