package find

import (
	"context"
	"fmt"
	"maps"

	"github.com/jackc/pgx/v5"

	"kagami/internal/calendar"
	"kagami/internal/postgres"
)

// lookup is one look into the register. There are two ways to find what is asked for:
// walking in the order of the list until a page is full, which is fast for what is
// frequent; and by the marks of asset_marked, which is fast for what is rare. Neither the
// database nor anybody else knows before which it is, so that each is tried for as long
// as it is fast.
type lookup struct {
	order
	bounds
	tx       pgx.Tx
	today    calendar.Date
	where    string // what an asset a must be like
	rest     string // what of it no mark says
	args     pgx.StrictNamedArgs
	grams    []string   // tsqueries: those of the words
	facets   []string   // those of what its columns say
	sections bool       // only those of some sections
	all      bool       // all that count are listed, or all
	marks    bool       // the database goes by marks
	rare     bool       // so few are found that none walks to them
	exempt   []excepted // of what is asked by whether it is excepted, all that is
	few      []int64    // where no more are found than are counted, the ids of the page
	// what the sample says: of a column with keys, by key how many of it are found, and of
	// how many; of another one, where a page ends at the latest
	sampled map[string]seen
	total   seen
	known   []string // all keys, in their order, where the list goes by them
	ends    *end
}

// bounds are how far is gone one way before the other is taken.
type bounds struct {
	counted int // up to how many are counted
	steps   int // how far is walked for a page at most before the other way is tried
	// As many as that in the sample, of a key where there are keys, make a walk worth it:
	// fewer are looked up by their marks at once, since it would pass hundreds before each.
	often int
	// The percentage of the register's blocks in which is looked whether there are more than
	// are counted. They are taken at random, since what is alike stands together.
	sample int
	// A page is looked for up to that one of the sample: as many hundreds stand before it, far
	// more than a page has, and far less than all.
	end int
}

var usualBounds = bounds{counted: MostCounted, steps: 8000, often: 60, sample: 1, end: 8}

// How the register is read: each statement is planned for what it is asked, and for a
// hundred lines no second process pays. A look walks in the order of the list at first.
var (
	reading = pgx.TxOptions{BeginQuery: begin}
	looking = pgx.TxOptions{BeginQuery: begin + `; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off`}
)

const begin = `BEGIN READ ONLY; SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL max_parallel_workers_per_gather = 0`

// goBy lets the database go by marks, and not by the order, or the other way.
func (l *lookup) goBy(ctx context.Context, marks bool) error {
	if l.marks == marks {
		return nil
	}
	l.marks = marks
	settings := `SET LOCAL enable_bitmapscan = off; SET LOCAL enable_indexscan = on`
	if marks {
		settings = `SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = on`
	}
	if _, err := l.tx.Exec(ctx, settings); err != nil {
		return fmt.Errorf("setting how to plan: %w", err)
	}
	return nil
}

// with are the arguments and some more.
func (l *lookup) with(more pgx.StrictNamedArgs) pgx.StrictNamedArgs {
	args := maps.Clone(l.args)
	maps.Copy(args, more)
	return args
}

// page are the ids of a page and of one more, in their order. many tells whether more are
// found than are counted.
func (l *lookup) page(ctx context.Context, many bool) ([]int64, error) {
	switch {
	case !many && !l.all:
		return l.few, nil
	case l.rare:
		return l.candidates(ctx, OnPage+1, nil, "")
	case l.sort == ByName && !l.all && len(l.facets)+len(l.grams) > 0:
		return l.byInitials(ctx)
	case l.sort != ByName && l.facet != nil:
		return l.byKeys(ctx)
	default:
		return l.alongOrder(ctx)
	}
}

// lineColumns are a line's, of the asset a of the section s, but for its key.
const lineColumns = `a.code, s.name AS section_name, a.name, a.kind, a.place, a.confidentiality, a.integrity, a.availability, a.zone, a.checked_on, a.broken_since, a.state`

// lines are assets as the list shows them, in the order of their ids.
func (l *lookup) lines(ctx context.Context, ids []int64) ([]Line, error) {
	if err := l.goBy(ctx, false); err != nil {
		return nil, err
	}
	return postgres.List[Line](ctx, l.tx, "listing assets", `
		SELECT `+lineColumns+`, (`+l.key+`)::text AS key
		FROM unnest(@ids::bigint[]) WITH ORDINALITY AS f (id, n) JOIN asset a ON a.id = f.id JOIN section_shown s ON s.id = a.section_id ORDER BY f.n`,
		pgx.StrictNamedArgs{"ids": ids})
}
