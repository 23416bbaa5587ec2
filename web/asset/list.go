package asset

import (
	"net/http"
	"strconv"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/authz"
	"kagami/web/component"
	"kagami/web/screen"
)

// asked is what the address of the list asks for, by the names of its fields.
type asked map[string]string

// questions are the fields of the list's form, in the order in which they stand in an
// address.
var questions = []string{"q", "section", "kind", "confidentiality", "integrity", "availability", "zone", "personal", "state", "sort"}

func askedOf(r *http.Request) asked {
	a := asked{}
	for _, name := range questions {
		a[name] = r.URL.Query().Get(name)
	}
	return a
}

// search is what the address asks for.
func (a asked) search(after string) find.Search {
	q := find.Search{
		Words: a["q"], Section: a["section"], Kind: asset.Kind(a["kind"]), Levels: map[asset.Aspect]string{}, Zone: a["zone"],
		Personal: asset.Personal(a["personal"]), Stand: find.Stand(a["state"]), Sort: find.Sort(a["sort"]), After: after,
	}
	for _, aspect := range asset.Aspects {
		q.Levels[aspect] = a[string(aspect)]
	}
	return q
}

// url is the list that the same is asked of, but for one field.
func (a asked) url(name, value string) string { return a.at(address.Assets, name, value) }

// at is an address of which the same is asked as of the list, but for one field.
func (a asked) at(u, name, value string) string {
	for _, field := range questions {
		of := a[field]
		if field == name {
			of = value
		}
		if of != "" {
			u = address.With(u, field, of)
		}
	}
	return u
}

// narrowed tells whether some assets are left out, beside those that have ended.
func (a asked) narrowed() bool {
	for _, name := range questions {
		if a[name] != "" && name != "sort" {
			return true
		}
	}
	return false
}

// further tells whether something is asked for by a field that stands folded away.
func (a asked) further() bool {
	for _, name := range []string{"kind", "integrity", "availability", "personal", "state"} {
		if a[name] != "" {
			return true
		}
	}
	return false
}

func (s *Screens) showList(w http.ResponseWriter, r *http.Request) error {
	ctx, actor, a := r.Context(), screen.Actor(r.Context()), askedOf(r)
	after := r.URL.Query().Get("after")
	q := a.search(after)
	found, refusal := s.finding.List(ctx, actor, q)
	problems, status, err := screen.Refused(refusal)
	if err != nil {
		return err
	}
	sections, err := s.finding.Sections(ctx, actor)
	if err != nil {
		return err
	}
	screen.Render(w, r, status, listPage(listView{
		Frame: screen.Frame(r, "情報資産台帳"), Page: found, Asked: a, Sections: sections, Sort: q.Sorted(), Later: after != "", Problems: problems,
		MayRegister: actor.Reach(authz.DraftAssets) != authz.None,
	}))
	return nil
}

// counted is how many there are, in words.
func counted(p find.Page) string {
	n := strconv.Itoa(p.Count)
	if p.Count >= find.MostCounted {
		n = n[:len(n)-3] + "," + n[len(n)-3:]
	}
	if p.More {
		return n + "件以上"
	}
	return n + "件"
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

// column is a column of the list that it can be sorted by.
type column struct {
	Title string
	Sort  find.Sort
	Order string // how it is sorted then
}

var columns = []column{
	{"管理番号", find.ByCode, "管理番号の順"},
	{"情報資産名", find.ByName, "情報資産名の順"},
	{"機密性", find.ByConfidentiality, "機密性の高い順"},
	{"完全性", find.ByIntegrity, "完全性の高い順"},
	{"可用性", find.ByAvailability, "可用性の高い順"},
	{"領域", find.ByZone, "領域の順"},
	{"最終確認", find.ByCheck, "最終確認の古い順"},
}

// order is how the list is sorted, in words.
func (p listView) order() string {
	for _, c := range columns {
		if c.Sort == p.Sort {
			return c.Order
		}
	}
	return ""
}

// direction is what aria-sort says of a column that the list is sorted by.
func (c column) direction() string {
	switch c.Sort {
	case find.ByConfidentiality, find.ByIntegrity, find.ByAvailability:
		return "descending"
	}
	return "ascending"
}

func sortChoices() []component.Choice {
	var list []component.Choice
	for _, c := range columns {
		list = append(list, component.Choice{Value: string(c.Sort), Label: c.Order})
	}
	return list
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

func levelChoices(levels []asset.Level) []component.Choice {
	var list []component.Choice
	for _, l := range levels {
		list = append(list, component.Choice{Value: l.Key, Label: l.Title})
	}
	return list
}

func zoneChoices(zones []asset.Zone) []component.Choice {
	var list []component.Choice
	for _, z := range zones {
		list = append(list, component.Choice{Value: z.Key, Label: z.Title})
	}
	return list
}

// standChoices are the states to list, beside what counts.
func standChoices() []component.Choice {
	list := []component.Choice{}
	for _, state := range []asset.State{asset.Draft, asset.Registered, asset.Retired, asset.Mistaken, asset.Merged} {
		list = append(list, component.Choice{Value: string(state), Label: state.Title()})
	}
	return append(list, component.Choice{Value: string(find.Any), Label: "終わったものも含めて、すべて"})
}

// levelWords are a level as the list shows it; one that is still to be settled says so.
func levelWords(aspect asset.Aspect, key string) string {
	if aspect == asset.Confidentiality && key == asset.Unsettled {
		return key + "（未分類）"
	}
	return orOpen(key)
}

// orOpen is a text of what has to be settled, of a draft that it is not settled of.
func orOpen(text string) string {
	if text == "" {
		return "未定"
	}
	return text
}

// heavyRank is from where on a level stands out in the list: 自治体機密性3C and above.
const heavyRank = 30

func levelClass(scheme asset.Scheme, key string) string {
	if level, ok := scheme.Level(asset.Confidentiality, key); ok && level.Rank >= heavyRank {
		return "chip fill"
	}
	return "chip"
}
