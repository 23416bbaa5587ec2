package portal

import (
	"net/http"
	"strconv"
	"strings"

	"kagami/internal/fault"
	"kagami/internal/policy/find"
	"kagami/web/component/document"
	"kagami/web/page"
	"kagami/web/screen"
)

func (p *Portal) showSearch(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	view := page.Search{Frame: screen.Frame(r, "文書の中を探す", document.List), Words: strings.TrimSpace(q.Get("q"))}
	after := readPlace(q.Get("after"))
	found, err := p.Find.Search(r.Context(), screen.Actor(r.Context()), find.Search{Words: view.Words, After: after})
	if view.Problems = screen.Problems(err); view.Problems != nil {
		screen.Render(w, r, screen.Status(fault.KindOf(err)), page.SearchPage(view))
		return nil
	}
	if err != nil {
		return err
	}
	view.Found, view.Later = found, after != (find.Place{})
	return screen.Show(w, r, page.SearchPage(view))
}

// readPlace reads a place as a link to the next page carries it, kihon.12; one
// that no link can carry is that of the first page.
func readPlace(s string) find.Place {
	code, position, _ := strings.Cut(s, ".")
	n, err := strconv.Atoi(position)
	if err != nil || n < 0 || code == "" {
		return find.Place{}
	}
	return find.Place{Code: code, Position: n}
}
