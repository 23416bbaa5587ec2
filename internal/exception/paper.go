package exception

import (
	"context"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/postgres"
)

// Signers are the posts of who has asked for an exception and of who has decided on it, as
// they were on that day; empty where there is none.
type Signers struct{ Asked, Decided string }

// Signers looks up who signs an exception. NotFound where the actor may not see it.
func (s *Service) Signers(ctx context.Context, actor authz.Actor, e Exception) (signers Signers, err error) {
	if !e.May(actor, authz.ReadExceptions) {
		return signers, errNone()
	}
	type row struct {
		Decided        bool
		Section, Title string
	}
	rows, err := postgres.List[row](ctx, s.pool, "looking who signs an exception", `
		SELECT w.decided, coalesce(n.name, '') AS section, t.title
		FROM (SELECT false AS decided, e.asked_by AS person_id, @asked_on::date AS day FROM exception e WHERE e.id = @id
		      UNION ALL SELECT true, e.decided_by, e.decided_on FROM exception e WHERE e.id = @id) w
		CROSS JOIN LATERAL (SELECT a.section_id, a.title FROM standing a WHERE a.person_id = w.person_id AND a.period @> w.day
		                    ORDER BY NOT w.decided AND a.section_id = @section DESC NULLS LAST, a.acting, a.position, a.id LIMIT 1) t
		LEFT JOIN section_shown n ON n.id = t.section_id`,
		pgx.StrictNamedArgs{"id": e.ID, "section": e.Section, "asked_on": calendar.Day(e.AskedAt)})
	for _, r := range rows {
		if post := authz.PostName(r.Section, r.Title); r.Decided {
			signers.Decided = post
		} else {
			signers.Asked = post
		}
	}
	return signers, err
}
