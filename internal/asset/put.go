package asset

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/postgres"
)

// Entry is one asset in a change of many.
type Entry struct {
	Was     Asset // the zero value for one that is new
	Section int64 // of one that is new
	Is      Details
	State   State // Draft or Registered
	Why     string
}

// step is by which the entry comes to stand as it is to; only tells that it is of somebody who
// may only draft, who proposes what is to change of what is registered.
func (e Entry) step(only bool) life.Step {
	switch {
	case e.Was.ID == 0 && e.State == Draft:
		return life.Begin
	case e.Was.ID == 0:
		return life.Register
	case e.Was.State == Draft && e.State == Registered:
		return life.Settle
	case only && e.Was.State == Draft:
		return life.Mend
	case only:
		return life.Propose
	case e.Was.State == Registered && e.State == Draft:
		return life.Unsettle
	}
	return life.Change
}

// Stands tells whether a step leads to where the entry is to stand; only tells that it is of
// somebody who may only draft.
func (e Entry) Stands(only bool) bool {
	step := e.step(only)
	to, err := e.Was.State.After(step)
	return err == nil && (to == e.State || step == life.Propose)
}

// Written is an entry as it is written.
type Written struct {
	Entry
	Fields        []string // in which it differs
	Before, After map[string]string
	Rises         bool // it was there, and is written with other ranks: Put says so
}

// Put is many assets written in a change that has allowed each of them: those that are new
// are given their 管理番号 and their ids. What is below its floor is still to be settled of
// those that rise.
func Put(ctx context.Context, tx *door.Tx, actor authz.Actor, scheme Scheme, part []*Written) error {
	if err := numberMany(ctx, tx, part); err != nil {
		return err
	}
	if err := putMany(ctx, tx, scheme, part); err != nil {
		return err
	}
	return noteMany(ctx, tx, actor, part)
}

// detailTypes are the columns of detailColumns as a statement reads them from JSON.
const detailTypes = `own_number text, kind text, name text, work text, content text, confidentiality text, integrity text, availability text, ranks smallint[],
	personal text, number_work text, zone text, place text, medium text, owner text, users text, handling text[], disposal text, keep_until text,
	outsourced text, evaluated_by text, seat text, registered_on date, checked_on date, note text, answers text, level_reason text,
	multi_factor text, takeout_barred text, breaks jsonb, broken_since date`

// numberMany gives those that are new their 管理番号.
func numberMany(ctx context.Context, tx *door.Tx, part []*Written) error {
	fresh := map[int64][]*Written{}
	var sections []int64
	for _, w := range part {
		if w.Was.ID == 0 {
			if fresh[w.Section] == nil {
				sections = append(sections, w.Section)
			}
			fresh[w.Section] = append(fresh[w.Section], w)
		}
	}
	if len(sections) == 0 {
		return nil
	}
	counts := make([]int, len(sections))
	for i, section := range sections {
		counts[i] = len(fresh[section])
	}
	rows, err := tx.Query(ctx, `
		WITH number AS (
			INSERT INTO asset_number AS n (code, last)
			SELECT s.code, f.fresh FROM unnest(@sections::bigint[], @counts::int[]) AS f(section, fresh) JOIN section_shown s ON s.id = f.section ORDER BY s.code
			ON CONFLICT (code) DO UPDATE SET last = n.last + excluded.last RETURNING code, last)
		SELECT s.id, n.last, n.code FROM number n JOIN section_shown s USING (code)`,
		pgx.StrictNamedArgs{"sections": sections, "counts": counts})
	if err != nil {
		return fmt.Errorf("numbering many assets: %w", err)
	}
	var (
		section int64
		last    int
		code    string
	)
	_, err = pgx.ForEachRow(rows, []any{&section, &last, &code}, func() error {
		first := last - len(fresh[section]) + 1
		for i, w := range fresh[section] {
			w.Was.Code = fmt.Sprintf("%s-%04d", code, first+i)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("numbering many assets: %w", err)
	}
	return nil
}

// putMany writes assets: those that were there by one statement, those that are new in one
// stream.
func putMany(ctx context.Context, tx *door.Tx, scheme Scheme, part []*Written) error {
	var fresh []*Written
	var kept []map[string]any
	for _, w := range part {
		if w.Was.ID == 0 {
			fresh = append(fresh, w)
			continue
		}
		w.Rises = !slices.Equal(ranksOf(w.Is, scheme, w.Was), w.Was.Ranks)
		args := w.columns(scheme, tx.Today())
		args["registered_on"] = w.Is.RegisteredOn.String()
		if w.Is.CheckedOn.IsZero() {
			args["checked_on"] = nil
		}
		args["id"] = w.Was.ID
		kept = append(kept, args)
	}
	if len(kept) > 0 {
		rows, err := json.Marshal(kept)
		if err != nil {
			return fmt.Errorf("writing many assets: %w", err)
		}
		_, err = tx.Exec(ctx, `
			UPDATE asset a SET (state, `+detailColumns+`) = (SELECT r.state, `+prefixed+`), version = version + 1
			FROM jsonb_to_recordset(@rows) AS r(id bigint, state text, `+detailTypes+`) WHERE a.id = r.id`, pgx.StrictNamedArgs{"rows": rows})
		if err != nil {
			return fmt.Errorf("changing many assets: %w", Known(err))
		}
	}
	return addMany(ctx, tx, scheme, fresh)
}

// columns are the columns of an asset in a change of many, by their names.
func (w *Written) columns(scheme Scheme, today calendar.Date) pgx.StrictNamedArgs {
	args := w.Is.arguments(scheme, w.Was)
	weigh(args, w.Was, w.Is, scheme, today, w.Rises)
	args["state"] = w.State
	return args
}

// addMany gives those that are new their ids, and streams them into the register.
func addMany(ctx context.Context, tx *door.Tx, scheme Scheme, fresh []*Written) error {
	if len(fresh) == 0 {
		return nil
	}
	type given struct{ ID int64 }
	ids, err := postgres.List[given](ctx, tx, "numbering many assets", `SELECT nextval('asset_id_seq') AS id FROM generate_series(1, @fresh)`, pgx.StrictNamedArgs{"fresh": len(fresh)})
	if err != nil {
		return err
	}
	columns := append([]string{"id", "code", "section_id", "state"}, details...)
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"asset"}, columns, pgx.CopyFromSlice(len(fresh), func(i int) ([]any, error) {
		w := fresh[i]
		w.Was.ID = ids[i].ID
		args := w.columns(scheme, tx.Today())
		args["id"] = w.Was.ID
		args["code"], args["section_id"], args["checked_on"] = w.Was.Code, w.Section, w.Is.CheckedOn
		row := make([]any, len(columns))
		for c, column := range columns {
			row[c] = args[column]
		}
		return row, nil
	}))
	if err != nil {
		return fmt.Errorf("registering many assets: %w", Known(err))
	}
	return nil
}

// details are the names of detailColumns, and prefixed the same of what a statement reads
// from JSON.
var (
	details  = strings.FieldsFunc(detailColumns, func(r rune) bool { return strings.ContainsRune(", \n\t", r) })
	prefixed = "r." + strings.Join(details, ", r.")
)

// noteMany writes the changes into the assets' histories.
func noteMany(ctx context.Context, tx *door.Tx, actor authz.Actor, part []*Written) error {
	var by *int64 // nil for the operator and the portal
	if actor.Person != 0 {
		by = &actor.Person
	}
	columns := []string{"asset_id", "version", "changed_at", "changed_by", "why", "before", "after"}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"asset_change"}, columns, pgx.CopyFromSlice(len(part), func(i int) ([]any, error) {
		w := part[i]
		return []any{w.Was.ID, w.Was.Version + 1, tx.Now, by, w.Why, w.Before, w.After}, nil
	}))
	if err != nil {
		return fmt.Errorf("writing the histories of many assets: %w", err)
	}
	return nil
}
