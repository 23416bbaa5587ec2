package outcome

import (
	"context"
	"time"

	"kagami/internal/authz"
	"kagami/internal/postgres"
	"kagami/internal/rights/connector"
	"kagami/internal/rights/connector/drift"
)

// Drift is one difference.
type Drift struct {
	ID                  int64
	Kind                drift.Kind
	ConnectorCode       string
	ConnectorName       string
	Mode                connector.Mode
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
	if err := connector.AskRead(actor); err != nil {
		return page, err
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
	args["limit"] = OnPage + 1
	page.Lines, err = postgres.List[Drift](ctx, s.pool, "listing drift", selectDrift+where+` ORDER BY f.id LIMIT @limit`, args)
	page.cut(func(line Drift) int64 { return line.ID })
	return page, err
}
