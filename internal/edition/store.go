package edition

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/calendar"
	"kagami/internal/postgres"
)

// stored is an edition that was read in and not withdrawn, with when it holds, without
// its rows.
type stored struct {
	ID     int64
	Kind   string
	Name   string
	Source string
	Count  int    // of its rows
	By     string // empty for the operator
	ReadAt time.Time
	First  calendar.Date // zero where it has not been started, or was taken back
	// Reason, StartedBy and StartedAt are of the last that was said of its first day.
	Reason    string
	StartedBy string
	StartedAt *time.Time
}

func (s stored) edition() Edition {
	return Edition{ID: s.ID, Name: s.Name, Source: s.Source, First: s.First}
}

// holdsBy tells whether it holds on a day, or has held until then.
func (s stored) holdsBy(day calendar.Date) bool { return !s.First.IsZero() && !s.First.After(day) }

// lastSaid is the SQL of what was said last of the first day of the edition e.
const lastSaid = `(SELECT o.id, o.first_day, o.reason, o.set_by, o.set_at FROM edition_start o WHERE o.edition_id = e.id ORDER BY o.id DESC LIMIT 1)`

// listStored lists what was read in of a kind, of every kind for "", in the order in
// which it was started, so that of one first day the newest stands last.
func listStored(ctx context.Context, db postgres.Querier, kind string) ([]stored, error) {
	return postgres.List[stored](ctx, db, "listing editions", `
		SELECT e.id, e.kind, e.name, e.source, jsonb_array_length(e.rows) AS count, coalesce(p.name, '') AS by, e.read_at,
		       s.first_day AS first, coalesce(s.reason, '') AS reason, coalesce(q.name, '') AS started_by, s.set_at AS started_at
		FROM edition e
		LEFT JOIN person_shown p ON p.id = e.read_by
		LEFT JOIN LATERAL `+lastSaid+` s ON true
		LEFT JOIN person_shown q ON q.id = s.set_by
		WHERE (@kind = '' OR e.kind = @kind) AND NOT EXISTS (SELECT FROM edition_withdrawal w WHERE w.edition_id = e.id)
		ORDER BY s.id NULLS FIRST, e.id`, pgx.StrictNamedArgs{"kind": kind})
}

// withRows returns an edition with its rows, read where it was read in.
func (e Edition) withRows(ctx context.Context, db postgres.Querier) (Edition, error) {
	if e.ID == 0 {
		return e, nil
	}
	if err := db.QueryRow(ctx, `SELECT rows FROM edition WHERE id = @id`, pgx.StrictNamedArgs{"id": e.ID}).Scan(&e.Rows); err != nil {
		return Edition{}, fmt.Errorf("reading the rows of an edition: %w", err)
	}
	return e, nil
}

// started is an edition that has a first day, with its rows.
type started struct {
	ID     int64
	Kind   string
	Name   string
	Source string
	First  calendar.Date
	Rows   []Row
}

// listStarted lists the editions of some kinds, of every kind for none, that hold on a day
// or are to hold after it, the earliest first: of one first day only the one that counts.
func listStarted(ctx context.Context, db postgres.Querier, day calendar.Date, kinds ...string) ([]started, error) {
	return postgres.List[started](ctx, db, "listing the editions that hold", `
		WITH started AS (
			SELECT DISTINCT ON (e.kind, s.first_day) e.id, e.kind, s.first_day
			FROM edition e JOIN LATERAL `+lastSaid+` s ON s.first_day IS NOT NULL
			WHERE @every OR e.kind = ANY(@kinds)
			ORDER BY e.kind, s.first_day, s.id DESC)
		SELECT e.id, e.kind, e.name, e.source, t.first_day AS first, e.rows
		FROM started t JOIN edition e ON e.id = t.id
		WHERE NOT EXISTS (SELECT FROM started o WHERE o.kind = t.kind AND o.first_day > t.first_day AND o.first_day <= @day)
		ORDER BY t.kind, t.first_day`, pgx.StrictNamedArgs{"every": len(kinds) == 0, "kinds": kinds, "day": day})
}

// storedOwn is what the town has said of a row, with who has.
type storedOwn struct {
	ID     int64
	Kind   string
	Key    string
	First  calendar.Date
	Says   says
	Cells  []string
	Reason string
	By     string // empty for the operator
	SetAt  time.Time
}

// listOwn lists what the town has said of the rows of some kinds, of every kind for none.
func listOwn(ctx context.Context, db postgres.Querier, kinds ...string) ([]storedOwn, error) {
	return postgres.List[storedOwn](ctx, db, "listing a town's own rows", `
		SELECT o.id, o.kind, o.key, o.first_day AS first, o.says, o.cells, o.reason, coalesce(p.name, '') AS by, o.set_at
		FROM edition_own o LEFT JOIN person_shown p ON p.id = o.set_by
		WHERE @every OR o.kind = ANY(@kinds) ORDER BY o.kind, o.first_day, o.id`, pgx.StrictNamedArgs{"every": len(kinds) == 0, "kinds": kinds})
}

// listEvents lists what was done with the editions of a kind, the newest first.
func listEvents(ctx context.Context, db postgres.Querier, kind string) ([]Event, error) {
	return postgres.List[Event](ctx, db, "listing what was done with editions", `
		SELECT e.id AS edition, e.name, h.act, h.first_day AS first, h.reason, coalesce(p.name, '') AS by, h.at
		FROM (SELECT id AS edition_id, @read::text AS act, NULL::date AS first_day, '' AS reason, read_by AS person_id, read_at AS at, 0::bigint AS step FROM edition
		      UNION ALL SELECT edition_id, CASE WHEN first_day IS NULL THEN @back::text ELSE @start::text END, first_day, reason, set_by, set_at, id FROM edition_start
		      UNION ALL SELECT edition_id, @withdrawn::text, NULL, coalesce(reason, ''), withdrawn_by, withdrawn_at, 9223372036854775807 FROM edition_withdrawal) h
		JOIN edition e ON e.id = h.edition_id
		LEFT JOIN person_shown p ON p.id = h.person_id
		WHERE e.kind = @kind ORDER BY h.at DESC, e.id DESC, h.step DESC`,
		pgx.StrictNamedArgs{"kind": kind, "read": WasRead, "back": TakenBack, "start": Started, "withdrawn": Withdrawn})
}

// LoadForPortal returns the editions of a town, for rules that go by them on a day or
// later.
func LoadForPortal(ctx context.Context, db postgres.Querier, day calendar.Date) (Values, error) {
	return load(ctx, db, day)
}

// LoadHistory returns of some kinds the editions of a town that have ever held, for Turns.
func LoadHistory(ctx context.Context, db postgres.Querier, kinds ...Kind) (Values, error) {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.Name
	}
	return load(ctx, db, beforeAll, names...)
}

// beforeAll is a day before any on which an edition begins.
var beforeAll = calendar.NewDate(1, time.January, 1)

// load loads with their rows what holds of some kinds, of every kind for none, on a day and
// after it.
func load(ctx context.Context, db postgres.Querier, day calendar.Date, kinds ...string) (Values, error) {
	editions, err := listStarted(ctx, db, day, kinds...)
	if err != nil {
		return Values{}, err
	}
	rows, err := listOwn(ctx, db, kinds...)
	if err != nil {
		return Values{}, err
	}
	v := valuesOf(nil, rows)
	for _, e := range editions {
		v.started[e.Kind] = append(v.started[e.Kind], Edition{ID: e.ID, Name: e.Name, Source: e.Source, First: e.First, Rows: e.Rows})
	}
	return v, nil
}

// valuesOf are values of whose editions the rows are not there.
func valuesOf(editions []stored, rows []storedOwn) Values {
	v := Values{started: map[string][]Edition{}, own: map[string][]own{}}
	for _, e := range editions {
		if !e.First.IsZero() {
			v.started[e.Kind] = append(v.started[e.Kind], e.edition())
		}
	}
	for _, o := range rows {
		if o.Says == takenBack {
			v.own[o.Kind] = v.without(o.Kind, o.Key, o.First).own[o.Kind]
			continue
		}
		v.own[o.Kind] = append(v.own[o.Kind], own{Key: o.Key, First: o.First, Says: o.Says, Cells: o.Cells})
	}
	return v
}
