package exception

import (
	"slices"

	"kagami/internal/authz"
)

// sections are those that answer for it: the one for which it was asked, and those in which
// its assets stand now.
func (e Exception) sections() []int64 { return append([]int64{e.Section}, e.Held...) }

// owned is the exception as a matter of the one of its sections by which the actor may do
// something, or of the one for which it was asked.
func (e Exception) owned(actor authz.Actor, action authz.Action) authz.Matter {
	for _, section := range e.sections() {
		matter := authz.Matter{OwnersSection: section}
		if _, may := actor.May(action, matter); may {
			return matter
		}
	}
	return authz.Matter{OwnersSection: e.Section}
}

// May tells whether the actor may do something with it that a section does.
func (e Exception) May(actor authz.Actor, action authz.Action) bool {
	_, may := actor.May(action, e.owned(actor, action))
	return may
}

// seenBy is the exception as the actor sees it. Who reads it for an asset that has come to
// them does not see what other sections have.
func (e Exception) seenBy(actor authz.Actor) Exception {
	reads := func(section int64) bool {
		_, may := actor.May(authz.ReadExceptions, authz.Matter{OwnersSection: section})
		return may
	}
	if reads(e.Section) {
		return e
	}
	all := len(e.About)
	e.About = slices.DeleteFunc(e.About, func(a About) bool { return !reads(a.Section) })
	e.Hidden = all - len(e.About)
	return e
}

// readable is the condition in SQL, with @sections, that an exception e is one of the
// sections that somebody reads: it was asked for one of them, or an asset that it is about
// stands there now.
const readable = `(e.section_id = ANY(@sections) OR e.id IN (SELECT h.exception_id FROM exception_elsewhere h WHERE h.section_id = ANY(@sections)))`
