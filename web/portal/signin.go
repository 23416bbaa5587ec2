package portal

import (
	"net/http"
	"net/url"
	"strings"

	"kagami/internal/account"
	"kagami/internal/account/session"
	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/web/page"
	"kagami/web/screen"
)

func (p *Portal) showSignIn(w http.ResponseWriter, r *http.Request) error {
	if screen.Actor(r.Context()).Person != 0 {
		return screen.GoOn(w, r, address.Home, "")
	}
	return screen.Show(w, r, page.SignInPage(p.signInPage(r, "")))
}

// emptySignIn is the page to sign in on, with the ways that there are.
func (p *Portal) emptySignIn(r *http.Request) page.SignIn {
	ways := p.Accounts.Ways()
	return page.SignIn{
		Frame: screen.Frame(r, "サインイン"), Passkeys: p.Factors.Passkeys(),
		Provider: p.providerName(), Directory: ways.Directory != nil, BreakGlassOnly: ways.BreakGlassOnly,
	}
}

// providerName is what the identity provider is called; empty for none.
func (p *Portal) providerName() string {
	if p.Provider == nil {
		return ""
	}
	return p.ProviderName
}

// signInPage asks who it is, and remembers where they wanted to go.
func (p *Portal) signInPage(r *http.Request, message string) page.SignIn {
	s := p.emptySignIn(r)
	s.Message = message
	switch {
	case r.URL.Path == address.OpenIDReturn: // what its address says is over
	case strings.HasPrefix(r.URL.Path, address.SignIn):
		s.Next = r.FormValue("next")
	case r.Method == http.MethodGet:
		s.Next = r.URL.RequestURI()
		if message == "" && r.URL.Path != address.Home {
			s.Message = "この画面を見るには、サインインしてください。"
		}
	default:
		s.Next = r.URL.Path
		if message == "" {
			s.Message = "時間がたったため、サインインが切れていました。操作は行われていません。サインインして、もう一度行ってください。"
		}
	}
	return s
}

func (p *Portal) signIn(w http.ResponseWriter, r *http.Request) error {
	login, password := r.PostForm.Get("login"), r.PostForm.Get("password")
	s := p.emptySignIn(r)
	s.Next, s.Login = r.PostForm.Get("next"), login
	if strings.TrimSpace(login) == "" {
		s.Problems = append(s.Problems, fault.Problem{Field: "login", Message: "メールアドレスか職員番号を入力してください。"})
	}
	if password == "" {
		s.Problems = append(s.Problems, fault.Problem{Field: "password", Message: "パスワードを入力してください。"})
	}
	if len(s.Problems) > 0 {
		screen.Render(w, r, http.StatusUnprocessableEntity, page.SignInPage(s))
		return nil
	}
	proof, err := p.Accounts.Authenticate(r.Context(), login, password, p.try(r))
	if err == nil {
		_, err = p.Org.ActorOn(r.Context(), proof.Person, screen.Today(r.Context()))
	}
	if fault.KindOf(err) == fault.Unavailable && screen.Message(err) != "" { // the directory
		screen.Note(r, err)
		s.Problems = []fault.Problem{{Message: screen.Message(err)}}
		screen.Refuse(w, r, err, page.SignInPage(s))
		return nil
	}
	if kind := fault.KindOf(err); kind == fault.Unauthenticated || kind == fault.TooMany {
		s.Problems = []fault.Problem{{Field: "login", Message: screen.Message(err)}}
		screen.Refuse(w, r, err, page.SignInPage(s))
		return nil
	}
	if err != nil {
		return err
	}
	return p.letIn(w, r, proof, s.Next)
}

// try is where a request tries a password from.
func (p *Portal) try(r *http.Request) account.Try {
	return account.Try{IP: screen.ClientAddress(r), Device: p.Devices.Token(r)}
}

// begin signs somebody in from the device of the request, and remembers it.
func (p *Portal) begin(w http.ResponseWriter, r *http.Request, proof session.Proof) error {
	proof.Device = session.Device(r.UserAgent())
	if err := p.Devices.Remember(r.Context(), w, r, proof.Person); err != nil {
		return err
	}
	return p.Sessions.Begin(r.Context(), proof)
}

// within keeps an address within the portal; any other becomes home.
func within(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") ||
		strings.Contains(next, `\`) || u.Path == address.SignIn || strings.HasPrefix(u.Path, address.SignIn+"/") || u.Path == address.SignOut {
		return address.Home
	}
	return u.RequestURI()
}

func (p *Portal) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := p.Sessions.End(r.Context()); err != nil {
		return err
	}
	return screen.GoOn(w, r, address.SignIn, "signed-out")
}
