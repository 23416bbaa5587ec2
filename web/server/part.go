package server

import (
	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/web/layout"
	"kagami/web/screen"
)

// part is what the server itself shows: what people are told, and who may do
// what.
func (p *Portal) part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/notices", authz.SignedIn, p.showNotices),
			screen.Post("/notices", authz.SignedIn, p.seeNotices),
			screen.Get("/permissions", authz.SignedIn, p.showPermissions),
		},
		Nav: []screen.Entry{
			{Label: "お知らせ", URL: address.Notices, Place: 4},
			{Label: "権限表", URL: address.Permissions, Place: 6},
		},
		Flashes: map[string]layout.Done{
			"notices-seen": {Heading: "すべて既読にしました", Text: "ホームには、新しいお知らせだけが出ます。"},
		},
	}
}
