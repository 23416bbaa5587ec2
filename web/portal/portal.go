// Package portal holds the screens that have no package of their own yet.
package portal

import (
	"context"

	"kagami/internal/address"
	"kagami/internal/notice"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/find"
	"kagami/internal/policy/follow"
	"kagami/internal/policy/publish"
	"kagami/internal/policy/textfile"
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

// topics are those of the policy.
func topics() []notice.Topic {
	return []notice.Topic{policy.Topic(), draft.Topic(), acknowledge.Topic()}
}

// Portal is those screens.
type Portal struct {
	server.Ground
	Rooms
	Notices *notice.Service
	drawn   *drawnTexts
	texts   *textfile.Reader
}

// New makes the screens.
func New(g server.Ground, rooms Rooms) (*Portal, error) {
	drawn, err := newDrawnTexts()
	if err != nil {
		return nil, err
	}
	return &Portal{
		Ground: g, Rooms: rooms, Notices: notice.New(g.Pool, g.Door.Now, topics()...), drawn: drawn, texts: &textfile.Reader{},
	}, nil
}

// Part is what the portal takes in.
func (p *Portal) Part() screen.Part {
	return screen.Part{
		Routes: p.routes(),
		Nav: []screen.Entry{
			{Label: "ホーム", URL: address.Home, Place: 1},
			{Label: "ポリシー", URL: address.Policies, Place: 2},
			{Label: "マイ記録", URL: address.Acknowledgements, Place: 3},
			{Label: "体制", URL: address.Organization, Place: 5},
		},
		Areas: map[string]string{
			address.Imports: address.Policies, address.Search: address.Policies, address.Glossary: address.Policies,
			address.Sections: address.Organization, address.Posts: address.Organization, address.People: address.Organization, address.Register: address.Organization,
			address.Appointments: address.Organization, address.Grants: address.Organization, address.Roles: address.Organization, address.Personnel: address.Organization,
		},
		Flashes: dones,
		Topics:  topics(),
		Jobs:    p.Acknowledge.RegisterJobs,
		Sample: func(ctx context.Context, t *sample.Town) error {
			return policies.Fill(ctx, p.Draft, p.Publish, p.Acknowledge, *t)
		},
		Start: p.letFind,
	}
}

// letFind makes what was published before there was search known to it.
func (p *Portal) letFind(ctx context.Context) error {
	_, err := p.Find.LetFindPublished(ctx)
	return err
}
