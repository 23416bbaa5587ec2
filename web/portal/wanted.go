package portal

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/internal/policy/acknowledge"
	"kagami/web/component/document"
	"kagami/web/layout"
	"kagami/web/page"
	"kagami/web/screen"
)

func (p *Portal) showWanted(w http.ResponseWriter, r *http.Request) error {
	return p.wantedPage(w, r, nil)
}

// excuse lets somebody off acknowledging for now, or asks them again.
func (p *Portal) excuse(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	code, number := chi.URLParam(r, "code"), chi.URLParam(r, "number")
	var err error
	done := "excused"
	switch r.PostForm.Get("act") {
	case "excuse":
		err = p.Acknowledge.Excuse(ctx, actor, code, number, strings.TrimSpace(r.PostForm.Get("reason")))
	case "end":
		err, done = p.Acknowledge.EndExcuse(ctx, actor, code, number), "excuse-ended"
	default:
		err = fault.New(fault.Invalid, "どうするのかが送られていません。画面を開き直して、ボタンを押してください。")
	}
	if err != nil {
		return p.wantedPage(w, r, err)
	}
	return screen.GoOn(w, r, address.Reader(code, number), done)
}

func (p *Portal) wantedPage(w http.ResponseWriter, r *http.Request, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	wanted, err := p.Acknowledge.Wanted(ctx, actor, chi.URLParam(r, "code"), chi.URLParam(r, "number"))
	if err != nil {
		return err
	}
	frame := screen.Frame(r, wanted.Name+"さんの確認", document.List, document.Link(wanted.Reading.Document),
		layout.Link{Label: "確認した人", Address: address.Readers(wanted.Reading.Code)})
	screen.Render(w, r, status, page.WantedPage(page.Wanted{
		Frame: frame, Wanted: wanted, Today: screen.Today(r.Context()), MayExcuse: acknowledge.MayExcuse(actor, wanted),
		Reason: r.PostForm.Get("reason"), Problems: problems,
	}))
	return nil
}
