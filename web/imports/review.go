package imports

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/outline"
	"kagami/web/component/document"
	"kagami/web/layout"
	"kagami/web/screen"
)

func (s *Screens) showReview(w http.ResponseWriter, r *http.Request) error {
	i, err := s.drafts.Import(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "token"))
	if err != nil {
		return err
	}
	return screen.Show(w, r, s.page(r, i, nil))
}

func (s *Screens) work(w http.ResponseWriter, r *http.Request) error {
	if err := screen.ParseFiles(r, document.MaxForm); err != nil {
		return err
	}
	ctx := r.Context()
	actor, token := screen.Actor(ctx), chi.URLParam(r, "token")
	i, err := s.drafts.Import(ctx, actor, token)
	if err != nil {
		return err
	}
	if err := s.readForm(r, &i); err != nil {
		return s.refuse(w, r, i, err)
	}
	if err := s.drafts.Settle(ctx, actor, token, i.Source, i.Answers); err != nil {
		return s.refuse(w, r, i, err)
	}
	if r.PostForm.Get("act") != "draft" {
		return screen.GoOn(w, r, address.Import(token), "settled")
	}
	code, err := s.drafts.DraftImport(ctx, actor, token)
	if err != nil {
		return s.refuse(w, r, i, err)
	}
	return screen.GoOn(w, r, address.Draft(code), "drafted")
}

// readForm takes over what was corrected and answered. Answers stand at
// lines, so they go when the lines have changed.
func (s *Screens) readForm(r *http.Request, i *draft.Import) error {
	if sent := r.PostForm.Get("source"); r.PostForm.Has("source") {
		source, err := outline.Decode([]byte(sent))
		if err != nil {
			return screen.AtField("source", err)
		}
		if strings.TrimRight(source, "\n") != strings.TrimRight(i.Source, "\n") {
			i.Source, i.Answers = source, nil
			return nil
		}
	}
	answers := outline.Answers{}
	for _, q := range i.Outline().Questions {
		if answer := r.PostForm.Get(fmt.Sprintf("answer-%d", q.Line)); answer != "" {
			answers[q.Line] = outline.Answer(answer)
		}
	}
	i.Answers = answers
	return nil
}

// refuse shows an import again with what is wrong, and what was typed.
func (s *Screens) refuse(w http.ResponseWriter, r *http.Request, i draft.Import, err error) error {
	problems := screen.Problems(err)
	if problems == nil {
		return err
	}
	screen.Render(w, r, screen.Status(fault.KindOf(err)), s.page(r, i, problems))
	return nil
}

func (s *Screens) page(r *http.Request, i draft.Import, problems []fault.Problem) templ.Component {
	return reviewPage(reviewView{
		Frame:  screen.Frame(r, "読み取った結果を確かめる", document.List, layout.Link{Label: "文書を取り込む", Address: address.Imports}),
		Import: i, Outline: i.Outline(), Problems: problems,
	})
}
