// Package bulk is the screens on which what the list of the register shows is changed at
// once, and such a change is looked at later and taken back.
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
			screen.Get("/assets/bulk/changes", authz.ChangeAssets, s.showRecords),
			screen.Get("/assets/bulk/changes/{token}", authz.ChangeAssets, s.showRecord),
			screen.Get("/assets/bulk/changes/{token}/back", authz.ChangeAssets, s.showBack),
			screen.Post("/assets/bulk/changes/{token}/back", authz.ChangeAssets, s.takeBack),
		},
		Flashes: map[string]layout.Done{
			"assets-changed":    {Heading: "まとめて変更しました", Text: "変える前の内容は、それぞれの情報資産の履歴に残ります。"},
			"assets-taken-back": {Heading: "まとめて変更を元に戻しました", Text: "戻す前の内容は、それぞれの情報資産の履歴に残ります。"},
		},
	}
}
