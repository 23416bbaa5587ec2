package reading

import (
	"net/http"

	"kagami/web/component/document"
	"kagami/web/screen"
)

func (s *Screens) showGlossary(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor := screen.Actor(ctx)
	definitions, err := s.Find.Glossary(ctx, actor)
	if err != nil {
		return err
	}
	threats, err := s.Find.Threats(ctx, actor)
	if err != nil {
		return err
	}
	return screen.Show(w, r, glossaryPage(glossaryView{
		Frame: screen.Frame(r, "用語集", document.List), Definitions: definitions, Threats: threats,
	}))
}
