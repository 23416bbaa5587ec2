package trail

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"
)

// one statement writes the entry and, where there is one, its confidential
// part: a single round trip.
const insertEntry = `
WITH entry AS (
	INSERT INTO trail_entry (at, person_id, role, action, subject_kind, subject_id, fields, refs, confidential_hash, hash, capacity)
	VALUES ($1, nullif($2, 0::bigint), $3, $4, $5, $6, $7, $8, $9, $10, $13)
	RETURNING id)
INSERT INTO trail_confidential (entry_id, salt, part)
SELECT id, $11::bytea, $12::text FROM entry WHERE $11::bytea IS NOT NULL`

// Append writes an entry in the transaction of the change that it records.
func Append(ctx context.Context, tx pgx.Tx, e Entry) error {
	args, err := arguments(e)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, insertEntry, args...); err != nil {
		return fmt.Errorf("appending to the trail: %w", err)
	}
	return nil
}

// AppendMany writes entries in the transaction of the change that they record,
// as many as there are in one stream. None has a confidential part.
func AppendMany(ctx context.Context, tx pgx.Tx, entries iter.Seq[Entry]) error {
	next, stop := iter.Pull(entries)
	defer stop()
	columns := []string{"at", "person_id", "role", "action", "subject_kind", "subject_id", "fields", "refs", "hash", "capacity"}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"trail_entry"}, columns, pgx.CopyFromFunc(func() ([]any, error) {
		e, more := next()
		if !more {
			return nil, nil
		}
		if len(e.Confidential) > 0 {
			return nil, errors.New("an entry of many has a confidential part")
		}
		args, err := arguments(e)
		if err != nil {
			return nil, err
		}
		row := append(args[:8:8], args[9], args[12])
		if e.Person == 0 {
			row[1] = nil
		}
		return row, nil
	}))
	if err != nil {
		return fmt.Errorf("appending to the trail: %w", err)
	}
	return nil
}

// Queue adds an entry to the statements of the change that it records, to be
// sent together with them.
func Queue(batch *pgx.Batch, e Entry) error {
	args, err := arguments(e)
	if err != nil {
		return err
	}
	batch.Queue(insertEntry, args...)
	return nil
}

// arguments are what insertEntry takes.
func arguments(e Entry) ([]any, error) {
	e.At = e.At.UTC().Truncate(time.Microsecond)
	if e.Fields == nil {
		e.Fields = []string{}
	}
	if e.Refs == nil {
		e.Refs = map[string]int64{}
	}
	s, err := seal(e)
	if err != nil {
		return nil, fmt.Errorf("sealing a trail entry: %w", err)
	}
	return []any{
		e.At, e.Person, e.Role, e.Action, e.Subject.Kind, e.Subject.ID,
		e.Fields, e.Refs, s.confidentialHash, s.hash, s.salt, string(s.part), e.Capacity,
	}, nil
}

// Altered is the first entry that does not prove itself.
type Altered struct {
	ID  int64
	Why string
}

func (a *Altered) Error() string { return fmt.Sprintf("trail entry %d: %s", a.ID, a.Why) }

// Querier is the part of a pool or a transaction that reads.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Verify reads the whole trail and checks each entry against its hash and, as
// far as it is still there, its confidential part. It returns how many entries
// it read, and *Altered for the first bad one.
func Verify(ctx context.Context, db Querier) (int, error) {
	rows, err := db.Query(ctx, `
		SELECT e.id, e.at, coalesce(e.person_id, 0), e.role, e.capacity, e.action, e.subject_kind, e.subject_id,
		       e.fields, e.refs, e.confidential_hash, e.hash, c.salt, c.part
		FROM trail_entry e LEFT JOIN trail_confidential c ON c.entry_id = e.id
		ORDER BY e.id`)
	if err != nil {
		return 0, fmt.Errorf("reading the trail: %w", err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var (
			id                       int64
			e                        Entry
			refs                     []byte
			confidential, hash, salt []byte
			part                     *string
		)
		if err := rows.Scan(&id, &e.At, &e.Person, &e.Role, &e.Capacity, &e.Action, &e.Subject.Kind, &e.Subject.ID,
			&e.Fields, &refs, &confidential, &hash, &salt, &part); err != nil {
			return n, fmt.Errorf("reading the trail: %w", err)
		}
		if err := json.Unmarshal(refs, &e.Refs); err != nil {
			return n, &Altered{id, "its references are not readable"}
		}
		want, err := openHash(e, confidential)
		if err != nil {
			return n, err
		}
		switch {
		case !bytes.Equal(want, hash):
			return n, &Altered{id, "its open part does not match its hash"}
		case part != nil && !bytes.Equal(confidentialHash(salt, []byte(*part)), confidential):
			return n, &Altered{id, "its confidential part does not match its hash"}
		}
		n++
	}
	return n, rows.Err()
}
