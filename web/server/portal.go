package server

import (
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/account"
	"kagami/internal/account/openid"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/org"
	"kagami/internal/policy"
	"kagami/internal/policy/textfile"
	"kagami/web/static"
)

// Config is what a portal is made of.
type Config struct {
	Town      string   // the town's name, 鏡石町
	PublicURL *url.URL // where people reach it; over https cookies are sent over nothing else
	Pool      *pgxpool.Pool
	Org       *org.Service
	Accounts  *account.Service
	Factors   *account.SecondFactors
	Policy    *policy.Service
	Notices   *notice.Service
	Now       func() time.Time
	Log       *slog.Logger
	// Provider is where people sign in by OpenID Connect, under the name that they
	// know it by; nil for none. It must send them back to CallbackPath.
	Provider     *openid.Provider
	ProviderName string
	// TrustedProxies are the reverse proxies that are believed when they say whom
	// they forward a request for.
	TrustedProxies []netip.Prefix
	// HidePublic answers 404 in the place of the 基本方針 that is read without
	// signing in.
	HidePublic bool
}

// CallbackPath is where the identity provider sends the browser back to, below
// the portal's public address.
const CallbackPath = "/login/openid/callback"

// Portal serves the pages.
type Portal struct {
	Config
	files    *static.Files
	sessions *account.Sessions
	devices  *account.Devices
	attempts *account.Attempts
	drawn    *drawnTexts
	navs     navs
	ids      *requestIDs
	texts    *textfile.Reader
	handler  http.Handler
}

// New makes a portal. Close it to end its background work. Invalid for a public
// address without TLS that is not on this machine.
func New(config Config) (*Portal, error) {
	if config.PublicURL.Scheme != "https" && !isLoopback(config.PublicURL.Host) {
		return nil, fault.New(fault.Invalid, "暗号化しない http では、ほかのコンピューターからの利用を受け付けません。--public-url に、利用者が開く https の URL を指定してください。")
	}
	files, err := static.New()
	if err != nil {
		return nil, err
	}
	drawn, err := newDrawnTexts()
	if err != nil {
		return nil, err
	}
	navs, err := newNavs()
	if err != nil {
		return nil, err
	}
	p := &Portal{Config: config, files: files, drawn: drawn, navs: navs, ids: newRequestIDs(), texts: &textfile.Reader{}}
	p.sessions = account.NewSessions(config.Pool, config.Now, p.secure(), p.fail)
	p.devices = account.NewDevices(config.Pool, config.Now, p.secure())
	p.attempts = account.NewAttempts(config.Pool, config.Now, p.secure())
	p.handler = p.router()
	return p, nil
}

// Close ends the portal's background work.
func (p *Portal) Close() { p.sessions.Close() }

// secure tells whether people reach the portal over TLS.
func (p *Portal) secure() bool { return p.PublicURL.Scheme == "https" }

func (p *Portal) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.handler.ServeHTTP(w, r) }
