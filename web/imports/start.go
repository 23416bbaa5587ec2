package imports

import (
	"net/http"
	"strings"

	"kagami/internal/address"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/outline"
	"kagami/internal/policy/textfile"
	"kagami/web/component/audience"
	"kagami/web/component/document"
	"kagami/web/screen"
)

func (s *Screens) showStart(w http.ResponseWriter, r *http.Request) error {
	text := draft.Text{Kind: policy.Basic}
	if code := r.URL.Query().Get("document"); code != "" {
		d, err := s.drafts.Document(r.Context(), screen.Actor(r.Context()), code)
		if err != nil {
			return err
		}
		text.Document, text.Title = d.Code, d.Title
	}
	return s.startForm(w, r, startView{Text: text}, nil)
}

// startForm shows the page on which a text is handed in, or says again what
// was wrong with one.
func (s *Screens) startForm(w http.ResponseWriter, r *http.Request, view startView, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	view.Frame, view.Problems = screen.Frame(r, "文書を取り込む", document.List), problems
	view.Audience = audience.Fields{Typed: view.Text.Audience, Named: r.PostForm.Get("audience") == "named", Problems: problems}
	if view.Audience.Sections, err = s.organization.Sections(r.Context(), screen.Actor(r.Context()), screen.Today(r.Context())); err != nil {
		return err
	}
	screen.Render(w, r, status, startPage(view))
	return nil
}

func (s *Screens) start(w http.ResponseWriter, r *http.Request) error {
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
	token, err := s.takeIn(r, text)
	if err != nil {
		if text.Document != "" {
			d, notThere := s.drafts.Document(r.Context(), screen.Actor(r.Context()), text.Document)
			if notThere != nil {
				return notThere
			}
			text.Title = d.Title
		}
		return s.startForm(w, r, startView{Text: text}, err)
	}
	return screen.GoOn(w, r, address.Import(token), "")
}

// takeIn takes in the file of a form, or where there is none the pasted text.
func (s *Screens) takeIn(r *http.Request, text draft.Text) (string, error) {
	file, err := screen.File(r, "file", textfile.MaxSize)
	if err != nil {
		return "", err
	}
	switch {
	case file.Content != nil:
		if text.Source, err = s.files.Text(file.Content); err != nil {
			return "", screen.AtField("file", err)
		}
		text.File = draft.NewSourceFile(file.Name, file.Content)
	case text.Source != "":
		if text.Source, err = outline.Decode([]byte(text.Source)); err != nil {
			return "", screen.AtField("source", err)
		}
	}
	return s.drafts.StartImport(r.Context(), screen.Actor(r.Context()), text)
}
