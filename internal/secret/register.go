package secret

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

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

// Hold makes sure that the newest key is one that a database knows, and keeps it from
// being retired until the transaction ends. Where it has been retired already, the file
// is read again; Unavailable where that has none that the database knows. A database
// that knows no keys is one on which a portal is only tried: nothing is retired there.
func (k *Keys) Hold(ctx context.Context, tx pgx.Tx) error {
	held, err := k.hold(ctx, tx)
	if err == nil && !held && k.path != "" {
		if err = k.readAgain(); err == nil {
			held, err = k.hold(ctx, tx)
		}
	}
	if err != nil {
		return fmt.Errorf("holding the newest key: %w", err)
	}
	if !held {
		return fault.New(fault.Unavailable, "ポータルの鍵が替わったため、いまは登録できません。総務課（情報政策担当）に連絡してください。サーバーの鍵ファイルを写し直すと、登録できるようになります。")
	}
	return nil
}

func (k *Keys) hold(ctx context.Context, tx pgx.Tx) (held bool, err error) {
	rows, err := tx.Query(ctx, `SELECT fingerprint FROM secret_key ORDER BY fingerprint FOR KEY SHARE`)
	if err != nil {
		return false, fmt.Errorf("holding the known keys: %w", err)
	}
	known, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return false, fmt.Errorf("holding the known keys: %w", err)
	}
	return len(known) == 0 || slices.Contains(known, k.newest().fingerprint), nil
}

// Retire makes the database know the newest key alone: once everything has been
// sealed by it anew. Conflict where something has been sealed by an older one since.
func Retire(ctx context.Context, pool *pgxpool.Pool, keys *Keys) error {
	_, err := pool.Exec(ctx, `DELETE FROM secret_key WHERE fingerprint <> $1`, keys.Fingerprints()[0])
	if postgres.Constraint(err) == "secret_key_in_use" {
		return fault.Wrap(err, fault.Conflict, "封じ直している間に、動いているポータルが、まだ古い鍵で秘密を封じました。もう一度「kagami key renew」を実行してください。それまで、古い鍵を消さないでください。")
	}
	if err != nil {
		return fmt.Errorf("retiring the old keys: %w", err)
	}
	return nil
}

// IsLost tells whether nothing unseals something any more: the key that has sealed it is none of
// these, and the database was told to forget it. One that the database still knows is only not
// here yet.
func (k *Keys) IsLost(ctx context.Context, db postgres.Querier, sealed []byte) (bool, error) {
	if len(sealed) < Overhead {
		return false, nil
	}
	if _, ok := k.find(sealed[:idSize]); ok {
		return false, nil
	}
	known, err := Known(ctx, db)
	if err != nil {
		return false, err
	}
	begins := hex.EncodeToString(sealed[:idSize])
	return !slices.ContainsFunc(known, func(one string) bool { return strings.HasPrefix(one, begins) }), nil
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
