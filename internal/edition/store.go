package edition

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/calendar"
	"kagami/internal/postgres"
)

// stored is an edition that was read in, with when it holds.
type stored struct {
	ID     int64
	Kind   string
	Name   string
	Source string
	Rows   []Row
	By     string // empty for the operator
	ReadAt time.Time
	First  calendar.Date // zero where it has not been started, or was taken back
	// Reason, StartedBy and StartedAt are of the last that was said of its first day.
	Reason    string
	StartedBy string
	StartedAt *time.Time
}

func (s stored) edition() Edition {
	return Edition{Name: s.Name, Source: s.Source, First: s.First, Rows: s.Rows}
}

// listStored lists what was read in of a kind, of every kind for "", in the order in
// which it was started, so that of one first day the newest stands last.
func listStored(ctx context.Context, db postgres.Querier, kind string) ([]stored, error) {
	return postgres.List[stored](ctx, db, "listing editions", `
		SELECT e.id, e.kind, e.name, e.source, e.rows, coalesce(p.name, '') AS by, e.read_at,
		       s.first_day AS first, coalesce(s.reason, '') AS reason, coalesce(q.name, '') AS started_by, s.set_at AS started_at
		FROM edition e
		LEFT JOIN person_shown p ON p.id = e.read_by
		LEFT JOIN LATERAL (SELECT * FROM edition_start o WHERE o.edition_id = e.id ORDER BY o.id DESC LIMIT 1) s ON true
		LEFT JOIN person_shown q ON q.id = s.set_by
		WHERE @kind = '' OR e.kind = @kind ORDER BY s.id NULLS FIRST, e.id`, pgx.StrictNamedArgs{"kind": kind})
}

// storedOwn is what the town has said of a row, with who has.
type storedOwn struct {
	Kind   string
	Key    string
	First  calendar.Date
	Says   says
	Cells  []string
	Reason string
	By     string // empty for the operator
	SetAt  time.Time
}

func listOwn(ctx context.Context, db postgres.Querier, kind string) ([]storedOwn, error) {
	return postgres.List[storedOwn](ctx, db, "listing a town's own rows", `
		SELECT o.kind, o.key, o.first_day AS first, o.says, o.cells, o.reason, coalesce(p.name, '') AS by, o.set_at
		FROM edition_own o LEFT JOIN person_shown p ON p.id = o.set_by
		WHERE @kind = '' OR o.kind = @kind ORDER BY o.kind, o.first_day, o.id`, pgx.StrictNamedArgs{"kind": kind})
}

// LoadForPortal returns the editions of a town, for rules that go by them.
func LoadForPortal(ctx context.Context, db postgres.Querier) (Values, error) {
	return load(ctx, db, "")
}

func load(ctx context.Context, db postgres.Querier, kind string) (Values, error) {
	editions, err := listStored(ctx, db, kind)
	if err != nil {
		return Values{}, err
	}
	rows, err := listOwn(ctx, db, kind)
	if err != nil {
		return Values{}, err
	}
	return valuesOf(editions, rows), nil
}

func valuesOf(editions []stored, rows []storedOwn) Values {
	v := Values{started: map[string][]Edition{}, own: map[string][]own{}}
	for _, e := range editions {
		if !e.First.IsZero() {
			v.started[e.Kind] = append(v.started[e.Kind], e.edition())
		}
	}
	for _, o := range rows {
		v.own[o.Kind] = append(v.own[o.Kind], own{Key: o.Key, First: o.First, Says: o.Says, Cells: o.Cells})
	}
	return v
}
