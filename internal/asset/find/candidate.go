package find

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/jackc/pgx/v5"

	"kagami/internal/postgres"
)

// from is the condition of what stands after the place where the page begins, by the names
// of a key of the whole order and of what sorts numbers.
func (l *lookup) from(key, number string) (condition string, args pgx.StrictNamedArgs) {
	if !l.after {
		return "true", pgx.StrictNamedArgs{}
	}
	beyond, _ := l.direction()
	return fmt.Sprintf(`(%s, %s) %s (@at::%s, asset_code_order(@code))`, key, number, beyond, l.kind), pgx.StrictNamedArgs{"at": l.typed(l.wholeAt()), "code": l.code}
}

type found struct{ ID int64 }

// candidates are looked up by their marks and sorted: those that stand up to an end, of
// some keys, where these are given.
func (l *lookup) candidates(ctx context.Context, need int, upTo *end, keys string) ([]int64, error) {
	if err := l.goBy(ctx, true); err != nil {
		return nil, err
	}
	where, args := l.marked(keys)
	args["need"] = need
	beyond, by := l.direction()
	from, more := l.from("c.key", "c.code_order")
	maps.Copy(args, more)
	if upTo != nil && upTo.codeOrder == "" { // only marks tell: by the index too they are many
		condition := `c.key < @end`
		if l.backward {
			condition = `c.key >= @end`
		}
		from, args["end"] = from+` AND `+condition, upTo.key
	} else if upTo != nil { // what stands between is looked up by the index of the order, beside the marks
		where += ` AND ` + l.between(beyond)
		args["end_code"] = upTo.codeOrder
		if l.sort != ByCode {
			args["end"] = l.typed(upTo.key)
		}
	}
	if strings.Contains(l.whole(), "@zones") {
		args["zones"] = l.zones
	}
	list, err := postgres.List[found](ctx, l.tx, "looking assets up", fmt.Sprintf(`
		SELECT c.id FROM (SELECT a.id, %s AS key, a.code_order FROM asset a WHERE %s OFFSET 0) c WHERE %s ORDER BY c.key %s, c.code_order %s LIMIT @need`,
		l.whole(), where, from, by, by), args)
	return idsOf(list), err
}

// between is the condition of what stands after the place and up to an end, such as an
// index finds it.
func (l *lookup) between(beyond string) string {
	within := map[string]string{">": "<=", "<": ">="}[beyond]
	if l.sort == ByCode {
		condition := fmt.Sprintf(`a.code_order %s @end_code`, within)
		if l.after {
			condition += fmt.Sprintf(` AND a.code_order %s asset_code_order(@code)`, beyond)
		}
		return condition
	}
	condition := fmt.Sprintf(`(%s, a.code_order) %s (@end::%s, @end_code)`, l.key, within, l.kind)
	if l.after {
		condition += fmt.Sprintf(` AND (%s, a.code_order) %s (@at::%s, asset_code_order(@code))`, l.key, beyond, l.kind)
	}
	return condition
}

func idsOf(list []found) []int64 {
	ids := make([]int64, len(list))
	for i, f := range list {
		ids[i] = f.ID
	}
	return ids
}
