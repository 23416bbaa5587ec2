// Package absence is the screens on which it is recorded that somebody is away (休業), and
// until when.
package absence

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/org"
	"kagami/internal/org/absence"
	"kagami/internal/trail"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are those screens.
type Screens struct {
	org      *org.Service
	absences *absence.Service
}

// New makes the screens.
func New(organization *org.Service, absences *absence.Service) *Screens {
	return &Screens{organization, absences}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/people/{number}/absences", authz.ChangeOrganization, s.showAbsenceForm).Asking(s.ask),
			screen.Post("/people/{number}/absences", authz.ChangeOrganization, s.recordAbsence).Asking(s.ask).Sensitive(),
			screen.Get("/people/{number}/absences/{first}", authz.ChangeOrganization, s.showAbsence).Asking(s.ask),
			screen.Post("/people/{number}/absences/{first}", authz.ChangeOrganization, s.changeAbsence).Asking(s.ask).Sensitive(),
		},
		Flashes: map[string]layout.Done{
			"absent":            {Heading: "休業を登録しました", Text: "休業の間は、確認を求める人数から外れ、お知らせの催促も届きません。仕事に戻った日から、新しい期限が始まります。"},
			"absent-unattended": {Heading: "休業を登録しました", Text: "この間、課室の情報セキュリティ管理者の事項を行う人がいません。代わりに行う人の画面で「発令する」を開き、職務代理として発令してください。"},
			"absence-ended":     {Heading: "休業の最後の日を変えました", Text: "その次の日から、確認などの期限が新しく始まります。"},
			"absence-back":      {Heading: "休業を取り消しました", Text: "取り消したことは、監査証跡に残りました。"},
		},
		Subjects: []trail.Named{{Kind: "absence", Title: "休業"}},
	}
}

// person is who the address names.
func (s *Screens) person(r *http.Request) (org.Person, error) {
	return s.org.Person(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "number"))
}

// ask asks about them.
func (s *Screens) ask(r *http.Request) error {
	person, err := s.person(r)
	if err != nil {
		return err
	}
	return s.org.Ask(r.Context(), screen.Actor(r.Context()), org.Change{Person: person.ID})
}

// way is the way to what is about a person.
func way(person org.Person) []layout.Link {
	return []layout.Link{
		{Label: "体制", Address: address.Organization}, {Label: "職員", Address: address.People}, {Label: person.Name, Address: address.Person(person.StaffNumber)},
	}
}
