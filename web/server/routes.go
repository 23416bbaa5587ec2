package server

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/policy"
	"kagami/internal/policy/amend"
	"kagami/internal/policy/outline"
)

// Route is one address with the action it stands for: who may not do the
// action anywhere does not get past the gate. The operation behind it checks
// again, with the matter it is about.
type Route struct {
	Method  string
	Pattern string
	Action  authz.Action
	// MaxBody is the most that the request may bring, in bytes; 0 for the size
	// of an ordinary form.
	MaxBody int64
	// Sensitive routes ask again who it is, some time after they last did: see
	// proofLimit.
	Sensitive bool
	handle    handler
}

// Whether a route is sensitive: what publishes, suspends, or decides who may
// do what is.
const (
	ordinary  = false
	sensitive = true
)

// handler answers a request, or says why not.
type handler func(w http.ResponseWriter, r *http.Request) error

// maxForm is the most that an ordinary form may bring, in bytes.
const maxForm = 256 << 10

// maxText is the most that a form with a policy text may bring, in bytes: a
// file and a pasted text, and what a form puts around them.
const maxText = 2*outline.MaxSize + 1<<20

// maxMinutes is the most that a form with minutes may bring, in bytes.
const maxMinutes = policy.MaxFile + 1<<20

// Routes are the addresses for people who sign in, and those where they do.
func (p *Portal) Routes() []Route {
	return []Route{
		{http.MethodGet, "/login", authz.Public, 0, ordinary, p.showSignIn},
		{http.MethodPost, "/login", authz.Public, 0, ordinary, p.signIn},
		{http.MethodGet, "/login/second", authz.Public, 0, ordinary, p.showSecondStep},
		{http.MethodPost, "/login/second", authz.Public, 0, ordinary, p.secondStep},
		{http.MethodPost, "/login/second/options", authz.Public, 0, ordinary, p.secondStepOptions},
		{http.MethodPost, "/login/passkey", authz.Public, 0, ordinary, p.passkeySignIn},
		{http.MethodPost, "/login/passkey/options", authz.Public, 0, ordinary, p.passkeySignInOptions},
		{http.MethodPost, "/login/openid", authz.Public, 0, ordinary, p.openidSignIn},
		{http.MethodGet, CallbackPath, authz.Public, 0, ordinary, p.openidReturn},
		{http.MethodPost, "/logout", authz.Public, 0, ordinary, p.signOut},

		{http.MethodGet, "/welcome/{token}", authz.Public, 0, ordinary, p.showWelcome},
		{http.MethodPost, "/welcome/{token}", authz.Public, 0, ordinary, p.welcome},
		{http.MethodGet, "/invitation/{token}", authz.Public, 0, ordinary, p.showInvitation},
		{http.MethodPost, "/invitation/{token}", authz.Public, 0, ordinary, p.acceptInvitation},

		{http.MethodGet, "/prove", authz.SignedIn, 0, ordinary, p.showProve},
		{http.MethodPost, "/prove", authz.SignedIn, 0, ordinary, p.prove},
		{http.MethodPost, "/prove/options", authz.SignedIn, 0, ordinary, p.proveOptions},
		{http.MethodPost, "/prove/openid", authz.SignedIn, 0, ordinary, p.openidProve},
		{http.MethodGet, "/prove/continue", authz.SignedIn, 0, ordinary, p.showRest},

		{http.MethodGet, "/", authz.SignedIn, 0, ordinary, p.showHome},
		{http.MethodGet, "/notices", authz.SignedIn, 0, ordinary, p.showNotices},
		{http.MethodPost, "/notices", authz.SignedIn, 0, ordinary, p.seeNotices},

		{http.MethodGet, "/account", authz.SignedIn, 0, ordinary, p.showOwnAccount},
		{http.MethodPost, "/account", authz.SignedIn, 0, ordinary, p.endOwnSessions},
		{http.MethodGet, "/account/password", authz.SignedIn, 0, ordinary, p.showPassword},
		{http.MethodPost, "/account/password", authz.SignedIn, 0, ordinary, p.changePassword},

		{http.MethodGet, "/account/second-factor", authz.SignedIn, 0, ordinary, p.showSecondFactor},
		{http.MethodPost, "/account/second-factor", authz.SignedIn, 0, sensitive, p.changeSecondFactor},
		{http.MethodGet, "/account/second-factor/app", authz.SignedIn, 0, sensitive, p.showApp},
		{http.MethodPost, "/account/second-factor/app", authz.SignedIn, 0, sensitive, p.confirmApp},
		{http.MethodGet, "/account/second-factor/passkey", authz.SignedIn, 0, sensitive, p.showPasskey},
		{http.MethodPost, "/account/second-factor/passkey", authz.SignedIn, 0, sensitive, p.addPasskey},
		{http.MethodPost, "/account/second-factor/passkey/options", authz.SignedIn, 0, sensitive, p.passkeyOptions},
		{http.MethodGet, "/account/second-factor/remove/{factor}", authz.SignedIn, 0, sensitive, p.showRemoveFactor},
		{http.MethodPost, "/account/second-factor/remove/{factor}", authz.SignedIn, 0, sensitive, p.removeFactor},

		{http.MethodGet, "/accounts", authz.ManageAccounts, 0, ordinary, p.showAccounts},
		{http.MethodGet, "/accounts/invitations", authz.ManageAccounts, 0, ordinary, p.showInvitations},
		{http.MethodPost, "/accounts/invitations", authz.ManageAccounts, 0, sensitive, p.inviteAll},
		{http.MethodPost, "/accounts/single-sign-on", authz.ManageAccounts, 0, sensitive, p.admitAll},
		{http.MethodGet, "/accounts/{staff}", authz.ManageAccounts, 0, ordinary, p.showAccount},
		{http.MethodPost, "/accounts/{staff}", authz.ManageAccounts, 0, sensitive, p.manageAccount},
		{http.MethodGet, "/accounts/{staff}/second-factor", authz.ManageAccounts, 0, sensitive, p.showTakeAway},
		{http.MethodPost, "/accounts/{staff}/second-factor", authz.ManageAccounts, 0, sensitive, p.takeAway},

		{http.MethodGet, "/policies", authz.ReadBasic, 0, ordinary, p.showPolicies},
		{http.MethodGet, "/policies/{code}", authz.ReadBasic, 0, ordinary, p.showReading},
		{http.MethodPost, "/policies/{code}", authz.Acknowledge, 0, ordinary, p.acknowledge},
		{http.MethodGet, "/policies/{code}/changes", authz.ReadBasic, 0, ordinary, p.showChanges},
		{http.MethodGet, "/policies/{code}/clauses/{number}/{anchor}", authz.ReadBasic, 0, ordinary, p.showClause},
		{http.MethodGet, "/policies/{code}/comparison", authz.ReadBasic, 0, ordinary, p.showComparison},
		{http.MethodGet, "/policies/{code}/comparison.xlsx", authz.ReadBasic, 0, ordinary, p.comparisonXLSX},
		{http.MethodGet, "/policies/{code}/comparison.docx", authz.ReadBasic, 0, ordinary, p.comparisonDOCX},
		{http.MethodGet, "/policies/{code}/readers", authz.SeeAcknowledgements, 0, ordinary, p.showReaders},
		{http.MethodGet, "/policies/{code}/readers/{number}", authz.SeeAcknowledgements, 0, ordinary, p.showWanted},
		{http.MethodPost, "/policies/{code}/readers/{number}", authz.ExcuseAcknowledgement, 0, ordinary, p.excuse},
		{http.MethodGet, "/policies/{code}/readers.csv", authz.SeeAcknowledgements, 0, ordinary, p.readersCSV},
		{http.MethodGet, "/policies/{code}/readers.xlsx", authz.SeeAcknowledgements, 0, ordinary, p.readersXLSX},
		{http.MethodGet, "/policies/{code}/abolish", authz.PublishDecided, 0, ordinary, p.showAbolish},
		{http.MethodPost, "/policies/{code}/abolish", authz.PublishDecided, 0, sensitive, p.abolish},
		{http.MethodGet, "/policies/{code}/audience", authz.PublishDecided, 0, ordinary, p.showAudience},
		{http.MethodPost, "/policies/{code}/audience", authz.PublishDecided, 0, sensitive, p.changeAudience},
		{http.MethodGet, "/policies/{code}/revisions", authz.ReadBasic, 0, ordinary, p.showRevisions},
		{http.MethodGet, "/policies/{code}/revisions/{number}", authz.ReadBasic, 0, ordinary, p.showRevision},
		{http.MethodGet, "/policies/{code}/revisions/{number}/readers.csv", authz.SeeAcknowledgements, 0, ordinary, p.evidenceCSV},
		{http.MethodGet, "/policies/{code}/revisions/{number}/readers.xlsx", authz.SeeAcknowledgements, 0, ordinary, p.evidenceXLSX},
		{http.MethodGet, "/policies/{code}/revisions/{number}/notice", authz.ReadBasic, 0, ordinary, p.showPrintedNotice},
		{http.MethodGet, "/policies/{code}/revisions/{number}/minutes", authz.SignedIn, 0, ordinary, p.minutes},
		{http.MethodGet, "/search", authz.ReadBasic, 0, ordinary, p.showSearch},
		{http.MethodGet, "/glossary", authz.ReadBasic, 0, ordinary, p.showGlossary},
		{http.MethodGet, "/imports", authz.DraftRevision, 0, ordinary, p.showImportStart},
		{http.MethodPost, "/imports", authz.DraftRevision, maxText, ordinary, p.startImport},
		{http.MethodGet, "/imports/{token}", authz.DraftRevision, 0, ordinary, p.showImport},
		{http.MethodPost, "/imports/{token}", authz.DraftRevision, maxText, ordinary, p.workOnImport},

		{http.MethodGet, "/policies/{code}/draft", authz.SignedIn, 0, ordinary, p.showDraft},
		{http.MethodPost, "/policies/{code}/draft", authz.DraftRevision, 0, ordinary, p.startDraft},
		{http.MethodGet, "/policies/{code}/draft/edit", authz.DraftRevision, 0, ordinary, p.showEdit},
		{http.MethodPost, "/policies/{code}/draft/edit", authz.DraftRevision, maxText, ordinary, p.edit},
		{http.MethodPost, "/policies/{code}/draft/edit/typed", authz.DraftRevision, maxText, ordinary, p.keepTyped},
		{http.MethodGet, "/policies/{code}/draft/comments", authz.CommentDraft, 0, ordinary, p.showCommentForm},
		{http.MethodPost, "/policies/{code}/draft/comments", authz.CommentDraft, 0, ordinary, p.comment},
		{http.MethodGet, "/policies/{code}/draft/clauses", authz.DraftRevision, 0, ordinary, p.showClauses},
		{http.MethodGet, "/policies/{code}/draft/clauses/{clause}/rewrite", authz.DraftRevision, 0, ordinary, p.showAmend(amend.Rewrite)},
		{http.MethodPost, "/policies/{code}/draft/clauses/{clause}/rewrite", authz.DraftRevision, maxText, ordinary, p.amendClause(amend.Rewrite)},
		{http.MethodGet, "/policies/{code}/draft/clauses/{clause}/insert", authz.DraftRevision, 0, ordinary, p.showAmend(amend.Insert)},
		{http.MethodPost, "/policies/{code}/draft/clauses/{clause}/insert", authz.DraftRevision, maxText, ordinary, p.amendClause(amend.Insert)},
		{http.MethodPost, "/policies/{code}/draft/clauses/{clause}/rewrite/typed", authz.DraftRevision, maxText, ordinary, p.keepTypedClause(amend.Rewrite)},
		{http.MethodPost, "/policies/{code}/draft/clauses/{clause}/insert/typed", authz.DraftRevision, maxText, ordinary, p.keepTypedClause(amend.Insert)},
		{http.MethodPost, "/policies/{code}/draft/clauses/unsaved", authz.DraftRevision, 0, ordinary, p.dropTypedClause},
		{http.MethodGet, "/policies/{code}/draft/clauses/{clause}/move", authz.DraftRevision, 0, ordinary, p.showAmend(amend.Move)},
		{http.MethodPost, "/policies/{code}/draft/clauses/{clause}/move", authz.DraftRevision, 0, ordinary, p.amendClause(amend.Move)},
		{http.MethodGet, "/policies/{code}/draft/clauses/{clause}/delete", authz.DraftRevision, 0, ordinary, p.showAmend(amend.Delete)},
		{http.MethodPost, "/policies/{code}/draft/clauses/{clause}/delete", authz.DraftRevision, 0, ordinary, p.amendClause(amend.Delete)},
		{http.MethodGet, "/policies/{code}/draft/submit", authz.DraftRevision, 0, ordinary, p.showSubmit},
		{http.MethodPost, "/policies/{code}/draft/submit", authz.DraftRevision, 0, ordinary, p.submit},
		{http.MethodGet, "/policies/{code}/draft/take-back", authz.DraftRevision, 0, ordinary, p.showStepBack(p.takeBack)},
		{http.MethodPost, "/policies/{code}/draft/take-back", authz.DraftRevision, 0, ordinary, p.stepBack(p.takeBack)},
		{http.MethodGet, "/policies/{code}/draft/withdraw", authz.DraftRevision, 0, ordinary, p.showStepBack(p.withdraw)},
		{http.MethodPost, "/policies/{code}/draft/withdraw", authz.DraftRevision, 0, ordinary, p.stepBack(p.withdraw)},
		{http.MethodGet, "/policies/{code}/draft/send-back", authz.PublishMinor, 0, ordinary, p.showStepBack(p.sendBack)},
		{http.MethodPost, "/policies/{code}/draft/send-back", authz.PublishMinor, 0, sensitive, p.stepBack(p.sendBack)},
		{http.MethodGet, "/policies/{code}/draft/notice", authz.PublishMinor, 0, ordinary, p.showNotice},
		{http.MethodPost, "/policies/{code}/draft/notice", authz.PublishMinor, 0, sensitive, p.notify},
		{http.MethodGet, "/policies/{code}/draft/decision", authz.RecordDecision, 0, ordinary, p.showDecision},
		// not sensitive: a file would be lost while it is asked who it is, and
		// nothing is published by it
		{http.MethodPost, "/policies/{code}/draft/decision", authz.RecordDecision, maxMinutes, ordinary, p.decide},
		{http.MethodGet, "/policies/{code}/draft/publish", authz.PublishDecided, 0, ordinary, p.showPublish},
		{http.MethodPost, "/policies/{code}/draft/publish", authz.PublishDecided, 0, sensitive, p.publish},

		{http.MethodGet, "/organization", authz.SeeOrganization, 0, ordinary, p.showOrganization},
		{http.MethodGet, "/organization/{section}", authz.SeeOrganization, 0, ordinary, p.showSection},
		{http.MethodGet, "/organization/{section}/edit", authz.ChangeOrganization, 0, ordinary, p.showSectionEdit},
		{http.MethodPost, "/organization/{section}/edit", authz.ChangeOrganization, 0, ordinary, p.changeSection},
		{http.MethodGet, "/organization/{section}/posts", authz.ChangeOrganization, 0, ordinary, p.showNewPost},
		{http.MethodPost, "/organization/{section}/posts", authz.ChangeOrganization, 0, ordinary, p.addPost},
		{http.MethodGet, "/sections", authz.ChangeOrganization, 0, ordinary, p.showNewSection},
		{http.MethodPost, "/sections", authz.ChangeOrganization, 0, ordinary, p.addSection},
		{http.MethodGet, "/posts", authz.ChangeOrganization, 0, ordinary, p.showNewPost},
		{http.MethodPost, "/posts", authz.ChangeOrganization, 0, ordinary, p.addPost},
		{http.MethodGet, "/posts/{id}", authz.ChangeOrganization, 0, ordinary, p.showPostEdit},
		{http.MethodPost, "/posts/{id}", authz.ChangeOrganization, 0, sensitive, p.changePost},

		{http.MethodGet, "/people", authz.SeeOrganization, 0, ordinary, p.showPeople},
		{http.MethodGet, "/people/{number}", authz.SeeOrganization, 0, ordinary, p.showPerson},
		{http.MethodGet, "/people/{number}/edit", authz.ChangeOrganization, 0, ordinary, p.showPersonEdit},
		{http.MethodPost, "/people/{number}/edit", authz.ChangeOrganization, 0, sensitive, p.changePerson},
		{http.MethodGet, "/people/{number}/appoint", authz.ChangeOrganization, 0, ordinary, p.showAppoint},
		{http.MethodPost, "/people/{number}/appoint", authz.ChangeOrganization, 0, sensitive, p.appoint},
		{http.MethodGet, "/people/{number}/roles", authz.ChangeOrganization, 0, ordinary, p.showGrantForm},
		{http.MethodPost, "/people/{number}/roles", authz.ChangeOrganization, 0, sensitive, p.giveRole},
		{http.MethodGet, "/register", authz.ChangeOrganization, 0, ordinary, p.showRegister},
		{http.MethodPost, "/register", authz.ChangeOrganization, 0, sensitive, p.register},
		{http.MethodGet, "/appointments/{id}", authz.ChangeOrganization, 0, ordinary, p.showAppointment},
		{http.MethodPost, "/appointments/{id}", authz.ChangeOrganization, 0, sensitive, p.changeAppointment},
		{http.MethodGet, "/grants/{id}", authz.ChangeOrganization, 0, ordinary, p.showGrant},
		{http.MethodPost, "/grants/{id}", authz.ChangeOrganization, 0, sensitive, p.endGrant},

		{http.MethodGet, "/personnel", authz.ChangeOrganization, 0, ordinary, p.showPersonImportStart},
		{http.MethodPost, "/personnel", authz.ChangeOrganization, maxTable, ordinary, p.startPersonImport},
		{http.MethodGet, "/personnel/template.xlsx", authz.ChangeOrganization, 0, ordinary, p.personTemplate},
		{http.MethodGet, "/personnel/{token}", authz.ChangeOrganization, 0, ordinary, p.showPersonImport},
		{http.MethodPost, "/personnel/{token}", authz.ChangeOrganization, 0, sensitive, p.workOnPersonImport},

		{http.MethodGet, "/roles", authz.SeeOrganization, 0, ordinary, p.showRoles},
		{http.MethodPost, "/roles", authz.ChangeOrganization, 0, sensitive, p.addRule},
		{http.MethodGet, "/roles/{id}", authz.ChangeOrganization, 0, ordinary, p.showRule},
		{http.MethodPost, "/roles/{id}", authz.ChangeOrganization, 0, sensitive, p.endRule},
		{http.MethodGet, "/permissions", authz.SignedIn, 0, ordinary, p.showPermissions},

		{http.MethodGet, "/acknowledgements", authz.SignedIn, 0, ordinary, p.showAcknowledgements},
		{http.MethodGet, "/acknowledgements/{code}/{number}", authz.SignedIn, 0, ordinary, p.showProof},
	}
}

// OpenRoutes are the addresses that know no sessions: no cookie is read there,
// and none is set, so that what they answer is the same for everybody.
func (p *Portal) OpenRoutes() []Route {
	return []Route{
		{http.MethodGet, "/public", authz.Public, 0, ordinary, p.showPublic},
		{http.MethodGet, "/public/{code}", authz.Public, 0, ordinary, p.showPublicReading},
		{http.MethodGet, "/public/{code}/clauses/{number}/{anchor}", authz.Public, 0, ordinary, p.showPublicClause},
	}
}

// router is the tables above with the middleware before them, and the addresses
// that machines ask.
func (p *Portal) router() http.Handler {
	router := chi.NewRouter()
	router.Use(p.log, p.recover, p.headers, middleware.GetHead)
	router.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	router.Get("/readyz", p.ready)
	router.Handle("/static/*", p.files.Handler(p.page(notFound)))

	people := chi.Chain(p.sameOrigin, p.overTLS, p.sessions.Load, p.identify)
	for _, route := range p.Routes() {
		router.Method(route.Method, route.Pattern, append(people, p.gate(route)).Handler(p.page(route.handle)))
	}
	for _, route := range p.OpenRoutes() {
		router.Method(route.Method, route.Pattern, p.overTLS(p.page(route.handle)))
	}
	router.NotFound(people.Handler(p.page(notFound)).ServeHTTP)
	router.MethodNotAllowed(people.Handler(p.page(wrongMethod)).ServeHTTP)
	return router
}

func notFound(http.ResponseWriter, *http.Request) error {
	return fault.New(fault.NotFound, "アドレスが正しいか確かめてください。ホームから選び直すこともできます。")
}

func wrongMethod(http.ResponseWriter, *http.Request) error {
	return fault.New(fault.WrongMethod, "この画面は、その操作を受け付けていません。ホームから選び直してください。")
}
