package rights

import (
	"context"
	"fmt"
	"slices"

	"kagami/internal/authz"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/sample"
)

// fill gives the people of the sample town rights, as taken from its ledger: everybody those
// that all use, and each section those of its own systems. One is asked for. None is a real one.
func (s *Screens) fill(ctx context.Context, t sample.Town) error {
	officer := t.Holder(authz.GeneralSecurityOfficer)
	systems, err := s.rights.Offered(ctx, officer)
	if err != nil || len(systems) == 0 {
		return err
	}
	before := s.rights.At(t.Now.AddDate(0, 0, -daysAgo))
	var entries []rights.Entry
	for n, y := range systems {
		manager := answering(t, y.Section)
		if manager.Person == 0 {
			continue
		}
		everywhere := n == 0
		if err := s.rights.SetSystem(ctx, manager, y.Code, rights.Setting{Everywhere: everywhere, Grades: []string{"照会", "更新", "管理"}}); err != nil {
			return fmt.Errorf("setting a sample system: %w", err)
		}
		for _, user := range users(t, y.Section, everywhere) {
			e := rights.Entry{Person: user.Person, System: y.ID, Section: y.Section, Details: rights.Details{Kind: rights.General, Grade: "照会", Purpose: "見本です。仕事で使うため。", From: t.FiscalYear()}}
			if everywhere {
				e.Section = 0
			}
			if user.Has(authz.SystemManager) {
				e.Kind, e.Grade = rights.Privileged, "管理"
			}
			entries = append(entries, e)
		}
	}
	if err := before.TakeIn(ctx, officer, rights.FromLedger, entries); err != nil {
		return fmt.Errorf("taking sample rights into the ledger: %w", err)
	}
	if err := s.protect(ctx, t, officer); err != nil {
		return fmt.Errorf("protecting a sample account: %w", err)
	}
	last := systems[len(systems)-1]
	for _, a := range t.Actors {
		if !slices.ContainsFunc(a.Holdings, func(h authz.Holding) bool { return h.Section == last.Section }) && a.Reach(authz.AskRights) == authz.Self {
			_, err := s.rights.Ask(ctx, a, rights.Asking{System: last.Code, Details: rights.Details{Kind: rights.General, Grade: "照会", Purpose: "見本です。応援のため。", From: t.Today(), Until: t.Today().AddDays(daysAgo)}})
			return err
		}
	}
	return nil
}

// daysAgo is how many days before the sample town's day its ledger was taken in.
const daysAgo = 30

// answering is the 管理者 of a section; nobody where there is none.
func answering(t sample.Town, section int64) authz.Actor {
	for _, a := range t.Actors {
		if slices.ContainsFunc(a.Holdings, func(h authz.Holding) bool {
			return h.Section == section && h.Role == authz.SecurityManager && h.Capacity == authz.AsHolder
		}) {
			return a
		}
	}
	return authz.Actor{}
}

// users are who uses a system: everybody, or who works in its section.
func users(t sample.Town, section int64, everywhere bool) []authz.Actor {
	return slices.DeleteFunc(slices.Clone(t.Actors), func(a authz.Actor) bool {
		return !everywhere && !slices.ContainsFunc(a.Holdings, func(h authz.Holding) bool { return h.Section == section })
	})
}

// protect stops one right of somebody whose account may have been taken over.
func (s *Screens) protect(ctx context.Context, t sample.Town, officer authz.Actor) error {
	at := len(t.Accounts) - 1
	p, err := s.rights.FindPerson(ctx, officer, t.Accounts[at].StaffNumber)
	if err != nil {
		return err
	}
	list, err := s.rights.OfPerson(ctx, officer, p)
	if err != nil || len(list) == 0 {
		return err
	}
	_, err = s.bars.At(t.Now.AddDate(0, 0, -1)).Begin(ctx, officer, bar.Order{
		Kind: bar.AccountCut, Person: p.StaffNumber, Rights: []string{list[0].Code}, Reason: "見本です。業務用のスマートフォンを、出張先でなくしたため。",
	})
	return err
}
