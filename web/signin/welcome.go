package signin

import (
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"kagami/internal/account"
	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/web/component"
	"kagami/web/screen"
)

// opened is the request's one-time link, if it is for one of these purposes.
func (s *Screens) opened(r *http.Request, purposes ...account.Purpose) (account.Link, error) {
	link, err := s.Accounts.LinkOf(r.Context(), chi.URLParam(r, "token"))
	if err != nil {
		return account.Link{}, err
	}
	if !slices.Contains(purposes, link.Purpose) {
		return account.Link{}, fault.New(fault.NotFound, "アドレスが正しいか確かめてください。")
	}
	return link, nil
}

func (s *Screens) showWelcome(w http.ResponseWriter, r *http.Request) error {
	link, err := s.opened(r, account.FirstAdministrator)
	if err != nil {
		return err
	}
	return screen.Show(w, r, welcomePage(welcomeView{Frame: screen.Frame(r, "ポータルを使い始める"), EndsAt: link.EndsAt}))
}

// welcome makes the first administrator.
func (s *Screens) welcome(w http.ResponseWriter, r *http.Request) error {
	link, err := s.opened(r, account.FirstAdministrator)
	if err != nil {
		return err
	}
	form := welcomeView{
		Frame: screen.Frame(r, "ポータルを使い始める"), EndsAt: link.EndsAt,
		StaffNumber: r.PostForm.Get("staff_number"), Name: r.PostForm.Get("name"),
		Furigana: r.PostForm.Get("furigana"), Email: r.PostForm.Get("email"),
	}
	password, err := component.TypedPassword(r.PostForm)
	var person int64
	if err == nil {
		person, err = s.Accounts.BeginPortal(r.Context(), link.Token, org.Person{
			StaffNumber: form.StaffNumber, Name: form.Name, Furigana: form.Furigana, Email: form.Email,
		}, password)
	}
	if form.Problems = screen.Problems(err); form.Problems != nil {
		screen.Refuse(w, r, err, welcomePage(form))
		return nil
	}
	if err != nil {
		return err
	}
	return s.leaveForSignIn(w, r, person, "account-made")
}

func (s *Screens) newPasswordView(r *http.Request, link account.Link) newPasswordView {
	return newPasswordView{Frame: screen.Frame(r, "パスワードを決める"), Link: link}
}

func (s *Screens) showInvitation(w http.ResponseWriter, r *http.Request) error {
	link, err := s.opened(r, account.Invitation, account.Reset)
	if err != nil {
		return err
	}
	return screen.Show(w, r, newPasswordPage(s.newPasswordView(r, link)))
}

// acceptInvitation sets the password of whom a link was made for.
func (s *Screens) acceptInvitation(w http.ResponseWriter, r *http.Request) error {
	link, err := s.opened(r, account.Invitation, account.Reset)
	if err != nil {
		return err
	}
	password, err := component.TypedPassword(r.PostForm)
	var person int64
	if err == nil {
		person, err = s.Accounts.Accept(r.Context(), link.Token, password)
	}
	form := s.newPasswordView(r, link)
	if form.Problems = screen.Problems(err); form.Problems != nil {
		screen.Refuse(w, r, err, newPasswordPage(form))
		return nil
	}
	if err != nil {
		return err
	}
	done := "password-set"
	if link.Purpose == account.Invitation {
		done = "account-made"
	}
	return s.leaveForSignIn(w, r, person, done)
}

// leaveForSignIn sends whoever has just set a password to sign in with it. They
// do it on a device that is known as theirs, so that whoever fails in their
// name elsewhere does not keep them out.
func (s *Screens) leaveForSignIn(w http.ResponseWriter, r *http.Request, person int64, done string) error {
	if err := s.Devices.Remember(r.Context(), w, r, person); err != nil {
		return err
	}
	if err := s.Sessions.End(r.Context()); err != nil {
		return err
	}
	return screen.GoOn(w, r, address.SignIn, done)
}
