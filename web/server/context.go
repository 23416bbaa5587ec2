package server

import (
	"context"
	"crypto/rand"
	"strconv"
	"sync/atomic"

	"kagami/internal/authz"
)

// visit is what a request carries of ours: its id, and who acts once that is
// known.
type visit struct {
	id    string
	actor authz.Actor
}

type visitKey struct{}

func withVisit(ctx context.Context, v *visit) context.Context {
	return context.WithValue(ctx, visitKey{}, v)
}

func visitOf(ctx context.Context) *visit {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{}
}

// actorOf is who acts; on public routes possibly nobody.
func actorOf(ctx context.Context) authz.Actor { return visitOf(ctx).actor }

func requestID(ctx context.Context) string { return visitOf(ctx).id }

// requestIDs number the requests of one portal; what stands before the number
// tells portals apart, and one portal's starts.
type requestIDs struct {
	prefix string
	last   atomic.Int64
}

func newRequestIDs() *requestIDs { return &requestIDs{prefix: rand.Text()[:8] + "-"} }

func (r *requestIDs) next() string { return r.prefix + strconv.FormatInt(r.last.Add(1), 36) }
