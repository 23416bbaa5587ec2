package connector

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/rights/connector/drift"
	"kagami/internal/trail"
)

// Reapply makes what differs as the ledger says (台帳に合わせる): its target is carried out
// again. Of an account whose number has changed it forgets whose it was, so that it is known
// by the number that it has now.
func (s *Service) Reapply(ctx context.Context, actor authz.Actor, id int64) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, _ authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.KeepConnectors, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		type row struct {
			Kind              drift.Kind
			Connector, Person int64
			Asset             int64
			Account           string
			Mode              Mode
		}
		d, err := postgres.One[row](ctx, tx, "locking a drift", `
			SELECT f.kind, f.connector_id AS connector, coalesce(f.person_id, 0) AS person, f.asset_id AS asset, f.external_id AS account, c.mode
			FROM right_drift f JOIN connector c ON c.id = f.connector_id WHERE f.id = @id AND f.settled_at IS NULL FOR UPDATE OF f`, pgx.StrictNamedArgs{"id": id})
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return door.Unchanged(), fault.New(fault.Conflict, "この食い違いは、もうなくなっています。画面を開き直して、いまの状態を確かめてください。")
		case err != nil:
			return door.Unchanged(), err
		case d.Person == 0 || d.Kind == drift.UnknownAccount:
			return door.Unchanged(), fault.New(fault.Conflict, "台帳にないアカウントは、合わせられません。台帳に載せるか、接続先でアカウントを止めてください。")
		case d.Mode != On:
			return door.Unchanged(), fault.New(fault.Conflict, "この連携は動いていません。連携を動かしてから、もう一度行ってください。")
		}
		if d.Kind == drift.NumberChanged {
			if _, err := tx.Exec(ctx, `DELETE FROM account_link WHERE connector_id = $1 AND external_id = $2`, d.Connector, d.Account); err != nil {
				return door.Unchanged(), fmt.Errorf("forgetting whose an account was: %w", err)
			}
		}
		list, err := again(ctx, tx, tx.Now, `c.id = @connector AND t.person_id = @person AND (t.asset_id = @asset OR @every)`,
			pgx.StrictNamedArgs{"connector": d.Connector, "person": d.Person, "asset": d.Asset, "every": d.Kind == drift.NumberChanged})
		if err != nil {
			return door.Unchanged(), err
		}
		if _, err := tx.Exec(ctx, `UPDATE right_drift SET settled_at = $2 WHERE id = $1`, id, tx.Now); err != nil {
			return door.Unchanged(), fmt.Errorf("settling a drift: %w", err)
		}
		return door.Effect{
			Subject: trail.Subject{Kind: "right_drift", ID: id}, Fields: []string{"reapplied"}, Refs: map[string]int64{"person": d.Person, "asset": d.Asset, "connector": d.Connector},
		}, enqueue(ctx, tx, list)
	})
}
