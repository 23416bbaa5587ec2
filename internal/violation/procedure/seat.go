package procedure

import (
	"slices"

	"kagami/internal/authz"
)

// Holders are who holds the roles of a case on a day, without those who are away.
type Holders struct {
	CIO, CISO, General []int64
	Managers           []int64 // of the person's 課室
}

// Sat is who sits in a seat, and by which role of theirs.
type Sat struct {
	People []int64
	Role   authz.Role
	// Alone says that nobody else can: 兼務（やむを得ない理由）.
	Alone bool
	// passed are the roles below whose holders are concerned, or who are none.
	passed []authz.Role
}

// Has tells whether somebody sits in it.
func (s Sat) Has(person int64) bool { return slices.Contains(s.People, person) }

// StandsIn tells whether the role of the seat is not held by who sits in it.
func (s Sat) StandsIn() bool { return len(s.passed) > 0 }

// Matter is the matter of a case for who acts from the seat: the permission table grants what
// it grants the seat's role to the role above those that were passed.
func (s Sat) Matter(m authz.Matter) authz.Matter {
	m.Alone = nil
	for _, role := range s.passed {
		h := authz.Holding{Role: role}
		if role.OfSection() {
			h.Section = m.PersonsSection
		}
		m.Alone = append(m.Alone, h)
	}
	return m
}

// Seats are who sits in the seats of a case.
type Seats struct {
	General, Manager, Chief Sat
	above                   Sat // who stands above the CISO
}

// Overseen tells whether the CISO sees to what the 統括 does in a case: what they have found
// themselves, what is grave, and whether it is referred (6(1)).
func Overseen(ownFinding, grave bool, referral Event) bool {
	return ownFinding || grave || referral != ""
}

// Overseen are the seats of a case in which the CISO sees to what the 統括 does: where it is the CISO
// who acts for the 統括, the CIO sits in the CISO's seat, or else they would agree with themselves.
func (s Seats) Overseen() Seats {
	switch {
	case s.General.Role != authz.CISO || !slices.ContainsFunc(s.Chief.People, s.General.Has):
	case len(s.above.People) > 0:
		s.Chief = s.above
	default:
		s.Chief.Alone = true
	}
	return s
}

// Of is who sits in a seat; nobody in one that has no Sat.
func (s Seats) Of(seat Seat) Sat {
	switch seat {
	case General:
		return s.General
	case Manager:
		return s.Manager
	case Chief:
		return s.Chief
	default:
		return Sat{}
	}
}

// People are those who sit in any of them.
func (s Seats) People() []int64 {
	return slices.Concat(s.General.People, s.Manager.People, s.Chief.People)
}

// Sit says who acts in a case, where some take no part: the person it is about, who is named
// 監督責任者, and whoever has declared to be kin of them.
//
// The 総務課長 is both 統括 and 管理者 of 総務課 (図 1.1): of somebody of 総務課 the CISO guides,
// and the 統括 only suspends. If the 統括 is concerned it is the CISO, if the CISO, the CIO:
// also what the 統括 would do, who stands under the CISO.
//
// Where nobody else is left, whoever holds the role acts all the same, Alone; never the person
// it is about.
func Sit(h Holders, person int64, recused []int64) Seats {
	free := func(people []int64) []int64 {
		return slices.DeleteFunc(slices.Clone(people), func(p int64) bool { return p == person || slices.Contains(recused, p) })
	}
	up := func(rungs ...rung) Sat {
		var s Sat
		for _, r := range rungs {
			if s.People, s.Role = free(r.people), r.role; len(s.People) > 0 {
				return s
			}
			s.passed = append(s.passed, r.role)
		}
		return s
	}
	cio, ciso, general := rung{authz.CIO, h.CIO}, rung{authz.CISO, h.CISO}, rung{authz.GeneralSecurityOfficer, h.General}
	below := general
	if person != 0 && slices.Contains(h.CISO, person) {
		below.people = nil
	}
	seats := Seats{General: up(below, ciso, cio), Chief: up(ciso, cio), above: Sat{People: free(h.CIO), Role: authz.CIO, passed: []authz.Role{authz.CISO}}}
	// who suspends does not guide, nor do they say that guidance has failed
	apart := func(r rung) rung { return rung{r.role, slices.DeleteFunc(slices.Clone(r.people), seats.General.Has)} }
	seats.Manager = up(apart(rung{authz.SecurityManager, h.Managers}), rung{authz.GeneralSecurityOfficer, nil}, apart(ciso), apart(cio))
	alone := func(s *Sat, role authz.Role, people []int64) {
		if len(s.People) > 0 {
			return
		}
		if people = slices.DeleteFunc(slices.Clone(people), func(p int64) bool { return p == person }); len(people) > 0 {
			*s = Sat{People: people, Role: role, Alone: true}
		}
	}
	alone(&seats.General, authz.GeneralSecurityOfficer, h.General)
	alone(&seats.Chief, authz.CISO, h.CISO)
	alone(&seats.Manager, authz.SecurityManager, h.Managers)
	if len(seats.Manager.People) == 0 && len(seats.General.People) > 0 {
		seats.Manager = seats.General // nobody leads the 課室, and nobody stands above the 統括
		seats.Manager.Alone = true
		seats.Manager.passed = append([]authz.Role{authz.SecurityManager}, seats.General.passed...)
	}
	return seats
}

// rung is a role with its holders.
type rung struct {
	role   authz.Role
	people []int64
}

// Standing is what whose turn it is depends on.
type Standing struct {
	State        State
	Receiver     Seat // of a report
	Vendor       bool // a vendor's staff
	OwnFinding   bool
	Agreed       bool
	Grave        bool
	Referral     Event // EventRefer or EventReferNot; empty before it is decided
	ReferralSeen bool
	Hearing      bool // the chance to answer is not over
	Silent       bool // the 管理者 has been silent for the set time after the day of the guidance
}

// Turn is whose turn it is; empty where nobody's.
func Turn(s Standing) Seat {
	switch s.State {
	case Reported:
		return s.Receiver
	case Confirmed:
		if s.Vendor {
			return General
		}
		return Manager
	case Guided:
		if s.Silent {
			return General
		}
		return Manager
	case NotImproved:
		switch {
		case s.OwnFinding && !s.Agreed:
			return Chief
		case s.Hearing:
			return Person
		}
		return General
	case Suspended, Revoked:
		if s.Grave && s.Referral != "" && !s.ReferralSeen {
			return Chief
		}
		return General
	default:
		return ""
	}
}

// LeadSeat is the seat of who leads a case: of what is only reported that of its receiver.
func LeadSeat(confirmed bool, receiver Seat) Seat {
	if confirmed {
		return General
	}
	return receiver
}
