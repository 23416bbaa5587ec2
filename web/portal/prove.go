package portal

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
	"kagami/web/page"
	"kagami/web/screen"
)

// proofLimit is how long a proof of who it is counts for sensitive acts.
const proofLimit = 15 * time.Minute

// The fields of a proof, which no other form has.
var proofFields = []string{"proof_password", "proof_login", "proof_code", "proof_passkey"}

// proved lets through somebody signed in who has proved themselves as well as a
// route asks. Otherwise it answers the request itself, and returns false.
func (p *Portal) proved(w http.ResponseWriter, r *http.Request, route screen.Route) (bool, error) {
	actor := screen.Actor(r.Context())
	current := p.Sessions.Current(r.Context())
	own := strings.HasPrefix(route.Pattern, address.OwnSecondFactor) || strings.HasPrefix(route.Pattern, address.Prove)
	owes := !current.Strong && !own && p.Factors.Demands(actor)
	if !owes && !route.Proof {
		return true, nil
	}
	var factors factor.Factors
	if !current.Strong {
		var err error
		if factors, err = p.Factors.Of(r.Context(), actor.Person); err != nil {
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
	case owes || factors.Any() || p.Now().Sub(current.ProvedAt) > proofLimit:
		return p.provesNow(w, r)
	}
	return true, nil
}

// provesNow lets through a form that brings a proof with it, without the
// proof's fields. Without one it asks for it, and keeps the form.
func (p *Portal) provesNow(w http.ResponseWriter, r *http.Request) (bool, error) {
	if r.Method != http.MethodPost || !brings(r.PostForm) {
		return false, p.askProof(w, r, nil)
	}
	if err := p.checkProof(w, r); err != nil {
		return false, p.askProof(w, r, err)
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
func (p *Portal) askProof(w http.ResponseWriter, r *http.Request, refusal error) error {
	goal, form := r.URL.RequestURI(), r.PostForm
	switch {
	case r.Method == http.MethodGet:
		form = nil
	case r.URL.Path == address.Prove:
		goal, form = r.PostForm.Get("next"), nil
	}
	asked, err := p.provePage(r, goal, form)
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
	screen.Render(w, r, status, page.ProvePage(asked))
	return nil
}

// provePage asks somebody signed in who they are, before the page at an address;
// with a form, before the form that goes there. It asks for a second factor
// where they have one. Others give a password that is theirs, or have the
// identity provider vouch for them once more.
func (p *Portal) provePage(r *http.Request, goal string, form url.Values) (page.Prove, error) {
	actor := screen.Actor(r.Context())
	factors, err := p.Factors.Of(r.Context(), actor.Person)
	if err != nil {
		return page.Prove{}, err
	}
	asked := page.Prove{
		Frame: screen.Frame(r, "もう一度、本人であることを確かめます"), Question: p.question(factors, address.ProveOptions),
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
	own, err := p.Accounts.OwnWays(r.Context(), actor.Person)
	if err != nil {
		return page.Prove{}, err
	}
	if p.Accounts.Ways().Directory != nil {
		asked.Login = own.Login
		if asked.Login == "" {
			asked.Login = " " // unknown, but there is one to type
		}
	}
	asked.Password = own.Password || p.Accounts.Ways().Directory != nil || p.Provider == nil
	if p.Provider != nil {
		asked.Provider = p.providerName()
		asked.ProviderKept = maps.Clone(asked.Kept)
		if form != nil {
			asked.ProviderKept.Set(keptAction, goal)
		}
	}
	return asked, nil
}

// checkProof checks the proof that a form brings: a second factor of who has
// one, of others the password. The session remembers it.
func (p *Portal) checkProof(w http.ResponseWriter, r *http.Request) error {
	actor := screen.Actor(r.Context())
	factors, err := p.Factors.Of(r.Context(), actor.Person)
	if err != nil {
		return err
	}
	if factors.Any() {
		err = p.checkProofFactor(w, r, actor)
	} else {
		err = p.checkProofPassword(r, actor)
	}
	if err != nil {
		return err
	}
	return p.Sessions.Prove(r.Context(), session.Strength(factors.Any()))
}

func (p *Portal) checkProofFactor(w http.ResponseWriter, r *http.Request, actor authz.Actor) error {
	attempt, err := p.Attempts.Of(r)
	if err != nil {
		return err
	}
	if attempt.Kind != awaitsProof || attempt.Person != actor.Person || r.PostForm.Get("proof_passkey") == "" {
		_, err := p.checkFactor(r, actor, nil)
		return err
	}
	// one answer to one question
	ended, err := p.Attempts.End(r.Context(), w, r)
	if err != nil {
		return err
	}
	if !ended {
		attempt.Data = nil
	}
	_, err = p.checkFactor(r, actor, attempt.Data)
	return err
}

func (p *Portal) checkProofPassword(r *http.Request, actor authz.Actor) error {
	password := r.PostForm.Get("proof_password")
	if password == "" {
		return fault.InvalidFields([]fault.Problem{{Field: "proof_password", Message: "パスワードを入力してください。"}})
	}
	var (
		ok  bool
		err error
	)
	if p.Accounts.Ways().Directory != nil {
		ok, err = p.verifyAtDirectory(r, actor, password)
	} else {
		ok, err = p.Accounts.Verify(r.Context(), actor.Person, password, p.try(r))
	}
	if err == nil && !ok {
		err = fault.InvalidFields([]fault.Problem{{Field: "proof_password", Message: "パスワードが違います。もう一度入力してください。"}})
	}
	return err
}

// verifyAtDirectory tells whether the login and password that a form brings are
// the actor's: what the directory knows them by, the portal does not.
func (p *Portal) verifyAtDirectory(r *http.Request, actor authz.Actor, password string) (bool, error) {
	proof, err := p.Accounts.Authenticate(r.Context(), r.PostForm.Get("proof_login"), password, p.try(r))
	if fault.KindOf(err) == fault.Unauthenticated {
		return false, nil
	}
	return err == nil && proof.Person == actor.Person, err
}

// proveOptions puts the question for a passkey of somebody signed in.
func (p *Portal) proveOptions(w http.ResponseWriter, r *http.Request) error {
	actor := screen.Actor(r.Context())
	ceremony, err := p.Factors.AskPasskey(r.Context(), actor.Person)
	if err != nil {
		return err
	}
	if err := p.Attempts.Begin(r.Context(), w, session.Attempt{Person: actor.Person, Kind: awaitsProof}, ceremony.State); err != nil {
		return err
	}
	return screen.ServeJSON(w, ceremony.Options)
}

// showProve asks for a proof before a page.
func (p *Portal) showProve(w http.ResponseWriter, r *http.Request) error {
	asked, err := p.provePage(r, r.URL.Query().Get("next"), nil)
	if err != nil {
		return err
	}
	return screen.Show(w, r, page.ProvePage(asked))
}

// prove takes the proof, and goes on to the page.
func (p *Portal) prove(w http.ResponseWriter, r *http.Request) error {
	if err := p.checkProof(w, r); err != nil {
		return p.askProof(w, r, err)
	}
	return screen.GoOn(w, r, within(r.PostForm.Get("next")), "")
}
