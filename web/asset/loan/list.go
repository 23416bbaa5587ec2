package loan

import (
	"net/http"

	"kagami/internal/address"
	"kagami/internal/asset/loan"
	"kagami/internal/authz"
	"kagami/web/component"
	"kagami/web/component/register"
	"kagami/web/screen"
)

// asked is what the address of the list asks for, by the names of its fields.
type asked map[string]string

// questions are the fields of the list's form, in the order in which they stand in an
// address.
var questions = []string{"state", "section", "asset"}

// url is the list that the same is asked of.
func (a asked) url() string {
	u := address.Loans
	for _, field := range questions {
		if a[field] != "" {
			u = address.With(u, field, a[field])
		}
	}
	return u
}

// narrowed tells whether something is asked for.
func (a asked) narrowed() bool { return a.url() != address.Loans }

func (s *Screens) showList(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, a := r.Context(), screen.Actor(r.Context()), asked{}
	for _, name := range questions {
		a[name] = r.URL.Query().Get(name)
	}
	after := r.URL.Query().Get("after")
	found, err := s.loans.List(ctx, actor, loan.Search{Kind: a["state"], Section: a["section"], Asset: a["asset"], After: after})
	if err != nil {
		return err
	}
	sections, err := s.loans.ReadSections(ctx, actor)
	if err != nil {
		return err
	}
	return screen.Show(w, r, listPage(listView{
		Frame: screen.Frame(r, "持出し・貸出し", register.Link), Page: found, Asked: a, Sections: sections, Later: after != "",
		MayAsk: actor.Reach(authz.AskLoans) != authz.None, Today: screen.Today(ctx),
	}))
}

func kindChoices() []component.Choice {
	var list []component.Choice
	for _, k := range loan.Kinds {
		list = append(list, component.Choice{Value: k.Key, Label: k.Title})
	}
	return list
}

func choicesOf(sections []loan.Section) []component.Choice {
	var list []component.Choice
	for _, s := range sections {
		list = append(list, component.Choice{Value: s.Code, Label: s.Name})
	}
	return list
}

// where is from whom something goes to whom.
func where(l loan.Line) string {
	if l.Lent {
		return l.HolderName + "から" + l.SectionName + "へ"
	}
	return l.SectionName
}

// chip is how the state of a loan is drawn.
func chip(late bool) string {
	if late {
		return "chip late"
	}
	return "chip"
}
