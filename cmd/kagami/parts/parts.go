// Package parts is the one list of the portal's capabilities.
package parts

import (
	"kagami/internal/policy"
	"kagami/web/portal"
	"kagami/web/screen"
	"kagami/web/server"
)

// List makes the capabilities on a ground, in the order in which home shows them
// and the sample town is made of them.
func List(g server.Ground) ([]screen.Part, error) {
	screens, err := portal.New(g, policy.New(g.Pool, g.Door, g.Now))
	if err != nil {
		return nil, err
	}
	return []screen.Part{screens.Part()}, nil
}
