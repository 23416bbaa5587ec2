package review

import (
	"net/http"

	"kagami/internal/address"
	"kagami/internal/rights/review"
	"kagami/web/screen"
)

func (s *Screens) showClosing(w http.ResponseWriter, r *http.Request) error {
	return s.drawClosing(w, r, nil)
}

func (s *Screens) close(w http.ResponseWriter, r *http.Request) error {
	v, err := s.whole(r)
	if err != nil {
		return err
	}
	var read screen.Form
	lacking := read.Number("lacking", r.PostForm.Get("lacking"))
	if err = read.Err(); err == nil {
		err = s.reviews.Close(r.Context(), screen.Actor(r.Context()), v.Code, lacking, r.PostForm.Get("note"))
	}
	if err != nil {
		return s.drawClosing(w, r, err)
	}
	return screen.GoOn(w, r, address.RightReviewRecord(v.Code), "right-review-closed")
}

func (s *Screens) drawClosing(w http.ResponseWriter, r *http.Request, refusal error) error {
	v, err := s.whole(r)
	if err != nil {
		return err
	}
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	view := closingView{Frame: screen.Frame(r, v.Number()+"を締める", way(v)...), Review: v, Note: r.PostForm.Get("note"), Problems: problems}
	if v.State == review.Open {
		if view.Lacking, err = s.reviews.Lacking(r.Context(), screen.Actor(r.Context()), v.Code); err != nil {
			return err
		}
	}
	screen.Render(w, r, status, closingPage(view))
	return nil
}

func (s *Screens) showDue(w http.ResponseWriter, r *http.Request) error { return s.drawDue(w, r, nil) }

func (s *Screens) moveDue(w http.ResponseWriter, r *http.Request) error {
	v, err := s.whole(r)
	if err != nil {
		return err
	}
	var read screen.Form
	was, due := read.Day("was", r.PostForm.Get("was")), read.Day("due_on", r.PostForm.Get("due_on"))
	if err = read.Err(); err == nil {
		err = s.reviews.MoveDue(r.Context(), screen.Actor(r.Context()), v.Code, was, due, r.PostForm.Get("note"))
	}
	if err != nil {
		return s.drawDue(w, r, err)
	}
	return screen.GoOn(w, r, address.RightReview(v.Code), "right-review-due")
}

func (s *Screens) drawDue(w http.ResponseWriter, r *http.Request, refusal error) error {
	v, err := s.whole(r)
	if err != nil {
		return err
	}
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, duePage(dueView{
		Frame: screen.Frame(r, v.Number()+"の期限を変える", way(v)...), Review: v, Due: r.PostForm.Get("due_on"), Note: r.PostForm.Get("note"), Problems: problems,
	}))
	return nil
}
