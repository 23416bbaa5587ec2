package parts

import (
	"context"
	"slices"
	"strings"

	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/exception"
	"kagami/internal/policy"
	"kagami/internal/policy/outline"
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
		found := webexception.Asset{About: exception.About{AssetID: a.ID, Section: a.Section, Code: a.Code, Name: a.Name}, SectionCode: a.SectionCode, Ended: a.State.Ended()}
		if !found.Ended {
			for _, b := range a.Broken(scheme.Rules) {
				found.Breaks = append(found.Breaks, webexception.Break{Rule: b.Rule, Clause: b.Clause, Sentence: b.Sentence})
			}
		}
		return found, nil
	}
}

// clausesOf is how exceptions are offered the clauses that somebody may read: those of the
// 基本方針 and of the 対策基準 in force, as people cite them.
func clausesOf(policies *policy.Service) webexception.Clauses {
	return func(ctx context.Context, actor authz.Actor) ([]webexception.Clause, error) {
		readings, err := policies.Readings(ctx, actor)
		if err != nil {
			return nil, err
		}
		var list []webexception.Clause
		for _, r := range readings {
			if r.Kind == policy.Procedure || !r.InForce(actor.On) {
				continue
			}
			o, err := policies.Outline(ctx, actor, r.Reading)
			if err != nil {
				return nil, err
			}
			for _, a := range o.Anchors() {
				if slices.Contains([]outline.Kind{outline.Article, outline.Paragraph, outline.Item, outline.Subitem}, a.Kind) && a.Label != "" {
					list = append(list, webexception.Clause{Name: r.Kind.Title() + a.Citation, Heading: beginning(a.Heading, a.Text)})
				}
			}
		}
		return list, nil
	}
}

// beginning is what a clause begins with: its heading, or the first words of its text.
func beginning(heading, text string) string {
	const most = 40
	if heading == "" {
		heading, _, _ = strings.Cut(text, "\n")
	}
	if runes := []rune(heading); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return heading
}
