package server

import (
	"net/http"
	"strconv"
	"strings"

	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/web/page"
)

func (p *Portal) showSearch(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	view := page.Search{Frame: p.frame(r, "文書の中を探す", policiesLink), Words: strings.TrimSpace(q.Get("q"))}
	after := readPlace(q.Get("after"))
	found, err := p.Policy.Search(r.Context(), actorOf(r.Context()), policy.Search{Words: view.Words, After: after})
	if view.Problems = problemsOf(err); view.Problems != nil {
		p.render(w, r, failures[fault.KindOf(err)].status, page.SearchPage(view))
		return nil
	}
	if err != nil {
		return err
	}
	view.Found, view.Later = found, after != (policy.Place{})
	return p.show(w, r, page.SearchPage(view))
}

// readPlace reads a place as a link to the next page carries it, kihon.12; one
// that no link can carry is that of the first page.
func readPlace(s string) policy.Place {
	code, position, _ := strings.Cut(s, ".")
	n, err := strconv.Atoi(position)
	if err != nil || n < 0 || code == "" {
		return policy.Place{}
	}
	return policy.Place{Code: code, Position: n}
}

func (p *Portal) showGlossary(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor := actorOf(ctx)
	definitions, err := p.Policy.Glossary(ctx, actor)
	if err != nil {
		return err
	}
	threats, err := p.Policy.Threats(ctx, actor)
	if err != nil {
		return err
	}
	return p.show(w, r, page.GlossaryPage(page.Glossary{
		Frame: p.frame(r, "用語集", policiesLink), Definitions: definitions, Threats: threats,
	}))
}
