// Package account holds the screens of people's accounts: that of one's own, with
// its password, sessions and second factors, and those of others for who manages
// them.
package account

import (
	"context"
	"net/url"

	"kagami/internal/account"
	"kagami/internal/account/factor"
	"kagami/internal/account/session"
	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/org"
	"kagami/internal/trail"
	"kagami/web/layout"
	"kagami/web/screen"
	"kagami/web/server/cookie"
)

// Services are what the screens stand on.
type Services struct {
	Org      *org.Service
	Accounts *account.Service
	Factors  *factor.Service
	// SessionStore are the sessions of all, Sessions finds that of a request.
	SessionStore *session.Service
	Sessions     *cookie.Sessions
	Devices      *cookie.Devices
	Attempts     *cookie.Attempts
	PublicURL    *url.URL // where people reach the portal
	ProviderName string   // of the town's identity provider; empty for none
}

// Screens are those screens.
type Screens struct{ Services }

// New makes the screens.
func New(services Services) *Screens { return &Screens{services} }

// seal seals the secrets from before there were keys.
func (s *Screens) seal(ctx context.Context) error {
	_, err := s.Factors.SealForPortal(ctx)
	return err
}

// Part is what the portal takes in of the screens of one's own account.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Start: s.seal,
		Routes: []screen.Route{
			screen.Get("/account", authz.SignedIn, s.showOwnAccount),
			screen.Post("/account", authz.SignedIn, s.endOwnSessions),
			screen.Get("/account/password", authz.SignedIn, s.showPassword),
			screen.Post("/account/password", authz.SignedIn, s.changePassword),

			screen.Get("/account/second-factor", authz.SignedIn, s.showSecondFactor),
			screen.Post("/account/second-factor", authz.SignedIn, s.changeSecondFactor).Sensitive(),
			screen.Get("/account/second-factor/app", authz.SignedIn, s.showApp).Sensitive(),
			screen.Post("/account/second-factor/app", authz.SignedIn, s.confirmApp).Sensitive(),
			screen.Get("/account/second-factor/passkey", authz.SignedIn, s.showPasskey).Sensitive(),
			screen.Post("/account/second-factor/passkey", authz.SignedIn, s.addPasskey).Sensitive(),
			screen.Post("/account/second-factor/passkey/options", authz.SignedIn, s.passkeyOptions).Sensitive(),
			screen.Get("/account/second-factor/remove/{factor}", authz.SignedIn, s.showRemoveFactor).Sensitive(),
			screen.Post("/account/second-factor/remove/{factor}", authz.SignedIn, s.removeFactor).Sensitive(),
		},
		Flashes: map[string]layout.Done{
			"password-changed": {Heading: "パスワードを変えました", Text: "ほかの端末のサインインは、すべて終わりました。次からは、新しいパスワードを使ってください。"},
			"session-ended":    {Heading: "サインインを終わらせました", Text: "その端末では、もう一度サインインするまで使えません。"},
			"sessions-ended":   {Heading: "サインインを終わらせました", Text: "それらの端末では、もう一度サインインするまで使えません。"},
			"decisions-seen":   {Heading: "確かめたことを記録しました", Text: "ホームには、もう出ません。"},
			"key-added":        {Heading: "パスキーを登録しました", Text: "次のサインインから使えます。"},
			"removed":          {Heading: "取り外しました", Text: "次のサインインからは使えません。"},
		},
		Tasks:    s.tasks,
		Subjects: []trail.Named{{Kind: "account", Title: "アカウント"}},
	}
}

// Managing is what the portal takes in of the screens of others' accounts.
func (s *Screens) Managing() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/accounts", authz.ManageAccounts, s.showAccounts),
			screen.Get("/accounts/invitations", authz.ManageAccounts, s.showInvitations).Asking(s.askManaging),
			screen.Post("/accounts/invitations", authz.ManageAccounts, s.inviteAll).Asking(s.askManaging).Sensitive(),
			screen.Post("/accounts/single-sign-on", authz.ManageAccounts, s.admitAll).Asking(s.askManaging).Sensitive(),
			screen.Get("/accounts/{staff}", authz.ManageAccounts, s.showAccount),
			screen.Post("/accounts/{staff}", authz.ManageAccounts, s.manageAccount).Sensitive(),
			screen.Get("/accounts/{staff}/second-factor", authz.ManageAccounts, s.showTakeAway).Sensitive(),
			screen.Post("/accounts/{staff}/second-factor", authz.ManageAccounts, s.takeAway).Sensitive(),
		},
		Nav: []screen.Entry{
			{Label: "アカウント管理", URL: address.Accounts, Place: 7, Action: authz.ManageAccounts, Least: authz.All},
		},
		Flashes: map[string]layout.Done{
			"suspended":         {Heading: "利用を止めました", Text: "サインインは、すべて終わりました。再開するまで、この人はサインインできません。"},
			"resumed":           {Heading: "利用を再開しました", Text: "この人は、これまでと同じ方法でサインインできます。"},
			"taken-away":        {Heading: "二要素認証を取り外しました", Text: "本人のサインインはすべて終わりました。本人に、もう一度設定するよう伝えてください。"},
			"admitted":          {Heading: "アカウントを作りました", Text: "パスワードはありません。この人は、シングルサインオンでサインインできます。"},
			"admitted-all":      {Heading: "アカウントを作りました", Text: "パスワードはありません。作った人は、シングルサインオンでサインインできます。"},
			"break-glass":       {Heading: "非常用のアカウントにしました", Text: "この人は、いつでも、このポータルのパスワードでサインインできます。"},
			"break-glass-ended": {Heading: "非常用をやめました", Text: "この人は、ほかの人と同じ方法でサインインします。"},
		},
		Tasks: s.managingTasks,
	}
}
