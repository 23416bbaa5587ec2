package server

import "net/http"

// ready answers whether the database does.
func (p *Portal) ready(w http.ResponseWriter, r *http.Request) {
	if err := p.Pool.Ping(r.Context()); err != nil {
		http.Error(w, "database does not answer", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}
