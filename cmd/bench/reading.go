package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"kagami/cmd/bench/figure"
	"kagami/cmd/bench/load"
	"kagami/cmd/bench/portal"
	"kagami/internal/sample"
	"kagami/web/server/cookie"
	"kagami/web/static"
)

const (
	readingLimit     = 0.8
	acknowledgeLimit = 0.5
	firstPageLimit   = 60_000 // bytes, without fonts
	packedLimit      = 0.3    // of the pages as they are: this machine's cores do the packing and the asking
	wireLimit        = 15_000 // bytes
)

// town is the portal as the figures of this room measure it.
type town struct{ *portal.Town }

// onTown measures on a town of its own.
func onTown(ctx context.Context, measure func(t *town) ([]figure.Figure, error)) ([]figure.Figure, error) {
	return portal.On(ctx, func(t *portal.Town) ([]figure.Figure, error) { return measure(&town{t}) })
}

// measurePortal measures the reading page and the acknowledgement.
func measurePortal(ctx context.Context, _ string) ([]figure.Figure, error) {
	return onTown(ctx, func(t *town) ([]figure.Figure, error) {
		reading, err := t.measureReading(ctx)
		if err != nil {
			return nil, err
		}
		acknowledge, err := t.measureAcknowledge(ctx)
		return append(reading, acknowledge), err
	})
}

// measureReading holds the signed-in reading page beside a bare handler that
// makes the same session query and writes the same bytes: for a person who has
// acknowledged the text, and for one who has not.
func (t *town) measureReading(ctx context.Context) ([]figure.Figure, error) {
	page, stop, err := t.Serve()
	if err != nil {
		return nil, err
	}
	defer stop()
	var figures []figure.Figure
	for _, visitor := range []struct {
		name    string
		account sample.Account
	}{{"reading", t.Logins[0]}, {"reading-unread", t.Logins[12]}} {
		f, bytes, err := t.holdBesideBare(ctx, page, visitor.account, "/policies/kihon", nil)
		if err != nil {
			return nil, err
		}
		f.Name = visitor.name
		figures = append(figures, f)
		if visitor.name == "reading" {
			continue
		}
		files, err := static.New()
		if err != nil {
			return nil, err
		}
		all := bytes + files.Size("kagami.css")
		figures = append(figures, figure.Figure{
			Name: "first-page", Ratio: float64(all) / firstPageLimit, Limit: 1,
			Detail: fmt.Sprintf("%d bytes: the reading page %d, its styles %d, nothing packed; limit %d", all, bytes, files.Size("kagami.css"), firstPageLimit),
		})
	}
	packed, err := t.measurePacked(ctx, page)
	return append(figures, packed...), err
}

// measurePacked holds the reading page as browsers take it, compressed, beside the
// same page as it is; and how much of the first page goes over the wire.
func (t *town) measurePacked(ctx context.Context, page *httptest.Server) ([]figure.Figure, error) {
	signedIn, err := portal.SignIn(ctx, page, t.Logins[0])
	if err != nil {
		return nil, err
	}
	const path = "/policies/kihon"
	plain := against(page, path, signedIn)
	ratio, ratePacked, ratePlain, err := load.InTurn(plain.Packed().Rate, plain.Rate)
	if err != nil {
		return nil, err
	}
	files, err := static.New()
	if err != nil {
		return nil, err
	}
	whole, err := sizePacked(ctx, page.URL+path, signedIn)
	if err != nil {
		return nil, err
	}
	styles, err := sizePacked(ctx, page.URL+files.Path("kagami.css"), signedIn)
	return []figure.Figure{
		{Name: "reading-packed", Ratio: ratio, AtLeast: true, Limit: packedLimit, Detail: fmt.Sprintf("%.0f compressed pages/s, %.0f as they are", ratePacked, ratePlain)},
		{
			Name: "first-page-packed", Ratio: float64(whole+styles) / wireLimit, Limit: 1,
			Detail: fmt.Sprintf("%d bytes over the wire: the reading page %d, its styles %d; limit %d", whole+styles, whole, styles, wireLimit),
		},
	}, err
}

// sizePacked is how many bytes an answer is over the wire.
func sizePacked(ctx context.Context, address string, cookie *http.Cookie) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, err
	}
	request.AddCookie(cookie)
	request.Header.Set("Accept-Encoding", "gzip")
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close() //nolint:errcheck // it was read only
	body, err := io.ReadAll(response.Body)
	if err == nil && response.Header.Get("Content-Encoding") != "gzip" {
		err = fmt.Errorf("%s is not compressed", address)
	}
	return len(body), err
}

// holdBesideBare holds a page beside a bare handler that makes the same session query and,
// where it is given, asks of its own, and writes the same bytes.
func (t *town) holdBesideBare(ctx context.Context, page *httptest.Server, who sample.Account, path string, asking func(*http.Request) error) (figure.Figure, int, error) {
	signedIn, err := portal.SignIn(ctx, page, who)
	if err != nil {
		return figure.Figure{}, 0, err
	}
	body, err := portal.Get(ctx, page.URL+path, signedIn)
	if err != nil {
		return figure.Figure{}, 0, err
	}
	sessions := cookie.NewSessions(t.SessionStore, t.Accounts, time.Now, false, func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusInternalServerError) })
	counting, err := counters()
	if err != nil {
		return figure.Figure{}, 0, err
	}
	sessions.Count(counting)
	bare := httptest.NewServer(sessions.Load(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if sessions.Current(r.Context()).Person == 0 {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if asking != nil {
			if err := asking(r); err != nil {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(body)
	})))
	defer bare.Close()
	ratio, ratePage, rateBare, err := load.InTurn(against(page, path, signedIn).Rate, against(bare, "/", signedIn).Rate)
	return figure.Figure{
		Ratio: ratio, AtLeast: true, Limit: readingLimit,
		Detail: fmt.Sprintf("%.0f pages/s of %d bytes, a bare handler %.0f/s", ratePage, len(body), rateBare),
	}, len(body), err
}

func against(server *httptest.Server, path string, cookie *http.Cookie) load.Load {
	host := strings.TrimPrefix(server.URL, "http://")
	return load.Load{Address: host, Request: []byte("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nCookie: " + cookie.String() + "\r\n\r\n")}
}
