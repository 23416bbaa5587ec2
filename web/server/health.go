package server

import (
	"net/http"

	"kagami/web/screen"
)

// ready answers whether the portal can do its work, and where not, why.
func (p *Portal) ready(w http.ResponseWriter, r *http.Request) {
	if err := p.look(r.Context()); err != nil {
		http.Error(w, screen.Message(err), http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}
