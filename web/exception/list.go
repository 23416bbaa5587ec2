package exception

import (
	"net/http"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/exception"
	"kagami/web/component"
	"kagami/web/screen"
)

// asked is what the address of the list asks for, by the names of its fields.
type asked map[string]string

// questions are the fields of the list's form, in the order in which they stand in an
// address.
var questions = []string{"state", "section", "clause", "asset"}

// url is the list that the same is asked of.
func (a asked) url() string {
	u := address.Exceptions
	for _, field := range questions {
		if a[field] != "" {
			u = address.With(u, field, a[field])
		}
	}
	return u
}

// narrowed tells whether something is asked for.
func (a asked) narrowed() bool { return a.url() != address.Exceptions }

func (s *Screens) showList(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, a := r.Context(), screen.Actor(r.Context()), asked{}
	for _, name := range questions {
		a[name] = r.URL.Query().Get(name)
	}
	after := r.URL.Query().Get("after")
	found, err := s.exceptions.List(ctx, actor, exception.Search{Kind: a["state"], Section: a["section"], Clause: a["clause"], Asset: a["asset"], After: after})
	if err != nil {
		return err
	}
	return screen.Show(w, r, listPage(listView{
		Frame: screen.Frame(r, "例外措置"), Page: found, Asked: a, Later: after != "", MayAsk: actor.Reach(authz.AskExceptions) != authz.None, Today: screen.Today(ctx),
	}))
}

func kindChoices() []component.Choice {
	var list []component.Choice
	for _, k := range exception.Kinds {
		list = append(list, component.Choice{Value: k.Key, Label: k.Title})
	}
	return list
}
