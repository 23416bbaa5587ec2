package server

import (
	"net/http"
	"strconv"

	"kagami/internal/account"
	"kagami/internal/fault"
	"kagami/web/layout"
	"kagami/web/page"
)

var accountLink = layout.Link{Label: "アカウント", Address: "/account"}

func (p *Portal) showOwnAccount(w http.ResponseWriter, r *http.Request) error {
	sessions, err := p.Accounts.OpenSessions(r.Context(), actorOf(r.Context()))
	if err != nil {
		return err
	}
	factors, err := p.Factors.Of(r.Context(), actorOf(r.Context()).Person)
	if err != nil {
		return err
	}
	decisions, err := p.Accounts.Decisions(r.Context(), actorOf(r.Context()))
	if err != nil {
		return err
	}
	own, err := p.Accounts.OwnWays(r.Context(), actorOf(r.Context()).Person)
	if err != nil {
		return err
	}
	return p.show(w, r, page.OwnAccountPage(page.OwnAccount{
		Frame: p.frame(r, "アカウント"), Own: own, Provider: p.providerName(), Directory: p.Accounts.Ways().Directory != nil, Factors: factors, Sessions: sessions, This: p.sessions.ID(r.Context()), Decisions: decisions,
	}))
}

// endOwnSessions ends one of the actor's other sessions, or all of them; or it
// notes that they have seen what was done to their account.
func (p *Portal) endOwnSessions(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	switch r.PostForm.Get("act") {
	case "end":
		if err := p.Accounts.EndSession(ctx, actorOf(ctx), r.PostForm.Get("session")); err != nil {
			return err
		}
		return goOn(w, r, "/account", "session-ended")
	case "end-others":
		if err := p.Accounts.EndOtherSessions(ctx, actorOf(ctx), p.sessions.ID(ctx)); err != nil {
			return err
		}
		return goOn(w, r, "/account", "sessions-ended")
	case "seen":
		last, err := strconv.ParseInt(r.PostForm.Get("decision"), 10, 64)
		if err != nil {
			return errNoAct()
		}
		if err := p.Accounts.SeeDecisions(ctx, actorOf(ctx), last); err != nil {
			return err
		}
		return goOn(w, r, "/account", "decisions-seen")
	}
	return errNoAct()
}

// errNoAct is what a form gets that says nothing of what it is for.
func errNoAct() error {
	return fault.New(fault.Invalid, "何をするのかを読み取れません。画面を開き直してから、もう一度行ってください。")
}

// showPassword asks for a new password; whoever has none that is used is told so.
func (p *Portal) showPassword(w http.ResponseWriter, r *http.Request) error {
	own, err := p.Accounts.OwnWays(r.Context(), actorOf(r.Context()).Person)
	if err != nil {
		return err
	}
	if !own.Password {
		return goOn(w, r, "/account", "")
	}
	return p.show(w, r, page.ChangePasswordPage(page.ChangePassword{Frame: p.frame(r, "パスワードを変える", accountLink)}))
}

func (p *Portal) changePassword(w http.ResponseWriter, r *http.Request) error {
	password, err := passwordTwice(r)
	if err == nil {
		err = p.Accounts.ChangePassword(r.Context(), actorOf(r.Context()), account.Change{
			Current: r.PostForm.Get("current"), New: password, Session: p.sessions.ID(r.Context()), Try: p.try(r),
		})
	}
	problems := problemsOf(err)
	if fault.KindOf(err) == fault.TooMany {
		problems = []fault.Problem{{Field: "current", Message: messageOf(err)}}
	}
	if problems != nil {
		p.refuse(w, r, err, page.ChangePasswordPage(page.ChangePassword{Frame: p.frame(r, "パスワードを変える", accountLink), Problems: problems}))
		return nil
	}
	if err != nil {
		return err
	}
	return goOn(w, r, "/account", "password-changed")
}
