package connector

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"strings"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/door"
	"kagami/internal/rights/connector/reach"
)

// FillForPortal shows in the sample town how rights reach its systems: a connector to a
// directory where nobody listens, which has failed for some people; an account that was
// disabled by hand; and work orders, some of them done. It does nothing where nobody has rights.
func (s *Service) FillForPortal(ctx context.Context, actor authz.Actor) error {
	return s.door.Do(ctx, actor, func(tx *door.Tx, actor authz.Actor) (door.Effect, error) {
		if err := tx.Allow(authz.KeepConnectors, authz.Matter{}); err != nil {
			return door.Unchanged(), err
		}
		var systems []int64
		err := tx.QueryRow(ctx, `
			SELECT coalesce(array_agg(asset_id), '{}') FROM (
				SELECT t.asset_id FROM right_target t WHERE t.state = 'done' AND t.wanted GROUP BY 1 HAVING count(*) >= 4 ORDER BY count(*) DESC, 1 LIMIT 2) d`).Scan(&systems)
		if err != nil {
			return door.Unchanged(), fmt.Errorf("looking for systems of the sample town: %w", err)
		}
		if len(systems) < 2 {
			return door.Unchanged(), nil
		}
		if err := s.keys.Hold(ctx, tx); err != nil {
			return door.Unchanged(), err
		}
		code := strings.ToLower(rand.Text()[:16])
		config, _ := reach.ConfigOf(reach.LDAP, map[string]string{
			"kind": "active-directory", "url": "ldap://127.0.0.1:9", "bind_dn": "kagami@mihon.example.jp", "base_dn": "ou=staff,dc=mihon,dc=example,dc=jp",
		})
		var id int64
		err = tx.QueryRow(ctx, `
			INSERT INTO connector (code, name, kind, config, secret, mode, version, dry_version) VALUES (@code, '庁内の Active Directory（見本）', 'ldap', @config, @secret, 'on', 1, 1) RETURNING id`,
			pgx.StrictNamedArgs{"code": code, "config": config, "secret": s.keys.Seal([]byte("mihon"), about(code))}).Scan(&id)
		if err != nil {
			return door.Unchanged(), fmt.Errorf("making the sample connector: %w", err)
		}
		if err := noteStep(ctx, tx, id, actor.Person, "make", []string{"name", "config", "secret"}); err != nil {
			return door.Unchanged(), err
		}
		for _, statement := range fillings {
			args := pgx.StrictNamedArgs{"connector": id, "directory": systems[0], "alone": systems[1], "by": actor.Person, "now": tx.Now}
			maps.DeleteFunc(args, func(name string, _ any) bool { return !strings.Contains(statement, "@"+name) })
			if _, err := tx.Exec(ctx, statement, args); err != nil {
				return door.Unchanged(), fmt.Errorf("filling the sample town's connectors: %w", err)
			}
		}
		return effectOf(id, "make"), nil
	})
}

// fillings are what becomes of the connector's system, and of one that has none.
var fillings = []string{
	`INSERT INTO connector_system (asset_id, connector_id, what, groups) VALUES (@directory, @connector, 'account', '{}')`,
	`INSERT INTO connector_run (connector_id, version, begun_at, ended_at, entries, trouble) VALUES (@connector, 1, @now::timestamptz - interval '7 hours', @now::timestamptz - interval '7 hours', 0, 'unavailable')`,
	`UPDATE right_target SET state = 'failed', trouble = 'unavailable', tries = 8, done_at = NULL, version = version + 1
	 WHERE asset_id = @directory AND person_id IN (SELECT person_id FROM right_target WHERE asset_id = @directory AND state = 'done' ORDER BY person_id DESC LIMIT 2)`,
	`INSERT INTO right_drift (connector_id, asset_id, kind, person_id, external_id, login, first_seen, last_seen)
	 SELECT @connector, asset_id, 'disabled', person_id, 'sample', 'mihon', @now::timestamptz - interval '12 days', @now::timestamptz - interval '1 day' FROM right_target
	 WHERE asset_id = @directory AND state = 'done' ORDER BY person_id LIMIT 1`,
	`UPDATE right_target SET state = 'order', effected = '{}', done_at = NULL, version = version + 1
	 WHERE asset_id = @alone AND person_id IN (SELECT person_id FROM right_target WHERE asset_id = @alone AND state = 'done' AND wanted ORDER BY person_id DESC LIMIT 4)`,
	`INSERT INTO work_order (person_id, asset_id, version, start, stop, from_at) SELECT person_id, asset_id, version, usable, '{}', since FROM right_target WHERE asset_id = @alone AND state = 'order' ORDER BY person_id
	 ON CONFLICT DO NOTHING`,
	`WITH done AS (
		UPDATE work_order SET done_by = @by, done_at = @now::timestamptz WHERE id IN (SELECT id FROM work_order WHERE asset_id = @alone AND person_id <> @by AND done_at IS NULL ORDER BY id LIMIT 2) RETURNING person_id, asset_id)
	 UPDATE right_target t SET state = 'done', effected = t.usable, done_at = @now::timestamptz FROM done WHERE t.person_id = done.person_id AND t.asset_id = done.asset_id`,
}
