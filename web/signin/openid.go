package signin

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"

	"kagami/internal/account"
	"kagami/internal/account/openid"
	"kagami/internal/account/session"
	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/web/screen"
)

// The steps at the identity provider that an attempt can wait for.
const (
	awaitsProvider      = "openid"          // a sign-in
	awaitsProviderProof = "openid_proof"    // a proof by somebody signed in
	awaitsRest          = "openid_continue" // the form that the proof was for
)

// atProvider is what is kept while somebody is at the identity provider.
type atProvider struct {
	Attempt openid.Attempt `json:"attempt"`
	Next    string         `json:"next"` // where to go after it
	IsForm  bool           `json:"is_form"`
	Kept    url.Values     `json:"kept"` // the form that goes there; it can be without fields
}

// errNoProvider is for whoever asks for a provider that the town has not got.
func errNoProvider() error {
	return fault.New(fault.NotFound, "シングルサインオンは設定されていません。メールアドレスか職員番号とパスワードでサインインしてください。")
}

// leaveForProvider sends the browser to the identity provider, with an attempt
// to come back to. It goes from a page of its own: form-action holds browsers
// back where the answer to a form is another site's address.
func (s *Screens) leaveForProvider(w http.ResponseWriter, r *http.Request, kind string, person int64, kept atProvider) error {
	if s.Provider == nil {
		return errNoProvider()
	}
	var (
		to  string
		err error
	)
	if kept.Attempt, to, err = s.Provider.Begin(r.Context(), kind == awaitsProviderProof); err != nil {
		return err
	}
	if err := s.Attempts.Begin(r.Context(), w, session.Attempt{Person: person, Kind: kind}, kept); err != nil {
		return err
	}
	w.Header().Set("Refresh", "0; url="+to)
	return screen.Show(w, r, leavingPage(leavingView{Frame: screen.Frame(r, "サインインの画面へ移ります"), Provider: s.ProviderName, Address: to}))
}

// openidSignIn begins a sign-in at the identity provider.
func (s *Screens) openidSignIn(w http.ResponseWriter, r *http.Request) error {
	return s.leaveForProvider(w, r, awaitsProvider, 0, atProvider{Next: within(r.PostForm.Get("next"))})
}

// openidReturn finishes what was begun at the identity provider.
func (s *Screens) openidReturn(w http.ResponseWriter, r *http.Request) error {
	if s.Provider == nil {
		return errNoProvider()
	}
	attempt, err := s.Attempts.Of(r)
	if err != nil {
		return err
	}
	if attempt.Kind != awaitsProvider && attempt.Kind != awaitsProviderProof {
		return startOver(w, r)
	}
	var kept atProvider
	if err := json.Unmarshal(attempt.Data, &kept); err != nil {
		return fmt.Errorf("reading an attempt: %w", err)
	}
	// one answer to one question
	ended, err := s.Attempts.End(r.Context(), w, r)
	if err != nil {
		return err
	}
	if !ended {
		return startOver(w, r)
	}
	proof, err := s.vouched(r, kept.Attempt)
	if attempt.Kind == awaitsProviderProof {
		return s.provedAtProvider(w, r, attempt.Person, proof, err, kept)
	}
	if err != nil {
		return err
	}
	if proof.Strong {
		return s.goIn(w, r, proof, kept.Next)
	}
	return s.letIn(w, r, proof, kept.Next)
}

// vouched tells for whom the identity provider vouches.
func (s *Screens) vouched(r *http.Request, attempt openid.Attempt) (session.Proof, error) {
	at := screen.VisitOf(r.Context()).Now()
	identity, err := s.Provider.Finish(r.Context(), attempt, r.URL.Query())
	if err != nil {
		return session.Proof{}, err
	}
	key, value := account.KeyEmail, identity.Email
	if identity.StaffNumber != "" {
		key, value = account.KeyStaffNumber, identity.StaffNumber
	}
	person, err := s.Accounts.Vouched(r.Context(), key, value)
	if err != nil {
		return session.Proof{}, err
	}
	if _, err := s.Org.ActorOn(r.Context(), person, screen.Today(r.Context())); err != nil {
		return session.Proof{}, err
	}
	return session.Proof{Person: person, Method: session.ByProvider, Strong: identity.Strong, At: at}, nil
}

// openidProve begins a proof by somebody signed in, and keeps the form that it
// is for.
func (s *Screens) openidProve(w http.ResponseWriter, r *http.Request) error {
	kept := atProvider{Next: within(r.PostForm.Get("next"))}
	if r.PostForm.Has(keptAction) {
		kept = atProvider{Next: within(r.PostForm.Get(keptAction)), IsForm: true, Kept: maps.Clone(r.PostForm)}
		kept.Kept.Del(keptAction)
	}
	err := s.leaveForProvider(w, r, awaitsProviderProof, screen.Actor(r.Context()).Person, kept)
	if fault.KindOf(err) == fault.Unavailable && screen.Message(err) != "" {
		return s.askAgain(w, r, err, kept)
	}
	return err
}

// keptAction is the field of the form to the provider that says where the form
// goes that is kept.
const keptAction = "proof_action"

// provedAtProvider goes on with what somebody signed in has proved themselves
// for. What they typed is not lost where they have not: they are asked again.
func (s *Screens) provedAtProvider(w http.ResponseWriter, r *http.Request, person int64, proof session.Proof, refusal error, kept atProvider) error {
	actor := screen.Actor(r.Context())
	if actor.Person == 0 || actor.Person != person {
		return fault.New(fault.Unauthenticated, "")
	}
	factors, err := s.Factors.Own(r.Context(), actor)
	if err != nil {
		return err
	}
	switch {
	case refusal != nil:
	case proof.Person != actor.Person:
		refusal = fault.New(fault.Unauthenticated, "サインインしている人とは別の人として確かめられました。自分のアカウントで、もう一度行ってください。")
	case factors.Any() && !proof.Strong: // the provider does not make up for the second factor
		refusal = fault.New(fault.Unauthenticated, "二要素認証を設定しているため、コードかパスキーで確かめてください。")
	}
	if kind := fault.KindOf(refusal); kind == fault.Unauthenticated || kind == fault.Unavailable && screen.Message(refusal) != "" {
		return s.askAgain(w, r, refusal, kept)
	}
	if refusal != nil {
		return refusal
	}
	if err := s.Sessions.Prove(r.Context(), session.Strength(proof.Strong)); err != nil {
		return err
	}
	if !kept.IsForm {
		return screen.GoOn(w, r, within(kept.Next), "")
	}
	if err := s.Attempts.Begin(r.Context(), w, session.Attempt{Person: actor.Person, Kind: awaitsRest}, kept); err != nil {
		return err
	}
	return screen.GoOn(w, r, address.ProveRest, "")
}

// askAgain asks once more for a proof that the provider has not given.
func (s *Screens) askAgain(w http.ResponseWriter, r *http.Request, refusal error, kept atProvider) error {
	form := kept.Kept
	if !kept.IsForm {
		form = nil
	}
	asked, err := s.proveView(r, kept.Next, form)
	if err != nil {
		return err
	}
	screen.Note(r, refusal)
	asked.Problems = []fault.Problem{{Message: screen.Message(refusal)}}
	status := http.StatusForbidden // not 401: they are signed in
	if fault.KindOf(refusal) == fault.Unavailable {
		status = screen.Status(fault.Unavailable)
	}
	screen.Render(w, r, status, provePage(asked))
	return nil
}

// showRest shows the form that somebody has proved themselves for, to be sent:
// a browser that comes from another site can't bring it itself.
func (s *Screens) showRest(w http.ResponseWriter, r *http.Request) error {
	attempt, err := s.Attempts.Of(r)
	if err != nil {
		return err
	}
	if attempt.Kind != awaitsRest || attempt.Person != screen.Actor(r.Context()).Person {
		return fault.New(fault.NotFound, "続ける操作が見つかりません。時間がたったか、すでに終わっています。ホームから選び直してください。")
	}
	var kept atProvider
	if err := json.Unmarshal(attempt.Data, &kept); err != nil {
		return fmt.Errorf("reading an attempt: %w", err)
	}
	return screen.Show(w, r, continuePage(continueView{Frame: screen.Frame(r, "本人であることを確かめました"), Action: kept.Next, Kept: kept.Kept}))
}
