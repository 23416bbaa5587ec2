package server

import (
	"context"
	"net/http"
	"time"
)

// patience is how long the database may take to answer whether it does: whoever asks
// is a machine, which takes no answer for none.
const patience = 2 * time.Second

// ready answers whether the database does.
func (p *Portal) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	if err := p.Pool.Ping(ctx); err != nil {
		http.Error(w, "database does not answer", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}
