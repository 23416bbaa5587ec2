package reading

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/policy/follow"
	"kagami/web/component/document"
	"kagami/web/screen"
)

// showClause is where a link to a clause leads that was taken from some
// revision: on to the clause in the current text, where it stands there under
// its number as it was; else to what became of it.
func (s *Screens) showClause(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.Atoi(chi.URLParam(r, "number"))
	if err != nil {
		return screen.ErrNotFound()
	}
	code := chi.URLParam(r, "code")
	f, err := s.Follow.Follow(r.Context(), screen.Actor(r.Context()), code, number, chi.URLParam(r, "anchor"))
	switch {
	case err != nil:
		return err
	case f.Ahead:
		return goToClause(w, r, address.Revision(code, number), f.Then)
	case f.Stays():
		return goToClause(w, r, address.Policy(code), f.Then)
	}
	return screen.Show(w, r, tracePage(traceView{
		Frame: screen.Frame(r, traceTitle(f), document.List, document.Link(f.Reading.Document)), Trace: f, Today: screen.Today(r.Context()),
	}))
}

// showPublicClause is showClause on the page for everybody.
func (s *Screens) showPublicClause(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.Atoi(chi.URLParam(r, "number"))
	if err != nil || s.HidePublic {
		return screen.ErrNotFound()
	}
	code := chi.URLParam(r, "code")
	f, err := s.Follow.FollowForPublic(r.Context(), code, number, chi.URLParam(r, "anchor"))
	switch {
	case err != nil:
		return err
	case f.Stays():
		return goToClause(w, r, address.PublicPolicy(code), f.Then)
	}
	return s.servePublic(w, r, tracePage(traceView{Frame: screen.OpenFrame(r, traceTitle(f)), Trace: f, Public: true}))
}

// goToClause sends the browser on to a clause of a page, for this once: tomorrow
// it may be another.
func goToClause(w http.ResponseWriter, r *http.Request, text string, c follow.Clause) error {
	http.Redirect(w, r, address.At(text, c.Anchor), http.StatusFound)
	return nil
}
