package server

import (
	"kagami/internal/account"
	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/web/layout"
	"kagami/web/screen"
)

// part is what the server itself shows: home, what was found, what people are
// told, and who may do what.
func (p *Portal) part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/", authz.SignedIn, p.showHome),
			screen.Get("/search", authz.SignedIn, p.showSearch),
			screen.Get("/notices", authz.SignedIn, p.showNotices),
			screen.Post("/notices", authz.SignedIn, p.seeNotices),
			screen.Get("/permissions", authz.SignedIn, p.showPermissions),
		},
		Counters: account.Rights().Counters,
		Nav: []screen.Entry{
			{Label: "ホーム", URL: address.Home, Place: 1},
			{Label: "お知らせ", URL: address.Notices, Place: 4},
			{Label: "権限表", URL: address.Permissions, Place: 6},
		},
		Flashes: map[string]layout.Done{
			"notices-seen": {Heading: "すべて既読にしました", Text: "ホームには、新しいお知らせだけが出ます。"},
		},
	}
}
