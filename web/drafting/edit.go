package drafting

import (
	"bytes"
	"net/http"

	"github.com/a-h/templ"

	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/internal/policy/comparison"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/outline"
	"kagami/web/component/document"
	"kagami/web/component/revision"
	"kagami/web/screen"
)

// showEdit shows the editor. Where the person has an autosave, it asks first what
// is to become of it: a text area with the draft in it would write over it.
func (s *Screens) showEdit(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), screen.Actor(r.Context())
	d, err := s.draftOf(r)
	if err != nil {
		return err
	}
	others, err := s.drafts.Typing(ctx, actor, d)
	if err != nil {
		return err
	}
	left, found, err := s.drafts.Autosave(ctx, actor, d)
	if err != nil {
		return err
	}
	changed := found && !bytes.Equal(left.BasedOn, d.SHA256)
	switch {
	case !found:
		return s.editForm(w, r, d, editView{Source: d.Text, Typed: typedView{Autosave: draft.AutosaveStatus{Others: others}, Untouched: true}}, nil)
	case r.URL.Query().Get("text") != "unsaved":
		return screen.Show(w, r, unsavedPage(unsavedView{
			Frame: screen.Frame(r, editTitle(d), revision.Crumbs(d)...), Draft: d, Left: left, Changed: changed, Others: others,
			Comparison: typedBeside(d, left.Text),
		}))
	}
	form := editView{Source: left.Text, Typed: typedView{Autosave: draft.AutosaveStatus{At: left.At, Others: others}, Untouched: true}}
	if changed {
		form.Comparison = typedBeside(d, left.Text)
	}
	return s.editForm(w, r, d, form, nil)
}

func editTitle(d draft.Draft) string { return d.Title + "の本文を直す" }

// typedBeside sets a text that was typed beside the draft as it is.
func typedBeside(d draft.Draft, source string) templ.Component {
	return document.TextsTable(comparison.Compare(d.Outline, outline.Read(source, nil)), "いまの下書き", "あなたの本文")
}

// edit saves what was typed, looks how it reads, or throws away what was autosaved.
func (s *Screens) edit(w http.ResponseWriter, r *http.Request) error {
	if err := screen.ParseFiles(r, document.MaxForm); err != nil {
		return err
	}
	ctx, actor := r.Context(), screen.Actor(r.Context())
	draft, err := s.draftOf(r)
	if err != nil {
		return err
	}
	if r.PostForm.Get("act") == "discard" {
		if err := s.drafts.DropAutosave(ctx, actor, draft); err != nil {
			return err
		}
		return screen.GoOn(w, r, address.DraftStep(draft.Code, "edit"), "unsaved-dropped")
	}
	hash := revision.Hash(r.PostForm)
	form := editView{Source: r.PostForm.Get("source"), Base: hash}
	source, err := outline.Decode([]byte(form.Source))
	if err != nil {
		return s.editForm(w, r, draft, form, screen.AtField("source", err))
	}
	check := r.PostForm.Get("act") == "check"
	if !check {
		if err = s.drafts.Edit(ctx, actor, draft.Code, source, hash); err == nil {
			return screen.GoOn(w, r, address.Draft(draft.Code), "draft-saved")
		}
	}
	if !bytes.Equal(hash, draft.SHA256) {
		form.Comparison = typedBeside(draft, source)
	}
	// what could not be saved is autosaved as well as what is only looked at
	status, failed := s.drafts.PutAutosave(ctx, actor, draft.Code, source, hash)
	switch {
	case failed == nil:
		form.Typed.Autosave = status
		form.Typed.Autosave.Changed = status.Changed && form.Comparison == nil // said once
	case check:
		err = failed
	default: // the page gives back what was typed, all the same
		screen.Note(r, failed)
		form.Typed.Refused = screen.Message(failed)
	}
	return s.editForm(w, r, draft, form, err)
}

func (s *Screens) editForm(w http.ResponseWriter, r *http.Request, d draft.Draft, form editView, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	if form.Comparison != nil && d.State == draft.InDraft {
		problems = nil // the page tells what to do instead
	}
	form.Frame, form.Draft, form.Problems = screen.Frame(r, editTitle(d), revision.Crumbs(d)...), d, problems
	if form.Typed.Outline = outline.Read(form.Source, nil); form.Base == nil || form.Comparison != nil {
		form.Base = d.SHA256 // they are shown it
	}
	screen.Render(w, r, status, editPage(form))
	return nil
}

// autosave saves what is being typed and answers with the parts of the editor
// that tell of it, and not with a page.
func (s *Screens) autosave(w http.ResponseWriter, r *http.Request) error {
	if err := screen.ParseFiles(r, document.MaxForm); err != nil {
		return err
	}
	draft, err := s.draftOf(r)
	if err != nil {
		return err
	}
	var typed typedView
	source, err := outline.Decode([]byte(r.PostForm.Get("source")))
	if err == nil {
		typed.Autosave, err = s.drafts.PutAutosave(r.Context(), screen.Actor(r.Context()), draft.Code, source, revision.Hash(r.PostForm))
	}
	status := http.StatusOK
	if err != nil {
		typed.Refused = screen.Message(err)
		if status = screen.Status(fault.KindOf(err)); typed.Refused == "" {
			return err
		}
	} else {
		typed.Outline = outline.Read(source, nil)
	}
	screen.Render(w, r, status, typedParts(typed))
	return nil
}
