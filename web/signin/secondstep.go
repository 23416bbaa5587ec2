package signin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"kagami/internal/account/factor"
	"kagami/internal/account/session"
	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/web/screen"
)

// The steps that an attempt can wait for.
const (
	awaitsSecondStep = "second_step"
	awaitsProof      = "passkey_proof" // of somebody signed in
)

// halfway is a sign-in that waits for its second step.
type halfway struct {
	Method   string          `json:"method"`             // of the first
	At       time.Time       `json:"at"`                 // of the first
	Password string          `json:"password,omitempty"` // of the first
	Next     string          `json:"next"`               // where to go after it
	Passkey  json.RawMessage `json:"passkey,omitempty"`
}

// letIn signs in somebody who has passed the first step, or sends them to the
// second if they have one.
func (s *Screens) letIn(w http.ResponseWriter, r *http.Request, first session.Proof, next string) error {
	factors, err := s.Factors.Owed(r.Context(), first.Person)
	if err != nil {
		return err
	}
	if !factors.Any() {
		return s.goIn(w, r, first, next)
	}
	if err := s.Attempts.Begin(r.Context(), w, session.Attempt{Person: first.Person, Kind: awaitsSecondStep}, halfway{Method: first.Method, At: first.At, Password: first.Password, Next: next}); err != nil {
		return err
	}
	return screen.GoOn(w, r, address.SecondStep, "")
}

// goIn begins the session of somebody who has passed every step, and goes on.
func (s *Screens) goIn(w http.ResponseWriter, r *http.Request, proof session.Proof, next string) error {
	if err := s.begin(w, r, proof); err != nil {
		return err
	}
	return screen.GoOn(w, r, within(next), "")
}

// secondStepOf reads the request's attempt; false if none waits for the second
// step.
func (s *Screens) secondStepOf(r *http.Request) (person int64, kept halfway, ok bool, err error) {
	attempt, err := s.Attempts.Of(r)
	if err != nil || attempt.Kind != awaitsSecondStep {
		return 0, halfway{}, false, err
	}
	if err := json.Unmarshal(attempt.Data, &kept); err != nil {
		return 0, halfway{}, false, fmt.Errorf("reading an attempt: %w", err)
	}
	return attempt.Person, kept, true, nil
}

// startOver sends somebody back to the first step.
func startOver(w http.ResponseWriter, r *http.Request) error {
	return screen.GoOn(w, r, address.SignIn, "sign-in-over")
}

func (s *Screens) showSecondStep(w http.ResponseWriter, r *http.Request) error {
	person, _, ok, err := s.secondStepOf(r)
	if err != nil {
		return err
	}
	if !ok {
		return startOver(w, r)
	}
	v, err := s.secondStepView(r, person)
	if err != nil {
		return err
	}
	return screen.Show(w, r, secondStepPage(v))
}

func (s *Screens) secondStepView(r *http.Request, person int64) (secondStepView, error) {
	factors, err := s.Factors.Owed(r.Context(), person)
	return secondStepView{
		Frame:    screen.Frame(r, "サインインの確認"),
		question: s.question(factors, address.SecondStepOptions),
	}, err
}

// question is what can be asked of somebody with these factors.
func (s *Screens) question(factors factor.Factors, options string) question {
	return question{
		App: factors.TOTPSince != nil, Recovery: factors.RecoveryCodes > 0,
		Passkey: len(factors.Passkeys) > 0 && s.Factors.Passkeys(), Options: options,
	}
}

func (s *Screens) secondStep(w http.ResponseWriter, r *http.Request) error {
	person, kept, ok, err := s.secondStepOf(r)
	if err != nil {
		return err
	}
	if !ok {
		return startOver(w, r)
	}
	actor, err := s.Org.ActorOn(r.Context(), person, screen.Today(r.Context()))
	if err != nil {
		return err
	}
	method, err := s.checkFactor(r, actor, kept.Passkey)
	if problems := proofProblems(err, "proof_code"); problems != nil {
		v, pageErr := s.secondStepView(r, person)
		if pageErr != nil {
			return pageErr
		}
		v.Problems = problems
		screen.Refuse(w, r, err, secondStepPage(v))
		return nil
	}
	if err != nil {
		return err
	}
	ended, err := s.Attempts.End(r.Context(), w, r)
	if err != nil {
		return err
	}
	if !ended {
		return startOver(w, r)
	}
	return s.goIn(w, r, session.Proof{Person: person, Method: kept.Method + "+" + method, Strong: true, At: kept.At, Password: kept.Password}, kept.Next)
}

// proofProblems are what is wrong with a proof, for showing it at the form.
func proofProblems(err error, field string) []fault.Problem {
	if kind := fault.KindOf(err); kind == fault.Unauthenticated || kind == fault.TooMany {
		return []fault.Problem{{Field: field, Message: screen.Message(err)}}
	}
	return screen.Problems(err)
}

// checkFactor checks the second factor that a form brings, a code or the answer
// of a passkey to the question that was put, and tells which it was.
// Unauthenticated or Invalid if it proves nothing.
func (s *Screens) checkFactor(r *http.Request, actor authz.Actor, question json.RawMessage) (string, error) {
	code, answer := r.PostForm.Get("proof_code"), r.PostForm.Get("proof_passkey")
	switch {
	case answer != "" && len(question) == 0:
		return "", fault.New(fault.Unauthenticated, "時間がたったため、パスキーを確かめられませんでした。もう一度行ってください。")
	case answer != "":
		person, err := s.Factors.CheckPasskey(r.Context(), question, []byte(answer))
		if err == nil && person != actor.Person {
			err = fault.New(fault.Unauthenticated, "ほかの人のパスキーです。自分のパスキーを使ってください。")
		}
		return session.ByPasskey, err
	case code == "":
		return "", fault.InvalidFields([]fault.Problem{{Field: "proof_code", Message: "コードを入力してください。"}})
	}
	return s.Factors.CheckCode(r.Context(), actor, code, s.try(r))
}

// secondStepOptions puts the question for a passkey to the browser.
func (s *Screens) secondStepOptions(w http.ResponseWriter, r *http.Request) error {
	person, kept, ok, err := s.secondStepOf(r)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Conflict, "時間がたったため、続けられません。はじめからサインインしてください。")
	}
	ceremony, err := s.Factors.AskPasskey(r.Context(), person)
	if err != nil {
		return err
	}
	kept.Passkey = ceremony.State
	if err := s.Attempts.Change(r, session.Attempt{Person: person, Kind: awaitsSecondStep}, kept); err != nil {
		return err
	}
	return screen.ServeJSON(w, ceremony.Options)
}

// passkeySignInOptions asks whoever sits at a browser for a passkey.
func (s *Screens) passkeySignInOptions(w http.ResponseWriter, _ *http.Request) error {
	ceremony, err := s.Factors.AskAnyPasskey()
	if err != nil {
		return err
	}
	if err := s.Questions.Ask(w, ceremony.State); err != nil {
		return err
	}
	return screen.ServeJSON(w, ceremony.Options)
}

// passkeySignIn signs in with a passkey alone, which says who it is.
func (s *Screens) passkeySignIn(w http.ResponseWriter, r *http.Request) error {
	state, asked := s.Questions.Of(r)
	if !asked {
		return startOver(w, r)
	}
	person, err := s.Factors.CheckPasskey(r.Context(), state, []byte(r.PostForm.Get("passkey")))
	if err == nil {
		_, err = s.Org.ActorOn(r.Context(), person, screen.Today(r.Context()))
	}
	if err != nil {
		return err
	}
	// one sign-in by one answer
	first, err := s.Questions.End(r.Context(), w, r)
	if err != nil {
		return err
	}
	if !first {
		return startOver(w, r)
	}
	return s.goIn(w, r, session.Proof{Person: person, Method: session.ByPasskey, Strong: true}, r.PostForm.Get("next"))
}
