package stocktaking

import (
	"net/http"

	"kagami/internal/address"
	"kagami/internal/asset/stocktaking"
	"kagami/web/screen"
)

func (s *Screens) showClosing(w http.ResponseWriter, r *http.Request) error {
	return s.drawClosing(w, r, nil)
}

func (s *Screens) close(w http.ResponseWriter, r *http.Request) error {
	t, err := s.whole(r)
	if err != nil {
		return err
	}
	var read screen.Form
	lacking := read.Number("lacking", r.PostForm.Get("lacking"))
	if err = read.Err(); err == nil {
		err = s.stocktakings.Close(r.Context(), screen.Actor(r.Context()), t.Code, lacking, r.PostForm.Get("note"))
	}
	if err != nil {
		return s.drawClosing(w, r, err)
	}
	return screen.GoOn(w, r, address.StocktakingRecord(t.Code), "stocktaking-closed")
}

func (s *Screens) drawClosing(w http.ResponseWriter, r *http.Request, refusal error) error {
	t, err := s.whole(r)
	if err != nil {
		return err
	}
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	view := closingView{Frame: screen.Frame(r, t.Number()+"を締める", way(t)...), Stocktaking: t, Note: r.PostForm.Get("note"), Problems: problems}
	if t.State == stocktaking.Open {
		if view.Lacking, err = s.stocktakings.Lacking(r.Context(), screen.Actor(r.Context()), t.Code); err != nil {
			return err
		}
	}
	screen.Render(w, r, status, closingPage(view))
	return nil
}

func (s *Screens) showDue(w http.ResponseWriter, r *http.Request) error { return s.drawDue(w, r, nil) }

func (s *Screens) moveDue(w http.ResponseWriter, r *http.Request) error {
	t, err := s.whole(r)
	if err != nil {
		return err
	}
	var read screen.Form
	was, due := read.Day("was", r.PostForm.Get("was")), read.Day("due_on", r.PostForm.Get("due_on"))
	if err = read.Err(); err == nil {
		err = s.stocktakings.MoveDue(r.Context(), screen.Actor(r.Context()), t.Code, was, due, r.PostForm.Get("note"))
	}
	if err != nil {
		return s.drawDue(w, r, err)
	}
	return screen.GoOn(w, r, address.Stocktaking(t.Code), "stocktaking-due")
}

func (s *Screens) drawDue(w http.ResponseWriter, r *http.Request, refusal error) error {
	t, err := s.whole(r)
	if err != nil {
		return err
	}
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, duePage(dueView{
		Frame: screen.Frame(r, t.Number()+"の期限を変える", way(t)...), Stocktaking: t, Due: r.PostForm.Get("due_on"), Note: r.PostForm.Get("note"), Problems: problems,
	}))
	return nil
}
