package reach

import (
	"slices"
	"strings"
)

// Right is one that a person has of a system: whether it lets them in, and by which login.
type Right struct {
	Login    string `json:"login"`
	Outsider bool   `json:"outsider"`
	Usable   bool   `json:"usable"`
}

// Rights are those of a person and a system.
type Rights []Right

// Allow tells whether the account of a login is to be usable: as the rights say that name it,
// or as all the others of the person's own.
func (list Rights) Allow(login string) bool {
	named, usable, others := false, false, false
	for _, r := range list {
		if r.Login != "" && strings.EqualFold(r.Login, login) {
			named, usable = true, usable || r.Usable
		}
		others = others || r.Usable && !r.Outsider
	}
	if named {
		return usable
	}
	return others
}

// Any tells whether the person may use the system at all.
func (list Rights) Any() bool {
	return slices.ContainsFunc(list, func(r Right) bool { return r.Usable })
}
