package server

import (
	"compress/gzip"
	"fmt"
	"net/http"

	"github.com/klauspost/compress/gzhttp"

	"kagami/internal/authz"
	"kagami/web/screen"
)

// compressor makes pages smaller on their way; what is below smallest bytes fits
// into a packet as it is.
func compressor() (func(http.Handler) http.HandlerFunc, error) {
	const smallest = 1400
	wrap, err := gzhttp.NewWrapper(
		gzhttp.CompressionLevel(gzip.BestSpeed), gzhttp.MinSize(smallest), gzhttp.EnableZstd(false),
		gzhttp.ContentTypes([]string{"text/html", "text/css", "text/javascript"}))
	if err != nil {
		return nil, fmt.Errorf("preparing to compress pages: %w", err)
	}
	return wrap, nil
}

// compressible tells whether the pages of a route may be compressed. From the size
// of a compressed page somebody who makes a browser ask for it again and again
// can guess what stands in it (BREACH): so never where a page holds what lets one
// in, such as a link or a code, never what comes from a form, and never a file.
func compressible(route screen.Route) bool {
	return route.Method == http.MethodGet && !route.Streamed && !route.Proof && !route.Sessionless && route.Action != authz.Public
}

// compressed lets a page be compressed that the person asks for from within the
// portal or by themselves; another site that makes their browser ask gets it whole.
func (p *Portal) compressed(page http.Handler) http.Handler {
	small := p.compress(page)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("Sec-Fetch-Site") {
		case "same-origin", "none":
			small(w, r)
		default:
			page.ServeHTTP(w, r)
		}
	})
}
