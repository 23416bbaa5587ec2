// Package bulk is the screens on which what the list of the register shows is changed at
// once.
package bulk

import (
	"kagami/internal/asset"
	"kagami/internal/asset/bulk"
	"kagami/internal/asset/find"
	"kagami/internal/authz"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are those screens.
type Screens struct {
	changing *bulk.Service
	register *asset.Service
	finding  *find.Service
}

// New makes the screens.
func New(changing *bulk.Service, register *asset.Service, finding *find.Service) *Screens {
	return &Screens{changing, register, finding}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/assets/bulk", authz.ChangeAssets, s.showForm),
			screen.Post("/assets/bulk", authz.ChangeAssets, s.change),
		},
		Flashes: map[string]layout.Done{
			"assets-changed": {Heading: "まとめて変更しました", Text: "変える前の内容は、それぞれの情報資産の履歴に残ります。"},
		},
	}
}
