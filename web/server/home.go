package server

import (
	"net/http"

	"kagami/internal/notice"
	"kagami/web/screen"
)

// showHome asks each Part, all in one batch, what somebody has to do and what
// they want to see.
func (p *Portal) showHome(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	actor := screen.Actor(ctx)
	var (
		b      screen.Batch
		unseen notice.Unseen
	)
	for _, part := range p.parts {
		if part.Tasks != nil {
			part.Tasks(actor, &b.Batch)
		}
		if part.Panels != nil {
			part.Panels(actor, &b)
		}
	}
	p.notices.QueueUnseen(&b.Batch, actor, func(u notice.Unseen) { unseen = u })
	if err := b.Run(ctx, p.Pool); err != nil {
		return err
	}
	return screen.Show(w, r, homePage(homeView{
		Frame: screen.Frame(r, "ホーム"), Name: actor.Name, Today: screen.Today(ctx), Tasks: b.Tasks(), Unseen: unseen, Panels: b.Panels(),
	}))
}
