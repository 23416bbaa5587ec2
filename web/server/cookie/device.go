package cookie

import (
	"context"
	"net/http"
	"time"

	"kagami/internal/account/session"
)

const deviceCookie = "kagami-device"

// Devices are the browsers from which people have signed in before, each known
// by a cookie.
type Devices struct {
	sessions *session.Service
	tls      TLS
}

// NewDevices makes the known devices.
func NewDevices(sessions *session.Service, tls TLS) *Devices {
	return &Devices{sessions: sessions, tls: tls}
}

// Token is what the request's browser is known by; empty for none.
func (d *Devices) Token(r *http.Request) string { return d.tls.token(r, deviceCookie) }

// Remember makes the request's browser known for somebody who has just signed
// in from it. One token serves all who share a browser.
func (d *Devices) Remember(ctx context.Context, w http.ResponseWriter, r *http.Request, person int64) error {
	token := d.Token(r)
	if token != "" {
		known, err := d.sessions.KnowsDevice(ctx, token, person)
		if err != nil || known {
			return err
		}
	}
	token, err := d.sessions.RememberDevice(ctx, token, person)
	if err != nil {
		return err
	}
	http.SetCookie(w, d.tls.make(deviceCookie, token, int(session.DeviceLimit/time.Second)))
	return nil
}
