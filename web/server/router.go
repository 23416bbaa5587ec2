package server

import (
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"kagami/internal/fault"
	"kagami/web/screen"
)

// router is the routes of the Parts with the middleware before them, and the
// addresses that machines ask.
func (p *Portal) router() http.Handler {
	router := chi.NewRouter()
	router.Use(p.log, p.recover, p.headers, middleware.GetHead)
	router.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	router.Get("/readyz", p.ready)
	router.Handle("/static/*", p.compress(p.files.Handler(p.page(notFound))))

	people := chi.Chain(p.sameOrigin, p.overTLS, p.unlessOutdated, p.Sessions.Load, p.identify)
	for _, route := range p.Routes() {
		before := append(chi.Chain(p.within(route)), append(slices.Clip(people), p.confine(route), p.gate(route))...)
		if route.Sessionless {
			before = chi.Chain(p.within(route), p.overTLS)
		}
		page := p.page(route.Handle)
		if compressible(route) {
			page = p.compressed(page)
		}
		router.Method(route.Method, route.Pattern, before.Handler(page))
	}
	nowhere := append(append(chi.Chain(p.within(screen.Route{Method: http.MethodGet})), people...), p.confine(screen.Route{}))
	router.NotFound(nowhere.Handler(p.page(notFound)).ServeHTTP)
	router.MethodNotAllowed(nowhere.Handler(p.page(wrongMethod)).ServeHTTP)
	return router
}

func notFound(http.ResponseWriter, *http.Request) error { return screen.ErrNotFound() }

func wrongMethod(http.ResponseWriter, *http.Request) error {
	return fault.New(fault.WrongMethod, "この画面は、その操作を受け付けていません。ホームから選び直してください。")
}
