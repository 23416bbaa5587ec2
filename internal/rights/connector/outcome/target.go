package outcome

import (
	"context"
	"time"

	"kagami/internal/authz"
	"kagami/internal/postgres"
	"kagami/internal/rights/connector"
	"kagami/internal/rights/connector/reach"
)

// Target is what is wanted of a person and a system, and how far it is.
type Target struct {
	ID, PersonID, Section  int64 // that of the system
	Number, Person         string
	SystemCode, System     string
	Connector, ConnectorOf string         // its code and its name; empty where there is none
	Mode                   connector.Mode // of it
	Wanted                 bool
	Since                  time.Time
	State                  connector.State
	Tries                  int
	NextAt                 time.Time
	Trouble                reach.Trouble
	Partly                 bool
	DoneAt                 *time.Time
}

// Targets lists what is wanted in systems that the actor may see, the newest first.
func (s *Service) Targets(ctx context.Context, actor authz.Actor, q Search) (Page[Target], error) {
	var page Page[Target]
	if err := connector.AskRead(actor); err != nil {
		return page, err
	}
	where, args := q.where(actor, "coalesce(c.code, '')")
	if q.State.Title() != "" {
		where += ` AND t.state = @state`
		args["state"] = string(q.State)
	}
	const from = ` FROM right_target t JOIN system_shown y ON y.id = t.asset_id JOIN person_shown p ON p.id = t.person_id
		LEFT JOIN connector_system x ON x.asset_id = t.asset_id LEFT JOIN connector c ON c.id = x.connector_id WHERE t.version > 0 AND `
	found, err := postgres.One[struct{ Count int }](ctx, s.pool, "counting targets of rights", `SELECT count(*) AS count`+from+where, args)
	if page.Count = found.Count; err != nil || page.Count == 0 {
		return page, err
	}
	if q.After > 0 {
		where += ` AND t.id < @after`
		args["after"] = q.After
	}
	args["limit"] = OnPage + 1
	page.Lines, err = postgres.List[Target](ctx, s.pool, "listing targets of rights", `
		SELECT t.id, t.person_id, y.section_id AS section, p.staff_number AS number, p.name AS person, y.code AS system_code, y.name AS system, coalesce(c.code, '') AS connector, coalesce(c.name, '') AS connector_of, coalesce(c.mode, '') AS mode,
		       t.wanted, t.since, t.state, t.tries, t.next_at, t.trouble, t.partly, t.done_at`+from+where+` ORDER BY t.id DESC LIMIT @limit`, args)
	page.cut(func(line Target) int64 { return line.ID })
	return page, err
}
