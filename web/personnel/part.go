// Package personnel is the screens on which a list of people from 人事担当課 is
// read in: what it would change is shown, and then it is done or not.
package personnel

import (
	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/org"
	"kagami/internal/org/personnel"
	"kagami/internal/trail"
	"kagami/web/screen"
)

// Screens are the screens of the personnel import.
type Screens struct {
	files *personnel.Service
	org   *org.Service
}

// New makes the screens.
func New(files *personnel.Service, organization *org.Service) *Screens {
	return &Screens{files, organization}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/personnel", authz.ChangeOrganization, s.showUpload),
			screen.Post("/personnel", authz.ChangeOrganization, s.upload).Body(maxTable),
			screen.Get("/personnel/template.xlsx", authz.ChangeOrganization, s.template),
			screen.Get("/personnel/{token}", authz.ChangeOrganization, s.showImport),
			screen.Get("/personnel/{token}/headings", authz.ChangeOrganization, s.showHeadings),
			screen.Post("/personnel/{token}/headings", authz.ChangeOrganization, s.settleHeadings),
			screen.Post("/personnel/{token}", authz.ChangeOrganization, s.workOnImport).Sensitive(),
		},
		Areas:    map[string]string{address.Personnel: address.Organization},
		Subjects: []trail.Named{{Kind: "person_import", Title: "名簿の取り込み"}},
	}
}
