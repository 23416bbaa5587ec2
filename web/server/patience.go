package server

import (
	"context"
	"net/http"
	"time"

	"kagami/web/screen"
)

// patience is how long a request may take before it ends with the page for a database
// that does not answer, and gives its connection free: a database that hangs holds
// nobody for ever.
type patience struct {
	page time.Duration // what is only looked at
	form time.Duration // what is done: it may be for everybody in the town
	// file is for a form with a file that is read whole: it comes within a minute, and
	// is read within another.
	file time.Duration
	// stream is for a file that comes or goes piece by piece: longer than screen lets it
	// take, with the time for looking at it.
	stream time.Duration
}

func newPatience() patience {
	return patience{page: 10 * time.Second, form: time.Minute, file: 110 * time.Second, stream: 70 * time.Minute}
}

func (p patience) of(route screen.Route) time.Duration {
	switch {
	case route.Streamed:
		return p.stream
	case route.Method == http.MethodGet:
		return p.page
	case route.MaxBody > screen.MaxForm:
		return p.file
	}
	return p.form
}

// within gives the requests of a route their end.
func (p *Portal) within(route screen.Route) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), p.patience.of(route))
			defer cancel()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}
