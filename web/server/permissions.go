package server

import (
	"net/http"

	"kagami/internal/authz"
	"kagami/web/page"
)

func (p *Portal) showPermissions(w http.ResponseWriter, r *http.Request) error {
	return p.show(w, r, page.PermissionsPage(page.Permissions{
		Frame: p.frame(r, "権限表"), Roles: authz.Columns(), Rows: authz.Rows(),
	}))
}
