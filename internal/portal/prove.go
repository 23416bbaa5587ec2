package portal

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"kagami/internal/account"
	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/web/page"
)

// proofLimit is how long a proof of who it is counts for sensitive acts.
const proofLimit = 15 * time.Minute

// The fields of a proof, which no other form has.
var proofFields = []string{"proof_password", "proof_code", "proof_passkey"}

// proved lets through somebody signed in who has proved themselves as well as a
// route asks. Otherwise it answers the request itself, and returns false.
func (p *Portal) proved(w http.ResponseWriter, r *http.Request, route Route) bool {
	actor := actorOf(r.Context())
	strong, at := p.sessions.Proof(r.Context())
	own := strings.HasPrefix(route.Pattern, "/account/second-factor") || strings.HasPrefix(route.Pattern, "/prove")
	owes := !strong && !own && p.Factors.Demands(actor)
	if !owes && !route.Sensitive {
		return true
	}
	var factors account.Factors
	if !strong {
		var err error
		if factors, err = p.Factors.Of(r.Context(), actor.Person); err != nil {
			p.fail(w, r, err)
			return false
		}
	}
	switch {
	case owes && !factors.Any():
		http.Redirect(w, r, "/account/second-factor", http.StatusSeeOther)
		return false
	case owes && r.Method == http.MethodGet:
		http.Redirect(w, r, "/prove?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		return false
	case owes || factors.Any() || p.Now().Sub(at) > proofLimit:
		return p.provesNow(w, r)
	}
	return true
}

// provesNow lets through a form that brings a proof with it, without the
// proof's fields. Without one it asks for it, and keeps the form.
func (p *Portal) provesNow(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodPost || !brings(r.PostForm) {
		p.askProof(w, r, nil)
		return false
	}
	if err := p.checkProof(w, r); err != nil {
		p.askProof(w, r, err)
		return false
	}
	for _, field := range proofFields {
		r.PostForm.Del(field)
		r.Form.Del(field)
	}
	return true
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
func (p *Portal) askProof(w http.ResponseWriter, r *http.Request, refusal error) {
	factors, err := p.Factors.Of(r.Context(), actorOf(r.Context()).Person)
	if err != nil {
		p.fail(w, r, err)
		return
	}
	field := "proof_password"
	if factors.Any() {
		field = "proof_code"
	}
	problems := proofProblems(refusal, field)
	if refusal != nil && problems == nil {
		p.fail(w, r, refusal)
		return
	}
	asked := page.Prove{
		Frame: p.frame(r, "もう一度、本人であることを確かめます"), Problems: problems,
		Question: p.question(factors, "/prove/options"), Password: !factors.Any(),
		Action: r.URL.RequestURI(), Kept: url.Values{},
	}
	if r.Method == http.MethodGet {
		asked.Action, asked.Kept = "/prove", url.Values{"next": {r.URL.RequestURI()}}
	}
	for name, values := range r.PostForm {
		asked.Kept[name] = values
	}
	for _, field := range proofFields {
		asked.Kept.Del(field)
	}
	status := http.StatusForbidden
	switch kind := fault.KindOf(refusal); {
	case kind == fault.TooMany:
		status = failures[kind].status
	case refusal != nil: // not 401: they are signed in
		status = http.StatusUnprocessableEntity
	}
	retryAfter(w, refusal)
	p.render(w, r, status, page.ProvePage(asked))
}

// checkProof checks the proof that a form brings: a second factor of who has
// one, of others the password. The session remembers it.
func (p *Portal) checkProof(w http.ResponseWriter, r *http.Request) error {
	actor := actorOf(r.Context())
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
	return p.sessions.Prove(r.Context(), factors.Any())
}

func (p *Portal) checkProofFactor(w http.ResponseWriter, r *http.Request, actor authz.Actor) error {
	attempt, found, err := p.attempts.Of(r)
	if err != nil {
		return err
	}
	if !found || attempt.Kind != awaitsProof || attempt.Person != actor.Person || r.PostForm.Get("proof_passkey") == "" {
		_, err := p.checkFactor(r, actor, nil)
		return err
	}
	// one answer to one question
	ended, err := p.attempts.End(r.Context(), w, r)
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
	ok, err := p.Accounts.Verify(r.Context(), actor.Person, password, p.try(r))
	if err == nil && !ok {
		err = fault.InvalidFields([]fault.Problem{{Field: "proof_password", Message: "パスワードが違います。もう一度入力してください。"}})
	}
	return err
}

// proveOptions puts the question for a passkey of somebody signed in.
func (p *Portal) proveOptions(w http.ResponseWriter, r *http.Request) error {
	actor := actorOf(r.Context())
	ceremony, err := p.Factors.AskPasskey(r.Context(), actor.Person)
	if err != nil {
		return err
	}
	if err := p.attempt(w, r, awaitsProof, actor.Person, ceremony.State); err != nil {
		return err
	}
	return writeJSON(w, ceremony.Options)
}

// showProve asks for a proof before a page.
func (p *Portal) showProve(w http.ResponseWriter, r *http.Request) error {
	factors, err := p.Factors.Of(r.Context(), actorOf(r.Context()).Person)
	if err != nil {
		return err
	}
	return p.show(w, r, page.ProvePage(page.Prove{
		Frame: p.frame(r, "もう一度、本人であることを確かめます"), Question: p.question(factors, "/prove/options"), Password: !factors.Any(),
		Action: "/prove", Kept: url.Values{"next": {r.URL.Query().Get("next")}},
	}))
}

// prove takes the proof, and goes on to the page.
func (p *Portal) prove(w http.ResponseWriter, r *http.Request) error {
	if err := p.checkProof(w, r); err != nil {
		p.askProof(w, r, err)
		return nil
	}
	return goOn(w, r, within(r.PostForm.Get("next")), "")
}
