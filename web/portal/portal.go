// Package portal holds the screens that have no package of their own yet.
package portal

import (
	"context"

	"kagami/internal/notice"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/find"
	"kagami/internal/policy/follow"
	"kagami/internal/policy/publish"
	"kagami/internal/sample"
	"kagami/internal/sample/policies"
	"kagami/web/screen"
	"kagami/web/server"
)

// Rooms are the rooms of the policy.
type Rooms struct {
	Policy      *policy.Service
	Find        *find.Service
	Follow      *follow.Service
	Draft       *draft.Service
	Publish     *publish.Service
	Acknowledge *acknowledge.Service
}

// Portal is those screens.
type Portal struct {
	server.Ground
	Rooms
}

// New makes the screens.
func New(g server.Ground, rooms Rooms) (*Portal, error) {
	return &Portal{Ground: g, Rooms: rooms}, nil
}

// Part is what the portal takes in.
func (p *Portal) Part() screen.Part {
	return screen.Part{
		Routes:  p.routes(),
		Nav:     []screen.Entry{},
		Flashes: dones,
		Tasks:   p.tasks,
		Topics:  []notice.Topic{draft.Topic()},
		Sample: func(ctx context.Context, t *sample.Town) error {
			return policies.Fill(ctx, p.Draft, p.Publish, p.Acknowledge, *t)
		},
	}
}
