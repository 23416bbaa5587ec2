package parts

import (
	"context"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/authz"
	"kagami/internal/exception"
	"kagami/internal/policy"
	"kagami/internal/policy/find"
	webexception "kagami/web/exception"
	"kagami/web/reading"
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

// exceptedIn is how a text says which of its clauses need not be kept for a time, by the
// exceptions in force that its reader sees.
func exceptedIn(exceptions *exception.Service) func(context.Context, authz.Actor, policy.Reading, []string) ([]reading.Excepted, error) {
	return func(ctx context.Context, actor authz.Actor, r policy.Reading, citations []string) ([]reading.Excepted, error) {
		list, err := exceptions.ClausesInForce(ctx, actor)
		if err != nil || len(list) == 0 {
			return nil, err
		}
		inForce := map[string]exception.Cited{}
		for _, c := range list {
			inForce[exception.Key(c.Clause)] = c
		}
		names := []string{r.Title}
		if r.Kind != policy.Procedure {
			names = append(names, r.Kind.Title())
		}
		var found []reading.Excepted
		for _, citation := range citations {
			for _, name := range names {
				if c, ok := inForce[exception.Key(name+citation)]; ok && citation != "" {
					found = append(found, reading.Excepted{Citation: citation, Count: c.Count, URL: address.With(address.With(address.Exceptions, "state", "in_force"), "clause", c.Clause)})
				}
			}
		}
		return found, nil
	}
}

// clausesOf is how exceptions are offered the clauses in force that somebody may read, as
// people cite them: by the kind of the document, or where there are several of it by its title.
func clausesOf(finding *find.Service) webexception.Clauses {
	return func(ctx context.Context, actor authz.Actor) ([]webexception.Clause, error) {
		found, err := finding.Clauses(ctx, actor)
		list := make([]webexception.Clause, len(found))
		for i, c := range found {
			list[i] = webexception.Clause{Name: nameOf(c) + c.Citation, Also: c.Title + c.Citation, Heading: c.Heading}
		}
		return list, err
	}
}

func nameOf(c find.Cited) string {
	if c.Only && c.Kind != policy.Procedure {
		return c.Kind.Title()
	}
	return c.Title + " "
}
