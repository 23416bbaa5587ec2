package reading

import (
	"kagami/internal/authz"
	"kagami/internal/policy/find"
	"kagami/internal/task"
	"kagami/web/screen"
	"strconv"
	"strings"
)

// searchPart names the group of hits in the link to its next page.
const searchPart = "policies"

// search finds clauses of what the actor may read.
func (s *Screens) search(actor authz.Actor, query screen.Query, b *screen.Batch) {
	place, asked := query.In(searchPart)
	if !asked {
		return
	}
	var found find.Found
	after := readPlace(place)
	s.Find.QueueSearch(&b.Batch, actor, find.Search{Words: query.Words, After: after}, func(f find.Found) { found = f })
	b.Group(func() screen.Group {
		if len(found.Hits) == 0 {
			return screen.Group{}
		}
		group := screen.Group{Best: task.InText, Draw: hitsGroup(hitsView{Found: found, Words: query.Words, Later: after != (find.Place{})})}
		for _, hit := range found.Hits {
			group.Best = min(group.Best, hit.Rank)
		}
		return group
	})
}

// readPlace reads a place as a link to the next page carries it, kihon.12; one
// that no link can carry is that of the first page.
func readPlace(s string) find.Place {
	code, position, _ := strings.Cut(s, ".")
	n, err := strconv.Atoi(position)
	if err != nil || n < 0 || code == "" {
		return find.Place{}
	}
	return find.Place{Code: code, Position: n}
}
