package rights

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kagami/internal/authz"
	"kagami/internal/rights"
	"kagami/internal/sample"
)

// fill gives the people of the sample town rights: everybody those that all use, and each
// section those of its own systems; one is asked for, and one suspended. None is a real one.
func (s *Screens) fill(ctx context.Context, t sample.Town) error {
	before := s.rights.At(t.Now.Add(-200 * 24 * time.Hour))
	systems, err := s.rights.Offered(ctx, t.Holder(authz.GeneralSecurityOfficer))
	if err != nil || len(systems) == 0 {
		return err
	}
	for n, y := range systems {
		manager, deputy := answering(t, y.Section)
		if manager.Person == 0 || deputy.Person == 0 {
			continue
		}
		everywhere := n == 0
		if err := s.rights.SetSystem(ctx, manager, y.Code, rights.Setting{Everywhere: everywhere, Grades: []string{"照会", "更新", "管理"}}); err != nil {
			return fmt.Errorf("setting a sample system: %w", err)
		}
		for _, user := range users(t, y.Section, everywhere) {
			asking := rights.Asking{System: y.Code, Details: rights.Details{Kind: rights.General, Grade: "照会", Purpose: "見本です。仕事で使うため。", From: t.Today().AddDays(-200)}}
			if user.Has(authz.SystemManager) {
				asking.Kind, asking.Grade = rights.Privileged, "管理"
			}
			code, err := before.Ask(ctx, user, asking)
			if err != nil {
				return fmt.Errorf("asking for a sample right: %w", err)
			}
			permits := manager
			if user.Person == manager.Person {
				permits = deputy
			}
			if err := before.Do(ctx, permits, code, rights.EventPermit, rights.Step{Version: 1}); err != nil {
				return fmt.Errorf("permitting a sample right: %w", err)
			}
		}
	}
	return nil
}

// answering are the 管理者 and the 情報システム管理者 of a section.
func answering(t sample.Town, section int64) (manager, deputy authz.Actor) {
	for _, a := range t.Actors {
		for _, h := range a.Holdings {
			switch {
			case h.Section != section:
			case h.Role == authz.SecurityManager && manager.Person == 0:
				manager = a
			case h.Role == authz.SystemManager && deputy.Person == 0 && a.Person != manager.Person:
				deputy = a
			}
		}
	}
	return manager, deputy
}

// users are who uses a system: everybody, or who works in its section.
func users(t sample.Town, section int64, everywhere bool) []authz.Actor {
	return slices.DeleteFunc(slices.Clone(t.Actors), func(a authz.Actor) bool {
		return !everywhere && !slices.ContainsFunc(a.Holdings, func(h authz.Holding) bool { return h.Section == section })
	})
}
