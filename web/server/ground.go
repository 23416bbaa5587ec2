package server

import (
	"context"
	"log/slog"
	"net/netip"
	"net/url"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/account"
	"kagami/internal/account/factor"
	"kagami/internal/account/openid"
	"kagami/internal/account/session"
	"kagami/internal/attachment"
	"kagami/internal/attachment/clamd"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/org"
	"kagami/internal/sample"
	"kagami/internal/sample/people"
	"kagami/internal/secret"
	"kagami/web/screen"
	"kagami/web/server/cookie"
)

// Settings are what an operator decides of a portal.
type Settings struct {
	Town      string   // the town's name, 鏡石町
	PublicURL *url.URL // where people reach it; over https cookies are sent over nothing else
	// Ways are the ways to sign in beside the portal's own passwords.
	Ways account.Ways
	// Demanded are the roles whose holders must have a second factor.
	Demanded []authz.Role
	// Provider is where people sign in by OpenID Connect, under the name that they
	// know it by; nil for none, and then without a name. It must send them back to
	// address.OpenIDReturn.
	Provider     *openid.Provider
	ProviderName string
	// PasswordCost is what the hash of a new password costs, nil for what a portal takes.
	PasswordCost *argon2id.Params
	// TrustedProxies are the reverse proxies that are believed when they say whom
	// they forward a request for.
	TrustedProxies []netip.Prefix
	// Keys seal what must be readable again: the secrets of authenticator apps.
	Keys *secret.Keys
	// Scanner looks for viruses in files that people attach; nil for none.
	Scanner *clamd.Scanner
	// HidePublic answers 404 in the place of the 基本方針 that is read without
	// signing in.
	HidePublic bool
}

// secure tells whether people reach the portal over TLS.
func (s Settings) secure() bool { return s.PublicURL.Scheme == "https" }

// Ground is what every capability stands on: the database with its door, the
// clock, who works in the town, and how they sign in.
type Ground struct {
	Settings
	Pool     *pgxpool.Pool
	Now      func() time.Time
	Log      *slog.Logger
	Door     *door.Door
	Org      *org.Service
	Accounts *account.Service
	Factors  *factor.Service
	// Attachments are the files that hang on what the capabilities record.
	Attachments *attachment.Service
	// SessionStore are the sessions, devices and attempts in the database; the
	// cookies of each are found by those that follow.
	SessionStore *session.Service
	Sessions     *cookie.Sessions
	Devices      *cookie.Devices
	Attempts     *cookie.Attempts
	Questions    *cookie.Questions
	// Confinement is who comes in though they are barred; a Part says whom.
	Confinement *session.Confinement
}

// NewGround makes the ground on a database.
func NewGround(settings Settings, pool *pgxpool.Pool, now func() time.Time, log *slog.Logger) (Ground, error) {
	if settings.Provider == nil {
		settings.ProviderName = ""
	}
	confinement := &session.Confinement{}
	d := door.New(pool, now).With(account.RightsConfining(confinement))
	accounts := account.New(pool, d, settings.Town).With(settings.Ways).Confining(confinement)
	if settings.PasswordCost != nil {
		accounts = accounts.Hashing(*settings.PasswordCost)
	}
	sessions, tls := session.New(pool, d).Confining(confinement), cookie.TLS(settings.secure())
	g := Ground{
		Settings: settings, Pool: pool, Now: now, Log: log, Door: d,
		Org: org.New(pool, d), Accounts: accounts, SessionStore: sessions,
		Sessions:    cookie.NewSessions(sessions, accounts, now, tls, screen.Fail),
		Attachments: attachment.New(pool, now, settings.Scanner),
		Devices:     cookie.NewDevices(sessions, tls), Attempts: cookie.NewAttempts(sessions, tls), Questions: cookie.NewQuestions(sessions, settings.Keys, now, tls), Confinement: confinement,
	}
	var err error
	g.Factors, err = factor.New(factor.Config{
		Pool: pool, Door: d, Accounts: g.Accounts, Now: now, Keys: settings.Keys, Town: settings.Town, PublicURL: settings.PublicURL, Demanded: settings.Demanded,
	})
	return g, err
}

// Fill makes the sample town in an empty database: its people, and then what
// each Part adds.
func (g Ground) Fill(ctx context.Context, parts []screen.Part, t *sample.Town) error {
	if err := people.Fill(ctx, g.Org, g.Accounts, t); err != nil {
		return err
	}
	for _, part := range parts {
		if part.Sample == nil {
			continue
		}
		if err := part.Sample(ctx, t); err != nil {
			return err
		}
	}
	return nil
}
