// Package imports is the screens on which a text is taken in: handed in as a file
// or pasted, and settled question by question until it is a draft.
package imports

import (
	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/org"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/textfile"
	"kagami/internal/trail"
	"kagami/web/component/document"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are those screens.
type Screens struct {
	drafts       *draft.Service
	organization *org.Service
	files        *textfile.Reader
}

// New makes the screens.
func New(drafts *draft.Service, organization *org.Service) *Screens {
	return &Screens{drafts, organization, &textfile.Reader{}}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/imports", authz.DraftRevision, s.showStart),
			screen.Post("/imports", authz.DraftRevision, s.start).Body(document.MaxForm),
			screen.Get("/imports/{token}", authz.DraftRevision, s.showReview),
			screen.Post("/imports/{token}", authz.DraftRevision, s.work).Body(document.MaxForm),
		},
		Areas: map[string]string{address.Imports: address.Policies},
		Flashes: map[string]layout.Done{
			"settled": {Heading: "保存しました", Text: "すべての質問に答えたら、「下書きにする」を押してください。"},
			"drafted": {Heading: "下書きにしました", Text: "構成と本文を確かめてから、提出してください。"},
		},
		Tasks:    s.tasks,
		Subjects: []trail.Named{{Kind: "text_import", Title: "取り込み中の文書"}},
	}
}
