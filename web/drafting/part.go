// Package drafting is the screens on which the next revision of a document is
// written, whole or clause by clause, commented on, handed in for publishing,
// taken back and withdrawn (基本方針 7(9), 9).
package drafting

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"kagami/internal/authz"
	"kagami/internal/notice"
	"kagami/internal/policy/amend"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/publish"
	"kagami/internal/trail"
	"kagami/web/component/document"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are the screens of drafting.
type Screens struct {
	drafts       *draft.Service
	publications *publish.Service
}

// New makes the screens.
func New(drafts *draft.Service, publications *publish.Service) *Screens {
	return &Screens{drafts, publications}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/policies/{code}/draft", authz.SignedIn, s.showDraft),
			screen.Post("/policies/{code}/draft", authz.DraftRevision, s.startDraft),
			screen.Get("/policies/{code}/draft/edit", authz.DraftRevision, s.showEdit),
			screen.Post("/policies/{code}/draft/edit", authz.DraftRevision, s.edit).Body(document.MaxForm),
			screen.Post("/policies/{code}/draft/edit/typed", authz.DraftRevision, s.autosave).Body(document.MaxForm),
			screen.Get("/policies/{code}/draft/comments", authz.CommentDraft, s.showCommentForm),
			screen.Post("/policies/{code}/draft/comments", authz.CommentDraft, s.comment),
			screen.Get("/policies/{code}/draft/clauses", authz.DraftRevision, s.showClauses),
			screen.Get("/policies/{code}/draft/clauses/{clause}/rewrite", authz.DraftRevision, s.showAmend(amend.Rewrite)),
			screen.Post("/policies/{code}/draft/clauses/{clause}/rewrite", authz.DraftRevision, s.amendClause(amend.Rewrite)).Body(document.MaxForm),
			screen.Get("/policies/{code}/draft/clauses/{clause}/insert", authz.DraftRevision, s.showAmend(amend.Insert)),
			screen.Post("/policies/{code}/draft/clauses/{clause}/insert", authz.DraftRevision, s.amendClause(amend.Insert)).Body(document.MaxForm),
			screen.Post("/policies/{code}/draft/clauses/{clause}/rewrite/typed", authz.DraftRevision, s.autosaveClause(amend.Rewrite)).Body(document.MaxForm),
			screen.Post("/policies/{code}/draft/clauses/{clause}/insert/typed", authz.DraftRevision, s.autosaveClause(amend.Insert)).Body(document.MaxForm),
			screen.Post("/policies/{code}/draft/clauses/unsaved", authz.DraftRevision, s.dropTypedClause),
			screen.Get("/policies/{code}/draft/clauses/{clause}/move", authz.DraftRevision, s.showAmend(amend.Move)),
			screen.Post("/policies/{code}/draft/clauses/{clause}/move", authz.DraftRevision, s.amendClause(amend.Move)),
			screen.Get("/policies/{code}/draft/clauses/{clause}/delete", authz.DraftRevision, s.showAmend(amend.Delete)),
			screen.Post("/policies/{code}/draft/clauses/{clause}/delete", authz.DraftRevision, s.amendClause(amend.Delete)),
			screen.Get("/policies/{code}/draft/submit", authz.DraftRevision, s.showSubmit),
			screen.Post("/policies/{code}/draft/submit", authz.DraftRevision, s.submit),
			screen.Get("/policies/{code}/draft/take-back", authz.DraftRevision, s.showStepBack(s.takeBack)),
			screen.Post("/policies/{code}/draft/take-back", authz.DraftRevision, s.stepBack(s.takeBack)),
			screen.Get("/policies/{code}/draft/withdraw", authz.DraftRevision, s.showStepBack(s.withdraw)),
			screen.Post("/policies/{code}/draft/withdraw", authz.DraftRevision, s.stepBack(s.withdraw)),
		},
		Flashes: map[string]layout.Done{
			"draft-started":    {Heading: "下書きを始めました", Text: "いまの版の写しです。「本文を直す」から直してください。"},
			"draft-saved":      {Heading: "保存しました", Text: "構成と本文を確かめてください。"},
			"unsaved-dropped":  {Heading: "控えた本文を捨てました", Text: "いまの下書きから直せます。"},
			"words-dropped":    {Heading: "控えた入力を捨てました", Text: "項目を選んで、いまの下書きから直せます。"},
			"commented":        {Heading: "意見を書きました", Text: "下の「意見」に出ます。本文のその項目にも、印が付きます。"},
			"comment-resolved": {Heading: "意見を済みにしました", Text: "済みにした人と日時は、意見に残ります。"},
			"clause-saved":     {Heading: "保存しました", Text: "続けて、ほかの項目を直せます。"},
			"clause-mend":      {Heading: "保存しました", Text: "自動では直せなかった参照があります。続けて、この項目を直してください。"},
			"draft-withdrawn":  {Heading: "取り下げました", Text: "取り下げたことと理由は、記録に残りました。"},
			"submitted":        {Heading: "提出しました", Text: "簡易な見直しは CISO の通知、その他の見直しは本部会議の決定を待ちます。"},
			"taken-back":       {Heading: "下書きに引き戻しました", Text: "直してから、もう一度提出してください。"},
		},
		Tasks:    s.tasks,
		Hangs:    s.drafts.Hangs(),
		Topics:   []notice.Topic{draft.Topic()},
		Subjects: []trail.Named{{Kind: "revision", Title: "版"}, {Kind: "draft_comment", Title: "意見"}},
	}
}

// draftOf is the draft that a request is about.
func (s *Screens) draftOf(r *http.Request) (draft.Draft, error) {
	return s.drafts.Draft(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "code"))
}
