package papers

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/paper"
	"kagami/internal/attachment"
	"kagami/internal/authz"
	"kagami/web/component"
	"kagami/web/component/register"
	"kagami/web/screen"
)

func (s *Screens) showPapers(w http.ResponseWriter, r *http.Request) error {
	a, err := s.asset(r)
	if err != nil {
		return err
	}
	return s.drawPapers(w, r, a, papersView{}, nil)
}

// changePapers adds a paper to the asset's, or removes one.
func (s *Screens) changePapers(w http.ResponseWriter, r *http.Request) error {
	a, err := s.asset(r)
	if err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	if err := a.AskChange(actor); err != nil { // before a file is taken in
		return err
	}
	sent, refusal := s.paperField(w, r)
	typed := papersView{
		NewTitle: strings.TrimSpace(r.PostForm.Get("title")), Number: r.PostForm.Get("number"), Why: r.PostForm.Get("why"), Sent: sent,
	}
	done := "asset-paper"
	switch {
	case r.PostForm.Get("act") == "remove":
		done = "asset-paper-removed"
		number, _ := strconv.Atoi(typed.Number) // no paper has the number 0
		refusal = s.papers.Remove(ctx, actor, a.Code, number, typed.Why)
	case refusal == nil:
		refusal = s.papers.Add(ctx, actor, a.Code, typed.NewTitle, sent)
	}
	if refusal != nil {
		return s.drawPapers(w, r, a, typed, refusal)
	}
	return screen.GoOn(w, r, address.AssetPapers(a.Code), done)
}

// paperField reads the form, and takes in its file; without one, the file that was sent
// before with a form that was refused. Zero for none.
func (s *Screens) paperField(w http.ResponseWriter, r *http.Request) (attachment.File, error) {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	var sent attachment.File
	err := screen.ReadStream(w, r, attachment.Field, func(name string, body io.Reader) (err error) {
		sent, err = s.attached.Upload(ctx, actor, name, body, paper.Kinds...)
		return err
	})
	before := r.PostForm.Get("sent")
	if err != nil || sent.Token != "" || before == "" {
		return sent, err
	}
	sent, err = s.attached.Untied(ctx, actor, before)
	if err != nil {
		err = screen.AtField(attachment.Field, err)
	}
	return sent, err
}

// drawPapers shows the papers as they are now, with what was typed and refused.
func (s *Screens) drawPapers(w http.ResponseWriter, r *http.Request, a asset.Asset, view papersView, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	actor := screen.Actor(r.Context())
	view.Frame, view.Asset, view.Problems, view.MayChange = screen.Frame(r, "書類："+a.Name, register.Way(a.Code)...), a, problems, a.MayChange(actor)
	if view.Papers, err = s.papers.List(r.Context(), actor, a); err != nil {
		return err
	}
	screen.Render(w, r, status, papersPage(view))
	return nil
}

// showPaper hands out the file of a paper.
func (s *Screens) showPaper(w http.ResponseWriter, r *http.Request) error {
	number, err := strconv.Atoi(chi.URLParam(r, "number"))
	if err != nil || number < 1 || number > 1<<30 {
		return screen.ErrNotFound()
	}
	content, err := s.attached.Open(r.Context(), screen.Actor(r.Context()), func(ctx context.Context, actor authz.Actor) (int64, error) {
		return s.papers.File(ctx, actor, chi.URLParam(r, "asset"), number)
	})
	if err != nil {
		return err
	}
	return screen.ServeAttachment(w, r, content)
}

// there are the papers that were not removed.
func there(papers []paper.Paper) []paper.Paper {
	return slices.DeleteFunc(slices.Clone(papers), func(p paper.Paper) bool { return p.RemovedAt != nil })
}

// removed are those that were.
func (p papersView) removed() []paper.Paper {
	return slices.DeleteFunc(slices.Clone(p.Papers), func(p paper.Paper) bool { return p.RemovedAt == nil })
}

// choices are the papers that can be removed.
func (p papersView) choices() []component.Choice {
	var list []component.Choice
	for _, one := range there(p.Papers) {
		list = append(list, component.Choice{Value: strconv.Itoa(one.Number), Label: one.Title})
	}
	return list
}
