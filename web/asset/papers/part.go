// Package papers is the screen of an asset's papers: manuals, drawings, contracts.
package papers

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"kagami/internal/asset"
	"kagami/internal/asset/paper"
	"kagami/internal/attachment"
	"kagami/internal/authz"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are that screen.
type Screens struct {
	register *asset.Service
	papers   *paper.Service
	attached *attachment.Service
}

// New makes the screen.
func New(register *asset.Service, papers *paper.Service, attachments *attachment.Service) *Screens {
	return &Screens{register, papers, attachments}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/assets/{asset}/papers", authz.ReadAssets, s.showPapers),
			// not sensitive: a file would be lost while it is asked who it is
			screen.Post("/assets/{asset}/papers", authz.ChangeAssets, s.changePapers).Body(attachment.Largest(paper.Kinds...) + 1<<20).Stream(),
			screen.Get("/assets/{asset}/papers/{number}", authz.ReadAssets, s.showPaper).Stream(),
		},
		Flashes: map[string]layout.Done{
			"asset-paper":         {Heading: "書類を加えました", Text: "この情報資産を見られる人が、読めます。"},
			"asset-paper-removed": {Heading: "書類を取り除きました", Text: "取り除いたことと理由は、下の履歴に残ります。"},
		},
	}
}

// asset is the one that the address names.
func (s *Screens) asset(r *http.Request) (asset.Asset, error) {
	return s.register.Find(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "asset"))
}
