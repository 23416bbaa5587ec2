// Package organization is the screens of the organization on a day: sections, posts,
// people, who is appointed to which post, and the roles that follow (図 1.1).
package organization

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/handover"
	"kagami/internal/notice"
	"kagami/internal/org"
	"kagami/internal/org/absence"
	"kagami/internal/org/reach"
	"kagami/internal/org/telling"
	"kagami/internal/org/transfer"
	"kagami/internal/trail"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are the screens of the organization.
type Screens struct {
	org       *org.Service
	absences  *absence.Service
	transfers *transfer.Service
	reaches   *reach.Service
	handing   *handover.Service
	belongs   []handover.Belongs
}

// New makes the screens. belongs look at what belongs to sections.
func New(organization *org.Service, absences *absence.Service, transfers *transfer.Service, reaches *reach.Service, handing *handover.Service, belongs ...handover.Belongs) *Screens {
	return &Screens{organization, absences, transfers, reaches, handing, belongs}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/organization", authz.SeeOrganization, s.showOrganization),
			screen.Get("/organization/{section}", authz.SeeOrganization, s.showSection),
			screen.Get("/organization/{section}/edit", authz.ChangeOrganization, s.showSectionEdit),
			screen.Post("/organization/{section}/edit", authz.ChangeOrganization, s.changeSection),
			screen.Get("/organization/{section}/posts", authz.ChangeOrganization, s.showNewPost),
			screen.Post("/organization/{section}/posts", authz.ChangeOrganization, s.addPost),
			screen.Get("/sections", authz.ChangeOrganization, s.showNewSection),
			screen.Post("/sections", authz.ChangeOrganization, s.addSection),
			screen.Get("/posts", authz.ChangeOrganization, s.showNewPost),
			screen.Post("/posts", authz.ChangeOrganization, s.addPost),
			screen.Get("/posts/{id}", authz.ChangeOrganization, s.showPostEdit).Asking(s.askPost),
			screen.Post("/posts/{id}", authz.ChangeOrganization, s.changePost).Asking(s.askPost).Sensitive(),

			screen.Get("/people", authz.SeeOrganization, s.showPeople),
			screen.Get("/people/{number}", authz.SeeOrganization, s.showPerson),
			screen.Get("/people/{number}/edit", authz.ChangeOrganization, s.showPersonEdit).Asking(s.askPerson),
			screen.Post("/people/{number}/edit", authz.ChangeOrganization, s.changePerson).Asking(s.askPerson).Sensitive(),
			screen.Get("/people/{number}/appoint", authz.ChangeOrganization, s.showAppoint).Asking(s.askPerson),
			screen.Post("/people/{number}/appoint", authz.ChangeOrganization, s.appoint).Asking(s.askPerson).Sensitive(),
			screen.Get("/people/{number}/roles", authz.ChangeOrganization, s.showGrantForm).Asking(s.askPerson),
			screen.Post("/people/{number}/roles", authz.ChangeOrganization, s.giveRole).Asking(s.askPerson).Sensitive(),
			screen.Get("/register", authz.ChangeOrganization, s.showRegister),
			screen.Post("/register", authz.ChangeOrganization, s.register).Sensitive(),
			screen.Get("/appointments/{id}", authz.ChangeOrganization, s.showAppointment).Asking(s.askAppointment),
			screen.Post("/appointments/{id}", authz.ChangeOrganization, s.changeAppointment).Asking(s.askAppointment).Sensitive(),
			screen.Get("/grants/{id}", authz.ChangeOrganization, s.showGrant).Asking(s.askGrant),
			screen.Post("/grants/{id}", authz.ChangeOrganization, s.endGrant).Asking(s.askGrant).Sensitive(),

			screen.Get("/roles", authz.SeeOrganization, s.showRoles),
			screen.Post("/roles", authz.ChangeOrganization, s.addRule).Sensitive(),
			screen.Get("/roles/{id}", authz.ChangeOrganization, s.showRule).Asking(s.askRule),
			screen.Post("/roles/{id}", authz.ChangeOrganization, s.endRule).Asking(s.askRule).Sensitive(),
		},
		Nav: []screen.Entry{{Label: "体制", URL: address.Organization, Place: 5}},
		Areas: map[string]string{
			address.Sections: address.Organization, address.Posts: address.Organization, address.People: address.Organization, address.Register: address.Organization,
			address.Appointments: address.Organization, address.Grants: address.Organization, address.Roles: address.Organization,
		},
		Flashes: map[string]layout.Done{
			"section-added": {Heading: "課室を加えました", Text: "次に、この課室の職を加えてください。"},
			"post-added":    {Heading: "職を加えました", Text: "役割は「職と役割の表」で付きます。人は、職員の画面から発令してください。"},
			"changed":       {Heading: "変更しました", Text: "変更は、監査証跡に残りました。"},
			"registered":    {Heading: "職員を加えました", Text: "次に、アカウントの招待を作ると、この人がサインインできるようになります。"},
			"appointed":     {Heading: "発令を記録しました", Text: "役割は、最初の日から自動で付きます。"},
			"withdrawn":     {Heading: "取り消しました", Text: "取り消したことは、監査証跡に残りました。前任の発令を終わらせていたときは、その最後の日はそのままです。必要なら、前任の人の発令で直してください。"},
			"ended":         {Heading: "最後の日を変えました", Text: "その次の日から、役割は自動でなくなります。"},
			"role-given":    {Heading: "役割を与えました", Text: "役割は、最初の日から自動で付きます。本人に、お知らせが届きました。"},
			"rule-added":    {Heading: "表に加えました", Text: "その職に就いている人の役割が、最初の日から変わります。"},
		},
		Tasks:  s.tasks,
		Topics: []notice.Topic{telling.Topic()},
		Subjects: []trail.Named{
			{Kind: "section", Title: "課室"}, {Kind: "post", Title: "職"}, {Kind: "person", Title: "職員"}, {Kind: "appointment", Title: "発令"},
			{Kind: "role_grant", Title: "直接与えた役割"}, {Kind: "role_rule", Title: "職と役割の表"},
		},
	}
}

// organizationLink is where the way to each of these screens begins.
var organizationLink = layout.Link{Label: "体制", Address: address.Organization}

// mayChangeOrganization tells whether to offer what changes the organization and is
// about nobody.
func mayChangeOrganization(actor authz.Actor) bool {
	return actor.Reach(authz.ChangeOrganization) == authz.All
}

// mayChange tells whether to offer what changes something of it.
func (s *Screens) mayChange(r *http.Request, c org.Change) (bool, error) {
	err := s.org.Ask(r.Context(), screen.Actor(r.Context()), c)
	if fault.KindOf(err) == fault.Forbidden {
		return false, nil
	}
	return err == nil, err
}

// askPerson asks about who the address names.
func (s *Screens) askPerson(r *http.Request) error {
	person, err := s.person(r)
	if err != nil {
		return err
	}
	return s.org.Ask(r.Context(), screen.Actor(r.Context()), org.Change{Person: person.ID})
}

func (s *Screens) askAppointment(r *http.Request) error {
	a, err := s.org.Appointment(r.Context(), screen.Actor(r.Context()), idIn(r), screen.Today(r.Context()))
	if err != nil {
		return err
	}
	return s.org.Ask(r.Context(), screen.Actor(r.Context()), org.Change{Person: a.Person})
}

func (s *Screens) askGrant(r *http.Request) error {
	g, err := s.org.Grant(r.Context(), screen.Actor(r.Context()), idIn(r))
	if err != nil {
		return err
	}
	return s.org.Ask(r.Context(), screen.Actor(r.Context()), org.Change{Person: g.Person})
}

func (s *Screens) askPost(r *http.Request) error {
	return s.org.Ask(r.Context(), screen.Actor(r.Context()), org.Change{Post: idIn(r)})
}

func (s *Screens) askRule(r *http.Request) error {
	rule, err := s.org.Rule(r.Context(), screen.Actor(r.Context()), idIn(r), screen.Today(r.Context()))
	if err != nil {
		return err
	}
	return s.org.Ask(r.Context(), screen.Actor(r.Context()), org.Change{Title: rule.Title, Section: rule.Section})
}

// idIn is the number in the address; 0, which nothing has, where it is none.
func idIn(r *http.Request) int64 {
	id, err := strconv.ParseInt(chi.URLParam(r, "id"), 10, 64)
	if err != nil {
		return 0
	}
	return id
}
