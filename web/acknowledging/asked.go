package acknowledging

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/web/component/document"
	"kagami/web/layout"
	"kagami/web/screen"
)

func (s *Screens) showAsked(w http.ResponseWriter, r *http.Request) error {
	return s.askedForm(w, r, nil)
}

// askExcuse asks whether the actor may.
func (s *Screens) askExcuse(r *http.Request) error {
	return s.acknowledging.AskExcuse(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"), chi.URLParam(r, "number"))
}

// excuse lets somebody off acknowledging for now, or asks them again.
func (s *Screens) excuse(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	code, number := chi.URLParam(r, "code"), chi.URLParam(r, "number")
	var err error
	done := "excused"
	switch r.PostForm.Get("act") {
	case "excuse":
		err = s.acknowledging.Excuse(ctx, actor, code, number, strings.TrimSpace(r.PostForm.Get("reason")))
	case "end":
		err, done = s.acknowledging.EndExcuse(ctx, actor, code, number), "excuse-ended"
	default:
		err = fault.New(fault.Invalid, "どうするのかが送られていません。画面を開き直して、ボタンを押してください。")
	}
	if err != nil {
		return s.askedForm(w, r, err)
	}
	return screen.GoOn(w, r, address.Reader(code, number), done)
}

func (s *Screens) askedForm(w http.ResponseWriter, r *http.Request, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	asked, err := s.acknowledging.AskedPerson(ctx, actor, chi.URLParam(r, "code"), chi.URLParam(r, "number"))
	if err != nil {
		return err
	}
	frame := screen.Frame(r, asked.Name+"さんの確認", document.List, document.Link(asked.Reading.Document),
		layout.Link{Label: "確認した人", Address: address.Readers(asked.Reading.Code)})
	screen.Render(w, r, status, askedPage(askedView{
		Frame: frame, AskedPerson: asked, Today: screen.Today(r.Context()),
		Reason: r.PostForm.Get("reason"), Problems: problems,
	}))
	return nil
}
