// Package parts is the one list of the portal's capabilities.
package parts

import (
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/find"
	"kagami/internal/policy/follow"
	"kagami/internal/policy/publish"
	"kagami/web/acknowledging"
	"kagami/web/drafting"
	"kagami/web/imports"
	"kagami/web/portal"
	"kagami/web/publishing"
	"kagami/web/reading"
	"kagami/web/screen"
	"kagami/web/server"
)

// List makes the capabilities on a ground, in the order in which home shows them
// and the sample town is made of them.
func List(g server.Ground) ([]screen.Part, error) {
	policies, drafts := policy.New(g.Pool, g.Door, g.Now), draft.New(g.Pool, g.Door, g.Now)
	finding, following := find.New(g.Pool, policies), follow.New(g.Pool, policies)
	publications, acknowledgements := publish.New(g.Pool, g.Door, g.Now, drafts), acknowledge.New(g.Pool, g.Door, g.Now, policies)
	texts, err := reading.New(reading.Needs{
		Policy: policies, Find: finding, Follow: following, Draft: drafts, Publish: publications, HidePublic: g.HidePublic,
	})
	if err != nil {
		return nil, err
	}
	screens, err := portal.New(g, portal.Rooms{
		Policy: policies, Find: finding, Follow: following, Draft: drafts, Publish: publications, Acknowledge: acknowledgements,
	})
	if err != nil {
		return nil, err
	}
	return []screen.Part{
		texts.Part(),
		acknowledging.New(acknowledgements).Part(),
		imports.New(drafts, g.Org).Part(),
		drafting.New(drafts, publications).Part(),
		publishing.New(policies, drafts, publications, acknowledgements, g.Org).Part(),
		screens.Part(),
	}, nil
}
