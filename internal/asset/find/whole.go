package find

import (
	"context"
	"fmt"
	"reflect"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset/life"
	"kagami/internal/postgres"
)

// whole tells whether the list leaves out nothing that counts, and an index has its order:
// zones stand in an order of the day. What a search may be about besides is never whole.
func (q Search) whole() bool {
	if q.Sorted() == ByZone {
		return false
	}
	for _, level := range q.Levels {
		if level != "" {
			return false
		}
	}
	return reflect.DeepEqual(q, Search{Sort: q.Sort, Backward: q.Backward, After: q.After, Exact: q.Exact, Levels: q.Levels})
}

// listWhole makes the page of a list that is whole: one statement reads it, with how many
// there are, and it is planned once and for all. False where nothing stands on the page.
func (s *Service) listWhole(ctx context.Context, l lookup, page *Page) (bool, error) {
	beyond, by := l.direction()
	after, args := "true", pgx.StrictNamedArgs{}
	sorted := fmt.Sprintf(`%s %s, a.code_order %s`, l.key, by, by)
	if l.after {
		after = fmt.Sprintf(`(%s, a.code_order) %s (@at::%s, asset_code_order(@code))`, l.key, beyond, l.kind)
		args["at"], args["code"] = l.typed(l.at), l.code
	}
	if l.sort == ByCode { // the index has no key before the number
		sorted = `a.code_order ` + by
		if l.after {
			after = fmt.Sprintf(`a.code_order %s asset_code_order(@code)`, beyond)
			delete(args, "at")
		}
	}
	type counted struct {
		Line
		Count int
	}
	// the limits stand in the text: as arguments they would have it planned anew each time
	list, err := postgres.List[counted](ctx, s.pool, "listing the register", fmt.Sprintf(`
		SELECT %s, (%s)::text AS key,
		       (SELECT count(*)::int FROM (SELECT FROM asset WHERE state `+life.Counts+` LIMIT %d) f) AS count
		FROM asset a JOIN section_shown s ON s.id = a.section_id
		WHERE a.state `+life.Counts+` AND %s ORDER BY %s LIMIT %d`, lineColumns, l.key, l.counted+1, after, sorted, OnPage+1), args)
	if err != nil || len(list) == 0 {
		return false, err
	}
	for _, line := range list {
		page.Assets = append(page.Assets, line.Line)
	}
	page.Count, page.More = min(list[0].Count, l.counted), list[0].Count > l.counted
	return true, nil
}
