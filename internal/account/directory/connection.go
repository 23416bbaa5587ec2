package directory

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"

	"github.com/go-ldap/ldap/v3"
)

// connect opens a connection that ends with the context, whatever it is doing.
func (d *Directory) connect(ctx context.Context) (*ldap.Conn, error) {
	raw, err := (&net.Dialer{}).DialContext(ctx, "tcp", d.address)
	if err != nil {
		return nil, fmt.Errorf("connecting: %w", err)
	}
	// The library knows no contexts: it stops when its connection is gone.
	context.AfterFunc(ctx, func() { raw.Close() }) //nolint:errcheck // nothing is left to lose
	if d.secure {
		secured := tls.Client(raw, d.tls)
		if err := secured.HandshakeContext(ctx); err != nil {
			raw.Close() //nolint:errcheck // nothing is left to lose
			return nil, fmt.Errorf("securing the connection: %w", err)
		}
		raw = secured
	}
	conn := ldap.NewConn(raw, d.secure)
	conn.SetTimeout(d.config.Timeout)
	conn.Start()
	if d.config.StartTLS {
		if err := conn.StartTLS(d.tls); err != nil {
			conn.Close() //nolint:errcheck // nothing is left to lose
			return nil, fmt.Errorf("securing the connection: %w", answered(err))
		}
	}
	return conn, nil
}
