package violation

import (
	"slices"

	"kagami/internal/authz"
	"kagami/internal/violation/procedure"
)

// Reading is how much of a case somebody reads.
type Reading int

// The readings.
const (
	Nothing  Reading = iota
	Parts            // what was addressed to them, and what they have done
	Numbered         // the course, with a number for each person (監査)
	Whole            // all but the reporter
)

// reading is how much of a case an actor reads. Who takes no part in it reads what was
// addressed to them, whatever their role.
//
// What is only reported is read by who it was reported to: a report to the CISO may be about
// the 統括 without naming them.
func (c Case) reading(actor authz.Actor, seats procedure.Seats) Reading {
	least := Nothing
	if c.IsParty {
		least = Parts
	}
	if actor.Person == 0 || c.out(actor.Person) {
		return least
	}
	for _, seat := range []procedure.Seat{procedure.General, procedure.Manager, procedure.Chief} {
		if c.sits(seat) && seats.Of(seat).Has(actor.Person) {
			return Whole
		}
	}
	if c.ConfirmedAt == nil {
		return max(least, c.readsReported(actor))
	}
	for _, h := range actor.Holdings {
		if actor.Table.ReachOf(h.Role, authz.ReadViolation) != authz.All {
			continue
		}
		switch {
		case h.Role == authz.Auditor:
			least = max(least, Numbered)
		case h.Role != authz.CIO || c.Referral == procedure.EventRefer:
			return Whole
		}
	}
	if c.Section != 0 && slices.Contains(actor.Sections(authz.ReadViolation), c.Section) {
		return Whole
	}
	return least
}

// ReadsReferral tells whether an actor reads the course of a case's referrals (6(1)): not a 管理者,
// though they read the case.
func (o Opened) ReadsReferral(actor authz.Actor) bool {
	return o.Reading == Numbered || o.Reading == Whole && (o.Seats.General.Has(actor.Person) || o.Seats.Chief.Has(actor.Person) ||
		slices.ContainsFunc(actor.Holdings, func(h authz.Holding) bool {
			return h.Role != authz.Auditor && (h.Role != authz.CIO || o.Referral == procedure.EventRefer) && actor.Table.ReachOf(h.Role, authz.ReadViolation) == authz.All
		}))
}

// sits tells whether who sits in a seat reads the case as that: a report is read by who it was
// reported to.
func (c Case) sits(seat procedure.Seat) bool {
	return c.ConfirmedAt != nil || seat == c.Receiver
}

// readsReported is how much somebody reads of what is only reported.
func (c Case) readsReported(actor authz.Actor) Reading {
	reads := Nothing
	for _, h := range actor.Holdings {
		switch h.Role {
		case authz.CISO:
			return Whole
		case authz.GeneralSecurityOfficer, authz.SecurityOfficer:
			if c.Receiver == procedure.General {
				return Whole
			}
		case authz.Auditor:
			if c.State != procedure.Reported {
				reads = Numbered
			}
		default:
		}
	}
	return reads
}
