package connector

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/org/responsible"
	"kagami/internal/postgres"
	"kagami/internal/rights/connector/drift"
	"kagami/internal/rights/connector/peer"
	"kagami/internal/rights/connector/peer/webhook"
	"kagami/internal/rights/connector/reach"
)

// carrier carries out targets of one person by one connector.
type carrier struct {
	reach.Far
	kind     reach.Kind
	accounts []peer.Account // the person's own, as they are now
	known    bool           // the person has had an account there that is gone now
	failure  error          // why nothing can be done; nil where it can
	heard    bool           // that failure was counted
}

// carrier reaches what a connector leads to, and finds the person's accounts there.
func (s *Service) carrier(ctx context.Context, t target) (*carrier, error) {
	l, err := postgres.One[link](ctx, s.pool, "looking at a connector", selectLink+` WHERE c.id = @id`, pgx.StrictNamedArgs{"id": t.Connector})
	if err != nil {
		return nil, err
	}
	c := &carrier{kind: l.Kind}
	if c.Far, c.failure = s.far(l.Code, l.Kind, l.Config, l.Secret, l.Groups); c.failure != nil || !l.Kind.Lists() {
		return c, nil
	}
	c.failure = s.findAccounts(ctx, c, t)
	return c, nil
}

// findAccounts finds a person's accounts: those that were once theirs, by their stable ids,
// and those that have their staff number now. An account that was found to be somebody's and
// has another's number by now is nobody's to touch.
func (s *Service) findAccounts(ctx context.Context, c *carrier, t target) error {
	type linked struct {
		ID     string
		Person int64
	}
	rows, err := postgres.List[linked](ctx, s.pool, "listing somebody's accounts",
		`SELECT external_id AS id, person_id AS person FROM account_link WHERE connector_id = @connector AND person_id = @person ORDER BY 1`,
		pgx.StrictNamedArgs{"connector": t.Connector, "person": t.Person})
	if err != nil {
		return err
	}
	strange := false
	have := map[string]bool{}
	for _, r := range rows {
		var a peer.Account
		err := timely(ctx, func(ctx context.Context) (err error) { a, err = c.Peer.Get(ctx, r.ID); return err })
		switch {
		case fault.KindOf(err) == fault.NotFound:
			c.known = true
			continue
		case err != nil:
			return fmt.Errorf("getting an account: %w", err)
		case !sameNumber(a.Number, t.Number):
			strange = true
			if err := s.drifted(ctx, t, drift.NumberChanged, a.ID, a.Login); err != nil {
				return err
			}
			continue
		}
		have[a.ID] = true
		c.accounts = append(c.accounts, a)
	}
	var found []peer.Account
	if err := timely(ctx, func(ctx context.Context) (err error) { found, err = c.Peer.Find(ctx, t.Number); return err }); err != nil {
		return fmt.Errorf("finding accounts: %w", err)
	}
	for _, a := range found {
		if have[a.ID] || !sameNumber(a.Number, t.Number) {
			continue
		}
		owner := int64(0)
		err := s.pool.QueryRow(ctx, `SELECT coalesce((SELECT person_id FROM account_link WHERE connector_id = $1 AND external_id = $2), 0)`, t.Connector, a.ID).Scan(&owner)
		if err != nil {
			return fmt.Errorf("looking whose an account was: %w", err)
		}
		if owner != 0 && owner != t.Person {
			strange = true
			if err := s.drifted(ctx, t, drift.NumberChanged, a.ID, a.Login); err != nil {
				return err
			}
			continue
		}
		c.accounts = append(c.accounts, a)
	}
	if err := s.keepLinks(ctx, t, c.accounts); err != nil {
		return err
	}
	if strange {
		return reach.Renamed
	}
	return nil
}

// sameNumber tells whether two staff numbers are of one person.
func sameNumber(a, b string) bool {
	a, b = strings.TrimSpace(a), strings.TrimSpace(b)
	return a != "" && strings.EqualFold(a, b)
}

// keepLinks keeps by which ids a person's accounts are known.
func (s *Service) keepLinks(ctx context.Context, t target, accounts []peer.Account) error {
	ids, logins := make([]string, len(accounts)), make([]string, len(accounts))
	for i, a := range accounts {
		ids[i], logins[i] = a.ID, a.Login
	}
	_, err := s.pool.Exec(ctx, `
		INSERT INTO account_link (connector_id, external_id, person_id, login, found_at)
		SELECT @connector, d.id, @person, d.login, @now FROM unnest(@ids::text[], @logins::text[]) AS d(id, login)
		ON CONFLICT (connector_id, external_id) DO UPDATE SET login = excluded.login WHERE account_link.login <> excluded.login`,
		pgx.StrictNamedArgs{"connector": t.Connector, "person": t.Person, "ids": ids, "logins": logins, "now": s.door.Now()})
	if err != nil {
		return fmt.Errorf("keeping somebody's accounts: %w", err)
	}
	return nil
}

// drifted keeps that an account of somebody is not as it should be.
func (s *Service) drifted(ctx context.Context, t target, kind drift.Kind, id, login string) error {
	_, err := s.pool.Exec(ctx, `
		INSERT INTO right_drift (connector_id, asset_id, kind, person_id, external_id, login, first_seen, last_seen)
		VALUES (@connector, @asset, @kind, @person, @id, @login, @now, @now)
		ON CONFLICT (connector_id, asset_id, kind, (coalesce(person_id, 0)), external_id) WHERE settled_at IS NULL DO UPDATE SET last_seen = @now, login = excluded.login`,
		pgx.StrictNamedArgs{"connector": t.Connector, "asset": t.Asset, "kind": string(kind), "person": t.Person, "id": id, "login": login, "now": s.door.Now()})
	if err != nil {
		return fmt.Errorf("keeping a drift: %w", err)
	}
	return nil
}

// settleDrift closes what differed of a target that was carried out now: its accounts are as
// they should be, and they are the person's.
func settleDrift(ctx context.Context, tx *door.Tx, t target) error {
	_, err := tx.Exec(ctx, `
		UPDATE right_drift SET settled_at = @now WHERE connector_id = @connector AND person_id = @person AND (asset_id = @asset OR kind IN ('renamed', 'unknown')) AND settled_at IS NULL`,
		pgx.StrictNamedArgs{"connector": t.Connector, "person": t.Person, "asset": t.Asset, "now": tx.Now})
	if err != nil {
		return fmt.Errorf("settling drift: %w", err)
	}
	return nil
}

// apply makes accounts as a target wants them. It tells whether some of it was done, where it
// fails.
func (c *carrier) apply(ctx context.Context, t target) (partly bool, failure error) {
	if c.failure != nil && !errors.Is(c.failure, reach.Renamed) {
		return false, c.failure
	}
	if c.kind == reach.Webhook {
		return false, timely(ctx, func(ctx context.Context) error {
			return c.Hook.Send(ctx, webhook.Message{ID: messageID(t), Person: t.Number, System: t.System, Allowed: t.Rights.Any(), From: t.Since})
		})
	}
	done := 0
	try := func(operation func(ctx context.Context) error) {
		err := timely(ctx, operation)
		if err == nil {
			done++
		} else if failure == nil {
			failure = err
		}
	}
	for _, a := range c.accounts {
		allowed := t.Rights.Allow(a.Login)
		if t.What == WholeAccount {
			try(func(ctx context.Context) error { return c.Peer.Enable(ctx, a.ID, allowed) })
			continue
		}
		for _, group := range t.Groups {
			try(func(ctx context.Context) error { return c.Peer.Join(ctx, a.ID, group, allowed) })
		}
	}
	switch {
	case failure != nil:
	case c.failure != nil:
		failure = c.failure
	case len(c.accounts) == 0 && (t.Rights.Any() || !c.known):
		// nobody can be let in by an account that is not there; and nobody says that somebody
		// was kept out whose account was never found
		failure = reach.NoAccount
	}
	return done > 0, failure
}

// messageID names a message however often it is sent.
func messageID(t target) string { return fmt.Sprintf("right-%d-%d", t.ID, t.Version) }

// tellOnce is how long the 統括 are told of a connector's failures once.
const tellOnce = time.Hour

// tellFailed tells the 統括 that something was not carried out: of a connector that fails for
// many, once in a while.
func tellFailed(ctx context.Context, tx *door.Tx, t target) error {
	var code, name string
	err := tx.QueryRow(ctx, `UPDATE connector SET told_at = @now WHERE id = @id AND (told_at IS NULL OR told_at <= @before) RETURNING code, name`,
		pgx.StrictNamedArgs{"id": t.Connector, "now": tx.Now, "before": tx.Now.Add(-tellOnce)}).Scan(&code, &name)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("telling what has failed: %w", err)
	}
	heads, err := responsible.Of(ctx, tx, authz.GeneralSecurityOfficer, []int64{0}, []int64{t.Person}, tx.Today())
	if err != nil || len(heads[0]) == 0 {
		return err
	}
	err = notice.Give(ctx, tx, tx.Now, heads[0], notice.Notice{
		Topic: aboutConnector, TopicID: t.Connector, Title: "利用権限の反映に失敗しました",
		Text: "連携「" + name + "」で、利用権限の変更が接続先に届いていません。まだ使えるままの人がいるかもしれません。失敗したものを見て、対応してください。", URL: address.FailedRights(code),
	})
	if err != nil {
		return fmt.Errorf("telling what has failed: %w", err)
	}
	return nil
}
