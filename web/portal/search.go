package portal

import (
	"net/http"

	"kagami/web/page"
	"kagami/web/screen"
)

func (p *Portal) showGlossary(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor := screen.Actor(ctx)
	definitions, err := p.Find.Glossary(ctx, actor)
	if err != nil {
		return err
	}
	threats, err := p.Find.Threats(ctx, actor)
	if err != nil {
		return err
	}
	return screen.Show(w, r, page.GlossaryPage(page.Glossary{
		Frame: screen.Frame(r, "用語集", policiesLink), Definitions: definitions, Threats: threats,
	}))
}
