package portal

import (
	"kagami/internal/authz"
	"kagami/internal/policy/amend"
	"kagami/internal/policy/publish"
	"kagami/web/component/document"
	"kagami/web/layout"
	"kagami/web/screen"
)

// maxMinutes is the most that a form with minutes may bring, in bytes.
const maxMinutes = publish.MaxFile + 1<<20

// routes are the addresses for people who sign in.
func (p *Portal) routes() []screen.Route {
	return []screen.Route{
		screen.Get("/policies/{code}/abolish", authz.PublishDecided, p.showAbolish),
		screen.Post("/policies/{code}/abolish", authz.PublishDecided, p.abolish).Sensitive(),
		screen.Get("/policies/{code}/audience", authz.PublishDecided, p.showAudience),
		screen.Post("/policies/{code}/audience", authz.PublishDecided, p.changeAudience).Sensitive(),
		screen.Get("/policies/{code}/revisions/{number}/notice", authz.ReadBasic, p.showPrintedNotice),
		screen.Get("/policies/{code}/revisions/{number}/minutes", authz.SignedIn, p.minutes),

		screen.Get("/policies/{code}/draft", authz.SignedIn, p.showDraft),
		screen.Post("/policies/{code}/draft", authz.DraftRevision, p.startDraft),
		screen.Get("/policies/{code}/draft/edit", authz.DraftRevision, p.showEdit),
		screen.Post("/policies/{code}/draft/edit", authz.DraftRevision, p.edit).Body(document.MaxForm),
		screen.Post("/policies/{code}/draft/edit/typed", authz.DraftRevision, p.keepTyped).Body(document.MaxForm),
		screen.Get("/policies/{code}/draft/comments", authz.CommentDraft, p.showCommentForm),
		screen.Post("/policies/{code}/draft/comments", authz.CommentDraft, p.comment),
		screen.Get("/policies/{code}/draft/clauses", authz.DraftRevision, p.showClauses),
		screen.Get("/policies/{code}/draft/clauses/{clause}/rewrite", authz.DraftRevision, p.showAmend(amend.Rewrite)),
		screen.Post("/policies/{code}/draft/clauses/{clause}/rewrite", authz.DraftRevision, p.amendClause(amend.Rewrite)).Body(document.MaxForm),
		screen.Get("/policies/{code}/draft/clauses/{clause}/insert", authz.DraftRevision, p.showAmend(amend.Insert)),
		screen.Post("/policies/{code}/draft/clauses/{clause}/insert", authz.DraftRevision, p.amendClause(amend.Insert)).Body(document.MaxForm),
		screen.Post("/policies/{code}/draft/clauses/{clause}/rewrite/typed", authz.DraftRevision, p.keepTypedClause(amend.Rewrite)).Body(document.MaxForm),
		screen.Post("/policies/{code}/draft/clauses/{clause}/insert/typed", authz.DraftRevision, p.keepTypedClause(amend.Insert)).Body(document.MaxForm),
		screen.Post("/policies/{code}/draft/clauses/unsaved", authz.DraftRevision, p.dropTypedClause),
		screen.Get("/policies/{code}/draft/clauses/{clause}/move", authz.DraftRevision, p.showAmend(amend.Move)),
		screen.Post("/policies/{code}/draft/clauses/{clause}/move", authz.DraftRevision, p.amendClause(amend.Move)),
		screen.Get("/policies/{code}/draft/clauses/{clause}/delete", authz.DraftRevision, p.showAmend(amend.Delete)),
		screen.Post("/policies/{code}/draft/clauses/{clause}/delete", authz.DraftRevision, p.amendClause(amend.Delete)),
		screen.Get("/policies/{code}/draft/submit", authz.DraftRevision, p.showSubmit),
		screen.Post("/policies/{code}/draft/submit", authz.DraftRevision, p.submit),
		screen.Get("/policies/{code}/draft/take-back", authz.DraftRevision, p.showStepBack(p.takeBack)),
		screen.Post("/policies/{code}/draft/take-back", authz.DraftRevision, p.stepBack(p.takeBack)),
		screen.Get("/policies/{code}/draft/withdraw", authz.DraftRevision, p.showStepBack(p.withdraw)),
		screen.Post("/policies/{code}/draft/withdraw", authz.DraftRevision, p.stepBack(p.withdraw)),
		screen.Get("/policies/{code}/draft/send-back", authz.PublishMinor, p.showStepBack(p.sendBack)),
		screen.Post("/policies/{code}/draft/send-back", authz.PublishMinor, p.stepBack(p.sendBack)).Sensitive(),
		screen.Get("/policies/{code}/draft/notice", authz.PublishMinor, p.showNotice),
		screen.Post("/policies/{code}/draft/notice", authz.PublishMinor, p.notify).Sensitive(),
		screen.Get("/policies/{code}/draft/decision", authz.RecordDecision, p.showDecision),
		// not sensitive: a file would be lost while it is asked who it is, and
		// nothing is published by it
		screen.Post("/policies/{code}/draft/decision", authz.RecordDecision, p.decide).Body(maxMinutes),
		screen.Get("/policies/{code}/draft/publish", authz.PublishDecided, p.showPublish),
		screen.Post("/policies/{code}/draft/publish", authz.PublishDecided, p.publish).Sensitive(),
	}
}

var dones = map[string]layout.Done{
	"audience-changed": {Heading: "対象を変えました", Text: "変更は、監査証跡に残りました。"},
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
	"sent-back":        {Heading: "差し戻しました", Text: "理由は、下書きの「これまでの経過」に出ます。"},
	"taken-back":       {Heading: "下書きに引き戻しました", Text: "直してから、もう一度提出してください。"},
	"decided":          {Heading: "本部会議の記録を残しました", Text: "記録は、だれにも変えられません。"},
	"published":        {Heading: "公開しました", Text: "対象の人の「やること」に、この文書の確認が加わりました。"},
	"abolished":        {Heading: "廃止を記録しました", Text: "廃止日から、この文書は一覧・検索に出なくなります。これまでの版は、引き続き見られます。"},
}
