// Package handout is the screens of what comes out of the register of information assets:
// workbooks and CSV of what a list shows, labels to print, and the 個人情報ファイル簿.
package handout

import (
	"net/url"

	"kagami/internal/asset/export"
	"kagami/internal/asset/filebook"
	"kagami/internal/authz"
	"kagami/internal/setting"
	"kagami/internal/trail"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are those screens.
type Screens struct {
	handing *export.Service
	files   *filebook.Service
	public  *url.URL // where people reach the portal
}

// New makes the screens.
func New(handing *export.Service, files *filebook.Service, public *url.URL) *Screens {
	return &Screens{handing, files, public}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/assets/export.xlsx", authz.ReadAssets, s.tableXLSX).Stream(),
			screen.Get("/assets/export.csv", authz.ReadAssets, s.tableCSV).Stream(),
			screen.Get("/assets/labels", authz.ReadAssets, s.showLabels),
			screen.Get("/assets/{asset}/label", authz.ReadAssets, s.showLabel),
			screen.Get("/assets/files", authz.ReadAssets, s.showBook),
			screen.Get("/assets/files.csv", authz.ReadAssets, s.bookCSV),
			screen.Get("/assets/{asset}/file", authz.ReadAssets, s.showFile),
			screen.Get("/assets/{asset}/file/edit", authz.ChangeAssets, s.showFileEdit),
			screen.Post("/assets/{asset}/file/edit", authz.ChangeAssets, s.writeFile),
		},
		Flashes: map[string]layout.Done{
			"asset-file": {Heading: "個人情報ファイル簿に書きました", Text: "書く前の内容は、下の履歴に残ります。"},
		},
		Settings: []setting.Setting{export.LabelWords.Setting},
		Subjects: []trail.Named{{Kind: "asset_file", Title: "個人情報ファイル簿"}},
	}
}
