package parts

import (
	"context"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/exception"
	webexception "kagami/web/exception"
)

// lookAt is how exceptions find the assets that they are about.
func lookAt(assets *asset.Service) webexception.Look {
	return func(ctx context.Context, actor authz.Actor, code string) (webexception.Asset, error) {
		a, err := assets.Find(ctx, actor, code)
		if err != nil {
			return webexception.Asset{}, err
		}
		scheme, err := assets.Scheme(ctx, actor)
		if err != nil {
			return webexception.Asset{}, err
		}
		found := webexception.Asset{About: exception.About{AssetID: a.ID, Section: a.Section, Code: a.Code, Name: a.Name}, SectionCode: a.SectionCode}
		if !a.State.Ended() {
			for _, b := range a.Broken(scheme.Rules) {
				found.Breaks = append(found.Breaks, webexception.Break{Rule: b.Rule, Clause: b.Clause, Sentence: b.Sentence})
			}
		}
		return found, nil
	}
}
