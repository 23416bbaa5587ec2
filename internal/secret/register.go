package secret

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/fault"
	"kagami/internal/postgres"
)

// Known are the fingerprints of the keys by which something in a database may be
// sealed.
func Known(ctx context.Context, db postgres.Querier) ([]string, error) {
	rows, err := db.Query(ctx, `SELECT fingerprint FROM secret_key ORDER BY first_used_at, fingerprint`)
	if err != nil {
		return nil, fmt.Errorf("listing the known keys: %w", err)
	}
	known, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("listing the known keys: %w", err)
	}
	return known, nil
}

// Use lets a portal use keys on a database: Conflict where one is missing that the
// database knows. A database that knows none takes them as its own; of two portals
// that come with different ones at once, the second is refused.
func Use(ctx context.Context, pool *pgxpool.Pool, keys *Keys) error {
	err := postgres.InTx(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('kagami: keys', 0))`); err != nil {
			return fmt.Errorf("locking the known keys: %w", err)
		}
		known, err := Known(ctx, tx)
		if err != nil {
			return err
		}
		have := keys.Fingerprints()
		for _, one := range known {
			if !slices.Contains(have, one) {
				return errOthers(one, known, have)
			}
		}
		_, err = tx.Exec(ctx, `INSERT INTO secret_key (fingerprint, first_used_at) VALUES ($1, now()) ON CONFLICT DO NOTHING`, have[0])
		return err
	})
	if err != nil {
		return fmt.Errorf("using the keys: %w", err)
	}
	return nil
}

func errOthers(missing string, known, have []string) error {
	short := missing[:8]
	if !slices.ContainsFunc(known, func(one string) bool { return slices.Contains(have, one) }) {
		return fault.New(fault.Conflict, "この鍵ファイルは、このデータベースのものではありません（必要な鍵は "+short+"…）。ほかのサーバーか控えから、正しい鍵ファイルを写してください。")
	}
	return fault.New(fault.Conflict, "鍵ファイルに、このデータベースで使っている鍵 "+short+"… がありません。ほかのサーバーか控えから、新しい鍵ファイルを写してください。")
}

// Retire makes the database know the newest key alone: once everything has been
// sealed by it anew.
func Retire(ctx context.Context, pool *pgxpool.Pool, keys *Keys) error {
	if _, err := pool.Exec(ctx, `DELETE FROM secret_key WHERE fingerprint <> $1`, keys.Fingerprints()[0]); err != nil {
		return fmt.Errorf("retiring the old keys: %w", err)
	}
	return nil
}

// Load finds the keys of a portal: from a text where one is given, or from a file.
// A file is made where there is none and the database knows no keys yet; NotFound
// where it does.
func Load(ctx context.Context, pool *pgxpool.Pool, path, text string) (*Keys, error) {
	if text != "" {
		return Read(text)
	}
	keys, err := ReadFile(path)
	if fault.KindOf(err) != fault.NotFound {
		return keys, err
	}
	known, knownErr := Known(ctx, pool)
	switch {
	case knownErr != nil:
		return nil, errors.Join(err, knownErr)
	case len(known) > 0:
		return nil, fault.New(fault.NotFound, fmt.Sprintf(
			"鍵ファイル %s がありません。ほかのサーバーか控えから写してください（持ち主だけが読めるように chmod 600）。なくしたときの手順は、運用の手引きの「鍵ファイル」にあります。", path))
	}
	if err := Make(path); err != nil {
		return nil, err
	}
	return ReadFile(path)
}
