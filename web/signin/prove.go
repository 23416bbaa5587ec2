package signin

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"kagami/internal/account/factor"
	"kagami/internal/account/session"
	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/web/screen"
)

// proofLimit is how long a proof of who it is counts for sensitive acts.
const proofLimit = 15 * time.Minute

// The fields of a proof, which no other form has.
var proofFields = []string{"proof_password", "proof_login", "proof_code", "proof_passkey"}

// proved lets through somebody signed in who has proved themselves as well as a
// route asks. Otherwise it answers the request itself, and returns false.
func (s *Screens) proved(w http.ResponseWriter, r *http.Request, route screen.Route) (bool, error) {
	actor := screen.Actor(r.Context())
	current := s.Sessions.Current(r.Context())
	own := strings.HasPrefix(route.Pattern, address.OwnSecondFactor) || strings.HasPrefix(route.Pattern, address.Prove)
	owes := !current.Strong && !own && s.Factors.Demands(actor)
	if !owes && !route.Proof {
		return true, nil
	}
	var factors factor.Factors
	if !current.Strong {
		var err error
		if factors, err = s.Factors.Own(r.Context(), actor); err != nil {
			return false, err
		}
	}
	switch {
	case owes && !factors.Any():
		http.Redirect(w, r, address.OwnSecondFactor, http.StatusSeeOther)
		return false, nil
	case owes && r.Method == http.MethodGet:
		http.Redirect(w, r, address.ProveBefore(r.URL.RequestURI()), http.StatusSeeOther)
		return false, nil
	case owes || factors.Any() || screen.VisitOf(r.Context()).Now().Sub(current.ProvedAt) > proofLimit:
		return s.provesNow(w, r)
	}
	return true, nil
}

// provesNow lets through a form that brings a proof with it, without the
// proof's fields. Without one it asks for it, and keeps the form.
func (s *Screens) provesNow(w http.ResponseWriter, r *http.Request) (bool, error) {
	if r.Method != http.MethodPost || !brings(r.PostForm) {
		return false, s.askProof(w, r, nil)
	}
	if err := s.checkProof(w, r); err != nil {
		return false, s.askProof(w, r, err)
	}
	for _, field := range proofFields {
		r.PostForm.Del(field)
		r.Form.Del(field)
	}
	return true, nil
}

// brings tells whether a form has a proof's fields, filled in or not.
func brings(form url.Values) bool {
	for _, field := range proofFields {
		if form.Has(field) {
			return true
		}
	}
	return false
}

// askProof shows the form for a proof, after one that was refused with what was
// wrong with it. The form goes where the request went, with all that the
// request's form had.
func (s *Screens) askProof(w http.ResponseWriter, r *http.Request, refusal error) error {
	goal, form := r.URL.RequestURI(), r.PostForm
	switch {
	case r.Method == http.MethodGet:
		form = nil
	case r.URL.Path == address.Prove:
		goal, form = r.PostForm.Get("next"), nil
	}
	asked, err := s.proveView(r, goal, form)
	if err != nil {
		return err
	}
	field := "proof_code"
	if asked.Password {
		field = "proof_password"
	}
	asked.Problems = proofProblems(refusal, field)
	if fault.KindOf(refusal) == fault.Unavailable && screen.Message(refusal) != "" { // the directory
		screen.Note(r, refusal)
		asked.Problems = []fault.Problem{{Message: screen.Message(refusal)}}
	}
	if refusal != nil && asked.Problems == nil {
		return refusal
	}
	if login := r.PostForm.Get("proof_login"); login != "" && asked.Login != "" {
		asked.Login = login
	}
	status := http.StatusForbidden
	switch kind := fault.KindOf(refusal); {
	case kind == fault.TooMany, kind == fault.Unavailable:
		status = screen.Status(kind)
	case refusal != nil: // not 401: they are signed in
		status = http.StatusUnprocessableEntity
	}
	screen.RetryAfter(w, refusal)
	screen.Render(w, r, status, provePage(asked))
	return nil
}

// proveView asks somebody signed in who they are, before the page at an address;
// with a form, before the form that goes there. It asks for a second factor
// where they have one. Others give a password that is theirs, or have the
// identity provider vouch for them once more.
func (s *Screens) proveView(r *http.Request, goal string, form url.Values) (proveView, error) {
	actor := screen.Actor(r.Context())
	factors, err := s.Factors.Own(r.Context(), actor)
	if err != nil {
		return proveView{}, err
	}
	asked := proveView{
		Frame: screen.Frame(r, "もう一度、本人であることを確かめます"), question: s.question(factors, address.ProveOptions),
		Action: address.Prove, Kept: url.Values{"next": {goal}},
	}
	if form != nil {
		asked.Action, asked.Kept = goal, maps.Clone(form)
		for _, field := range proofFields {
			asked.Kept.Del(field)
		}
	}
	if factors.Any() {
		return asked, nil
	}
	own, err := s.Accounts.OwnWays(r.Context(), actor)
	if err != nil {
		return proveView{}, err
	}
	if s.Accounts.Ways().Directory != nil {
		asked.Login = own.Login
		if asked.Login == "" {
			asked.Login = " " // unknown, but there is one to type
		}
	}
	asked.Password = own.Password || s.Accounts.Ways().Directory != nil || s.Provider == nil
	if s.Provider != nil {
		asked.Provider = s.ProviderName
		asked.ProviderKept = maps.Clone(asked.Kept)
		if form != nil {
			asked.ProviderKept.Set(keptAction, goal)
		}
	}
	return asked, nil
}

// checkProof checks the proof that a form brings: a second factor of who has
// one, of others the password. The session remembers it.
func (s *Screens) checkProof(w http.ResponseWriter, r *http.Request) error {
	actor := screen.Actor(r.Context())
	factors, err := s.Factors.Own(r.Context(), actor)
	if err != nil {
		return err
	}
	if factors.Any() {
		err = s.checkProofFactor(w, r, actor)
	} else {
		err = s.checkProofPassword(r, actor)
	}
	if err != nil {
		return err
	}
	return s.Sessions.Prove(r.Context(), session.Strength(factors.Any()))
}

func (s *Screens) checkProofFactor(w http.ResponseWriter, r *http.Request, actor authz.Actor) error {
	attempt, err := s.Attempts.Of(r)
	if err != nil {
		return err
	}
	if attempt.Kind != awaitsProof || attempt.Person != actor.Person || r.PostForm.Get("proof_passkey") == "" {
		_, err := s.checkFactor(r, actor, nil)
		return err
	}
	// one answer to one question
	ended, err := s.Attempts.End(r.Context(), w, r)
	if err != nil {
		return err
	}
	if !ended {
		attempt.Data = nil
	}
	_, err = s.checkFactor(r, actor, attempt.Data)
	return err
}

func (s *Screens) checkProofPassword(r *http.Request, actor authz.Actor) error {
	password := r.PostForm.Get("proof_password")
	if password == "" {
		return fault.InvalidFields([]fault.Problem{{Field: "proof_password", Message: "パスワードを入力してください。"}})
	}
	var (
		ok  bool
		err error
	)
	if s.Accounts.Ways().Directory != nil {
		ok, err = s.verifyAtDirectory(r, actor, password)
	} else {
		ok, err = s.Accounts.Verify(r.Context(), actor, password, s.try(r))
	}
	if err == nil && !ok {
		err = fault.InvalidFields([]fault.Problem{{Field: "proof_password", Message: "パスワードが違います。もう一度入力してください。"}})
	}
	return err
}

// verifyAtDirectory tells whether the login and password that a form brings are
// the actor's: what the directory knows them by, the portal does not.
func (s *Screens) verifyAtDirectory(r *http.Request, actor authz.Actor, password string) (bool, error) {
	proof, err := s.Accounts.Authenticate(r.Context(), r.PostForm.Get("proof_login"), password, s.try(r))
	if fault.KindOf(err) == fault.Unauthenticated {
		return false, nil
	}
	return err == nil && proof.Person == actor.Person, err
}

// proveOptions puts the question for a passkey of somebody signed in.
func (s *Screens) proveOptions(w http.ResponseWriter, r *http.Request) error {
	actor := screen.Actor(r.Context())
	ceremony, err := s.Factors.AskPasskey(r.Context(), actor.Person)
	if err != nil {
		return err
	}
	if err := s.Attempts.Begin(r.Context(), w, session.Attempt{Person: actor.Person, Kind: awaitsProof}, ceremony.State); err != nil {
		return err
	}
	return screen.ServeJSON(w, ceremony.Options)
}

// showProve asks for a proof before a page.
func (s *Screens) showProve(w http.ResponseWriter, r *http.Request) error {
	asked, err := s.proveView(r, r.URL.Query().Get("next"), nil)
	if err != nil {
		return err
	}
	return screen.Show(w, r, provePage(asked))
}

// prove takes the proof, and goes on to the page.
func (s *Screens) prove(w http.ResponseWriter, r *http.Request) error {
	if err := s.checkProof(w, r); err != nil {
		return s.askProof(w, r, err)
	}
	return screen.GoOn(w, r, within(r.PostForm.Get("next")), "")
}
