package authz

import (
	"cmp"
	"slices"
	"strings"

	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/state"
)

// Actor is who acts: a person with the roles that they hold today, the operator
// at the server, or the portal itself.
type Actor struct {
	Person   int64 // 0 for the operator, and for the portal itself
	Name     string
	Holdings []Holding
	// On is the day of whose rights these are; zero where it is not known.
	On calendar.Date
	// Table is the permission table in effect on that day; nil for the one that a town
	// starts with.
	Table *Table
	// Inside are the sections inside those that they lead, as far as these reach.
	Inside []Inside
	// State is that of the database in which the actor was looked up; zero where
	// nothing is to be taken from a cache.
	State state.Numbers
}

// Inside is that who leads the outer section, its 情報セキュリティ管理者, is that of the
// inner one too: for what they see, and where it decides for what they do. The other
// roles are of their own section alone.
type Inside struct {
	Outer, Inner int64
	Decides      bool
}

// Holding is a role held today.
type Holding struct {
	Role    Role
	Post    string // the post's title, 課長; empty for a role given directly
	Section int64  // the post's section; 0 where the post belongs to none
	// SectionName is the section's name, for showing where someone is.
	SectionName string
	Capacity    Capacity
}

// PostName is how a post is called with its section: 税務町民課 and 課長 are
// 税務町民課長, 会計室 and 担当 are 会計室 担当.
func PostName(section, title string) string {
	if section == "" || strings.HasPrefix(title, section) {
		return title
	}
	for at := range section {
		if shared := section[at:]; strings.HasPrefix(title, shared) {
			return section + strings.TrimPrefix(title, shared)
		}
	}
	return section + " " + title
}

// Capacity is how somebody comes to act in a role.
type Capacity string

// The capacities.
const (
	AsHolder   Capacity = ""            // it is theirs
	Acting     Capacity = "acting"      // 職務代理: they stand in for a post's holder for a time
	StandingIn Capacity = "standing_in" // a role below is vacant, or its holder is concerned
)

// Title is what a capacity is called beside the role's name; empty for AsHolder.
func (c Capacity) Title() string {
	switch c {
	case Acting:
		return "職務代理"
	case StandingIn:
		return "上位者による代行"
	case AsHolder:
	}
	return ""
}

// AsOperator is the actor for commands run on the server itself. Whoever can
// run those can reach the database anyway; the trail names them as operator.
func AsOperator() Actor {
	return Actor{Holdings: []Holding{{Role: Operator}}}
}

// AsPortal is the actor for what the portal does by itself because its day has
// come. It may do nothing else.
func AsPortal() Actor {
	return Actor{Holdings: []Holding{{Role: Portal}}}
}

// Confine is the actor without the roles that they hold: somebody whose right to use the portal is
// barred, and who answers in their own case.
func (a Actor) Confine() Actor {
	return Actor{Person: a.Person, Name: a.Name, Holdings: []Holding{{Role: Confined}}, On: a.On, Table: a.Table, State: a.State}
}

// IsConfined tells whether that is all that they are.
func (a Actor) IsConfined() bool { return a.Has(Confined) }

// SortHoldings puts the actor's roles in the order of 図 1.1, as May wants them:
// of the same role, first the one that is their own.
func (a Actor) SortHoldings() {
	slices.SortStableFunc(a.Holdings, func(x, y Holding) int {
		return cmp.Or(cmp.Compare(rank(x.Role), rank(y.Role)), cmp.Compare(x.Capacity, y.Capacity))
	})
}

// Has tells whether the actor holds the role, in any section and capacity.
func (a Actor) Has(role Role) bool {
	return slices.ContainsFunc(a.Holdings, func(h Holding) bool { return h.Role == role })
}

// Reach is how far the actor may do an action: as far as the widest of their
// roles reaches.
func (a Actor) Reach(action Action) Reach {
	widest := None
	for _, h := range a.Holdings {
		widest = max(widest, a.Table.ReachOf(h.Role, action))
	}
	return widest
}

// Sections lists the sections where the actor may do an action by a role that
// reaches its own section only; with Reach All the list is not the limit.
func (a Actor) Sections(action Action) []int64 {
	sections := []int64{}
	for _, h := range a.Holdings {
		if h.Section != 0 && a.Table.ReachOf(h.Role, action) == Own {
			sections = append(sections, h.Section)
			for _, i := range a.Inside {
				if i.covers(h, action) {
					sections = append(sections, i.Inner)
				}
			}
		}
	}
	slices.Sort(sections)
	return slices.Compact(sections)
}

// covers tells whether it counts for a holding and an action.
func (i Inside) covers(h Holding, action Action) bool {
	return h.Role == SecurityManager && h.Section == i.Outer && (i.Decides || rowOf(action).kind != decides)
}

// Matter is what an action is about, as far as permission depends on it: each is
// how it is related to somebody.
type Matter struct {
	// Of OwnersSection, PersonsSection and SystemsSection each row of the table asks
	// one; 0 where there is none.
	OwnersSection  int64 // the section to which it belongs
	PersonsSection int64 // that of Person
	SystemsSection int64 // that which answers for the system
	Person         int64 // the person it is about; 0 for none
	ConfirmedBy    int64 // the person who has confirmed it; 0 for nobody
	Addressed      bool  // whether the thing is addressed to the actor (its audience)
	Decision       bool  // whether it decides on Person, which that person never may
	// Alone are the roles that Person holds and nobody else does. Where it is a
	// decision on Person, the role above each of them decides instead.
	Alone []Holding
}

// section is the section that a row asks for.
func (m Matter) section(whose Relation) int64 {
	switch whose {
	case OwnersSection:
		return m.OwnersSection
	case PersonsSection:
		return m.PersonsSection
	case SystemsSection:
		return m.SystemsSection
	case NoSection:
	}
	return 0
}

// Concerned tells whether a matter is about the actor. Who is concerned decides
// nothing in it, and sees of what is confided only what any person concerned sees:
// in a list, a count, a search, an export or the trail as on its own page.
func (a Actor) Concerned(m Matter) bool { return m.Person != 0 && m.Person == a.Person }

// May reports the holding by which the actor may do the action in this matter:
// the first, from the top of 図 1.1, that reaches it.
func (a Actor) May(action Action, m Matter) (Holding, bool) {
	concerned := a.Concerned(m)
	if concerned && m.Decision {
		return Holding{}, false
	}
	only := concerned && rowOf(action).kind == confides
	for _, h := range a.Holdings {
		if (!only || a.Table.ReachOf(h.Role, action) == Self) && a.reaches(h, action, m) {
			return h, true
		}
	}
	if !m.Decision {
		return Holding{}, false
	}
	for _, concerned := range m.Alone {
		concerned.Capacity = StandingIn
		if a.isAbove(concerned, m.Alone) && a.reaches(concerned, action, m) {
			return concerned, true
		}
	}
	return Holding{}, false
}

// Might tells whether the actor could do the action in some matter, as far as
// least: by a role of theirs, or in the place of somebody below them who is
// concerned. It lets a person in; what they do is asked again, with its matter.
func (a Actor) Might(action Action, least Reach) bool {
	return a.might(action, least, func(up Role) bool { return !a.Has(up) })
}

// IsOffered tells whether the actor is shown the way to an action: by a role of theirs,
// or by the one next above it. Who stands higher still is asked only where all those
// between are concerned too, and would nearly always find nothing to do.
func (a Actor) IsOffered(action Action, least Reach) bool {
	return a.might(action, least, func(Role) bool { return false })
}

// might is Might, in the place of somebody below the first role that is not passed.
func (a Actor) might(action Action, least Reach, passed func(up Role) bool) bool {
	if a.Reach(action) >= max(least, Self) {
		return true
	}
	if rowOf(action).kind != decides {
		return false
	}
	for _, role := range columns {
		if a.Table.ReachOf(role, action) < max(least, Own) { // by 本人 and 対象 nobody decides for another
			continue
		}
		if up, there := role.Above(passed); there && a.Has(up) {
			return true
		}
	}
	return false
}

// Place is a role of a section that others are in the place of, where all who hold it are
// concerned, and all who hold one of the roles between.
type Place struct {
	Role    Role
	Between []Role
}

// Places are the roles in whose place the actor does an action by a role of the town, that
// reach their own section: what May grants for a Matter with Alone, to be looked for.
func (a Actor) Places(action Action) []Place {
	var list []Place
	for _, role := range columns {
		if rowOf(action).kind != decides || !role.OfSection() || a.Table.ReachOf(role, action) != Own {
			continue
		}
		p := Place{Role: role}
		up, there := role.Above(func(up Role) bool {
			if !up.OfSection() && a.Has(up) {
				return false
			}
			p.Between = append(p.Between, up)
			return true
		})
		if there && a.Has(up) {
			list = append(list, p)
		}
	}
	return list
}

// reaches tells whether one holding allows the action in this matter.
func (a Actor) reaches(h Holding, action Action, m Matter) bool {
	switch a.Table.ReachOf(h.Role, action) {
	case All:
		return true
	case Own:
		section := m.section(rowOf(action).whose)
		return section != 0 && (section == h.Section || slices.ContainsFunc(a.Inside, func(i Inside) bool {
			return i.Inner == section && i.covers(h, action)
		}))
	case Confirmed:
		return m.ConfirmedBy != 0 && m.ConfirmedBy == a.Person
	case Audience:
		return m.Addressed
	case Self:
		return a.Concerned(m)
	case None:
	}
	return false
}

// isAbove tells whether the actor holds the role above one whose only holder is
// concerned: the next that is not itself held by that person alone.
func (a Actor) isAbove(concerned Holding, alone []Holding) bool {
	above, ok := concerned.Role.Above(func(role Role) bool {
		return slices.ContainsFunc(alone, func(h Holding) bool {
			return h.Role == role && (!role.OfSection() || h.Section == concerned.Section)
		})
	})
	return ok && slices.ContainsFunc(a.Holdings, func(h Holding) bool {
		return h.Role == above && (!above.OfSection() || h.Section == concerned.Section)
	})
}

// StandsAbove tells whether the actor holds the role above each of some roles that the person of
// a matter holds alone.
func (a Actor) StandsAbove(m Matter, roles ...Role) bool {
	return !slices.ContainsFunc(m.Alone, func(h Holding) bool { return slices.Contains(roles, h.Role) && !a.isAbove(h, m.Alone) })
}

// Check is May with a refusal as an error: Forbidden.
func Check(a Actor, action Action, m Matter) (Holding, error) {
	h, ok := a.May(action, m)
	switch {
	case ok:
		return h, nil
	case m.Decision && a.Concerned(m):
		return Holding{}, fault.New(fault.Forbidden, "自分についての事項は、どの役割でも自分では決められません。ほかの担当者に頼んでください。")
	}
	return Holding{}, fault.New(fault.Forbidden, "この操作は、あなたの役割では行えません。必要な場合は、総務課（情報政策担当）に連絡してください。")
}
