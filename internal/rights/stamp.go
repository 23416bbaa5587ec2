package rights

import (
	"fmt"

	"kagami/internal/authz"
	"kagami/internal/org"
	"kagami/internal/state"
)

// Stamp names what a page was drawn from: of one stamp there is one page.
type Stamp struct {
	question string
	person   int64  // whose page it is
	reach    string // what of the ledger they see
	// the minute: what begins or ends by the clock alone does so on a day, and where two portals'
	// clocks differ, what one of them drew too early is drawn again
	minute               int64
	organization, rights int64 // how often these have changed
}

const (
	// cachedPages is how many pages are cached, those used last: of a hundred lines each.
	cachedPages = 100
	// cachedSections is for how many people their sections are in the cache.
	cachedSections = 1000
)

// sectionsKey names what the sections that somebody sees depend on.
type sectionsKey struct {
	reach        string
	organization int64
}

// caches are what the service has drawn from states.
type caches struct {
	waiting  state.Cache[waitingKey, Waiting]
	pages    state.Cache[Stamp, Page]
	sections state.Cache[sectionsKey, []Section]
}

func newCaches() caches {
	return caches{
		state.NewCache[waitingKey, Waiting](cachedWaiting), state.NewCache[Stamp, Page](cachedPages), state.NewCache[sectionsKey, []Section](cachedSections),
	}
}

// reach is in words what of the ledger the actor sees, and what of it waits for them.
func reach(actor authz.Actor) string {
	var of []string
	for _, action := range []authz.Action{authz.ReadRights, authz.ReadSystemRights, authz.ReadBars, authz.PermitRights} {
		of = append(of, fmt.Sprint(actor.Reach(action), actor.Sections(action)))
	}
	return fmt.Sprint(of)
}

// stamp is that of a page that would be drawn now; false for one that is not cached.
func (s *Service) stamp(actor authz.Actor, q Search) (Stamp, bool) {
	organization, known := actor.State.Of(org.ChangeCounter)
	rights, counted := actor.State.Of(ChangeCounter)
	return Stamp{
		question: fmt.Sprintf("%#v", q), person: actor.Person, reach: reach(actor), minute: s.door.Now().Unix() / 60, organization: organization, rights: rights,
	}, known && counted
}
