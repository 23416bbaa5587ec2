package drafting

import (
	"net/http"
	"time"

	"kagami/internal/fault"
	"kagami/internal/policy/amend"
	"kagami/internal/policy/draft"
	"kagami/web/component/revision"
	"kagami/web/screen"
)

// draftToEdit is the draft of a page on which it is changed: Conflict where it
// has been handed in.
func (s *Screens) draftToEdit(r *http.Request) (draft.Draft, error) {
	d, err := s.draftOf(r)
	if err == nil && !d.Offers(draft.EventEdit) {
		err = fault.New(fault.Conflict, "この下書きは「"+d.State.Title()+"」なので、本文を直せません。下書きの画面を開き直して、いまの状態を確かめてください。")
	}
	return d, err
}

func (s *Screens) showClauses(w http.ResponseWriter, r *http.Request) error {
	draft, err := s.draftToEdit(r)
	if err != nil {
		return err
	}
	left, err := s.leftWords(r, draft)
	if err != nil {
		return err
	}
	draft.Unfinished.OwnClause = time.Time{} // the list tells of each
	return screen.Show(w, r, clausesPage(clausesView{
		Frame: screen.Frame(r, draft.Title+"を項目ごとに直す", revision.Crumbs(draft)...), Draft: draft, References: amend.Find(draft.Outline), Left: left,
	}))
}
