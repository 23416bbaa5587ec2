// Package communication is the screens of the register of communications between zones:
// its list, one communication with its history, and the forms by which a section
// registers, changes and ends its own.
package communication

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/communication"
	"kagami/internal/asset/find"
	"kagami/internal/authz"
	"kagami/internal/sample"
	samples "kagami/internal/sample/communications"
	"kagami/internal/trail"
	"kagami/web/component/register"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are those screens.
type Screens struct {
	communications *communication.Service
	register       *asset.Service
	finding        *find.Service
}

// New makes the screens.
func New(communications *communication.Service, register *asset.Service, finding *find.Service) *Screens {
	return &Screens{communications, register, finding}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/communications", authz.ReadAssets, s.showList),
			screen.Get("/communications/new", authz.ChangeAssets, s.showNew),
			screen.Post("/communications/new", authz.ChangeAssets, s.registerNew),
			screen.Get("/communications/{communication}", authz.ReadAssets, s.showEntry),
			screen.Get("/communications/{communication}/edit", authz.ChangeAssets, s.showEdit),
			screen.Post("/communications/{communication}/edit", authz.ChangeAssets, s.change),
			screen.Get("/communications/{communication}/end", authz.ChangeAssets, s.showEnd),
			screen.Post("/communications/{communication}/end", authz.ChangeAssets, s.end),
		},
		Nav: []screen.Entry{{Label: "領域間の通信", URL: address.Communications, Place: 8, Under: address.Assets, Action: authz.ReadAssets, Least: authz.Own}},
		Flashes: map[string]layout.Done{
			"communication-registered": {Heading: "領域間の通信を登録しました", Text: "番号を付けました。下の「変更する」から、いつでも直せます。"},
			"communication-changed":    {Heading: "領域間の通信を変更しました", Text: "変える前の内容は、下の履歴に残ります。"},
			"communication-same":       {Heading: "変わったところはありません", Text: "いまの内容と同じだったため、何も変えていません。"},
			"communication-ended":      {Heading: "終わった通信として登録しました", Text: "内容と履歴は残ります。番号は、ほかの通信には使いません。"},
		},
		Jobs: s.communications.RegisterJobs,
		Sample: func(ctx context.Context, t *sample.Town) error {
			return samples.Fill(ctx, s.communications, s.register, s.finding, *t)
		},
		Subjects: []trail.Named{{Kind: "communication", Title: "領域間の通信"}},
	}
}

// listWay is the way to the list.
var listWay = []layout.Link{register.Link, {Label: "領域間の通信", Address: address.Communications}}

// communication is the one that the address names.
func (s *Screens) communication(r *http.Request) (communication.Communication, error) {
	return s.communications.Find(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "communication"))
}

// changeable is the one that the address names, for who can change it.
func (s *Screens) changeable(r *http.Request) (communication.Communication, error) {
	c, err := s.communication(r)
	if err != nil {
		return c, err
	}
	return c, c.AskChange(screen.Actor(r.Context()))
}

// way is the way to what is about a communication.
func way(c communication.Communication) []layout.Link {
	return append(listWay[:len(listWay):len(listWay)], layout.Link{Label: c.Code, Address: address.Communication(c.Code)})
}
