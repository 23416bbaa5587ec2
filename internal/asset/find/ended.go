package find

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/postgres"
)

// withdrawn marks the lines of drafts that were withdrawn: they were never registered.
func (s *Service) withdrawn(ctx context.Context, lines []Line) error {
	var codes []string
	for _, l := range lines {
		if l.State == asset.Mistaken {
			codes = append(codes, l.Code)
		}
	}
	if len(codes) == 0 {
		return nil
	}
	list, err := postgres.List[struct{ Code string }](ctx, s.pool, "finding drafts that were withdrawn", `
		SELECT a.code FROM asset a JOIN asset_change c ON c.asset_id = a.id AND c.version = a.version
		WHERE a.code = ANY(@codes) AND c.before->>'state' = 'draft' AND c.why = @why`, pgx.StrictNamedArgs{"codes": codes, "why": asset.WhyWithdrawn})
	for _, found := range list {
		for i := range lines {
			lines[i].Withdrawn = lines[i].Withdrawn || lines[i].Code == found.Code
		}
	}
	return err
}

// StateTitle is what the state of the asset of a line is called.
func (l Line) StateTitle() string {
	if l.Withdrawn {
		return asset.WithdrawnTitle
	}
	return l.State.Title()
}

// Ended is the asset whose 管理番号 words are, where it has ended and the actor may see it;
// the zero value for any other words.
func (s *Service) Ended(ctx context.Context, actor authz.Actor, words string) (asset.Asset, error) {
	code := strings.TrimSpace(norm.NFKC.String(words))
	if code == "" || strings.ContainsAny(code, " \t\r\n\x00") {
		return asset.Asset{}, nil
	}
	a, err := s.register.Find(ctx, actor, code)
	if fault.KindOf(err) == fault.NotFound {
		a, err = s.register.Find(ctx, actor, strings.ToLower(code))
	}
	if fault.KindOf(err) == fault.NotFound || err == nil && !a.State.Ended() {
		return asset.Asset{}, nil
	}
	return a, err
}

// Named is an asset by its number and its name.
type Named struct{ Code, Name string }

// Named are those of some 管理番号 that the actor may see, in the order in which they are asked for.
func (s *Service) Named(ctx context.Context, actor authz.Actor, codes []string) ([]Named, error) {
	if len(codes) == 0 {
		return nil, nil
	}
	return postgres.List[Named](ctx, s.pool, "naming assets", `
		SELECT a.code, a.name FROM unnest(@codes::text[]) WITH ORDINALITY AS o(code, place) JOIN asset a ON a.code = o.code
		WHERE @everywhere OR a.section_id = ANY(@sections) ORDER BY o.place`,
		pgx.StrictNamedArgs{"codes": codes, "everywhere": actor.Reach(authz.ReadAssets) == authz.All, "sections": actor.Sections(authz.ReadAssets)})
}
