package find

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kagami/internal/asset"
)

// column is what a column sorts by, from the least up, before the 管理番号.
type column struct {
	key   string // an expression over asset a that an index has, before code_order
	kind  string // its type
	facet func(key string) string
}

// columns are those that the list is sorted by. Those with a facet have few keys, and are
// listed key after key: so the first hundred are found at once though none of what is
// looked for has the first key. The keys of names are their first characters.
var columns = map[Sort]column{
	ByConfidentiality: {`(-a.ranks[1])`, "int", rankFacet("1")},
	ByIntegrity:       {`(-a.ranks[2])`, "int", rankFacet("2")},
	ByAvailability:    {`(-a.ranks[3])`, "int", rankFacet("3")},
	ByCode:            {`''::text`, "text", nil},
	ByName:            {`lower(normalize(a.name, NFKC)) COLLATE "C"`, "text", func(initial string) string { return "n" + initial }},
	ByZone:            {`a.zone`, "text", func(key string) string { return "z" + key }},
	ByCheck:           {`coalesce(a.checked_on - date '2000-01-01', -1000000)`, "int", nil},
}

// rankFacet is that of how high an aspect is, by the place of the aspect.
func rankFacet(aspect string) func(string) string {
	return func(key string) string {
		if higher, negative := strings.CutPrefix(key, "-"); negative {
			return aspect + higher
		}
		return aspect + "0"
	}
}

// Sorted is the column that the list is sorted by.
func (q Search) Sorted() Sort {
	if _, ok := columns[q.Sort]; !ok {
		return ByConfidentiality
	}
	return q.Sort
}

// order is the order of a list, and where a page of it begins.
type order struct {
	column
	sort     Sort
	backward bool
	zones    []string // in their order
	after    bool
	code     string // after that of
	at       string // and this key
}

func (q Search) order(scheme asset.Scheme) order {
	sort := q.Sorted()
	o := order{column: columns[sort], sort: sort, backward: q.Backward}
	for _, z := range scheme.Zones {
		o.zones = append(o.zones, z.Key)
	}
	// what no link carries is the first page
	var ok bool
	o.code, o.at, ok = strings.Cut(q.After, " ")
	if ok && o.kind == "int" {
		_, err := strconv.ParseInt(o.at, 10, 32)
		ok = err == nil
	}
	o.after = ok
	return o
}

// place is where a line stands, by what it is sorted by and not by the line itself: who
// goes on is shown neither twice nor never what has not changed, though the line be
// changed meanwhile.
func place(l Line) string { return l.Code + " " + l.Key }

// direction is how a key is compared with that of the place, and how it is sorted.
func (o order) direction() (beyond, by string) {
	if o.backward {
		return "<", "DESC"
	}
	return ">", "ASC"
}

// compare orders two keys of a column with few: zones by the edition in effect, those that
// it does not have after the others.
func (o order) compare(a, b string) int {
	var by int
	if o.kind == "int" {
		x, _ := strconv.Atoi(a)
		y, _ := strconv.Atoi(b)
		by = cmp.Compare(x, y)
	} else if o.sort == ByName {
		by = cmp.Compare(a, b)
	} else {
		by = cmp.Or(cmp.Compare(o.position(a), o.position(b)), cmp.Compare(a, b))
	}
	if o.backward {
		return -by
	}
	return by
}

const unknownZone = 1000 // after all that an edition can have

func (o order) position(zone string) int {
	if i := slices.Index(o.zones, zone); i >= 0 {
		return i
	}
	return unknownZone
}

// whole is the key of the whole order: a zone with its position before it.
func (o order) whole() string {
	if o.sort == ByZone {
		return fmt.Sprintf(`(lpad((coalesce(array_position(@zones::text[], a.zone), %d) - 1)::text, 4, '0') || a.zone) COLLATE "C"`, unknownZone+1)
	}
	return o.key
}

// wholeAt is that of the place.
func (o order) wholeAt() string {
	if o.sort == ByZone {
		return fmt.Sprintf("%04d%s", o.position(o.at), o.at)
	}
	return o.at
}
