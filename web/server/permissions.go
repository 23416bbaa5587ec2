package server

import (
	"net/http"

	"kagami/internal/authz"
	"kagami/web/screen"
)

func (p *Portal) showPermissions(w http.ResponseWriter, r *http.Request) error {
	return screen.Show(w, r, permissionsPage(permissionsView{
		Frame: screen.Frame(r, "権限表"), Roles: authz.Columns(), Rows: screen.Actor(r.Context()).Table.Rows(),
	}))
}
