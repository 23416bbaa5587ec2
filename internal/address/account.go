package address

// The pages of signing in and of accounts without parameters.
const (
	SignIn               = "/login"
	PasskeySignInOptions = SignIn + "/passkey/options"
	SecondStep           = SignIn + "/second"
	SecondStepOptions    = SecondStep + "/options"
	SignOut              = "/logout"
	// OpenIDReturn is where the identity provider sends the browser back to.
	OpenIDReturn = SignIn + "/openid/callback"

	Prove        = "/prove"
	ProveOptions = Prove + "/options"
	ProveRest    = Prove + "/continue"

	OwnAccount         = "/account"
	OwnSecondFactor    = OwnAccount + "/second-factor"
	OwnSecondFactorApp = OwnSecondFactor + "/app"
	OwnPasskeyOptions  = OwnSecondFactor + "/passkey/options"

	Accounts    = "/accounts"
	Invitations = Accounts + "/invitations"
)

// ProveBefore asks who it is, and then goes on to a URL.
func ProveBefore(next string) string { return With(Prove, "next", next) }

// OwnFactorRemoval is where one's own second factor is removed: "app", or the token of
// a passkey.
func OwnFactorRemoval(factor string) string { return under(OwnSecondFactor, "remove", factor) }

// Account is a person's account, by their 職員番号.
func Account(staff string) string { return under(Accounts, staff) }

// AccountSecondFactor is where a person's second factors are taken away.
func AccountSecondFactor(staff string) string { return under(Account(staff), "second-factor") }

// Welcome is where the first administrator begins, by the token of the link.
func Welcome(token string) string { return path("welcome", token) }

// Invitation is where a person sets a password, by the token of the link.
func Invitation(token string) string { return path("invitation", token) }
