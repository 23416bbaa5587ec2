package communication

import (
	"net/http"
	"strconv"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/communication"
	"kagami/internal/authz"
	"kagami/web/component"
	"kagami/web/screen"
)

// asked is what the address of the list asks for, by the names of its fields.
type asked map[string]string

// questions are the fields of the list's form, in the order in which they stand in an
// address.
var questions = []string{"section", "zone", "safeguard", "breaks", "state"}

func askedOf(r *http.Request) asked {
	a := asked{}
	for _, name := range questions {
		a[name] = r.URL.Query().Get(name)
	}
	return a
}

// search is what the address asks for.
func (a asked) search(after string) communication.Search {
	return communication.Search{
		Section: a["section"], Zone: a["zone"], Safeguard: communication.Safeguard(a["safeguard"]), Breaking: a["breaks"] != "",
		States: communication.States(a["state"]), After: after,
	}
}

// url is the list that the same is asked of.
func (a asked) url() string {
	u := address.Communications
	for _, field := range questions {
		if a[field] != "" {
			u = address.With(u, field, a[field])
		}
	}
	return u
}

// narrowed tells whether something is asked for.
func (a asked) narrowed() bool { return a.url() != address.Communications }

func (s *Screens) showList(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, a := r.Context(), screen.Actor(r.Context()), askedOf(r)
	after := r.URL.Query().Get("after")
	found, err := s.communications.List(ctx, actor, a.search(after))
	if err != nil {
		return err
	}
	sections, err := s.finding.Sections(ctx, actor)
	if err != nil {
		return err
	}
	return screen.Show(w, r, listPage(listView{
		Frame: screen.Frame(r, "領域間の通信", listWay[0]), Page: found, Asked: a, Sections: sections, Later: after != "",
		MayRegister: actor.Reach(authz.ChangeAssets) != authz.None,
	}))
}

// where names the sections that the list is of.
func (p listView) where() string {
	for _, s := range p.Sections {
		if s.Code == p.Asked["section"] || len(p.Sections) == 1 {
			return s.Name
		}
	}
	return strconv.Itoa(len(p.Sections)) + "課室"
}

// safeguard is the safeguard of a line, in words.
func (p listView) safeguard(l communication.Line) string {
	words := l.Safeguard.Title()
	if l.Listed != "" {
		words += "：" + p.Scheme.Shown("listed", l.Listed)
	}
	return words
}

// offered are the values of a closed list, to choose one of.
func offered[T ~string](list []asset.Choice[T]) []component.Choice {
	var choices []component.Choice
	for _, c := range list {
		choices = append(choices, component.Choice{Value: string(c.Value), Label: c.Title})
	}
	return choices
}

func sectionChoices(sections []asset.Section) []component.Choice {
	var list []component.Choice
	for _, s := range sections {
		list = append(list, component.Choice{Value: s.Code, Label: s.Name})
	}
	return list
}

func endChoices(scheme communication.Scheme) []component.Choice {
	var list []component.Choice
	for _, z := range scheme.Ends {
		list = append(list, component.Choice{Value: z.Key, Label: z.Title})
	}
	return list
}

var (
	breakChoices = []component.Choice{{Value: "1", Label: "要是正だけ"}}
	standChoices = []component.Choice{{Value: string(communication.Ended), Label: "終わった通信"}, {Value: string(communication.Any), Label: "終わったものも含めて、すべて"}}
)
