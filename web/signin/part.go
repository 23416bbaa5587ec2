// Package signin holds the screens on which people say who they are: they sign in,
// with a second step where they have one or at the town's identity provider, prove
// it again before what is sensitive, and set their first password.
package signin

import (
	"kagami/internal/account"
	"kagami/internal/account/factor"
	"kagami/internal/account/openid"
	"kagami/internal/account/session"
	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/org"
	"kagami/web/layout"
	"kagami/web/screen"
	"kagami/web/server/cookie"
)

// Services are what the screens stand on.
type Services struct {
	Org          *org.Service
	Accounts     *account.Service
	Factors      *factor.Service
	SessionStore *session.Service
	Sessions     *cookie.Sessions
	Devices      *cookie.Devices
	Attempts     *cookie.Attempts
	Questions    *cookie.Questions
	// Provider is the town's identity provider, under the name that people know it
	// by; nil for none, and then without a name.
	Provider     *openid.Provider
	ProviderName string
}

// Screens are those screens.
type Screens struct{ Services }

// New makes the screens.
func New(services Services) *Screens { return &Screens{services} }

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/login", authz.Public, s.showSignIn),
			screen.Post("/login", authz.Public, s.signIn),
			screen.Get("/login/second", authz.Public, s.showSecondStep),
			screen.Post("/login/second", authz.Public, s.secondStep),
			screen.Post("/login/second/options", authz.Public, s.secondStepOptions),
			screen.Post("/login/passkey", authz.Public, s.passkeySignIn),
			screen.Post("/login/passkey/options", authz.Public, s.passkeySignInOptions),
			screen.Post("/login/openid", authz.Public, s.openidSignIn),
			screen.Get(address.OpenIDReturn, authz.Public, s.openidReturn),
			screen.Post("/logout", authz.Public, s.signOut).Confined(),

			screen.Get("/welcome/{token}", authz.Public, s.showWelcome),
			screen.Post("/welcome/{token}", authz.Public, s.welcome),
			screen.Get("/invitation/{token}", authz.Public, s.showInvitation),
			screen.Post("/invitation/{token}", authz.Public, s.acceptInvitation),

			screen.Get("/prove", authz.SignedIn, s.showProve),
			screen.Post("/prove", authz.SignedIn, s.prove),
			screen.Post("/prove/options", authz.SignedIn, s.proveOptions),
			screen.Post("/prove/openid", authz.SignedIn, s.openidProve),
			screen.Get("/prove/continue", authz.SignedIn, s.showRest),
		},
		Flashes: map[string]layout.Done{
			"signed-out":   {Heading: "サインアウトしました", Text: "続けるときは、もう一度サインインしてください。"},
			"account-made": {Heading: "アカウントができました", Text: "決めたパスワードでサインインしてください。"},
			"password-set": {Heading: "パスワードを決めました", Text: "新しいパスワードでサインインしてください。これまでのサインインは、すべて終わりました。"},
			"sign-in-over": {Heading: "はじめからサインインしてください", Text: "サインインの途中で時間がたったため、続けられません。"},
		},
		Jobs:   s.SessionStore.RegisterJobs,
		SignIn: &screen.SignIn{Ask: s.ask, Proved: s.proved},
	}
}
