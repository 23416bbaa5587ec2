package authz

import (
	"cmp"
	"slices"

	"kagami/internal/fault"
	"kagami/internal/state"
)

// Actor is who acts: a person with the roles that their posts give them today,
// or the operator at the server.
type Actor struct {
	Person   int64 // 0 for the operator
	Name     string
	Holdings []Holding
	// Seen is the state of the database in which the actor was looked up; zero
	// where nothing is to be taken from what was kept.
	Seen state.Numbers
}

// Holding is a role held today, through a post.
type Holding struct {
	Role    Role
	Post    string // the post's title, 税務町民課長; empty for the operator
	Section int64  // the post's section; 0 where the post belongs to none
	// SectionName is the section's name, for showing where someone is.
	SectionName string
}

// AsOperator is the actor for commands run on the server itself. Whoever can
// run those can reach the database anyway; the trail names them as operator.
func AsOperator() Actor {
	return Actor{Holdings: []Holding{{Role: Operator}}}
}

// SortHoldings puts the actor's roles in the order of 図 1.1, as May wants them.
func (a Actor) SortHoldings() {
	slices.SortStableFunc(a.Holdings, func(x, y Holding) int {
		return cmp.Compare(rank(x.Role), rank(y.Role))
	})
}

// Has tells whether the actor holds the role, in any section.
func (a Actor) Has(role Role) bool {
	return slices.ContainsFunc(a.Holdings, func(h Holding) bool { return h.Role == role })
}

// Reach is how far the actor may do an action: as far as the widest of their
// roles reaches.
func (a Actor) Reach(action Action) Reach {
	widest := None
	for _, h := range a.Holdings {
		widest = max(widest, ReachOf(h.Role, action))
	}
	return widest
}

// Sections lists the sections where the actor may do an action by a role that
// reaches its own section only; with Reach All the list is not the limit.
func (a Actor) Sections(action Action) []int64 {
	sections := []int64{}
	for _, h := range a.Holdings {
		if h.Section != 0 && ReachOf(h.Role, action) == Own && !slices.Contains(sections, h.Section) {
			sections = append(sections, h.Section)
		}
	}
	return sections
}

// Matter is what an action is about, as far as permission depends on it.
type Matter struct {
	Section   int64 // whose matter it is; 0 where it belongs to no section
	Person    int64 // the person it is about; 0 for none
	Addressed bool  // whether the thing is addressed to the actor (its audience)
	Decision  bool  // whether it decides on Person, which that person never may
}

// May reports the role in which the actor may do the action in this matter:
// the first, from the top of 図 1.1, that reaches it.
func (a Actor) May(action Action, m Matter) (Role, bool) {
	if m.Decision && m.Person != 0 && m.Person == a.Person {
		return "", false
	}
	for _, h := range a.Holdings {
		switch ReachOf(h.Role, action) {
		case All:
			return h.Role, true
		case Own:
			if m.Section != 0 && m.Section == h.Section {
				return h.Role, true
			}
		case Audience:
			if m.Addressed {
				return h.Role, true
			}
		case Self:
			if m.Person != 0 && m.Person == a.Person {
				return h.Role, true
			}
		case None:
		}
	}
	return "", false
}

// Check is May with a refusal as an error: Forbidden.
func Check(a Actor, action Action, m Matter) (Role, error) {
	role, ok := a.May(action, m)
	if !ok {
		return "", fault.New(fault.Forbidden, "この操作は、あなたの役割では行えません。必要な場合は、総務課（情報政策担当）に連絡してください。")
	}
	return role, nil
}
