package portal

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"kagami/internal/authz"
	"kagami/internal/fault"
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
	handle  handler
}

// handler answers a request, or says why not.
type handler func(w http.ResponseWriter, r *http.Request) error

// maxForm is the most that an ordinary form may bring, in bytes.
const maxForm = 256 << 10

// maxText is the most that a form with a policy text may bring, in bytes: a
// file and a pasted text, and what a form puts around them.
const maxText = 2*outline.MaxSize + 1<<20

// Routes are all the addresses for people.
func (p *Portal) Routes() []Route {
	return []Route{
		{http.MethodGet, "/login", authz.Public, 0, p.showSignIn},
		{http.MethodPost, "/login", authz.Public, 0, p.signIn},
		{http.MethodPost, "/logout", authz.Public, 0, p.signOut},

		{http.MethodGet, "/welcome/{token}", authz.Public, 0, p.showWelcome},
		{http.MethodPost, "/welcome/{token}", authz.Public, 0, p.welcome},
		{http.MethodGet, "/invitation/{token}", authz.Public, 0, p.showInvitation},
		{http.MethodPost, "/invitation/{token}", authz.Public, 0, p.acceptInvitation},

		{http.MethodGet, "/", authz.SignedIn, 0, p.showHome},

		{http.MethodGet, "/account", authz.SignedIn, 0, p.showOwnAccount},
		{http.MethodPost, "/account", authz.SignedIn, 0, p.endOwnSessions},
		{http.MethodGet, "/account/password", authz.SignedIn, 0, p.showPassword},
		{http.MethodPost, "/account/password", authz.SignedIn, 0, p.changePassword},

		{http.MethodGet, "/accounts", authz.ManageAccounts, 0, p.showAccounts},
		{http.MethodGet, "/accounts/invitations", authz.ManageAccounts, 0, p.showInvitations},
		{http.MethodPost, "/accounts/invitations", authz.ManageAccounts, 0, p.inviteAll},
		{http.MethodGet, "/accounts/{staff}", authz.ManageAccounts, 0, p.showAccount},
		{http.MethodPost, "/accounts/{staff}", authz.ManageAccounts, 0, p.manageAccount},

		{http.MethodGet, "/policies", authz.ReadBasic, 0, p.showPolicies},
		{http.MethodGet, "/policies/{code}", authz.ReadBasic, 0, p.showReading},
		{http.MethodPost, "/policies/{code}", authz.Acknowledge, 0, p.acknowledge},
		{http.MethodGet, "/policies/{code}/readers", authz.SeeAcknowledgements, 0, p.showReaders},
		{http.MethodGet, "/policies/{code}/readers.csv", authz.SeeAcknowledgements, 0, p.readersCSV},
		{http.MethodGet, "/policies/{code}/readers.xlsx", authz.SeeAcknowledgements, 0, p.readersXLSX},

		{http.MethodGet, "/imports", authz.DraftRevision, 0, p.showImportStart},
		{http.MethodPost, "/imports", authz.DraftRevision, maxText, p.startImport},
		{http.MethodGet, "/imports/{token}", authz.DraftRevision, 0, p.showImport},
		{http.MethodPost, "/imports/{token}", authz.DraftRevision, maxText, p.workOnImport},

		{http.MethodGet, "/policies/{code}/draft", authz.SignedIn, 0, p.showDraft},
		{http.MethodGet, "/policies/{code}/draft/publish", authz.PublishDecided, 0, p.showPublish},
		{http.MethodPost, "/policies/{code}/draft/publish", authz.PublishDecided, 0, p.publish},

		{http.MethodGet, "/organization", authz.SeeOrganization, 0, p.showOrganization},
		{http.MethodGet, "/organization/{section}", authz.SeeOrganization, 0, p.showSection},
		{http.MethodGet, "/organization/{section}/edit", authz.ChangeOrganization, 0, p.showSectionEdit},
		{http.MethodPost, "/organization/{section}/edit", authz.ChangeOrganization, 0, p.changeSection},
		{http.MethodGet, "/organization/{section}/posts", authz.ChangeOrganization, 0, p.showNewPost},
		{http.MethodPost, "/organization/{section}/posts", authz.ChangeOrganization, 0, p.addPost},
		{http.MethodGet, "/sections", authz.ChangeOrganization, 0, p.showNewSection},
		{http.MethodPost, "/sections", authz.ChangeOrganization, 0, p.addSection},
		{http.MethodGet, "/posts", authz.ChangeOrganization, 0, p.showNewPost},
		{http.MethodPost, "/posts", authz.ChangeOrganization, 0, p.addPost},
		{http.MethodGet, "/posts/{id}", authz.ChangeOrganization, 0, p.showPostEdit},
		{http.MethodPost, "/posts/{id}", authz.ChangeOrganization, 0, p.changePost},

		{http.MethodGet, "/people", authz.SeeOrganization, 0, p.showPeople},
		{http.MethodGet, "/people/{number}", authz.SeeOrganization, 0, p.showPerson},
		{http.MethodGet, "/people/{number}/edit", authz.ChangeOrganization, 0, p.showPersonEdit},
		{http.MethodPost, "/people/{number}/edit", authz.ChangeOrganization, 0, p.changePerson},
		{http.MethodGet, "/people/{number}/appoint", authz.ChangeOrganization, 0, p.showAppoint},
		{http.MethodPost, "/people/{number}/appoint", authz.ChangeOrganization, 0, p.appoint},
		{http.MethodGet, "/people/{number}/roles", authz.ChangeOrganization, 0, p.showGrantForm},
		{http.MethodPost, "/people/{number}/roles", authz.ChangeOrganization, 0, p.giveRole},
		{http.MethodGet, "/register", authz.ChangeOrganization, 0, p.showRegister},
		{http.MethodPost, "/register", authz.ChangeOrganization, 0, p.register},
		{http.MethodGet, "/appointments/{id}", authz.ChangeOrganization, 0, p.showAppointment},
		{http.MethodPost, "/appointments/{id}", authz.ChangeOrganization, 0, p.changeAppointment},
		{http.MethodGet, "/grants/{id}", authz.ChangeOrganization, 0, p.showGrant},
		{http.MethodPost, "/grants/{id}", authz.ChangeOrganization, 0, p.endGrant},

		{http.MethodGet, "/roles", authz.SeeOrganization, 0, p.showRoles},
		{http.MethodPost, "/roles", authz.ChangeOrganization, 0, p.addRule},
		{http.MethodGet, "/roles/{id}", authz.ChangeOrganization, 0, p.showRule},
		{http.MethodPost, "/roles/{id}", authz.ChangeOrganization, 0, p.endRule},
		{http.MethodGet, "/permissions", authz.SignedIn, 0, p.showPermissions},

		{http.MethodGet, "/acknowledgements", authz.SignedIn, 0, p.showAcknowledgements},
		{http.MethodGet, "/acknowledgements/{code}/{number}", authz.SignedIn, 0, p.showProof},
	}
}

// router is the table above with the middleware before it, and the addresses
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
