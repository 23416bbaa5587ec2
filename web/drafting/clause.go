package drafting

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/internal/policy/amend"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/outline"
	"kagami/web/component/revision"
	"kagami/web/layout"
	"kagami/web/screen"
)

// clauseTitles are what the pages of the acts are called.
var clauseTitles = map[amend.Act]string{
	amend.Rewrite: "項目を直す", amend.Insert: "項目を加える", amend.Move: "項目を移す", amend.Delete: "項目を削る",
}

// clauseForm is the form of an act on a clause, as it stands in the draft now.
func (s *Screens) clauseForm(r *http.Request, d draft.Draft, at outline.Anchored, typed amend.Amendment) clauseView {
	typed.Anchor = at.Anchor
	return clauseView{
		Frame: screen.Frame(r, clauseTitles[typed.Act], append(revision.Crumbs(d), layout.Link{Label: "項目ごとに直す", Address: address.DraftClauses(d.Code)})...),
		Draft: d, At: at, Shown: digestOf(at), Typed: typed, FormToken: formToken(r),
	}
}

func clauseAt(d draft.Draft, anchor string) (outline.Anchored, error) {
	for _, a := range d.Outline.Anchors() {
		if a.Anchor == anchor {
			return a, nil
		}
	}
	return outline.Anchored{}, fault.New(fault.NotFound, "この項目は、下書きにありません。項目の一覧から選び直してください。")
}

// digestOf tells a clause again in a text that has changed: by its own words.
func digestOf(a outline.Anchored) string {
	hash := sha256.Sum256([]byte(string(a.Kind) + "\n" + a.Heading + "\n" + a.Text))
	return hex.EncodeToString(hash[:8])
}

func (s *Screens) showAmend(act amend.Act) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		draft, err := s.draftToEdit(r)
		if err != nil {
			return err
		}
		at, err := clauseAt(draft, chi.URLParam(r, "clause"))
		if err != nil {
			return err
		}
		typed := amend.Amendment{Act: act, Renumber: true}
		switch act {
		case amend.Rewrite:
			typed.Heading, typed.Text = at.Heading, at.Text
		case amend.Insert:
			typed.Where = amend.Where(r.URL.Query().Get("where"))
			if !slices.Contains([]amend.Where{amend.Before, amend.After, amend.Under}, typed.Where) {
				typed.Where = amend.After
			}
		}
		if autosaves(act) {
			if left, err := s.leftWords(r, draft); err != nil {
				return err
			} else if left = leftFor(left, at, typed); len(left) > 0 {
				return s.offerWords(w, r, draft, left)
			}
		}
		form := s.clauseForm(r, draft, at, typed)
		form.Status.Untouched = true
		return screen.Show(w, r, clausePage(form))
	}
}

func typedAmendment(r *http.Request, act amend.Act) amend.Amendment {
	return amend.Amendment{
		Act: act, Anchor: chi.URLParam(r, "clause"), Where: amend.Where(r.PostForm.Get("where")), To: r.PostForm.Get("to"),
		Kind: outline.Kind(r.PostForm.Get("kind")), Heading: r.PostForm.Get("heading"), Text: r.PostForm.Get("text"),
		Renumber: r.PostForm.Get("renumber") != "no",
	}
}

// amendClause changes a clause. It first shows which numbers and references
// change, and does it when it is asked once more.
func (s *Screens) amendClause(act amend.Act) screen.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		typed := typedAmendment(r, act)
		d, err := s.draftOf(r)
		if err != nil {
			return err
		}
		var status typedClauseView
		if autosaves(act) { // before it is tried: whatever comes of it, no words are lost
			if status, err = s.autosaveWords(r, d.Code, typed); err != nil {
				screen.Note(r, err)
			}
			status.Autosave.Changed = false // the page tells of it
		}
		if !bytes.Equal(revision.Hash(r.PostForm), d.SHA256) {
			return s.clauseChanged(w, r, d, typed, status)
		}
		at, err := clauseAt(d, typed.Anchor)
		if err != nil {
			return err
		}
		form := s.clauseForm(r, d, at, typed)
		form.Status = status
		if r.PostForm.Get("step") == "back" {
			return screen.Show(w, r, clausePage(form))
		}
		change, err := draft.Foresee(d.Outline, typed)
		if err != nil {
			return s.refuseClause(w, r, form, err)
		}
		if r.PostForm.Get("step") != "save" && mustShow(act, change) {
			form.Title += "：変わることの確認"
			return screen.Show(w, r, reviewPage(reviewView{clauseView: form, Change: change}))
		}
		err = s.drafts.Amend(r.Context(), screen.Actor(r.Context()), d.Code, typed, chosenReferences(r), revision.Hash(r.PostForm), r.PostForm.Get("kept"))
		if err != nil {
			return s.refuseClause(w, r, form, err)
		}
		if left := leftOver(change); left >= 0 {
			anchor := change.New.Anchors()[change.Findings[left].Clause].Anchor
			return screen.GoOn(w, r, address.DraftClause(d.Code, anchor, string(amend.Rewrite)), "clause-mend")
		}
		return screen.GoOn(w, r, address.DraftClauses(d.Code), "clause-saved")
	}
}

// leftOver is the first reference that a change leaves for a person to write.
func leftOver(change *amend.Change) int {
	return slices.IndexFunc(change.Findings, func(f amend.Finding) bool { return f.Proposed == "" && f.Why != amend.Appears })
}

// mustShow tells whether a change is shown before it is made: all are, but new
// words that no reference names.
func mustShow(act amend.Act, change *amend.Change) bool {
	return act != amend.Rewrite || len(change.Findings) > 0
}

func chosenReferences(r *http.Request) []int {
	var chosen []int
	for _, typed := range r.PostForm["reference"] {
		if n, err := strconv.Atoi(typed); err == nil {
			chosen = append(chosen, n)
		}
	}
	return chosen
}

func (s *Screens) refuseClause(w http.ResponseWriter, r *http.Request, form clauseView, refusal error) error {
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	form.Problems = problems
	screen.Render(w, r, status, clausePage(form))
	return nil
}

// clauseChanged shows the form again to whoever comes second: with what they
// typed, and the clause as it stands now, found by its words where its number is
// another. Where it can't be found, what they typed is shown with no form, which
// would be for another clause. Nothing is saved.
func (s *Screens) clauseChanged(w http.ResponseWriter, r *http.Request, d draft.Draft, typed amend.Amendment, status typedClauseView) error {
	list := d.Outline.Anchors()
	at, same := findAgain(list, typed.Anchor, r.PostForm.Get("shown"))
	if at < 0 {
		form := s.clauseForm(r, d, outline.Anchored{Clause: &outline.Clause{}}, typed)
		screen.Render(w, r, http.StatusConflict, clauseGonePage(form))
		return nil
	}
	typed.To = "" // a number of before
	form := s.clauseForm(r, d, list[at], typed)
	form.Status, form.Changed, form.Gone = status, true, !same
	return s.refuseClause(w, r, form, fault.New(fault.Conflict, "まだ保存していません。下の案内を読んで、もう一度進んでください。"))
}

// findAgain finds a clause in a text that has changed: under its anchor, or
// anywhere by its words where it alone has them; same is false where only the
// anchor is the same. -1 where there is neither.
func findAgain(list []outline.Anchored, anchor, shown string) (at int, same bool) {
	at = slices.IndexFunc(list, func(a outline.Anchored) bool { return a.Anchor == anchor })
	if at >= 0 && digestOf(list[at]) == shown {
		return at, true
	}
	alike, many := -1, false
	for i, a := range list {
		if digestOf(a) == shown {
			alike, many = i, alike >= 0
		}
	}
	if alike >= 0 && !many {
		return alike, true
	}
	return at, false
}
