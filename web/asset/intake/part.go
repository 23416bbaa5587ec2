// Package intake is the screens on which a section's register is taken in as a file:
// what it would change is shown, what is open is settled, and then it is done or not.
package intake

import (
	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/intake"
	"kagami/internal/authz"
	"kagami/internal/sheet"
	"kagami/internal/trail"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are those screens.
type Screens struct {
	files    *intake.Service
	register *asset.Service
}

// New makes the screens.
func New(files *intake.Service, register *asset.Service) *Screens { return &Screens{files, register} }

// maxTable is the most that a form with a table may bring, in bytes: the file and what a
// form puts around it.
const maxTable = sheet.MaxSize + screen.MaxForm

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/assets/import", authz.DraftAssets, s.showUpload),
			screen.Post("/assets/import", authz.DraftAssets, s.upload).Body(maxTable),
			screen.Get("/assets/import/template.xlsx", authz.DraftAssets, s.template),
			screen.Get("/assets/import/{register}", authz.DraftAssets, s.showImport),
			screen.Post("/assets/import/{register}", authz.DraftAssets, s.work),
			screen.Get("/assets/import/{register}/faulty.csv", authz.DraftAssets, s.faultyRows),
		},
		Flashes: map[string]layout.Done{
			"asset-import-chosen": {Heading: "選んだことを保存しました", Text: "下の内容は、選んだとおりに作り直したものです。"},
			"asset-import-other":  {Heading: "まだ取り込んでいません", Text: "選んだことを保存し、下の内容を作り直しました。確かめてから、もう一度「取り込む」を押してください。"},
		},
		Subjects: []trail.Named{{Kind: "asset_import", Title: "台帳の取り込み"}},
	}
}

var uploadLink = layout.Link{Label: "台帳を取り込む", Address: address.AssetImports}
