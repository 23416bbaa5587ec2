package find

import (
	"kagami/internal/address"
	"kagami/internal/asset"
	"net/url"
	"strings"
)

// Asked is what the address of the list asks for, by the names of its fields.
type Asked map[string]string

// Fields are the fields of the list's form, in the order in which they stand in an
// address.
var Fields = []string{"q", "section", "kind", "confidentiality", "integrity", "availability", "zone", "personal", "state", "overdue", "unowned", "broken", "by_hand", "again", "sort"}

// AskedOf reads it.
func AskedOf(query url.Values) Asked {
	a := Asked{}
	for _, name := range Fields {
		a[name] = strings.ToValidUTF8(query.Get(name), "") // a link may be cut off in a character
	}
	return a
}

// Search is what the address asks for, after a place.
func (a Asked) Search(after string) Search {
	q := Search{
		Words: a["q"], Section: a["section"], Kind: asset.Kind(a["kind"]), Levels: map[asset.Aspect]string{}, Zone: a["zone"],
		Personal: asset.Personal(a["personal"]), Stand: Stand(a["state"]), Overdue: a["overdue"] != "", Unowned: a["unowned"] != "", Broken: Broken(a["broken"]), ByHand: a["by_hand"] != "", Again: a["again"] != "", After: after,
	}
	by, backward := strings.CutPrefix(a["sort"], "-")
	q.Sort, q.Backward = Sort(by), backward
	for _, aspect := range asset.Aspects {
		q.Levels[aspect] = a[string(aspect)]
	}
	return q
}

// At is an address of which the same is asked as of the list, but for one field.
func (a Asked) At(u, name, value string) string {
	for _, field := range Fields {
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

// Narrowed tells whether some assets are left out, beside those that have ended.
func (a Asked) Narrowed() bool {
	for _, name := range Fields {
		if a[name] != "" && name != "sort" {
			return true
		}
	}
	return false
}
