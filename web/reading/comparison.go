package reading

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/policy"
	"kagami/internal/policy/comparison"
	"kagami/internal/policy/comparison/office"
	"kagami/internal/sheet"
	"kagami/web/component/document"
	"kagami/web/layout"
	"kagami/web/screen"
)

// compared is what a request about two revisions is answered from. Old and New
// are nil for a document with only one.
type compared struct {
	history  policy.History
	old, new *policy.Revision
	table    comparison.Comparison
}

// compare reads which two revisions are meant, and sets them side by side: from
// and to in the address; without them, the last one and the one before it.
func (s *Screens) compare(r *http.Request) (compared, error) {
	ctx := r.Context()
	actor, code := screen.Actor(ctx), chi.URLParam(r, "code")
	history, err := s.Policy.Revisions(ctx, actor, code)
	if err != nil {
		return compared{}, err
	}
	c := compared{history: history}
	if len(history.Revisions) < 2 {
		return c, nil
	}
	latter, err := chosen(history, r.URL.Query(), "to", len(history.Revisions)-1)
	if err != nil {
		return compared{}, err
	}
	former, err := chosen(history, r.URL.Query(), "from", max(latter-1, 0))
	if err != nil {
		return compared{}, err
	}
	c.old, c.new = &history.Revisions[former], &history.Revisions[latter]
	before, err := s.Policy.RevisionOutline(ctx, actor, code, c.old.Number)
	if err != nil {
		return compared{}, err
	}
	after, err := s.Policy.RevisionOutline(ctx, actor, code, c.new.Number)
	if err != nil {
		return compared{}, err
	}
	c.table = comparison.Compare(before, after)
	return c, nil
}

// chosen is the place among a document's revisions of the one that the address
// names, or the other one where it names none.
func chosen(history policy.History, query url.Values, name string, otherwise int) (int, error) {
	if !query.Has(name) {
		return otherwise, nil
	}
	number, err := strconv.Atoi(query.Get(name))
	if err != nil {
		number = 0 // no revision's
	}
	return history.Place(number)
}

func (s *Screens) showComparison(w http.ResponseWriter, r *http.Request) error {
	c, err := s.compare(r)
	if err != nil {
		return err
	}
	frame := screen.Frame(r, "新旧対照表", document.List, layout.Link{Label: c.history.Title, Address: address.Policy(c.history.Code)})
	return screen.Show(w, r, comparisonPage(comparisonView{Frame: frame, History: c.history, Old: c.old, New: c.new, Table: c.table}))
}

func (s *Screens) comparisonXLSX(w http.ResponseWriter, r *http.Request) error {
	return s.comparisonFile(w, r, office.Form.XLSX)
}

func (s *Screens) comparisonDOCX(w http.ResponseWriter, r *http.Request) error {
	return s.comparisonFile(w, r, office.Form.DOCX)
}

// comparisonFile hands the comparison out as a file.
func (s *Screens) comparisonFile(w http.ResponseWriter, r *http.Request, write func(office.Form, string) (sheet.File, error)) error {
	c, err := s.compare(r)
	if err != nil {
		return err
	}
	if c.new == nil {
		return screen.ErrNotFound()
	}
	file, err := write(office.Form{
		Comparison: c.table, Heading: c.history.Title + "　新旧対照表",
		OldTitle: revisionTitle(*c.old), NewTitle: revisionTitle(*c.new),
	}, fmt.Sprintf("%s_新旧対照表_第%d版から第%d版", c.history.Title, c.old.Number, c.new.Number))
	if err != nil {
		return err
	}
	return screen.ServeFile(w, file)
}
