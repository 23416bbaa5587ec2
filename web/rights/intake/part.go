// Package intake is the screens by which a town's own ledger of accounts (アカウント管理台帳) is
// read in, and the portal's is handed out: what a file would do is shown, and then it is done
// or not.
package intake

import (
	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/rights"
	ledger "kagami/internal/rights/intake"
	"kagami/internal/trail"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are those screens.
type Screens struct {
	files  *ledger.Service
	rights *rights.Service
}

// New makes the screens.
func New(files *ledger.Service, of *rights.Service) *Screens { return &Screens{files, of} }

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/rights/import", authz.RecordRights, s.showUpload),
			screen.Post("/rights/import", authz.RecordRights, s.upload).Body(maxTable),
			screen.Get("/rights/import/template.xlsx", authz.RecordRights, s.template),
			screen.Get("/rights/import/of/{token}", authz.RecordRights, s.showImport),
			screen.Post("/rights/import/of/{token}", authz.RecordRights, s.apply).Sensitive(),
			screen.Get("/rights/import/of/{token}/headings", authz.RecordRights, s.showHeadings),
			screen.Post("/rights/import/of/{token}/headings", authz.RecordRights, s.settleHeadings),
			screen.Get("/rights/import/accounts", authz.RecordRights, s.showAccounts),
			screen.Post("/rights/import/accounts", authz.RecordRights, s.takeAccounts).Sensitive(),
			screen.Get("/rights/export", authz.ReadSystemRights, s.showExport),
			screen.Get("/rights/export.xlsx", authz.ReadSystemRights, s.export).Stream(),
		},
		Flashes: map[string]layout.Done{
			"right-accounts": {Heading: "アカウントを、台帳に取り込みました", Text: "取り込んだものは、この一覧からなくなり、台帳で見られます。"},
		},
		Subjects: []trail.Named{{Kind: "right_import", Title: "アカウント管理台帳の取り込み"}},
	}
}

// listWay is the way to the ledger.
var listWay = []layout.Link{{Label: "利用権限", Address: address.Rights}}

// importWay is the way to what is about a file.
var importWay = append(listWay[:1:1], layout.Link{Label: "台帳の取り込み", Address: address.RightImport})
