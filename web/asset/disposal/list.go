package disposal

import (
	"net/http"
	"strconv"

	"kagami/internal/address"
	"kagami/internal/asset/disposal"
	"kagami/web/component"
	"kagami/web/screen"
)

// asked is what the address of the list asks for, by the names of its fields.
type asked map[string]string

// questions are the fields of the list's form, in the order in which they stand in an address.
var questions = []string{"state", "section", "asset"}

// url is the list that the same is asked of.
func (a asked) url() string {
	u := address.Disposals
	for _, field := range questions {
		if a[field] != "" {
			u = address.With(u, field, a[field])
		}
	}
	return u
}

// narrowed tells whether something is asked for.
func (a asked) narrowed() bool { return a.url() != address.Disposals }

func (s *Screens) showList(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, a := r.Context(), screen.Actor(r.Context()), asked{}
	for _, name := range questions {
		a[name] = r.URL.Query().Get(name)
	}
	after := r.URL.Query().Get("after")
	found, err := s.disposals.List(ctx, actor, disposal.Search{Kind: a["state"], Section: a["section"], Asset: a["asset"], After: after})
	if err != nil {
		return err
	}
	return screen.Show(w, r, listPage(listView{Frame: screen.Frame(r, "廃棄", listWay[0]), Page: found, Asked: a, Later: after != "", Today: screen.Today(ctx)}))
}

func kindChoices() []component.Choice {
	var list []component.Choice
	for _, k := range disposal.Kinds {
		list = append(list, component.Choice{Value: k.Key, Label: k.Title})
	}
	return list
}

// what is what is disposed of, in a line.
func what(l disposal.Line) string {
	if l.Assets > 1 {
		return l.First + "　ほか" + strconv.Itoa(l.Assets-1) + "件"
	}
	return l.First
}

// waits is for how long it has waited, in words.
func waits(days int) string {
	switch {
	case days < 0:
		return ""
	case days == 0:
		return "今日から"
	}
	return strconv.Itoa(days) + "日"
}
