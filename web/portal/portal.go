// Package portal holds the screens that have no package of their own yet.
package portal

import (
	"context"
	"net/http"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/notice"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/find"
	"kagami/internal/policy/follow"
	"kagami/internal/policy/publish"
	"kagami/internal/sample"
	"kagami/internal/sample/policies"
	"kagami/web/page"
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
	Notices *notice.Service
}

// New makes the screens.
func New(g server.Ground, rooms Rooms) (*Portal, error) {
	topics := []notice.Topic{policy.Topic(), draft.Topic(), acknowledge.Topic()}
	return &Portal{Ground: g, Rooms: rooms, Notices: notice.New(g.Pool, g.Door.Now, topics...)}, nil
}

// Part is what the portal takes in.
func (p *Portal) Part() screen.Part {
	return screen.Part{
		Routes: p.routes(),
		Nav: []screen.Entry{
			{Label: "ホーム", URL: address.Home, Place: 1},
			{Label: "体制", URL: address.Organization, Place: 5},
			{Label: "アカウント管理", URL: address.Accounts, Place: 7, Action: authz.ManageAccounts, Least: authz.All},
		},
		Areas: map[string]string{
			address.Sections: address.Organization, address.Posts: address.Organization, address.People: address.Organization, address.Register: address.Organization,
			address.Appointments: address.Organization, address.Grants: address.Organization, address.Roles: address.Organization, address.Personnel: address.Organization,
		},
		Flashes: dones,
		Sample: func(ctx context.Context, t *sample.Town) error {
			return policies.Fill(ctx, p.Draft, p.Publish, p.Acknowledge, *t)
		},
		SignIn: &screen.SignIn{Ask: p.askSignIn, Proved: p.proved},
	}
}

// askSignIn asks who it is.
func (p *Portal) askSignIn(w http.ResponseWriter, r *http.Request, status int, message string) {
	screen.Render(w, r, status, page.SignInPage(p.signInPage(r, message)))
}
