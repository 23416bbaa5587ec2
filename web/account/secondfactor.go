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

func (s *Screens) secondFactorView(r *http.Request) (secondFactorView, error) {
	actor := screen.Actor(r.Context())
	factors, err := s.Factors.Own(r.Context(), actor)
	return secondFactorView{
		Frame: screen.Frame(r, "二要素認証", accountLink), Factors: factors, Demanded: s.Factors.Demands(actor), MayUsePasskeys: s.Factors.Passkeys(),
	}, err
}

func (s *Screens) showSecondFactor(w http.ResponseWriter, r *http.Request) error {
	v, err := s.secondFactorView(r)
	if err != nil {
		return err
	}
	return screen.Show(w, r, secondFactorPage(v))
}

// changeSecondFactor does what a button on the list says.
func (s *Screens) changeSecondFactor(w http.ResponseWriter, r *http.Request) error {
	switch r.PostForm.Get("act") {
	case "app":
		if err := s.Factors.BeginTOTP(r.Context(), screen.Actor(r.Context())); err != nil {
			return err
		}
		return screen.GoOn(w, r, address.OwnSecondFactorApp, "")
	case "codes":
		codes, err := s.Factors.NewRecoveryCodes(r.Context(), screen.Actor(r.Context()))
		if err != nil {
			return err
		}
		return s.showCodes(w, r, "回復コードを作りました", codes)
	}
	return screen.ErrNoAct()
}

// showCodes shows recovery codes, this once.
func (s *Screens) showCodes(w http.ResponseWriter, r *http.Request, heading string, codes []string) error {
	return screen.Show(w, r, recoveryCodesPage(recoveryCodesView{Frame: screen.Frame(r, heading, accountLink, factorLink), Codes: codes}))
}

func (s *Screens) appView(r *http.Request) (appView, error) {
	setup, err := s.Factors.PendingTOTP(r.Context(), screen.Actor(r.Context()))
	return appView{Frame: screen.Frame(r, "認証アプリを設定する", accountLink, factorLink), Setup: setup}, err
}

func (s *Screens) showApp(w http.ResponseWriter, r *http.Request) error {
	a, err := s.appView(r)
	if err != nil {
		return err
	}
	return screen.Show(w, r, appPage(a))
}

func (s *Screens) confirmApp(w http.ResponseWriter, r *http.Request) error {
	codes, err := s.Factors.ConfirmTOTP(r.Context(), screen.Actor(r.Context()), r.PostForm.Get("code"))
	if fault.KindOf(err) == fault.Invalid {
		a, pageErr := s.appView(r)
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
	if err := s.Sessions.Prove(r.Context(), session.Strong); err != nil {
		return err
	}
	return s.showCodes(w, r, "認証アプリを設定しました", codes)
}

func (s *Screens) passkeyView(r *http.Request) passkeyView {
	return passkeyView{Frame: screen.Frame(r, "パスキーを登録する", accountLink, factorLink), Name: r.PostForm.Get("name")}
}

func (s *Screens) showPasskey(w http.ResponseWriter, r *http.Request) error {
	return screen.Show(w, r, passkeyPage(s.passkeyView(r)))
}

// passkeyOptions asks the browser for a new passkey.
func (s *Screens) passkeyOptions(w http.ResponseWriter, r *http.Request) error {
	actor := screen.Actor(r.Context())
	ceremony, err := s.Factors.BeginPasskey(r.Context(), actor)
	if err != nil {
		return err
	}
	if err := s.Attempts.Begin(r.Context(), w, session.Attempt{Person: actor.Person, Kind: awaitsRegistration}, ceremony.State); err != nil {
		return err
	}
	return screen.ServeJSON(w, ceremony.Options)
}

func (s *Screens) addPasskey(w http.ResponseWriter, r *http.Request) error {
	question, err := s.registrationOf(w, r)
	if err == nil {
		err = s.Factors.AddPasskey(r.Context(), screen.Actor(r.Context()), r.PostForm.Get("name"), question, []byte(r.PostForm.Get("passkey")))
	}
	if problems := screen.Problems(err); problems != nil {
		form := s.passkeyView(r)
		form.Problems = problems
		screen.Refuse(w, r, err, passkeyPage(form))
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.Sessions.Prove(r.Context(), session.Strong); err != nil {
		return err
	}
	return screen.GoOn(w, r, address.OwnSecondFactor, "key-added")
}

// registrationOf takes the question for a new passkey that was put to this
// browser: one answer to one question.
func (s *Screens) registrationOf(w http.ResponseWriter, r *http.Request) (json.RawMessage, error) {
	attempt, err := s.Attempts.Of(r)
	if err != nil {
		return nil, err
	}
	if attempt.Kind == awaitsRegistration && attempt.Person == screen.Actor(r.Context()).Person {
		ended, err := s.Attempts.End(r.Context(), w, r)
		if ended || err != nil {
			return attempt.Data, err
		}
	}
	return nil, fault.New(fault.Conflict, "時間がたったため、登録できませんでした。「パスキーを登録する」を、もう一度押してください。")
}

// appFactor is what the authenticator app is called where a passkey's address
// could stand.
const appFactor = "app"

func (s *Screens) showRemoveFactor(w http.ResponseWriter, r *http.Request) error {
	actor, token := screen.Actor(r.Context()), chi.URLParam(r, "factor")
	factors, err := s.Factors.Own(r.Context(), actor)
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

func (s *Screens) removeFactor(w http.ResponseWriter, r *http.Request) error {
	var err error
	if token := chi.URLParam(r, "factor"); token == appFactor {
		err = s.Factors.RemoveTOTP(r.Context(), screen.Actor(r.Context()))
	} else {
		err = s.Factors.RemovePasskey(r.Context(), screen.Actor(r.Context()), token)
	}
	if err != nil {
		return err
	}
	return screen.GoOn(w, r, address.OwnSecondFactor, "removed")
}

func (s *Screens) takeAwayView(r *http.Request) (takeAwayView, error) {
	of, factors, err := s.Factors.Of(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "staff"))
	if err != nil {
		return takeAwayView{}, err
	}
	t := takeAwayView{
		Frame:  screen.Frame(r, of.Name+"さんの二要素認証を取り外す", accountsLink, accountLinkOf(of.Holder)),
		Holder: of.Holder, Any: factors.Any(), Reason: r.PostForm.Get("reason"),
	}
	t.WhyNot, err = whyNot(s.Factors.AskTakeAway(r.Context(), screen.Actor(r.Context()), of.Person))
	return t, err
}

func (s *Screens) showTakeAway(w http.ResponseWriter, r *http.Request) error {
	t, err := s.takeAwayView(r)
	if err != nil {
		return s.orOwn(w, r, err, address.OwnSecondFactor)
	}
	if t.Holder.Person == screen.Actor(r.Context()).Person {
		return screen.GoOn(w, r, address.OwnSecondFactor, "")
	}
	return screen.Show(w, r, takeAwayPage(t))
}

// takeAway removes the second factors of somebody else.
func (s *Screens) takeAway(w http.ResponseWriter, r *http.Request) error {
	t, err := s.takeAwayView(r)
	if err != nil {
		return err
	}
	err = s.Factors.TakeAway(r.Context(), screen.Actor(r.Context()), t.Holder.Person, t.Reason)
	if t.Problems = screen.Problems(err); t.Problems != nil {
		screen.Refuse(w, r, err, takeAwayPage(t))
		return nil
	}
	if err != nil {
		return err
	}
	return screen.GoOn(w, r, accountLinkOf(t.Holder).Address, "taken-away")
}
