package connector

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/rights/connector/drift"
	"kagami/internal/trail"
)

// Drift is one difference.
type Drift struct {
	ID                  int64
	Kind                drift.Kind
	ConnectorCode       string
	ConnectorName       string
	Mode                Mode
	SystemCode, System  string
	Number, Person      string // empty where the account is nobody's
	Login               string
	FirstSeen, LastSeen time.Time
}

const (
	fromDrift   = ` FROM right_drift f JOIN system_shown y ON y.id = f.asset_id JOIN connector c ON c.id = f.connector_id LEFT JOIN person_shown p ON p.id = f.person_id WHERE `
	selectDrift = `SELECT f.id, f.kind, c.code AS connector_code, c.name AS connector_name, c.mode, y.code AS system_code, y.name AS system, coalesce(p.staff_number, '') AS number, coalesce(p.name, '') AS person,
		f.login, f.first_seen, f.last_seen` + fromDrift
)

// Drifts lists what differs in systems that the actor may see, the oldest first.
func (s *Service) Drifts(ctx context.Context, actor authz.Actor, q Search) (Page[Drift], error) {
	var page Page[Drift]
	if actor.Reach(authz.ReadConnectors) == authz.None {
		return page, errForbidden()
	}
	where, args := q.where(actor, "c.code")
	where += ` AND f.settled_at IS NULL`
	found, err := postgres.One[struct{ Count int }](ctx, s.pool, "counting drift", `SELECT count(*) AS count`+fromDrift+where, args)
	if page.Count = found.Count; err != nil || page.Count == 0 {
		return page, err
	}
	if q.After > 0 {
		where += ` AND f.id > @after`
		args["after"] = q.After
	}
	page.Lines, err = postgres.List[Drift](ctx, s.pool, "listing drift", selectDrift+where+` ORDER BY f.id LIMIT @limit`, with(args, "limit", OnPage+1))
	if len(page.Lines) > OnPage {
		page.Lines = page.Lines[:OnPage]
		page.Next = page.Lines[OnPage-1].ID
	}
	return page, err
}

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
		case isNone(err):
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
