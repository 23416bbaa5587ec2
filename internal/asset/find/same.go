package find

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"kagami/internal/asset/life"
	"kagami/internal/authz"
	"kagami/internal/postgres"
)

// Same is an asset that has the name of another one.
type Same struct {
	Code string // empty for none
	Name string
}

// Same is the first asset of a section, by its code, that has a name, however wide its
// letters are, whether they are large, and where blanks stand. It is none where the actor
// may not see the section's.
func (s *Service) Same(ctx context.Context, actor authz.Actor, section, name string) (Same, error) {
	found, err := postgres.One[Same](ctx, s.pool, "looking for an asset of the same name", `
		SELECT a.code, a.name FROM asset a JOIN section_shown s ON s.id = a.section_id
		WHERE s.code = @section AND (@everywhere OR s.id = ANY(@sections)) AND a.state `+life.Counts+`
		  AND regexp_replace(lower(normalize(a.name, NFKC)), '\s', '', 'g') = regexp_replace(lower(normalize(@name, NFKC)), '\s', '', 'g')
		ORDER BY a.code_order LIMIT 1`,
		pgx.StrictNamedArgs{"section": section, "name": name, "everywhere": actor.Reach(authz.ReadAssets) == authz.All, "sections": actor.Sections(authz.ReadAssets)})
	if errors.Is(err, pgx.ErrNoRows) {
		return Same{}, nil
	}
	return found, err
}
