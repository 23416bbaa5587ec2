package trail

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/postgres"
)

const insertEntry = `
INSERT INTO trail_entry (at, person_id, role, action, subject_kind, subject_id, fields, refs, confidential_hash, hash, capacity)
SELECT @at, @person_id, @role, @action, @subject_kind, @subject_id, @fields, @refs, @confidential_hash, @hash, @capacity`

// insertion is the statement that writes an entry where a condition holds, and its
// confidential part if it has one: a single round trip.
func insertion(confidential bool, only string) string {
	insert := insertEntry
	if only != "" {
		insert += "\nWHERE " + only
	}
	if !confidential {
		return insert
	}
	return `WITH entry AS (` + insert + ` RETURNING id)
INSERT INTO trail_confidential (entry_id, salt, part) SELECT id, @salt, @part FROM entry`
}

// Append writes an entry in the transaction of the change that it records.
func Append(ctx context.Context, tx pgx.Tx, e Entry) error {
	args, err := arguments(e)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, insertion(len(e.Confidential) > 0, ""), args); err != nil {
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
		row := make([]any, len(columns))
		for i, column := range columns {
			row[i] = args[column]
		}
		return row, nil
	}))
	if err != nil {
		return fmt.Errorf("appending to the trail: %w", err)
	}
	return nil
}

// Condition is on what an entry is written: SQL over arguments of its own. The zero
// value is none.
type Condition struct {
	SQL  string
	Args pgx.StrictNamedArgs
}

// Queue adds an entry to the statements of the change that it records, to be
// sent together with them. A condition that does not hold has to fail: without its
// entry the change must not be committed.
func Queue(batch *pgx.Batch, e Entry, only Condition) error {
	args, err := arguments(e)
	if err != nil {
		return err
	}
	maps.Copy(args, only.Args)
	postgres.Queue(batch, insertion(len(e.Confidential) > 0, only.SQL), args)
	return nil
}

// arguments are what insertEntry takes, the columns of an entry by their names, and
// for insertion the salt and the JSON of the confidential part.
func arguments(e Entry) (pgx.StrictNamedArgs, error) {
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
	var person *int64 // nil for the operator
	if e.Person != 0 {
		person = &e.Person
	}
	args := pgx.StrictNamedArgs{
		"at": e.At, "person_id": person, "role": e.Role, "capacity": e.Capacity, "action": e.Action,
		"subject_kind": e.Subject.Kind, "subject_id": e.Subject.ID, "fields": e.Fields, "refs": e.Refs,
		"confidential_hash": s.confidentialHash, "hash": s.hash,
	}
	if len(e.Confidential) > 0 {
		args["salt"], args["part"] = s.salt, string(s.part)
	}
	return args, nil
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

// stored is an entry as the database holds it.
type stored struct {
	ID               int64
	At               time.Time
	Person           int64
	Role             authz.Role
	Capacity         authz.Capacity
	Action           authz.Action
	SubjectKind      string
	SubjectID        int64
	Fields           []string
	Refs             []byte // as JSON
	ConfidentialHash []byte
	Hash             []byte
	Salt             []byte  // nil without a confidential part
	Part             *string // nil without one
}

// check tells what of an entry does not prove itself; nil where all does.
func (s stored) check() error {
	e := Entry{
		At: s.At, Person: s.Person, Role: s.Role, Capacity: s.Capacity, Action: s.Action,
		Subject: Subject{Kind: s.SubjectKind, ID: s.SubjectID}, Fields: s.Fields,
	}
	if err := json.Unmarshal(s.Refs, &e.Refs); err != nil {
		return &Altered{s.ID, "its references are not readable"}
	}
	hash, err := openHash(e, s.ConfidentialHash)
	if err != nil {
		return err
	}
	if !bytes.Equal(hash, s.Hash) {
		return &Altered{s.ID, "its open part does not match its hash"}
	}
	if s.Part != nil && !bytes.Equal(confidentialHash(s.Salt, []byte(*s.Part)), s.ConfidentialHash) {
		return &Altered{s.ID, "its confidential part does not match its hash"}
	}
	return nil
}

// Verify reads the whole trail and checks each entry against its hash and, as
// far as it is still there, its confidential part. It returns how many entries
// it read, and *Altered for the first bad one.
func Verify(ctx context.Context, db Querier) (int, error) {
	rows, err := db.Query(ctx, `
		SELECT e.id, e.at, coalesce(e.person_id, 0) AS person, e.role, e.capacity, e.action, e.subject_kind, e.subject_id,
		       e.fields, e.refs, e.confidential_hash, e.hash, c.salt, c.part
		FROM trail_entry e LEFT JOIN trail_confidential c ON c.entry_id = e.id
		ORDER BY e.id`)
	if err != nil {
		return 0, fmt.Errorf("reading the trail: %w", err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		entry, err := pgx.RowToStructByName[stored](rows)
		if err != nil {
			return n, fmt.Errorf("reading the trail: %w", err)
		}
		if err := entry.check(); err != nil {
			return n, err
		}
		n++
	}
	return n, rows.Err()
}
