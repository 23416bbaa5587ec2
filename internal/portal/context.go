package portal

import (
	"context"

	"kagami/internal/authz"
)

// The request carries two things of ours: who acts, and the request's id.
type (
	actorKey   struct{}
	requestKey struct{}
)

func withActor(ctx context.Context, actor authz.Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, actor)
}

// actorOf is who acts; on public routes possibly nobody.
func actorOf(ctx context.Context) authz.Actor {
	actor, _ := ctx.Value(actorKey{}).(authz.Actor)
	return actor
}

func withRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey{}, id)
}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}
