package review

import (
	"net/http"

	"kagami/internal/address"
	"kagami/web/screen"
)

func (s *Screens) showChanges(w http.ResponseWriter, r *http.Request) error {
	return s.drawChanges(w, r, nil)
}

// settle records that what was to be changed was.
func (s *Screens) settle(w http.ResponseWriter, r *http.Request) error {
	form := r.PostForm
	var read screen.Form
	if err := s.reviews.Settle(r.Context(), screen.Actor(r.Context()), form.Get("review"), form.Get("right"), read.Version(form.Get("version")), form.Get("note")); err != nil {
		return s.drawChanges(w, r, err)
	}
	return screen.GoOn(w, r, address.RightReviewChanges, "right-review-settled")
}

func (s *Screens) drawChanges(w http.ResponseWriter, r *http.Request, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	list, err := s.reviews.Wishes(r.Context(), screen.Actor(r.Context()))
	if err != nil {
		return err
	}
	screen.Render(w, r, status, changesPage(changesView{
		Frame: screen.Frame(r, "変える利用権限", listWay...), List: list, Right: r.PostForm.Get("right"), Note: r.PostForm.Get("note"), Problems: problems,
	}))
	return nil
}
