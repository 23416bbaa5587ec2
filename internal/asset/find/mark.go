package find

import (
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// marksOf are the marks of an asset a, as the index has them.
const marksOf = `asset_marks(a.search, a.section_id, a.kind, a.confidentiality, a.integrity, a.availability, a.ranks, a.personal, a.zone, a.owner, a.state)`

// marked is what an asset a must be like, looked up by its marks, and by the tsquery of some
// keys where it is given. What a mark says is asked of nothing else: the database would look
// it up in a second index, which finds half the register.
func (l *lookup) marked(keys string) (condition string, args pgx.StrictNamedArgs) {
	facets, args := slices.Clone(l.facets), l.with(nil)
	if len(facets)+len(l.grams) == 0 {
		return l.where, args
	}
	if keys != "" {
		facets = append(facets, keys)
	}
	for name := range args { // those of which only a mark is asked
		if !strings.Contains(l.rest, "@"+name) {
			delete(args, name)
		}
	}
	args["grams"], args["facets"] = strings.Join(l.grams, " & "), strings.Join(facets, " & ")
	if len(facets) > 0 && len(l.grams) > 0 {
		args["facets"] = " & " + strings.Join(facets, " & ")
	}
	return marksOf + ` @@ (lower(@grams) || @facets)::tsquery AND ` + l.rest, args
}

// of is the tsquery of those of some keys of the column, and not that of the others where
// fewer assets have those.
func (l *lookup) of(keys []string) string {
	others := slices.DeleteFunc(slices.Clone(l.known), func(key string) bool { return slices.Contains(keys, key) })
	rows := func(of []string) (rows int) {
		for _, key := range of {
			rows += l.sampled[key].rows
		}
		return rows
	}
	if len(others) > 0 && rows(others) < rows(keys) {
		return "!" + l.anyOf(others)
	}
	return l.anyOf(keys)
}

// anyOf is the tsquery of what has one of some keys.
func (l *lookup) anyOf(keys []string) string {
	of := make([]string, len(keys))
	for i, key := range keys {
		of[i] = facet(l.facet(key))
	}
	return "(" + strings.Join(of, " | ") + ")"
}
