package drafting

import (
	"bytes"
	"crypto/rand"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/internal/policy/amend"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/outline"
	"kagami/web/component/document"
	"kagami/web/component/revision"
	"kagami/web/screen"
)

// formToken tells the form of a page from those in other windows: what is typed
// in it is autosaved under it. A form that is shown again goes on with its own.
func formToken(r *http.Request) string {
	if token := r.PostForm.Get("kept"); token != "" {
		return token
	}
	return rand.Text()
}

// autosaves tells whether a form of an act has words in it that are autosaved.
func autosaves(act amend.Act) bool { return act == amend.Rewrite || act == amend.Insert }

// autosaveWords saves what a form on one clause has sent.
func (s *Screens) autosaveWords(r *http.Request, code string, typed amend.Amendment) (typedClauseView, error) {
	status, err := s.drafts.PutClauseAutosave(r.Context(), screen.Actor(r.Context()), code, draft.ClauseAutosave{
		Token: r.PostForm.Get("kept"), Amendment: typed, Shown: r.PostForm.Get("shown"), BasedOn: revision.Hash(r.PostForm),
	})
	return typedClauseView{Autosave: status, Refused: screen.Message(err)}, err
}

// autosaveClause saves what is being typed on one clause, and answers with the
// parts of the form that tell of it, and not with a page.
func (s *Screens) autosaveClause(act amend.Act) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := screen.ParseFiles(r, document.MaxForm); err != nil {
			return err
		}
		typed, err := s.autosaveWords(r, chi.URLParam(r, "code"), typedAmendment(r, act))
		status := http.StatusOK
		if err != nil {
			if status = screen.Status(fault.KindOf(err)); typed.Refused == "" {
				return err
			}
		}
		screen.Render(w, r, status, typedClauseParts(typed))
		return nil
	}
}

// leftWords are what the person has typed on clauses of a draft and not saved,
// each with the clause as it stands now.
func (s *Screens) leftWords(r *http.Request, draft draft.Draft) ([]leftView, error) {
	autosaves, err := s.drafts.ClauseAutosaves(r.Context(), screen.Actor(r.Context()), draft)
	list := draft.Outline.Anchors()
	var left []leftView
	for _, u := range autosaves {
		words := leftView{ClauseAutosave: u, Changed: !bytes.Equal(u.BasedOn, draft.SHA256), Gone: true}
		if at, same := findAgain(list, u.Anchor, u.Shown); at >= 0 {
			words.Now, words.Gone, words.Same = list[at], false, same
		}
		left = append(left, words)
	}
	return left, err
}

// leftFor are those of them that are for the form of an act on a clause.
func leftFor(left []leftView, at outline.Anchored, typed amend.Amendment) []leftView {
	return slices.DeleteFunc(slices.Clone(left), func(l leftView) bool {
		return l.Gone || l.Now.Anchor != at.Anchor || l.Act != typed.Act || l.Where != typed.Where
	})
}

// offerWords asks what is to become of the newest words that were left for a
// form; the form has those in it that were chosen.
func (s *Screens) offerWords(w http.ResponseWriter, r *http.Request, d draft.Draft, all []leftView) error {
	chosen := slices.IndexFunc(all, func(l leftView) bool { return l.Token == r.URL.Query().Get("unsaved") })
	left := all[max(chosen, 0)]
	form := s.clauseForm(r, d, left.Now, left.Amendment)
	if chosen < 0 {
		return screen.Show(w, r, unsavedClausePage(unsavedClauseView{Frame: form.Frame, Draft: d, Left: left}))
	}
	form.FormToken, form.Changed, form.Gone = left.Token, left.Changed, left.Changed && !left.Same
	form.Status = typedClauseView{Autosave: draft.AutosaveStatus{At: left.At}}
	return screen.Show(w, r, clausePage(form))
}

// dropTypedClause throws away what was autosaved of a form.
func (s *Screens) dropTypedClause(w http.ResponseWriter, r *http.Request) error {
	draft, err := s.draftOf(r)
	if err != nil {
		return err
	}
	if err := s.drafts.DropClauseAutosave(r.Context(), screen.Actor(r.Context()), draft, r.PostForm.Get("kept")); err != nil {
		return err
	}
	return screen.GoOn(w, r, address.DraftClauses(draft.Code), "words-dropped")
}
