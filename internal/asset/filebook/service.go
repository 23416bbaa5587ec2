package filebook

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/record"
	"kagami/internal/trail"
)

// Service is the 個人情報ファイル簿 in a database.
type Service struct {
	pool     *pgxpool.Pool
	door     *door.Door
	register *asset.Service
	finding  *find.Service
}

// New makes the service.
func New(pool *pgxpool.Pool, d *door.Door, register *asset.Service, finding *find.Service) *Service {
	return &Service{pool, d, register, finding}
}

// File is an asset with what the 個人情報ファイル簿 says of it.
type File struct {
	Asset   asset.Asset
	Entry   Entry
	Written int // the version of the entry; 0 where nothing is written yet, and Entry is where it begins
}

const selectEntry = `SELECT asset_id, name, body, section, purpose, items, scope, collection, sensitive, recipients, desk, processing, headcount, unpublished, version AS written
	FROM asset_file`

// written is an entry of an asset.
type written struct {
	AssetID int64
	Entry
	Written int
}

func (s *Service) of(ctx context.Context, db postgres.Querier, a asset.Asset) (File, error) {
	w, err := postgres.One[written](ctx, db, "finding a file of personal data", selectEntry+` WHERE asset_id = @asset`, pgx.StrictNamedArgs{"asset": a.ID})
	switch {
	case err == nil:
		return File{a, w.Entry, w.Written}, nil
	case !errors.Is(err, pgx.ErrNoRows):
		return File{}, err
	case a.Personal == asset.NotPersonal:
		return File{}, fault.New(fault.NotFound, "この情報資産は、個人情報が「無」です。個人情報ファイル簿はありません。")
	}
	return File{Asset: a, Entry: begun(a)}, nil
}

// Find returns the file of an asset. NotFound where the actor may not see the asset, or it
// holds no personal data.
func (s *Service) Find(ctx context.Context, actor authz.Actor, code string) (File, error) {
	a, err := s.register.Find(ctx, actor, code)
	if err != nil {
		return File{}, err
	}
	return s.of(ctx, s.pool, a)
}

// Write writes what the 個人情報ファイル簿 says of an asset's file, on the version that the
// actor has seen, 0 for none. Conflict where it was changed since, or the asset has ended
// or holds no personal data.
func (s *Service) Write(ctx context.Context, actor authz.Actor, code string, version int, e Entry) error {
	for _, f := range Fields {
		f.Set(&e, f.Text(e))
	}
	a, err := s.register.Find(ctx, actor, code)
	if err != nil {
		return err
	}
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		a, err := postgres.One[asset.Asset](ctx, tx, "finding an asset", asset.Select+` WHERE a.id = @id FOR UPDATE OF a`, pgx.StrictNamedArgs{"id": a.ID})
		if err != nil {
			return door.Unchanged(), err
		}
		if err := tx.Allow(authz.ChangeAssets, authz.Matter{OwnersSection: a.Section}); err != nil {
			return door.Unchanged(), err
		}
		if err := a.AskChange(actor); err != nil {
			return door.Unchanged(), err
		}
		was, err := s.of(ctx, tx, a)
		switch {
		case err != nil:
			return door.Unchanged(), err
		case was.Written != version:
			return door.Unchanged(), fault.New(fault.Conflict, "開いている間に、ほかの人が個人情報ファイル簿を変えました。いまの内容と見比べて、もう一度保存してください。")
		}
		if err := fault.InvalidFields(e.check()); err != nil {
			return door.Unchanged(), err
		}
		before := was.Entry
		if version == 0 {
			before = Entry{}
		}
		keys, from, to := changed(before, e)
		if len(keys) == 0 {
			return door.Unchanged(), nil
		}
		if version == 0 {
			from = map[string]string{}
		}
		return door.Effect{Subject: trail.Subject{Kind: "asset_file", ID: a.ID}, Fields: keys}, save(ctx, tx, actor, a.ID, version+1, e, from, to)
	})
}

// save writes an entry and its change.
func save(ctx context.Context, tx *door.Tx, actor authz.Actor, id int64, version int, e Entry, before, after map[string]string) error {
	args := pgx.StrictNamedArgs{"asset": id, "version": version}
	for _, f := range Fields {
		args[f.Key] = f.Text(e)
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO asset_file (asset_id, name, body, section, purpose, items, scope, collection, sensitive, recipients, desk, processing, headcount, unpublished, version)
		VALUES (@asset, @name, @body, @section, @purpose, @items, @scope, @collection, @sensitive, @recipients, @desk, @processing, @headcount, @unpublished, @version)
		ON CONFLICT (asset_id) DO UPDATE SET
			(name, body, section, purpose, items, scope, collection, sensitive, recipients, desk, processing, headcount, unpublished, version)
			= (@name, @body, @section, @purpose, @items, @scope, @collection, @sensitive, @recipients, @desk, @processing, @headcount, @unpublished, @version)`, args)
	if err != nil {
		return fmt.Errorf("writing a file of personal data: %w", err)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO asset_file_change (asset_id, version, changed_at, changed_by, before, after)
		VALUES (@asset, @version, @now, nullif(@by, 0::bigint), @before, @after)`,
		pgx.StrictNamedArgs{"asset": id, "version": version, "now": tx.Now, "by": actor.Person, "before": before, "after": after})
	if err != nil {
		return fmt.Errorf("writing the history of a file of personal data: %w", err)
	}
	return nil
}

// Event is one change of an entry, which needs no reason.
type Event = record.Event

// History lists the changes of an asset's file, the newest first.
func (s *Service) History(ctx context.Context, actor authz.Actor, code string) ([]Event, error) {
	a, err := s.register.Find(ctx, actor, code)
	if err != nil {
		return nil, err
	}
	return postgres.List[Event](ctx, s.pool, "listing the history of a file of personal data", `
		SELECT c.version, c.changed_at AS at, coalesce(p.name, '') AS by, '' AS why, c.before, c.after
		FROM asset_file_change c LEFT JOIN person_shown p ON p.id = c.changed_by
		WHERE c.asset_id = @asset ORDER BY c.version DESC`, pgx.StrictNamedArgs{"asset": a.ID})
}

// MostFiles is how many files a book has.
const MostFiles = 2000

// Book are the files of the assets that find.List finds, in its order: of those that hold
// personal data, and of which something is written. TooLarge for more than MostFiles.
func (s *Service) Book(ctx context.Context, actor authz.Actor, q find.Search) ([]File, error) {
	rows, err := postgres.List[written](ctx, s.pool, "listing files of personal data", selectEntry)
	if err != nil {
		return nil, err
	}
	entries := map[int64]written{}
	q.Of = []int64{}
	for _, w := range rows {
		entries[w.AssetID] = w
		q.Of = append(q.Of, w.AssetID)
	}
	var book []File
	for a, err := range s.finding.All(ctx, actor, q, len(entries)+1) {
		switch {
		case err != nil:
			return nil, err
		case len(book) == MostFiles:
			return nil, fault.New(fault.TooLarge, fmt.Sprintf("%d件を超えるため、まとめられません。課室や条件で絞り込んでください。", MostFiles))
		case a.Personal != asset.NotPersonal:
			book = append(book, File{a, entries[a.ID].Entry, entries[a.ID].Written})
		}
	}
	return book, nil
}
