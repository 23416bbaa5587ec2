// Package publishing is the screens on which a draft becomes a revision in force
// (基本方針 7(9)): by the CISO's 通知 or by a decision of the 本部会議; on which it is
// sent back; and on which a document is abolished or its audience changed.
package publishing

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"kagami/internal/attachment"
	"kagami/internal/authz"
	"kagami/internal/org"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/publish"
	"kagami/internal/sample"
	samples "kagami/internal/sample/policies"
	"kagami/internal/trail"
	"kagami/web/layout"
	"kagami/web/screen"
)

// minutesKinds are the files that minutes may be: papers, photographs of them, and
// what was filmed.
var minutesKinds = []attachment.Kind{attachment.Document, attachment.Picture, attachment.Video}

// Screens are the screens of publishing.
type Screens struct {
	policies         *policy.Service
	drafts           *draft.Service
	publications     *publish.Service
	acknowledgements *acknowledge.Service
	organization     *org.Service
	attachments      *attachment.Service
}

// New makes the screens.
func New(policies *policy.Service, drafts *draft.Service, publications *publish.Service, acknowledgements *acknowledge.Service, organization *org.Service, attachments *attachment.Service) *Screens {
	return &Screens{policies, drafts, publications, acknowledgements, organization, attachments}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/policies/{code}/draft/send-back", authz.PublishMinor, s.showSendBack),
			screen.Post("/policies/{code}/draft/send-back", authz.PublishMinor, s.sendBack).Sensitive(),
			screen.Get("/policies/{code}/draft/notice", authz.PublishMinor, s.showNotice).Asking(s.ask(draft.EventPublishMinor)),
			screen.Post("/policies/{code}/draft/notice", authz.PublishMinor, s.notify).Asking(s.ask(draft.EventPublishMinor)).Sensitive(),
			screen.Get("/policies/{code}/draft/decision", authz.RecordDecision, s.showDecision),
			// not sensitive: a file would be lost while it is asked who it is, and
			// nothing is published by it
			screen.Post("/policies/{code}/draft/decision", authz.RecordDecision, s.decide).Body(attachment.Largest(minutesKinds...) + 1<<20).Stream(),
			screen.Get("/policies/{code}/draft/publish", authz.PublishDecided, s.showPublish).Asking(s.ask(draft.EventPublishDecided)),
			screen.Post("/policies/{code}/draft/publish", authz.PublishDecided, s.publish).Asking(s.ask(draft.EventPublishDecided)).Sensitive(),

			screen.Get("/policies/{code}/revisions/{number}/notice", authz.ReadBasic, s.showPrintedNotice),
			screen.Get("/policies/{code}/revisions/{number}/minutes", authz.SignedIn, s.minutes).Stream(),

			screen.Get("/policies/{code}/abolish", authz.PublishDecided, s.showAbolish).Asking(s.askAbolition),
			screen.Post("/policies/{code}/abolish", authz.PublishDecided, s.abolish).Asking(s.askAbolition).Sensitive(),
			screen.Get("/policies/{code}/audience", authz.PublishDecided, s.showAudience),
			screen.Post("/policies/{code}/audience", authz.PublishDecided, s.changeAudience).Sensitive(),
		},
		Flashes: map[string]layout.Done{
			"sent-back":        {Heading: "差し戻しました", Text: "理由は、下書きの「これまでの経過」に出ます。"},
			"decided":          {Heading: "本部会議の記録を残しました", Text: "記録は、だれにも変えられません。"},
			"published":        {Heading: "公開しました", Text: "対象の人の「やること」に、この文書の確認が加わりました。"},
			"abolished":        {Heading: "廃止を記録しました", Text: "廃止日から、この文書は一覧・検索に出なくなります。これまでの版は、引き続き見られます。"},
			"audience-changed": {Heading: "対象を変えました", Text: "変更は、監査証跡に残りました。"},
		},
		Sample: func(ctx context.Context, t *sample.Town) error {
			return samples.Fill(ctx, s.drafts, s.publications, s.acknowledgements, *t)
		},
		Subjects: []trail.Named{{Kind: "document", Title: "文書"}},
	}
}

// draftOf is the draft that a request is about.
func (s *Screens) draftOf(r *http.Request) (draft.Draft, error) {
	return s.drafts.Draft(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"))
}

// ask asks whether the actor may take a step with the draft that a request is about.
func (s *Screens) ask(event draft.Event) func(*http.Request) error {
	return func(r *http.Request) error {
		return s.drafts.Ask(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"), event)
	}
}

// askAbolition asks whether they may abolish the document that it is about.
func (s *Screens) askAbolition(r *http.Request) error {
	return s.publications.AskAbolition(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"))
}
