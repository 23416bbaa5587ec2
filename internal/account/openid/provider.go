package openid

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// requestLimit is how long the provider may take to answer one request.
const requestLimit = 10 * time.Second

// Provider is the identity provider that the town has chosen.
type Provider struct {
	config Config
	client *http.Client
	// known is what the provider's document says, once it could be read.
	known atomic.Pointer[metadata]
}

// metadata is what the portal needs of the provider's document.
type metadata struct {
	oauth    *oauth2.Config
	provider *oidc.Provider
	keys     oidc.KeySet
}

// New makes the provider of a configuration, or says what is wrong with that.
// It asks nothing of the network: the portal starts while the provider is down.
func New(config Config) (*Provider, error) {
	if err := config.Check(); err != nil {
		return nil, err
	}
	if config.StaffNumberClaim == "" {
		config.StaffNumberClaim = "preferred_username"
	}
	return &Provider{config: config, client: &http.Client{
		Timeout: requestLimit,
		// A code or a secret goes where the document says, and nowhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// through makes what is done with a context use the provider's client.
func (p *Provider) through(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, p.client)
}

// discover reads the provider's document at the first use, and again after a
// failure. Those who come at the same time each read it, so that none waits
// for another's failure.
func (p *Provider) discover(ctx context.Context) (*metadata, error) {
	if known := p.known.Load(); known != nil {
		return known, nil
	}
	provider, err := oidc.NewProvider(p.through(ctx), p.config.Issuer)
	if err != nil {
		return nil, unavailable(documentFailure(err))
	}
	var document struct {
		Authorization string   `json:"authorization_endpoint"`
		Token         string   `json:"token_endpoint"`
		Keys          string   `json:"jwks_uri"`
		UserInfo      string   `json:"userinfo_endpoint"`
		Methods       []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := provider.Claims(&document); err != nil {
		return nil, unavailable(documentFailure(err))
	}
	addresses := []string{document.Authorization, document.Token, document.Keys}
	if document.UserInfo != "" {
		addresses = append(addresses, document.UserInfo)
	}
	for _, address := range addresses {
		if !closed(address) {
			return nil, unavailable(fmt.Errorf("the provider's document names an address that is not https: %q", address))
		}
	}
	known := &metadata{
		oauth: &oauth2.Config{
			ClientID:     p.config.ClientID,
			ClientSecret: p.config.ClientSecret,
			Endpoint:     provider.Endpoint(),
			RedirectURL:  p.config.RedirectURL,
			Scopes:       []string{oidc.ScopeOpenID, p.scope()},
		},
		provider: provider,
		keys:     oidc.NewRemoteKeySet(p.through(context.Background()), document.Keys),
	}
	known.oauth.Endpoint.AuthStyle = p.authStyle(document.Methods)
	p.known.Store(known)
	return known, nil
}

func (p *Provider) scope() string {
	if p.config.Claim == ByEmail {
		return oidc.ScopeEmail
	}
	return oidc.ScopeProfile
}

// authStyle is how the portal proves to the provider that it is the portal.
// The header is what a provider takes that names nothing.
func (p *Provider) authStyle(methods []string) oauth2.AuthStyle {
	if p.config.ClientSecret == "" || len(methods) > 0 && !slices.Contains(methods, "client_secret_basic") {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader
}

// documentFailure is what the log may hold of why the document was not read: a
// foreign page that came instead stays out.
func documentFailure(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*oidc.IssuerMismatchError](err); ok {
		return e
	}
	return errors.New("the provider's document is missing or not readable")
}
