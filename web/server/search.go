package server

import (
	"net/http"
	"strings"

	"kagami/internal/address"
	"kagami/internal/fault"
	"kagami/web/layout"
	"kagami/web/screen"
)

// showSearch asks each Part, all in one batch, what it finds.
func (p *Portal) showSearch(w http.ResponseWriter, r *http.Request) error {
	asked := r.URL.Query()
	query := screen.Query{Words: strings.TrimSpace(asked.Get("q")), After: asked.Get("after")}
	var crumbs []layout.Link
	if entry, ok := p.shared.Nav.Crumb(address.Search); ok {
		crumbs = append(crumbs, entry)
	}
	view := searchView{Frame: screen.Frame(r, "文書の中を探す", crumbs...), Words: query.Words}
	var b screen.Batch
	for _, part := range p.parts {
		if part.Search != nil {
			part.Search(screen.Actor(r.Context()), query, &b)
		}
	}
	err := b.Run(r.Context(), p.Pool)
	if view.Problems = screen.Problems(err); view.Problems != nil {
		screen.Render(w, r, screen.Status(fault.KindOf(err)), searchPage(view))
		return nil
	}
	if err != nil {
		return err
	}
	view.Groups = b.Groups()
	return screen.Show(w, r, searchPage(view))
}
