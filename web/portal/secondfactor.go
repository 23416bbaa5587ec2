package portal

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
	"kagami/web/page"
	"kagami/web/screen"
)

// awaitsRegistration is the step that a browser's attempt at a new passkey waits for.
const awaitsRegistration = "passkey_registration"

var factorLink = layout.Link{Label: "二要素認証", Address: address.OwnSecondFactor}

func (p *Portal) secondFactorPage(r *http.Request) (page.SecondFactor, error) {
	actor := screen.Actor(r.Context())
	factors, err := p.Factors.Of(r.Context(), actor.Person)
	return page.SecondFactor{
		Frame: screen.Frame(r, "二要素認証", accountLink), Factors: factors, Demanded: p.Factors.Demands(actor), MayUsePasskeys: p.Factors.Passkeys(),
	}, err
}

func (p *Portal) showSecondFactor(w http.ResponseWriter, r *http.Request) error {
	s, err := p.secondFactorPage(r)
	if err != nil {
		return err
	}
	return screen.Show(w, r, page.SecondFactorPage(s))
}

// changeSecondFactor does what a button on the list says.
func (p *Portal) changeSecondFactor(w http.ResponseWriter, r *http.Request) error {
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
func (p *Portal) showCodes(w http.ResponseWriter, r *http.Request, heading string, codes []string) error {
	return screen.Show(w, r, page.RecoveryCodesPage(page.RecoveryCodes{Frame: screen.Frame(r, heading, accountLink, factorLink), Codes: codes}))
}

func (p *Portal) appPage(r *http.Request) (page.App, error) {
	setup, err := p.Factors.PendingTOTP(r.Context(), screen.Actor(r.Context()))
	return page.App{Frame: screen.Frame(r, "認証アプリを設定する", accountLink, factorLink), Setup: setup}, err
}

func (p *Portal) showApp(w http.ResponseWriter, r *http.Request) error {
	a, err := p.appPage(r)
	if err != nil {
		return err
	}
	return screen.Show(w, r, page.AppPage(a))
}

func (p *Portal) confirmApp(w http.ResponseWriter, r *http.Request) error {
	codes, err := p.Factors.ConfirmTOTP(r.Context(), screen.Actor(r.Context()), r.PostForm.Get("code"))
	if fault.KindOf(err) == fault.Invalid {
		a, pageErr := p.appPage(r)
		if pageErr != nil {
			return pageErr
		}
		a.Problems = screen.Problems(err)
		screen.Refuse(w, r, err, page.AppPage(a))
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

func (p *Portal) passkeyPage(r *http.Request) page.Passkey {
	return page.Passkey{Frame: screen.Frame(r, "パスキーを登録する", accountLink, factorLink), Name: r.PostForm.Get("name")}
}

func (p *Portal) showPasskey(w http.ResponseWriter, r *http.Request) error {
	return screen.Show(w, r, page.PasskeyPage(p.passkeyPage(r)))
}

// passkeyOptions asks the browser for a new passkey.
func (p *Portal) passkeyOptions(w http.ResponseWriter, r *http.Request) error {
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

func (p *Portal) addPasskey(w http.ResponseWriter, r *http.Request) error {
	question, err := p.registrationOf(w, r)
	if err == nil {
		err = p.Factors.AddPasskey(r.Context(), screen.Actor(r.Context()), r.PostForm.Get("name"), question, []byte(r.PostForm.Get("passkey")))
	}
	if problems := screen.Problems(err); problems != nil {
		form := p.passkeyPage(r)
		form.Problems = problems
		screen.Refuse(w, r, err, page.PasskeyPage(form))
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
func (p *Portal) registrationOf(w http.ResponseWriter, r *http.Request) (json.RawMessage, error) {
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

func (p *Portal) showRemoveFactor(w http.ResponseWriter, r *http.Request) error {
	actor, token := screen.Actor(r.Context()), chi.URLParam(r, "factor")
	factors, err := p.Factors.Of(r.Context(), actor.Person)
	if err != nil {
		return err
	}
	removed := page.RemoveFactor{Frame: screen.Frame(r, "取り外す", accountLink, factorLink), Factor: token, Name: "認証アプリ"}
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
	return screen.Show(w, r, page.RemoveFactorPage(removed))
}

func (p *Portal) removeFactor(w http.ResponseWriter, r *http.Request) error {
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

func (p *Portal) takeAwayPage(r *http.Request) (page.TakeAway, error) {
	of, err := p.Accounts.Account(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "staff"))
	if err != nil {
		return page.TakeAway{}, err
	}
	factors, err := p.Factors.Of(r.Context(), of.Person)
	return page.TakeAway{
		Frame:  screen.Frame(r, of.Name+"さんの二要素認証を取り外す", accountsLink, accountLinkOf(of.Holder)),
		Holder: of.Holder, Any: factors.Any(), Reason: r.PostForm.Get("reason"),
	}, err
}

func (p *Portal) showTakeAway(w http.ResponseWriter, r *http.Request) error {
	t, err := p.takeAwayPage(r)
	if err != nil {
		return p.orOwn(w, r, err, address.OwnSecondFactor)
	}
	return screen.Show(w, r, page.TakeAwayPage(t))
}

// takeAway removes the second factors of somebody else.
func (p *Portal) takeAway(w http.ResponseWriter, r *http.Request) error {
	t, err := p.takeAwayPage(r)
	if err != nil {
		return err
	}
	err = p.Factors.TakeAway(r.Context(), screen.Actor(r.Context()), t.Holder.Person, t.Reason)
	if t.Problems = screen.Problems(err); t.Problems != nil {
		screen.Refuse(w, r, err, page.TakeAwayPage(t))
		return nil
	}
	if err != nil {
		return err
	}
	return screen.GoOn(w, r, accountLinkOf(t.Holder).Address, "taken-away")
}
