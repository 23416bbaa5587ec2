package account

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"kagami/internal/account/factor"
	"kagami/internal/account/session"
	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/web/layout"
	"kagami/web/screen"
)

// awaitsRegistration is the step that a browser's attempt at a new passkey waits for.
const awaitsRegistration = "passkey_registration"

var factorLink = layout.Link{Label: "二要素認証", Address: address.OwnSecondFactor}

func (p *Screens) secondFactorView(r *http.Request) (secondFactorView, error) {
	actor := screen.Actor(r.Context())
	factors, err := p.Factors.Of(r.Context(), actor.Person)
	return secondFactorView{
		Frame: screen.Frame(r, "二要素認証", accountLink), Factors: factors, Demanded: p.Factors.Demands(actor), MayUsePasskeys: p.Factors.Passkeys(),
	}, err
}

func (p *Screens) showSecondFactor(w http.ResponseWriter, r *http.Request) error {
	v, err := p.secondFactorView(r)
	if err != nil {
		return err
	}
	return screen.Show(w, r, secondFactorPage(v))
}

// changeSecondFactor does what a button on the list says.
func (p *Screens) changeSecondFactor(w http.ResponseWriter, r *http.Request) error {
	switch r.PostForm.Get("act") {
	case "app":
		if err := p.Factors.BeginTOTP(r.Context(), screen.Actor(r.Context())); err != nil {
			return err
		}
		return screen.GoOn(w, r, address.OwnSecondFactorApp, "")
	case "codes":
		codes, err := p.Factors.NewRecoveryCodes(r.Context(), screen.Actor(r.Context()))
		if err != nil {
			return err
		}
		return p.showCodes(w, r, "回復コードを作りました", codes)
	}
	return screen.ErrNoAct()
}

// showCodes shows recovery codes, this once.
func (p *Screens) showCodes(w http.ResponseWriter, r *http.Request, heading string, codes []string) error {
	return screen.Show(w, r, recoveryCodesPage(recoveryCodesView{Frame: screen.Frame(r, heading, accountLink, factorLink), Codes: codes}))
}

func (p *Screens) appView(r *http.Request) (appView, error) {
	setup, err := p.Factors.PendingTOTP(r.Context(), screen.Actor(r.Context()))
	return appView{Frame: screen.Frame(r, "認証アプリを設定する", accountLink, factorLink), Setup: setup}, err
}

func (p *Screens) showApp(w http.ResponseWriter, r *http.Request) error {
	a, err := p.appView(r)
	if err != nil {
		return err
	}
	return screen.Show(w, r, appPage(a))
}

func (p *Screens) confirmApp(w http.ResponseWriter, r *http.Request) error {
	codes, err := p.Factors.ConfirmTOTP(r.Context(), screen.Actor(r.Context()), r.PostForm.Get("code"))
	if fault.KindOf(err) == fault.Invalid {
		a, pageErr := p.appView(r)
		if pageErr != nil {
			return pageErr
		}
		a.Problems = screen.Problems(err)
		screen.Refuse(w, r, err, appPage(a))
		return nil
	}
	if err != nil {
		return err
	}
	if err := p.Sessions.Prove(r.Context(), session.Strong); err != nil {
		return err
	}
	return p.showCodes(w, r, "認証アプリを設定しました", codes)
}

func (p *Screens) passkeyView(r *http.Request) passkeyView {
	return passkeyView{Frame: screen.Frame(r, "パスキーを登録する", accountLink, factorLink), Name: r.PostForm.Get("name")}
}

func (p *Screens) showPasskey(w http.ResponseWriter, r *http.Request) error {
	return screen.Show(w, r, passkeyPage(p.passkeyView(r)))
}

// passkeyOptions asks the browser for a new passkey.
func (p *Screens) passkeyOptions(w http.ResponseWriter, r *http.Request) error {
	actor := screen.Actor(r.Context())
	ceremony, err := p.Factors.BeginPasskey(r.Context(), actor)
	if err != nil {
		return err
	}
	if err := p.Attempts.Begin(r.Context(), w, session.Attempt{Person: actor.Person, Kind: awaitsRegistration}, ceremony.State); err != nil {
		return err
	}
	return screen.ServeJSON(w, ceremony.Options)
}

func (p *Screens) addPasskey(w http.ResponseWriter, r *http.Request) error {
	question, err := p.registrationOf(w, r)
	if err == nil {
		err = p.Factors.AddPasskey(r.Context(), screen.Actor(r.Context()), r.PostForm.Get("name"), question, []byte(r.PostForm.Get("passkey")))
	}
	if problems := screen.Problems(err); problems != nil {
		form := p.passkeyView(r)
		form.Problems = problems
		screen.Refuse(w, r, err, passkeyPage(form))
		return nil
	}
	if err != nil {
		return err
	}
	if err := p.Sessions.Prove(r.Context(), session.Strong); err != nil {
		return err
	}
	return screen.GoOn(w, r, address.OwnSecondFactor, "key-added")
}

// registrationOf takes the question for a new passkey that was put to this
// browser: one answer to one question.
func (p *Screens) registrationOf(w http.ResponseWriter, r *http.Request) (json.RawMessage, error) {
	attempt, err := p.Attempts.Of(r)
	if err != nil {
		return nil, err
	}
	if attempt.Kind == awaitsRegistration && attempt.Person == screen.Actor(r.Context()).Person {
		ended, err := p.Attempts.End(r.Context(), w, r)
		if ended || err != nil {
			return attempt.Data, err
		}
	}
	return nil, fault.New(fault.Conflict, "時間がたったため、登録できませんでした。「パスキーを登録する」を、もう一度押してください。")
}

// appFactor is what the authenticator app is called where a passkey's address
// could stand.
const appFactor = "app"

func (p *Screens) showRemoveFactor(w http.ResponseWriter, r *http.Request) error {
	actor, token := screen.Actor(r.Context()), chi.URLParam(r, "factor")
	factors, err := p.Factors.Of(r.Context(), actor.Person)
	if err != nil {
		return err
	}
	removed := removeFactorView{Frame: screen.Frame(r, "取り外す", accountLink, factorLink), Factor: token, Name: "認証アプリ"}
	if token != appFactor {
		at := slices.IndexFunc(factors.Passkeys, func(k factor.Passkey) bool { return k.Token == token })
		if at < 0 {
			return screen.ErrNotFound()
		}
		removed.Name = "パスキー「" + factors.Passkeys[at].Name + "」"
	} else if factors.TOTPSince == nil {
		return screen.ErrNotFound()
	}
	removed.Title = removed.Name + "を取り外す"
	return screen.Show(w, r, removeFactorPage(removed))
}

func (p *Screens) removeFactor(w http.ResponseWriter, r *http.Request) error {
	var err error
	if token := chi.URLParam(r, "factor"); token == appFactor {
		err = p.Factors.RemoveTOTP(r.Context(), screen.Actor(r.Context()))
	} else {
		err = p.Factors.RemovePasskey(r.Context(), screen.Actor(r.Context()), token)
	}
	if err != nil {
		return err
	}
	return screen.GoOn(w, r, address.OwnSecondFactor, "removed")
}

func (p *Screens) takeAwayView(r *http.Request) (takeAwayView, error) {
	of, err := p.Accounts.Account(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "staff"))
	if err != nil {
		return takeAwayView{}, err
	}
	factors, err := p.Factors.Of(r.Context(), of.Person)
	return takeAwayView{
		Frame:  screen.Frame(r, of.Name+"さんの二要素認証を取り外す", accountsLink, accountLinkOf(of.Holder)),
		Holder: of.Holder, Any: factors.Any(), Reason: r.PostForm.Get("reason"),
	}, err
}

func (p *Screens) showTakeAway(w http.ResponseWriter, r *http.Request) error {
	t, err := p.takeAwayView(r)
	if err != nil {
		return p.orOwn(w, r, err, address.OwnSecondFactor)
	}
	return screen.Show(w, r, takeAwayPage(t))
}

// takeAway removes the second factors of somebody else.
func (p *Screens) takeAway(w http.ResponseWriter, r *http.Request) error {
	t, err := p.takeAwayView(r)
	if err != nil {
		return err
	}
	err = p.Factors.TakeAway(r.Context(), screen.Actor(r.Context()), t.Holder.Person, t.Reason)
	if t.Problems = screen.Problems(err); t.Problems != nil {
		screen.Refuse(w, r, err, takeAwayPage(t))
		return nil
	}
	if err != nil {
		return err
	}
	return screen.GoOn(w, r, accountLinkOf(t.Holder).Address, "taken-away")
}
