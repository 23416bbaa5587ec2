// Package asset is the screens of the register of information assets: its list, one
// asset with its history, and the forms by which a section registers and changes its own.
package asset

import (
	"context"
	"net/http"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/communication"
	"kagami/internal/asset/find"
	"kagami/internal/asset/many"
	"kagami/internal/asset/paper"
	"kagami/internal/asset/propose"
	"kagami/internal/asset/relation"
	"kagami/internal/asset/view"
	"kagami/internal/authz"
	"kagami/internal/sample"
	samples "kagami/internal/sample/assets"
	"kagami/internal/state"
	"kagami/internal/trail"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are those screens.
type Screens struct {
	register  *asset.Service
	many      *many.Service
	finding   *find.Service
	relations *relation.Service
	papers    *paper.Service
	proposals *propose.Service
	views     *view.Service
	talks     *communication.Service
	tables    state.Cache[tableKey, templ.Component]
}

// New makes the screens.
func New(register *asset.Service, many *many.Service, finding *find.Service, relations *relation.Service, papers *paper.Service, proposals *propose.Service, views *view.Service, talks *communication.Service) *Screens {
	return &Screens{register, many, finding, relations, papers, proposals, views, talks, state.NewCache[tableKey, templ.Component](cachedTables)}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/assets", authz.ReadAssets, s.showList),
			screen.Get("/assets/new", authz.DraftAssets, s.showNew),
			screen.Post("/assets/new", authz.DraftAssets, s.registerNew),
			screen.Get("/assets/usual", authz.DraftAssets, s.showUsual),
			screen.Get("/assets/{asset}", authz.ReadAssets, s.showAsset),
			screen.Get("/assets/{asset}/edit", authz.DraftAssets, s.showEdit),
			screen.Post("/assets/{asset}/edit", authz.DraftAssets, s.change),
			screen.Post("/assets/{asset}/looked-at", authz.ChangeAssets, s.lookAt),
		},
		Nav: []screen.Entry{{Label: "情報資産", URL: address.Assets, Place: 2, First: "台帳", Action: authz.ReadAssets, Least: authz.Own}},
		Flashes: map[string]layout.Done{
			"asset-registered": {Heading: "情報資産を登録しました", Text: "管理番号を付けました。下の「変更する」から、いつでも直せます。"},
			"asset-changed":    {Heading: "情報資産を変更しました", Text: "変える前の内容は、その情報資産の履歴に残ります。"},
			"asset-looked-at":  {Heading: "内容を確かめたことを残しました", Text: "最終確認日を、今日にしました。"},
			"asset-same":       {Heading: "変わったところはありません", Text: "いまの内容と同じだったため、何も変えていません。"},
			"asset-drafted":    {Heading: "下書きを作りました", Text: "決まっていない項目がなくなると、情報セキュリティ管理者の確認を待ちます。"},
			"asset-proposed":   {Heading: "変更を提案しました", Text: "情報セキュリティ管理者が確認すると、台帳が変わります。"},
		},
		Search: s.search,
		Jobs:   s.register.RegisterJobs,
		Sample: func(ctx context.Context, t *sample.Town) error {
			return samples.Fill(ctx, s.register, s.many, s.relations, *t)
		},
		Subjects: []trail.Named{{Kind: "asset", Title: "情報資産"}},
	}
}

// asset is the one that the address names.
func (s *Screens) asset(r *http.Request) (asset.Asset, error) {
	return s.register.Find(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "asset"))
}
