package connector

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/postgres"
	"kagami/internal/rights/connector/drift"
	"kagami/internal/rights/connector/reach"
)

// Connector is a connector as it is shown: its counts are of the systems that the actor may
// see.
type Connector struct {
	ID                           int64
	Code, Name                   string
	Kind                         reach.Kind
	Mode                         Mode
	Version                      int
	Tried                        bool // without changing anything, as it is set now
	Done, Waiting, Failed, Drift int
	Oldest                       *time.Time // the first of what differs; nil for nothing
	Systems                      []Assigned
	RunBegun, RunEnded           *time.Time // the last comparison; nil for none
	RunEntries                   int
	RunTrouble                   reach.Trouble
}

// Assigned is a system that a connector is for.
type Assigned struct {
	Code   string   `json:"code"`
	Name   string   `json:"name"`
	What   What     `json:"what"`
	Groups []string `json:"groups"`
}

const selectConnector = `
	SELECT c.id, c.code, c.name, c.kind, c.mode, c.version, coalesce(c.dry_version = c.version, false) AS tried,
	       n.done, n.waiting, n.failed, d.drift, d.oldest,
	       coalesce((SELECT jsonb_agg(jsonb_build_object('code', y.code, 'name', y.name, 'what', x.what, 'groups', x.groups) ORDER BY x.what, y.code)
	                 FROM connector_system x JOIN system_shown y ON y.id = x.asset_id WHERE x.connector_id = c.id AND <seen>), '[]') AS systems,
	       u.begun_at AS run_begun, u.ended_at AS run_ended, coalesce(u.entries, 0) AS run_entries, coalesce(u.trouble, '') AS run_trouble
	FROM connector c
	CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE t.state = 'done') AS done, count(*) FILTER (WHERE t.state = 'waiting') AS waiting, count(*) FILTER (WHERE t.state = 'failed') AS failed
		FROM connector_system x JOIN system_shown y ON y.id = x.asset_id JOIN right_target t ON t.asset_id = x.asset_id WHERE x.connector_id = c.id AND <seen>) n
	CROSS JOIN LATERAL (SELECT count(*) AS drift, min(f.first_seen) AS oldest FROM right_drift f JOIN system_shown y ON y.id = f.asset_id WHERE f.connector_id = c.id AND f.settled_at IS NULL AND <seen>) d
	LEFT JOIN LATERAL (SELECT * FROM connector_run u WHERE u.connector_id = c.id ORDER BY u.id DESC LIMIT 1) u ON true`

// List lists the connectors that carry rights of systems that the actor may see; all to who
// keeps them. Forbidden for who sees none.
func (s *Service) List(ctx context.Context, actor authz.Actor) ([]Connector, error) {
	if err := AskRead(actor); err != nil {
		return nil, err
	}
	where, args := shown(actor)
	return postgres.List[Connector](ctx, s.pool, "listing connectors", fill(selectConnector, actor)+where+` ORDER BY c.name`, args)
}

// AskRead refuses who sees nothing of what has become of rights in any system.
func AskRead(actor authz.Actor) error {
	if actor.Reach(authz.ReadConnectors) == authz.None {
		return fault.New(fault.Forbidden, "利用権限の反映の状態は、あなたの役割では見られません。")
	}
	return nil
}

// fill puts what the actor may see into a statement.
func fill(sql string, actor authz.Actor) string {
	condition, _ := Seen(actor)
	return strings.ReplaceAll(sql, "<seen>", condition)
}

// shown is of which connectors the actor may know.
func shown(actor authz.Actor) (string, pgx.StrictNamedArgs) {
	condition, args := Seen(actor)
	if actor.Reach(authz.ReadConnectors) == authz.All {
		return ` WHERE true`, args
	}
	return ` WHERE EXISTS (SELECT FROM connector_system x JOIN system_shown y ON y.id = x.asset_id WHERE x.connector_id = c.id AND ` + condition + `)`, args
}

// Find returns a connector by its code. NotFound where there is none that the actor may see.
func (s *Service) Find(ctx context.Context, actor authz.Actor, code string) (Connector, error) {
	if err := AskRead(actor); err != nil {
		return Connector{}, err
	}
	where, args := shown(actor)
	c, err := postgres.One[Connector](ctx, s.pool, "finding a connector", fill(selectConnector, actor)+where+` AND c.code = @code`, with(args, "code", code))
	if errors.Is(err, pgx.ErrNoRows) {
		return c, errNone()
	}
	return c, err
}

// Settings are what is said of a connector, without its secret, to who keeps it.
func (s *Service) Settings(ctx context.Context, actor authz.Actor, code string) (Details, error) {
	if _, err := authz.Check(actor, authz.KeepConnectors, authz.Matter{}); err != nil {
		return Details{}, err
	}
	type row struct {
		Name   string
		Kind   reach.Kind
		Config []byte
	}
	r, err := postgres.One[row](ctx, s.pool, "looking at the settings of a connector", `SELECT name, kind, config FROM connector WHERE code = @code`, pgx.StrictNamedArgs{"code": code})
	if errors.Is(err, pgx.ErrNoRows) {
		return Details{}, errNone()
	}
	if err != nil {
		return Details{}, err
	}
	typed, err := reach.TypedOf(r.Kind, r.Config)
	return Details{Name: r.Name, Kind: r.Kind, Typed: typed}, err
}

// Noted is something that was done with a connector.
type Noted struct {
	At     time.Time
	By     string // empty for the portal
	Event  string
	Fields []string
}

// eventTitles are what the steps of a connector are called.
var eventTitles = map[string]string{
	"make": "連携を作る", "set": "設定を変える", "add_system": "システムを加える", "drop_system": "システムを外す",
	"try": "比べる（何も変えない）", "tried": "いまの設定で、試しに動かし終える", "switch_on": "動かす", "switch_off": "止める",
}

// Title is what was done.
func (n Noted) Title() string {
	title := eventTitles[n.Event]
	for _, f := range n.Fields {
		if f == "secret" && n.Event == "set" {
			title += "（パスワードなども）"
		}
	}
	return title
}

// History lists what was done with a connector, the newest first.
func (s *Service) History(ctx context.Context, actor authz.Actor, code string) ([]Noted, error) {
	c, err := s.Find(ctx, actor, code)
	if err != nil {
		return nil, err
	}
	return postgres.List[Noted](ctx, s.pool, "listing what was done with a connector", `
		SELECT h.at, coalesce(p.name, '') AS by, h.event, h.fields FROM connector_step h LEFT JOIN person_shown p ON p.id = h.by
		WHERE h.connector_id = @id ORDER BY h.id DESC LIMIT 100`, pgx.StrictNamedArgs{"id": c.ID})
}

// Choice is a system to choose.
type Choice struct{ Code, Name string }

// Free lists the systems in use that have no connector, and are not the portal itself, to who
// keeps connectors.
func (s *Service) Free(ctx context.Context, actor authz.Actor) ([]Choice, error) {
	if _, err := authz.Check(actor, authz.KeepConnectors, authz.Matter{}); err != nil {
		return nil, err
	}
	return postgres.List[Choice](ctx, s.pool, "listing systems without a connector", `
		SELECT y.code, y.name FROM system_shown y WHERE y.counts AND NOT EXISTS (SELECT FROM connector_system x WHERE x.asset_id = y.id)
		AND NOT EXISTS (SELECT FROM right_system e WHERE e.asset_id = y.id AND e.portal) ORDER BY y.code LIMIT 2000`)
}

// Planned is what a connector would do with somebody's account.
type Planned struct {
	Number, Person, System, Login string
	Kind                          drift.Kind
	Now                           bool // once it is switched on; else it is shown as differing
}

// Plan lists what a connector would do, as it was found when it was last tried or compared, to
// who keeps it; and how much that is.
func (s *Service) Plan(ctx context.Context, actor authz.Actor, code string) (list []Planned, count int, err error) {
	if _, err := authz.Check(actor, authz.KeepConnectors, authz.Matter{}); err != nil {
		return nil, 0, err
	}
	c, err := s.Find(ctx, actor, code)
	if err != nil {
		return nil, 0, err
	}
	if !c.Kind.Lists() {
		list, err = postgres.List[Planned](ctx, s.pool, "planning what a connector does", `
			SELECT p.staff_number AS number, p.name AS person, y.name AS system, '' AS login, CASE WHEN t.wanted THEN 'disabled' ELSE 'enabled' END AS kind, true AS now
			FROM right_target t JOIN connector_system x ON x.asset_id = t.asset_id JOIN system_shown y ON y.id = t.asset_id JOIN person_shown p ON p.id = t.person_id
			WHERE x.connector_id = @connector AND t.state IN ('waiting', 'failed') ORDER BY 1, 3`, pgx.StrictNamedArgs{"connector": c.ID})
	} else {
		err = s.compared(ctx, func(tx pgx.Tx) error {
			run, err := lastRun(ctx, tx, c.ID)
			if err != nil {
				return err
			}
			list, err = postgres.List[Planned](ctx, tx, "planning what a connector does", drift.Differences+`
				SELECT p.staff_number AS number, p.name AS person, y.name AS system, d.login, d.kind, d.state IN ('waiting', 'failed') AS now
				FROM difference d JOIN person_shown p ON p.id = d.person_id JOIN system_shown y ON y.id = d.asset_id
				WHERE d.kind IN ('enabled', 'disabled', 'joined', 'parted') ORDER BY 6 DESC, 1, 3, 4`,
				pgx.StrictNamedArgs{"connector": c.ID, "run": run})
			return err
		})
	}
	count = len(list)
	return list[:min(count, mostPlanned)], count, err
}

// mostPlanned is how many lines of a plan are shown.
const mostPlanned = 500

// lastRun is the last comparison of a connector that has found its accounts; 0 for none.
func lastRun(ctx context.Context, db postgres.Querier, connector int64) (run int64, err error) {
	err = db.QueryRow(ctx, `SELECT coalesce(max(id), 0) FROM connector_run WHERE connector_id = $1 AND ended_at IS NOT NULL AND trouble = ''`, connector).Scan(&run)
	if err != nil {
		return 0, fmt.Errorf("finding the last comparison of a connector: %w", err)
	}
	return run, nil
}
