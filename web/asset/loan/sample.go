package loan

import (
	"context"
	"fmt"
	"slices"

	"kagami/internal/asset"
	"kagami/internal/asset/loan"
	"kagami/internal/authz"
	"kagami/internal/sample"
)

// daysAgo is how many days before the sample town's day what is out was taken.
const daysAgo = 5

// fill puts three loans that are out into the sample town, the first of them overdue, and
// one that waits to be permitted. None is a real one.
func (s *Screens) fill(ctx context.Context, t sample.Town) error {
	before := s.loans.At(t.Now.AddDate(0, 0, -daysAgo))
	scheme, err := s.loans.SchemeForPortal(ctx)
	if err != nil {
		return err
	}
	out := 0
	for _, section := range sectionsOf(t) {
		sections, err := s.loans.Sections(ctx, section.clerk)
		if err != nil {
			return err
		}
		own, _, err := before.Choices(ctx, section.clerk)
		if err != nil {
			return err
		}
		free := slices.DeleteFunc(own, func(t loan.Thing) bool {
			return t.Kind != asset.Medium && t.Kind != asset.Paper || len(scheme.Bars(t)) > 0
		})
		if len(free) == 0 || len(sections) == 0 {
			continue
		}
		asking := loan.Asking{Asset: free[0].Code, Section: sections[0].Code, Details: loan.Details{
			Purpose: "見本です。庁舎の外での仕事に使うため。", Place: "町内", From: t.Today().AddDays(-daysAgo), Until: t.Today().AddDays(6), Safeguards: needed(scheme, free[0]),
		}}
		if out == mostOut {
			asking.From = t.Today().AddDays(1)
			if _, err := s.loans.Ask(ctx, section.clerk, asking); err != nil {
				return fmt.Errorf("asking for a sample loan: %w", err)
			}
			return nil
		}
		if out == 0 {
			asking.Until = t.Today().AddDays(-2)
		}
		reply, err := before.Ask(ctx, section.clerk, asking)
		if err != nil {
			return fmt.Errorf("asking for a sample loan: %w", err)
		}
		for i, event := range []loan.Event{loan.EventPermit, loan.EventHand} {
			if err := before.Do(ctx, section.manager, reply.Code, event, loan.Step{Version: i + 1}); err != nil {
				return fmt.Errorf("handing over a sample loan: %w", err)
			}
		}
		out++
	}
	return nil
}

// mostOut is how many are out in the sample town.
const mostOut = 3

// needed are the safeguards without which a thing can't be asked for.
func needed(scheme loan.Scheme, t loan.Thing) (keys []string) {
	for _, s := range scheme.Safeguards {
		if s.Needed(t) {
			keys = append(keys, s.Key)
		}
	}
	return keys
}

// sampleSection is a section of the sample town with who asks and who permits there.
type sampleSection struct{ manager, clerk authz.Actor }

// sectionsOf are the sections of the sample town that have a 管理者 of their own and a 職員,
// the last first: those who try the portal out sit in the first ones.
func sectionsOf(t sample.Town) (list []sampleSection) {
	for _, manager := range t.Actors {
		at := slices.IndexFunc(manager.Holdings, func(h authz.Holding) bool { return h.Role == authz.SecurityManager })
		if at < 0 || manager.Has(authz.GeneralSecurityOfficer) {
			continue
		}
		section := manager.Holdings[at].Section
		clerk := slices.IndexFunc(t.Actors, func(a authz.Actor) bool {
			return a.Person != manager.Person && slices.ContainsFunc(a.Holdings, func(h authz.Holding) bool { return h.Role == authz.Staff && h.Section == section }) && !a.Has(authz.SystemManager)
		})
		if clerk >= 0 {
			list = append(list, sampleSection{manager, t.Actors[clerk]})
		}
	}
	slices.Reverse(list)
	return list
}
