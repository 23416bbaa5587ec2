package portal

import (
	"kagami/internal/authz"
	"kagami/web/layout"
	"kagami/web/screen"
	"kagami/web/server"
)

// routes are the addresses for people who sign in, and those where they do.
func (p *Portal) routes() []screen.Route {
	return []screen.Route{
		screen.Get("/login", authz.Public, p.showSignIn),
		screen.Post("/login", authz.Public, p.signIn),
		screen.Get("/login/second", authz.Public, p.showSecondStep),
		screen.Post("/login/second", authz.Public, p.secondStep),
		screen.Post("/login/second/options", authz.Public, p.secondStepOptions),
		screen.Post("/login/passkey", authz.Public, p.passkeySignIn),
		screen.Post("/login/passkey/options", authz.Public, p.passkeySignInOptions),
		screen.Post("/login/openid", authz.Public, p.openidSignIn),
		screen.Get(server.CallbackPath, authz.Public, p.openidReturn),
		screen.Post("/logout", authz.Public, p.signOut),

		screen.Get("/welcome/{token}", authz.Public, p.showWelcome),
		screen.Post("/welcome/{token}", authz.Public, p.welcome),
		screen.Get("/invitation/{token}", authz.Public, p.showInvitation),
		screen.Post("/invitation/{token}", authz.Public, p.acceptInvitation),

		screen.Get("/prove", authz.SignedIn, p.showProve),
		screen.Post("/prove", authz.SignedIn, p.prove),
		screen.Post("/prove/options", authz.SignedIn, p.proveOptions),
		screen.Post("/prove/openid", authz.SignedIn, p.openidProve),
		screen.Get("/prove/continue", authz.SignedIn, p.showRest),

		screen.Get("/", authz.SignedIn, p.showHome),

		screen.Get("/account", authz.SignedIn, p.showOwnAccount),
		screen.Post("/account", authz.SignedIn, p.endOwnSessions),
		screen.Get("/account/password", authz.SignedIn, p.showPassword),
		screen.Post("/account/password", authz.SignedIn, p.changePassword),

		screen.Get("/account/second-factor", authz.SignedIn, p.showSecondFactor),
		screen.Post("/account/second-factor", authz.SignedIn, p.changeSecondFactor).Sensitive(),
		screen.Get("/account/second-factor/app", authz.SignedIn, p.showApp).Sensitive(),
		screen.Post("/account/second-factor/app", authz.SignedIn, p.confirmApp).Sensitive(),
		screen.Get("/account/second-factor/passkey", authz.SignedIn, p.showPasskey).Sensitive(),
		screen.Post("/account/second-factor/passkey", authz.SignedIn, p.addPasskey).Sensitive(),
		screen.Post("/account/second-factor/passkey/options", authz.SignedIn, p.passkeyOptions).Sensitive(),
		screen.Get("/account/second-factor/remove/{factor}", authz.SignedIn, p.showRemoveFactor).Sensitive(),
		screen.Post("/account/second-factor/remove/{factor}", authz.SignedIn, p.removeFactor).Sensitive(),

		screen.Get("/accounts", authz.ManageAccounts, p.showAccounts),
		screen.Get("/accounts/invitations", authz.ManageAccounts, p.showInvitations),
		screen.Post("/accounts/invitations", authz.ManageAccounts, p.inviteAll).Sensitive(),
		screen.Post("/accounts/single-sign-on", authz.ManageAccounts, p.admitAll).Sensitive(),
		screen.Get("/accounts/{staff}", authz.ManageAccounts, p.showAccount),
		screen.Post("/accounts/{staff}", authz.ManageAccounts, p.manageAccount).Sensitive(),
		screen.Get("/accounts/{staff}/second-factor", authz.ManageAccounts, p.showTakeAway).Sensitive(),
		screen.Post("/accounts/{staff}/second-factor", authz.ManageAccounts, p.takeAway).Sensitive(),

		screen.Get("/search", authz.ReadBasic, p.showSearch),

		screen.Get("/organization", authz.SeeOrganization, p.showOrganization),
		screen.Get("/organization/{section}", authz.SeeOrganization, p.showSection),
		screen.Get("/organization/{section}/edit", authz.ChangeOrganization, p.showSectionEdit),
		screen.Post("/organization/{section}/edit", authz.ChangeOrganization, p.changeSection),
		screen.Get("/organization/{section}/posts", authz.ChangeOrganization, p.showNewPost),
		screen.Post("/organization/{section}/posts", authz.ChangeOrganization, p.addPost),
		screen.Get("/sections", authz.ChangeOrganization, p.showNewSection),
		screen.Post("/sections", authz.ChangeOrganization, p.addSection),
		screen.Get("/posts", authz.ChangeOrganization, p.showNewPost),
		screen.Post("/posts", authz.ChangeOrganization, p.addPost),
		screen.Get("/posts/{id}", authz.ChangeOrganization, p.showPostEdit),
		screen.Post("/posts/{id}", authz.ChangeOrganization, p.changePost).Sensitive(),

		screen.Get("/people", authz.SeeOrganization, p.showPeople),
		screen.Get("/people/{number}", authz.SeeOrganization, p.showPerson),
		screen.Get("/people/{number}/edit", authz.ChangeOrganization, p.showPersonEdit),
		screen.Post("/people/{number}/edit", authz.ChangeOrganization, p.changePerson).Sensitive(),
		screen.Get("/people/{number}/appoint", authz.ChangeOrganization, p.showAppoint),
		screen.Post("/people/{number}/appoint", authz.ChangeOrganization, p.appoint).Sensitive(),
		screen.Get("/people/{number}/roles", authz.ChangeOrganization, p.showGrantForm),
		screen.Post("/people/{number}/roles", authz.ChangeOrganization, p.giveRole).Sensitive(),
		screen.Get("/register", authz.ChangeOrganization, p.showRegister),
		screen.Post("/register", authz.ChangeOrganization, p.register).Sensitive(),
		screen.Get("/appointments/{id}", authz.ChangeOrganization, p.showAppointment),
		screen.Post("/appointments/{id}", authz.ChangeOrganization, p.changeAppointment).Sensitive(),
		screen.Get("/grants/{id}", authz.ChangeOrganization, p.showGrant),
		screen.Post("/grants/{id}", authz.ChangeOrganization, p.endGrant).Sensitive(),

		screen.Get("/personnel", authz.ChangeOrganization, p.showPersonImportStart),
		screen.Post("/personnel", authz.ChangeOrganization, p.startPersonImport).Body(maxTable),
		screen.Get("/personnel/template.xlsx", authz.ChangeOrganization, p.personTemplate),
		screen.Get("/personnel/{token}", authz.ChangeOrganization, p.showPersonImport),
		screen.Post("/personnel/{token}", authz.ChangeOrganization, p.workOnPersonImport).Sensitive(),

		screen.Get("/roles", authz.SeeOrganization, p.showRoles),
		screen.Post("/roles", authz.ChangeOrganization, p.addRule).Sensitive(),
		screen.Get("/roles/{id}", authz.ChangeOrganization, p.showRule),
		screen.Post("/roles/{id}", authz.ChangeOrganization, p.endRule).Sensitive(),
	}
}

var dones = map[string]layout.Done{
	"section-added":     {Heading: "課室を加えました", Text: "次に、この課室の職を加えてください。"},
	"post-added":        {Heading: "職を加えました", Text: "役割は「職と役割の表」で付きます。人は、職員の画面から発令してください。"},
	"changed":           {Heading: "変更しました", Text: "変更は、監査証跡に残りました。"},
	"registered":        {Heading: "職員を加えました", Text: "次に、アカウントの招待を作ると、この人がサインインできるようになります。"},
	"appointed":         {Heading: "発令を記録しました", Text: "役割は、最初の日から自動で付きます。"},
	"withdrawn":         {Heading: "取り消しました", Text: "取り消したことは、監査証跡に残りました。前任の発令を終わらせていたときは、その最後の日はそのままです。必要なら、前任の人の発令で直してください。"},
	"ended":             {Heading: "最後の日を変えました", Text: "その次の日から、役割は自動でなくなります。"},
	"role-given":        {Heading: "役割を与えました", Text: "役割は、最初の日から自動で付きます。"},
	"rule-added":        {Heading: "表に加えました", Text: "その職に就いている人の役割が、最初の日から変わります。"},
	"signed-out":        {Heading: "サインアウトしました", Text: "続けるときは、もう一度サインインしてください。"},
	"account-made":      {Heading: "アカウントができました", Text: "決めたパスワードでサインインしてください。"},
	"password-set":      {Heading: "パスワードを決めました", Text: "新しいパスワードでサインインしてください。これまでのサインインは、すべて終わりました。"},
	"password-changed":  {Heading: "パスワードを変えました", Text: "ほかの端末のサインインは、すべて終わりました。次からは、新しいパスワードを使ってください。"},
	"session-ended":     {Heading: "サインインを終わらせました", Text: "その端末では、もう一度サインインするまで使えません。"},
	"sessions-ended":    {Heading: "サインインを終わらせました", Text: "それらの端末では、もう一度サインインするまで使えません。"},
	"decisions-seen":    {Heading: "確かめたことを記録しました", Text: "ホームには、もう出ません。"},
	"suspended":         {Heading: "利用を止めました", Text: "サインインは、すべて終わりました。再開するまで、この人はサインインできません。"},
	"resumed":           {Heading: "利用を再開しました", Text: "この人は、これまでと同じ方法でサインインできます。"},
	"key-added":         {Heading: "パスキーを登録しました", Text: "次のサインインから使えます。"},
	"removed":           {Heading: "取り外しました", Text: "次のサインインからは使えません。"},
	"sign-in-over":      {Heading: "はじめからサインインしてください", Text: "サインインの途中で時間がたったため、続けられません。"},
	"taken-away":        {Heading: "二要素認証を取り外しました", Text: "本人のサインインはすべて終わりました。本人に、もう一度設定するよう伝えてください。"},
	"admitted":          {Heading: "アカウントを作りました", Text: "パスワードはありません。この人は、シングルサインオンでサインインできます。"},
	"admitted-all":      {Heading: "アカウントを作りました", Text: "パスワードはありません。作った人は、シングルサインオンでサインインできます。"},
	"break-glass":       {Heading: "非常用のアカウントにしました", Text: "この人は、いつでも、このポータルのパスワードでサインインできます。"},
	"break-glass-ended": {Heading: "非常用をやめました", Text: "この人は、ほかの人と同じ方法でサインインします。"},
}
