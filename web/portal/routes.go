package portal

import (
	"kagami/internal/authz"
	"kagami/internal/policy/amend"
	"kagami/internal/policy/outline"
	"kagami/internal/policy/publish"
	"kagami/web/layout"
	"kagami/web/screen"
)

// maxText is the most that a form with a policy text may bring, in bytes: a
// file and a pasted text, and what a form puts around them.
const maxText = 2*outline.MaxSize + 1<<20

// maxMinutes is the most that a form with minutes may bring, in bytes.
const maxMinutes = publish.MaxFile + 1<<20

// routes are the addresses for people who sign in.
func (p *Portal) routes() []screen.Route {
	return []screen.Route{
		screen.Get("/", authz.SignedIn, p.showHome),

		screen.Get("/policies", authz.ReadBasic, p.showPolicies),
		screen.Get("/policies/{code}", authz.ReadBasic, p.showReading),
		screen.Post("/policies/{code}", authz.Acknowledge, p.acknowledge),
		screen.Get("/policies/{code}/changes", authz.ReadBasic, p.showChanges),
		screen.Get("/policies/{code}/clauses/{number}/{anchor}", authz.ReadBasic, p.showClause),
		screen.Get("/policies/{code}/comparison", authz.ReadBasic, p.showComparison),
		screen.Get("/policies/{code}/comparison.xlsx", authz.ReadBasic, p.comparisonXLSX),
		screen.Get("/policies/{code}/comparison.docx", authz.ReadBasic, p.comparisonDOCX),
		screen.Get("/policies/{code}/readers", authz.SeeAcknowledgements, p.showReaders),
		screen.Get("/policies/{code}/readers/{number}", authz.SeeAcknowledgements, p.showWanted),
		screen.Post("/policies/{code}/readers/{number}", authz.ExcuseAcknowledgement, p.excuse),
		screen.Get("/policies/{code}/readers.csv", authz.SeeAcknowledgements, p.readersCSV),
		screen.Get("/policies/{code}/readers.xlsx", authz.SeeAcknowledgements, p.readersXLSX),
		screen.Get("/policies/{code}/abolish", authz.PublishDecided, p.showAbolish),
		screen.Post("/policies/{code}/abolish", authz.PublishDecided, p.abolish).Sensitive(),
		screen.Get("/policies/{code}/audience", authz.PublishDecided, p.showAudience),
		screen.Post("/policies/{code}/audience", authz.PublishDecided, p.changeAudience).Sensitive(),
		screen.Get("/policies/{code}/revisions", authz.ReadBasic, p.showRevisions),
		screen.Get("/policies/{code}/revisions/{number}", authz.ReadBasic, p.showRevision),
		screen.Get("/policies/{code}/revisions/{number}/readers.csv", authz.SeeAcknowledgements, p.evidenceCSV),
		screen.Get("/policies/{code}/revisions/{number}/readers.xlsx", authz.SeeAcknowledgements, p.evidenceXLSX),
		screen.Get("/policies/{code}/revisions/{number}/notice", authz.ReadBasic, p.showPrintedNotice),
		screen.Get("/policies/{code}/revisions/{number}/minutes", authz.SignedIn, p.minutes),
		screen.Get("/search", authz.ReadBasic, p.showSearch),
		screen.Get("/glossary", authz.ReadBasic, p.showGlossary),
		screen.Get("/imports", authz.DraftRevision, p.showImportStart),
		screen.Post("/imports", authz.DraftRevision, p.startImport).Body(maxText),
		screen.Get("/imports/{token}", authz.DraftRevision, p.showImport),
		screen.Post("/imports/{token}", authz.DraftRevision, p.workOnImport).Body(maxText),

		screen.Get("/policies/{code}/draft", authz.SignedIn, p.showDraft),
		screen.Post("/policies/{code}/draft", authz.DraftRevision, p.startDraft),
		screen.Get("/policies/{code}/draft/edit", authz.DraftRevision, p.showEdit),
		screen.Post("/policies/{code}/draft/edit", authz.DraftRevision, p.edit).Body(maxText),
		screen.Post("/policies/{code}/draft/edit/typed", authz.DraftRevision, p.keepTyped).Body(maxText),
		screen.Get("/policies/{code}/draft/comments", authz.CommentDraft, p.showCommentForm),
		screen.Post("/policies/{code}/draft/comments", authz.CommentDraft, p.comment),
		screen.Get("/policies/{code}/draft/clauses", authz.DraftRevision, p.showClauses),
		screen.Get("/policies/{code}/draft/clauses/{clause}/rewrite", authz.DraftRevision, p.showAmend(amend.Rewrite)),
		screen.Post("/policies/{code}/draft/clauses/{clause}/rewrite", authz.DraftRevision, p.amendClause(amend.Rewrite)).Body(maxText),
		screen.Get("/policies/{code}/draft/clauses/{clause}/insert", authz.DraftRevision, p.showAmend(amend.Insert)),
		screen.Post("/policies/{code}/draft/clauses/{clause}/insert", authz.DraftRevision, p.amendClause(amend.Insert)).Body(maxText),
		screen.Post("/policies/{code}/draft/clauses/{clause}/rewrite/typed", authz.DraftRevision, p.keepTypedClause(amend.Rewrite)).Body(maxText),
		screen.Post("/policies/{code}/draft/clauses/{clause}/insert/typed", authz.DraftRevision, p.keepTypedClause(amend.Insert)).Body(maxText),
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

		screen.Get("/organization", authz.SeeOrganization, p.showOrganization),
		screen.Get("/organization/{section}", authz.SeeOrganization, p.showSection),
		screen.Get("/organization/{section}/edit", authz.ChangeOrganization, p.showSectionEdit),
		screen.Post("/organization/{section}/edit", authz.ChangeOrganization, p.changeSection),
		screen.Get("/organization/{section}/posts", authz.ChangeOrganization, p.showNewPost),
		screen.Post("/organization/{section}/posts", authz.ChangeOrganization, p.addPost),
		screen.Get("/sections", authz.ChangeOrganization, p.showNewSection),
		screen.Post("/sections", authz.ChangeOrganization, p.addSection),
		screen.Get("/posts", authz.ChangeOrganization, p.showNewPost),
		screen.Post("/posts", authz.ChangeOrganization, p.addPost),
		screen.Get("/posts/{id}", authz.ChangeOrganization, p.showPostEdit),
		screen.Post("/posts/{id}", authz.ChangeOrganization, p.changePost).Sensitive(),

		screen.Get("/people", authz.SeeOrganization, p.showPeople),
		screen.Get("/people/{number}", authz.SeeOrganization, p.showPerson),
		screen.Get("/people/{number}/edit", authz.ChangeOrganization, p.showPersonEdit),
		screen.Post("/people/{number}/edit", authz.ChangeOrganization, p.changePerson).Sensitive(),
		screen.Get("/people/{number}/appoint", authz.ChangeOrganization, p.showAppoint),
		screen.Post("/people/{number}/appoint", authz.ChangeOrganization, p.appoint).Sensitive(),
		screen.Get("/people/{number}/roles", authz.ChangeOrganization, p.showGrantForm),
		screen.Post("/people/{number}/roles", authz.ChangeOrganization, p.giveRole).Sensitive(),
		screen.Get("/register", authz.ChangeOrganization, p.showRegister),
		screen.Post("/register", authz.ChangeOrganization, p.register).Sensitive(),
		screen.Get("/appointments/{id}", authz.ChangeOrganization, p.showAppointment),
		screen.Post("/appointments/{id}", authz.ChangeOrganization, p.changeAppointment).Sensitive(),
		screen.Get("/grants/{id}", authz.ChangeOrganization, p.showGrant),
		screen.Post("/grants/{id}", authz.ChangeOrganization, p.endGrant).Sensitive(),

		screen.Get("/personnel", authz.ChangeOrganization, p.showPersonImportStart),
		screen.Post("/personnel", authz.ChangeOrganization, p.startPersonImport).Body(maxTable),
		screen.Get("/personnel/template.xlsx", authz.ChangeOrganization, p.personTemplate),
		screen.Get("/personnel/{token}", authz.ChangeOrganization, p.showPersonImport),
		screen.Post("/personnel/{token}", authz.ChangeOrganization, p.workOnPersonImport).Sensitive(),

		screen.Get("/roles", authz.SeeOrganization, p.showRoles),
		screen.Post("/roles", authz.ChangeOrganization, p.addRule).Sensitive(),
		screen.Get("/roles/{id}", authz.ChangeOrganization, p.showRule),
		screen.Post("/roles/{id}", authz.ChangeOrganization, p.endRule).Sensitive(),

		screen.Get("/acknowledgements", authz.SignedIn, p.showAcknowledgements),
		screen.Get("/acknowledgements/{code}/{number}", authz.SignedIn, p.showProof),

		screen.Get("/public", authz.Public, p.showPublic).ForEverybody(),
		screen.Get("/public/{code}", authz.Public, p.showPublicReading).ForEverybody(),
		screen.Get("/public/{code}/clauses/{number}/{anchor}", authz.Public, p.showPublicClause).ForEverybody(),
	}
}

var dones = map[string]layout.Done{
	"acknowledged":     {Heading: "確認を記録しました", Text: "確認の証明書は、「マイ記録」からいつでも印刷できます。"},
	"drafted":          {Heading: "下書きにしました", Text: "構成と本文を確かめてから、提出してください。"},
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
	"excused":          {Heading: "確認を免除しました", Text: "本人の「やること」には、この文書の確認は出ません。仕事に戻ったら、免除を終わらせてください。"},
	"excuse-ended":     {Heading: "免除を終わらせました", Text: "本人の「やること」に、この文書の確認がまた出ます。"},
	"abolished":        {Heading: "廃止を記録しました", Text: "廃止日から、この文書は一覧・検索に出なくなります。これまでの版は、引き続き見られます。"},
	"section-added":    {Heading: "課室を加えました", Text: "次に、この課室の職を加えてください。"},
	"post-added":       {Heading: "職を加えました", Text: "役割は「職と役割の表」で付きます。人は、職員の画面から発令してください。"},
	"changed":          {Heading: "変更しました", Text: "変更は、監査証跡に残りました。"},
	"registered":       {Heading: "職員を加えました", Text: "次に、アカウントの招待を作ると、この人がサインインできるようになります。"},
	"appointed":        {Heading: "発令を記録しました", Text: "役割は、最初の日から自動で付きます。"},
	"withdrawn":        {Heading: "取り消しました", Text: "取り消したことは、監査証跡に残りました。前任の発令を終わらせていたときは、その最後の日はそのままです。必要なら、前任の人の発令で直してください。"},
	"ended":            {Heading: "最後の日を変えました", Text: "その次の日から、役割は自動でなくなります。"},
	"role-given":       {Heading: "役割を与えました", Text: "役割は、最初の日から自動で付きます。"},
	"rule-added":       {Heading: "表に加えました", Text: "その職に就いている人の役割が、最初の日から変わります。"},
	"settled":          {Heading: "保存しました", Text: "すべての質問に答えたら、「下書きにする」を押してください。"},
}
