package signin

import (
	"net/http"
	"net/url"
	"strings"

	"kagami/internal/account"
	"kagami/internal/account/session"
	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/web/screen"
)

func (s *Screens) showSignIn(w http.ResponseWriter, r *http.Request) error {
	if screen.Actor(r.Context()).Person != 0 {
		return screen.GoOn(w, r, address.Home, "")
	}
	return screen.Show(w, r, signInPage(s.signInView(r, "")))
}

// ask asks who it is.
func (s *Screens) ask(w http.ResponseWriter, r *http.Request, status int, message string) {
	if message == account.StoppedMessage {
		screen.Render(w, r, status, stoppedPage(stoppedView{screen.Frame(r, stoppedTitle)}))
		return
	}
	screen.Render(w, r, status, signInPage(s.signInView(r, message)))
}

// emptySignIn is the page to sign in on, with the ways that there are.
func (s *Screens) emptySignIn(r *http.Request) signInView {
	ways := s.Accounts.Ways()
	return signInView{
		Frame: screen.Frame(r, "サインイン"), Passkeys: s.Factors.Passkeys(),
		Provider: s.ProviderName, Directory: ways.Directory != nil, BreakGlassOnly: ways.BreakGlassOnly,
	}
}

// signInView asks who it is, and remembers where they wanted to go.
func (s *Screens) signInView(r *http.Request, message string) signInView {
	v := s.emptySignIn(r)
	v.Message = message
	switch {
	case r.URL.Path == address.OpenIDReturn: // what its address says is over
	case strings.HasPrefix(r.URL.Path, address.SignIn):
		v.Next = r.FormValue("next")
	case r.Method == http.MethodGet:
		v.Next = r.URL.RequestURI()
		if message == "" && r.URL.Path != address.Home {
			v.Message = "この画面を見るには、サインインしてください。"
		}
	default:
		v.Next = r.URL.RequestURI() // a form's address may say what it is about
		if message == "" {
			v.Message = "時間がたったため、サインインが切れていました。操作は行われていません。入力したものは残っていません。サインインして、もう一度行ってください。"
		}
	}
	return v
}

func (s *Screens) signIn(w http.ResponseWriter, r *http.Request) error {
	login, password := r.PostForm.Get("login"), r.PostForm.Get("password")
	v := s.emptySignIn(r)
	v.Next, v.Login = r.PostForm.Get("next"), login
	if strings.TrimSpace(login) == "" {
		v.Problems = append(v.Problems, fault.Problem{Field: "login", Message: "メールアドレスか職員番号を入力してください。"})
	}
	if password == "" {
		v.Problems = append(v.Problems, fault.Problem{Field: "password", Message: "パスワードを入力してください。"})
	}
	if len(v.Problems) > 0 {
		screen.Render(w, r, http.StatusUnprocessableEntity, signInPage(v))
		return nil
	}
	proof, err := s.Accounts.Authenticate(r.Context(), login, password, s.try(r))
	if err == nil {
		_, err = s.Org.ActorOn(r.Context(), proof.Person, screen.Today(r.Context()))
	}
	if fault.KindOf(err) == fault.Unavailable && screen.Message(err) != "" { // the directory
		screen.Note(r, err)
		v.Problems = []fault.Problem{{Message: screen.Message(err)}}
		screen.Refuse(w, r, err, signInPage(v))
		return nil
	}
	if screen.Message(err) == account.StoppedMessage {
		s.ask(w, r, screen.Status(fault.KindOf(err)), account.StoppedMessage)
		return nil
	}
	if kind := fault.KindOf(err); kind == fault.Unauthenticated || kind == fault.TooMany {
		v.Problems = []fault.Problem{{Field: "login", Message: screen.Message(err)}}
		screen.Refuse(w, r, err, signInPage(v))
		return nil
	}
	if err != nil {
		return err
	}
	return s.letIn(w, r, proof, v.Next)
}

// try is where a request tries a password from.
func (s *Screens) try(r *http.Request) account.Try {
	return account.Try{IP: screen.ClientAddress(r), Device: s.Devices.Token(r)}
}

// begin signs somebody in from the device of the request, and remembers it.
func (s *Screens) begin(w http.ResponseWriter, r *http.Request, proof session.Proof) error {
	proof.Device = session.Device(r.UserAgent())
	if err := s.Devices.Remember(r.Context(), w, r, proof.Person); err != nil {
		return err
	}
	return s.Sessions.Begin(r.Context(), proof)
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

func (s *Screens) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.Sessions.End(r.Context()); err != nil {
		return err
	}
	return screen.GoOn(w, r, address.SignIn, "signed-out")
}
