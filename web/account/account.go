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

func (s *Screens) showOwnAccount(w http.ResponseWriter, r *http.Request) error {
	sessions, err := s.SessionStore.Own(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	factors, err := s.Factors.Own(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	decisions, err := s.Accounts.Decisions(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	own, err := s.Accounts.OwnWays(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	return screen.Show(w, r, ownAccountPage(ownAccountView{
		Frame: screen.Frame(r, "アカウント"), Own: own, Provider: s.ProviderName, Directory: s.Accounts.Ways().Directory != nil, Factors: factors, Sessions: sessions, This: s.Sessions.Current(r.Context()).ID, Decisions: decisions,
	}))
}

// endOwnSessions ends one of the actor's other sessions, or all of them; or it
// notes that they have seen what was done to their account.
func (s *Screens) endOwnSessions(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	switch r.PostForm.Get("act") {
	case "end":
		if err := s.SessionStore.End(ctx, screen.Actor(ctx), r.PostForm.Get("session")); err != nil {
			return err
		}
		return screen.GoOn(w, r, address.OwnAccount, "session-ended")
	case "end-others":
		if err := s.SessionStore.EndOthers(ctx, screen.Actor(ctx), s.Sessions.Current(ctx).ID); err != nil {
			return err
		}
		return screen.GoOn(w, r, address.OwnAccount, "sessions-ended")
	case "seen":
		last, err := strconv.ParseInt(r.PostForm.Get("decision"), 10, 64)
		if err != nil {
			return screen.ErrNoAct()
		}
		if err := s.Accounts.NoteDecisions(ctx, screen.Actor(ctx), last); err != nil {
			return err
		}
		return screen.GoOn(w, r, address.OwnAccount, "decisions-seen")
	}
	return screen.ErrNoAct()
}

// showPassword asks for a new password; whoever has none that is used is told so.
func (s *Screens) showPassword(w http.ResponseWriter, r *http.Request) error {
	own, err := s.Accounts.OwnWays(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	if !own.Password {
		return screen.GoOn(w, r, address.OwnAccount, "")
	}
	return screen.Show(w, r, changePasswordPage(changePasswordView{Frame: screen.Frame(r, "パスワードを変える", accountLink)}))
}

func (s *Screens) changePassword(w http.ResponseWriter, r *http.Request) error {
	password, err := component.TypedPassword(r.PostForm)
	if err == nil {
		err = s.Accounts.ChangePassword(r.Context(), screen.Actor(r.Context()), account.PasswordChange{
			Current: r.PostForm.Get("current"), New: password, Session: s.Sessions.Current(r.Context()).ID, Try: account.Try{IP: screen.ClientAddress(r), Device: s.Devices.Token(r)},
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
