package portal

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/outline"
	"kagami/internal/policy/textfile"
	"kagami/web/component/audience"
	"kagami/web/component/document"
	"kagami/web/page"
	"kagami/web/screen"
)

func (p *Portal) showImportStart(w http.ResponseWriter, r *http.Request) error {
	text := draft.Text{Kind: policy.Basic}
	if code := r.URL.Query().Get("document"); code != "" {
		d, err := p.Draft.Document(r.Context(), screen.Actor(r.Context()), code)
		if err != nil {
			return err
		}
		text.Document, text.Title = d.Code, d.Title
	}
	return p.importStart(w, r, page.ImportStart{Text: text}, nil)
}

// importStart shows the page on which a text is handed in, or says again what
// was wrong with one.
func (p *Portal) importStart(w http.ResponseWriter, r *http.Request, start page.ImportStart, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	start.Frame, start.Problems = screen.Frame(r, "文書を取り込む", document.List), problems
	start.Audience = audience.Fields{Typed: start.Text.Audience, Named: r.PostForm.Get("audience") == "named", Problems: problems}
	if start.Audience.Sections, err = p.Org.Sections(r.Context(), screen.Actor(r.Context()), screen.Today(r.Context())); err != nil {
		return err
	}
	screen.Render(w, r, status, page.ImportStartPage(start))
	return nil
}

func (p *Portal) startImport(w http.ResponseWriter, r *http.Request) error {
	if err := screen.ParseFiles(r, document.MaxForm); err != nil {
		return err
	}
	text := draft.Text{
		Document: r.PostForm.Get("document"),
		Kind:     policy.Kind(r.PostForm.Get("kind")),
		Audience: audience.Chosen(r.PostForm, "audience"),
		Title:    strings.TrimSpace(r.PostForm.Get("title")),
		Code:     strings.TrimSpace(r.PostForm.Get("code")),
		Source:   r.PostForm.Get("source"),
	}
	token, err := p.takeIn(r, text)
	if err != nil {
		if text.Document != "" {
			d, notThere := p.Draft.Document(r.Context(), screen.Actor(r.Context()), text.Document)
			if notThere != nil {
				return notThere
			}
			text.Title = d.Title
		}
		return p.importStart(w, r, page.ImportStart{Text: text}, err)
	}
	return screen.GoOn(w, r, address.Import(token), "")
}

// takeIn takes in the file of a form, or where there is none the pasted text.
func (p *Portal) takeIn(r *http.Request, text draft.Text) (string, error) {
	file, err := screen.File(r, "file", textfile.MaxSize)
	if err != nil {
		return "", err
	}
	switch {
	case file.Content != nil:
		if text.Source, err = p.texts.Text(file.Content); err != nil {
			return "", screen.AtField("file", err)
		}
		text.File = draft.NewSourceFile(file.Name, file.Content)
	case text.Source != "":
		if text.Source, err = outline.Decode([]byte(text.Source)); err != nil {
			return "", screen.AtField("source", err)
		}
	}
	return p.Draft.StartImport(r.Context(), screen.Actor(r.Context()), text)
}

func (p *Portal) showImport(w http.ResponseWriter, r *http.Request) error {
	i, err := p.Draft.Import(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "token"))
	if err != nil {
		return err
	}
	return screen.Show(w, r, p.importPage(r, i, nil))
}

func (p *Portal) workOnImport(w http.ResponseWriter, r *http.Request) error {
	if err := screen.ParseFiles(r, document.MaxForm); err != nil {
		return err
	}
	ctx := r.Context()
	actor, token := screen.Actor(ctx), chi.URLParam(r, "token")
	i, err := p.Draft.Import(ctx, actor, token)
	if err != nil {
		return err
	}
	if err := p.readImportForm(r, &i); err != nil {
		return p.refuseImport(w, r, i, err)
	}
	if err := p.Draft.Settle(ctx, actor, token, i.Source, i.Answers); err != nil {
		return p.refuseImport(w, r, i, err)
	}
	if r.PostForm.Get("act") != "draft" {
		return screen.GoOn(w, r, address.Import(token), "settled")
	}
	code, err := p.Draft.DraftImport(ctx, actor, token)
	if err != nil {
		return p.refuseImport(w, r, i, err)
	}
	return screen.GoOn(w, r, address.Draft(code), "drafted")
}

// readImportForm takes over what was corrected and answered. Answers stand at
// lines, so they go when the lines have changed.
func (p *Portal) readImportForm(r *http.Request, i *draft.Import) error {
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

// refuseImport shows an import again with what is wrong, and what was typed.
func (p *Portal) refuseImport(w http.ResponseWriter, r *http.Request, i draft.Import, err error) error {
	problems := screen.Problems(err)
	if problems == nil {
		return err
	}
	screen.Render(w, r, screen.Status(fault.KindOf(err)), p.importPage(r, i, problems))
	return nil
}
