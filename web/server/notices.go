package server

import (
	"net/http"
	"strconv"

	"kagami/internal/address"
	"kagami/web/screen"
)

// showNotices lists what the actor was told, the newest first: before, in the
// URL, is the notice that the page follows.
func (p *Portal) showNotices(w http.ResponseWriter, r *http.Request) error {
	before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil || before < 0 {
		before = 0
	}
	page, err := p.notices.List(r.Context(), screen.Actor(r.Context()), before)
	if err != nil {
		return err
	}
	return screen.Show(w, r, noticesPage(noticesView{Frame: screen.Frame(r, "お知らせ"), Page: page, Older: before > 0}))
}

// seeNotices opens one of the actor's notices, which they have then seen, or
// notes that they have seen all that the page showed.
func (p *Portal) seeNotices(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id, err := strconv.ParseInt(r.PostForm.Get("notice"), 10, 64)
	if err != nil {
		return screen.ErrNoAct()
	}
	switch r.PostForm.Get("act") {
	case "open":
		to, err := p.notices.MarkSeen(ctx, screen.Actor(ctx), id)
		if err != nil {
			return err
		}
		return screen.GoOn(w, r, to, "")
	case "all":
		if err := p.notices.MarkAllSeen(ctx, screen.Actor(ctx), id); err != nil {
			return err
		}
		return screen.GoOn(w, r, address.Notices, "notices-seen")
	}
	return screen.ErrNoAct()
}
