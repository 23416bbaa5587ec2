package portal

import (
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"kagami/internal/account"
	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/internal/org"
	"kagami/web/component"
	"kagami/web/page"
	"kagami/web/screen"
)

// opened is the request's one-time link, if it is for one of these purposes.
func (p *Portal) opened(r *http.Request, purposes ...account.Purpose) (account.Link, error) {
	link, err := p.Accounts.LinkOf(r.Context(), chi.URLParam(r, "token"))
	if err != nil {
		return account.Link{}, err
	}
	if !slices.Contains(purposes, link.Purpose) {
		return account.Link{}, fault.New(fault.NotFound, "アドレスが正しいか確かめてください。")
	}
	return link, nil
}

func (p *Portal) showWelcome(w http.ResponseWriter, r *http.Request) error {
	link, err := p.opened(r, account.FirstAdministrator)
	if err != nil {
		return err
	}
	return screen.Show(w, r, page.WelcomePage(page.Welcome{Frame: screen.Frame(r, "ポータルを使い始める"), EndsAt: link.EndsAt}))
}

// welcome makes the first administrator.
func (p *Portal) welcome(w http.ResponseWriter, r *http.Request) error {
	link, err := p.opened(r, account.FirstAdministrator)
	if err != nil {
		return err
	}
	form := page.Welcome{
		Frame: screen.Frame(r, "ポータルを使い始める"), EndsAt: link.EndsAt,
		StaffNumber: r.PostForm.Get("staff_number"), Name: r.PostForm.Get("name"),
		Furigana: r.PostForm.Get("furigana"), Email: r.PostForm.Get("email"),
	}
	password, err := component.TypedPassword(r.PostForm)
	var person int64
	if err == nil {
		person, err = p.Accounts.BeginPortal(r.Context(), link.Token, org.Person{
			StaffNumber: form.StaffNumber, Name: form.Name, Furigana: form.Furigana, Email: form.Email,
		}, password)
	}
	if form.Problems = screen.Problems(err); form.Problems != nil {
		screen.Refuse(w, r, err, page.WelcomePage(form))
		return nil
	}
	if err != nil {
		return err
	}
	return p.leaveForSignIn(w, r, person, "account-made")
}

func (p *Portal) newPasswordPage(r *http.Request, link account.Link) page.NewPassword {
	return page.NewPassword{Frame: screen.Frame(r, "パスワードを決める"), Link: link}
}

func (p *Portal) showInvitation(w http.ResponseWriter, r *http.Request) error {
	link, err := p.opened(r, account.Invitation, account.Reset)
	if err != nil {
		return err
	}
	return screen.Show(w, r, page.NewPasswordPage(p.newPasswordPage(r, link)))
}

// acceptInvitation sets the password of whom a link was made for.
func (p *Portal) acceptInvitation(w http.ResponseWriter, r *http.Request) error {
	link, err := p.opened(r, account.Invitation, account.Reset)
	if err != nil {
		return err
	}
	password, err := component.TypedPassword(r.PostForm)
	var person int64
	if err == nil {
		person, err = p.Accounts.Accept(r.Context(), link.Token, password)
	}
	form := p.newPasswordPage(r, link)
	if form.Problems = screen.Problems(err); form.Problems != nil {
		screen.Refuse(w, r, err, page.NewPasswordPage(form))
		return nil
	}
	if err != nil {
		return err
	}
	done := "password-set"
	if link.Purpose == account.Invitation {
		done = "account-made"
	}
	return p.leaveForSignIn(w, r, person, done)
}

// leaveForSignIn sends whoever has just set a password to sign in with it. They
// do it on a device that is known as theirs, so that whoever fails in their
// name elsewhere does not keep them out.
func (p *Portal) leaveForSignIn(w http.ResponseWriter, r *http.Request, person int64, done string) error {
	if err := p.Devices.Remember(r.Context(), w, r, person); err != nil {
		return err
	}
	if err := p.Sessions.End(r.Context()); err != nil {
		return err
	}
	return screen.GoOn(w, r, address.SignIn, done)
}
