package screen

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/web/layout"
	"kagami/web/static"
)

// Portal is what the pages of one portal share.
type Portal struct {
	Town  string // the town's name, 鏡石町
	Files *static.Files
	Nav   Nav
	// Confinement is what stays open to who is barred; nil for nothing.
	Confinement *Confinement
	Flashes     map[string]layout.Done
	Now         func() time.Time
	Log         *slog.Logger
	// TrustedProxies are the reverse proxies that are believed when they say whom
	// they forward a request for.
	TrustedProxies []netip.Prefix
	// Fail answers with the page for a failure, and writes it into the log.
	Fail func(w http.ResponseWriter, r *http.Request, err error)

	aside sync.WaitGroup // what goes on beside requests
}

// Finish waits for what still goes on beside requests once none come any more. Each is over by
// its limit.
func (p *Portal) Finish() { p.aside.Wait() }

// Visit is what a request carries: the portal it came to, its id, and who acts
// once that is known.
type Visit struct {
	*Portal
	ID    string
	Actor authz.Actor
}

type visitKey struct{}

// With puts a visit into a request's context.
func With(ctx context.Context, v *Visit) context.Context {
	return context.WithValue(ctx, visitKey{}, v)
}

// VisitOf is the visit that With has put there.
func VisitOf(ctx context.Context) *Visit {
	if v, ok := ctx.Value(visitKey{}).(*Visit); ok {
		return v
	}
	return &Visit{Portal: &Portal{Now: time.Now, Log: slog.New(slog.DiscardHandler)}}
}

// Actor is who acts; on public routes possibly nobody.
func Actor(ctx context.Context) authz.Actor { return VisitOf(ctx).Actor }

// Today is the day of the request, in Tokyo.
func Today(ctx context.Context) calendar.Date { return calendar.Day(VisitOf(ctx).Now()) }
