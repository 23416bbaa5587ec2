package find

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/edition"
	"kagami/internal/org"
	"kagami/internal/postgres"
)

// Stamp names what a page was drawn from: of one stamp there is one page.
type Stamp struct {
	question string
	sections string // of which the actor sees the assets; empty for all
	day      calendar.Date
	// how often have changed: the organization, what the register goes by, its assets, and what
	// is excepted
	organization, editions, assets, exceptions int64
}

// cachedPages is how many pages are cached, those used last: of a hundred lines each.
const cachedPages = 100

// stamp is that of a page that would be drawn now; false for one that is not cached.
func (s *Service) stamp(ctx context.Context, actor authz.Actor, q Search) (stamp Stamp, cacheable bool, err error) {
	organization, known := actor.State.Of(org.ChangeCounter)
	editions, counted := actor.State.Of(edition.ChangeCounter)
	if !known || !counted || q.Of != nil {
		return Stamp{}, false, nil
	}
	exceptions, _ := actor.State.Of(exceptionCounter) // there may be none
	everywhere, sections := actor.Reach(authz.ReadAssets) == authz.All, actor.Sections(authz.ReadAssets)
	stamp = Stamp{question: fmt.Sprintf("%#v", q), day: s.register.Today(), organization: organization, editions: editions, exceptions: exceptions}
	if !everywhere {
		stamp.sections = fmt.Sprint(sections)
	}
	// numbers only grow, so that a sum that is the same is one of the same numbers
	changed, err := postgres.One[struct{ Assets int64 }](ctx, s.pool, "asking whether assets have changed",
		`SELECT coalesce(sum(number), 0)::bigint AS assets FROM asset_state WHERE @everywhere OR section_id = ANY(@sections)`,
		pgx.StrictNamedArgs{"everywhere": everywhere, "sections": sections})
	stamp.assets = changed.Assets
	return stamp, err == nil, err
}
