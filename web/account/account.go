package account

import (
	"net/http"
	"strconv"

	"kagami/internal/account"
	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/web/component"
	"kagami/web/layout"
	"kagami/web/screen"
)

var accountLink = layout.Link{Label: "アカウント", Address: address.OwnAccount}

func (p *Screens) showOwnAccount(w http.ResponseWriter, r *http.Request) error {
	sessions, err := p.SessionStore.Own(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	factors, err := p.Factors.Of(r.Context(), screen.Actor(r.Context()).Person)
	if err != nil {
		return err
	}
	decisions, err := p.Accounts.Decisions(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	own, err := p.Accounts.OwnWays(r.Context(), screen.Actor(r.Context()).Person)
	if err != nil {
		return err
	}
	return screen.Show(w, r, ownAccountPage(ownAccountView{
		Frame: screen.Frame(r, "アカウント"), Own: own, Provider: p.ProviderName, Directory: p.Accounts.Ways().Directory != nil, Factors: factors, Sessions: sessions, This: p.Sessions.Current(r.Context()).ID, Decisions: decisions,
	}))
}

// endOwnSessions ends one of the actor's other sessions, or all of them; or it
// notes that they have seen what was done to their account.
func (p *Screens) endOwnSessions(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	switch r.PostForm.Get("act") {
	case "end":
		if err := p.SessionStore.End(ctx, screen.Actor(ctx), r.PostForm.Get("session")); err != nil {
			return err
		}
		return screen.GoOn(w, r, address.OwnAccount, "session-ended")
	case "end-others":
		if err := p.SessionStore.EndOthers(ctx, screen.Actor(ctx), p.Sessions.Current(ctx).ID); err != nil {
			return err
		}
		return screen.GoOn(w, r, address.OwnAccount, "sessions-ended")
	case "seen":
		last, err := strconv.ParseInt(r.PostForm.Get("decision"), 10, 64)
		if err != nil {
			return screen.ErrNoAct()
		}
		if err := p.Accounts.NoteDecisions(ctx, screen.Actor(ctx), last); err != nil {
			return err
		}
		return screen.GoOn(w, r, address.OwnAccount, "decisions-seen")
	}
	return screen.ErrNoAct()
}

// showPassword asks for a new password; whoever has none that is used is told so.
func (p *Screens) showPassword(w http.ResponseWriter, r *http.Request) error {
	own, err := p.Accounts.OwnWays(r.Context(), screen.Actor(r.Context()).Person)
	if err != nil {
		return err
	}
	if !own.Password {
		return screen.GoOn(w, r, address.OwnAccount, "")
	}
	return screen.Show(w, r, changePasswordPage(changePasswordView{Frame: screen.Frame(r, "パスワードを変える", accountLink)}))
}

func (p *Screens) changePassword(w http.ResponseWriter, r *http.Request) error {
	password, err := component.TypedPassword(r.PostForm)
	if err == nil {
		err = p.Accounts.ChangePassword(r.Context(), screen.Actor(r.Context()), account.PasswordChange{
			Current: r.PostForm.Get("current"), New: password, Session: p.Sessions.Current(r.Context()).ID, Try: account.Try{IP: screen.ClientAddress(r), Device: p.Devices.Token(r)},
		})
	}
	problems := screen.Problems(err)
	if fault.KindOf(err) == fault.TooMany {
		problems = []fault.Problem{{Field: "current", Message: screen.Message(err)}}
	}
	if problems != nil {
		screen.Refuse(w, r, err, changePasswordPage(changePasswordView{Frame: screen.Frame(r, "パスワードを変える", accountLink), Problems: problems}))
		return nil
	}
	if err != nil {
		return err
	}
	return screen.GoOn(w, r, address.OwnAccount, "password-changed")
}
