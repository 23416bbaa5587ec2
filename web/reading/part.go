// Package reading is the screens on which documents are read: the list, a
// document's text, its past revisions and what changed between them, what became
// of a clause, the glossary, and the pages that everybody reads.
package reading

import (
	"context"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/notice"
	"kagami/internal/policy"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/find"
	"kagami/internal/policy/follow"
	"kagami/internal/policy/publish"
	"kagami/internal/state"
	"kagami/web/screen"
)

// Needs is what the screens are made of.
type Needs struct {
	Policy  *policy.Service
	Find    *find.Service
	Follow  *follow.Service
	Draft   *draft.Service
	Publish *publish.Service
	// Excepted finds which clauses of a text, by their citations, need not be kept for a time, as
	// far as its reader sees; nil where nobody says so.
	Excepted func(context.Context, authz.Actor, policy.Reading, []string) ([]Excepted, error)
	// HidePublic keeps the 基本方針 from the pages for everybody, which then are not there.
	HidePublic bool
}

// Excepted is a clause with how many exceptions of it are in force, and where they are listed.
type Excepted struct {
	Citation string
	Count    int
	URL      string
}

// Screens are those screens.
type Screens struct {
	Needs
	drawn *drawnTexts
}

// New makes the screens.
func New(needs Needs) (*Screens, error) {
	drawn, err := newDrawnTexts()
	if err != nil {
		return nil, err
	}
	return &Screens{needs, drawn}, nil
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/policies", authz.ReadBasic, s.showList),
			screen.Get("/policies/{code}", authz.ReadBasic, s.showReading),
			screen.Get("/policies/{code}/changes", authz.ReadBasic, s.showChanges),
			screen.Get("/policies/{code}/clauses/{number}/{anchor}", authz.ReadBasic, s.showClause),
			screen.Get("/policies/{code}/comparison", authz.ReadBasic, s.showComparison),
			screen.Get("/policies/{code}/comparison.xlsx", authz.ReadBasic, s.comparisonXLSX),
			screen.Get("/policies/{code}/comparison.docx", authz.ReadBasic, s.comparisonDOCX),
			screen.Get("/policies/{code}/revisions", authz.ReadBasic, s.showRevisions),
			screen.Get("/policies/{code}/revisions/{number}", authz.ReadBasic, s.showRevision),
			screen.Get("/glossary", authz.ReadBasic, s.showGlossary),

			screen.Get("/public", authz.Public, s.showPublic).ForEverybody(),
			screen.Get("/public/{code}", authz.Public, s.showPublicReading).ForEverybody(),
			screen.Get("/public/{code}/clauses/{number}/{anchor}", authz.Public, s.showPublicClause).ForEverybody(),
		},
		Nav:      []screen.Entry{{Label: "ポリシー", URL: address.Policies, Place: 2}},
		Areas:    map[string]string{address.Search: address.Policies, address.Glossary: address.Policies},
		Search:   s.search,
		Topics:   []notice.Topic{policy.Topic()},
		Counters: []state.Counter{policy.ChangeCounter, policy.AcknowledgementCounter},
		Start:    s.letFind,
	}
}

// letFind makes what was published before there was search known to it.
func (s *Screens) letFind(ctx context.Context) error {
	_, err := s.Find.IndexForPortal(ctx)
	return err
}
