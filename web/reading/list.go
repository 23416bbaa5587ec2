package reading

import (
	"net/http"

	"kagami/internal/authz"
	"kagami/web/screen"
)

func (s *Screens) showList(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor := screen.Actor(ctx)
	readings, err := s.Policy.Readings(ctx, actor)
	if err != nil {
		return err
	}
	drafts, err := s.Draft.Drafts(ctx, actor)
	if err != nil {
		return err
	}
	abolished, err := s.Publish.Abolitions(ctx, actor)
	if err != nil {
		return err
	}
	return screen.Show(w, r, listPage(listView{
		Frame: screen.Frame(r, "ポリシー"), Readings: readings, Drafts: drafts, Abolished: abolished,
		MayImport: actor.Reach(authz.DraftRevision) == authz.All,
		MaySee:    actor.Reach(authz.SeeAcknowledgements) != authz.None,
	}))
}
