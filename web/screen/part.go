package screen

import (
	"context"

	"kagami/internal/authz"
	"kagami/internal/handover"
	"kagami/internal/job"
	"kagami/internal/notice"
	"kagami/internal/sample"
	"kagami/internal/setting"
	"kagami/internal/state"
	"kagami/internal/task"
	"kagami/internal/trail"
	"kagami/web/layout"
)

// Part is a capability as the portal takes it in. What a capability has not, it
// leaves empty. A key that two Parts have (a route, a flash, a topic, …) ends the
// start with a sentence.
type Part struct {
	Routes []Route
	Nav    []Entry
	// Areas are the beginnings of paths that belong to an entry of another Part's
	// navigation, with that entry's URL: /imports belongs to /policies.
	Areas map[string]string
	// Flashes are what a page can say of what has just been done; the address
	// names one of them, never a text.
	Flashes map[string]layout.Done

	// Tasks and Panels ask for what home shows of the capability to an actor, and
	// Search for what it finds for one. All Parts ask in one batch: where the role
	// says that there is nothing, a Part queues nothing.
	Tasks  func(authz.Actor, *task.Batch)
	Panels func(authz.Actor, *Batch)
	Search func(authz.Actor, Query, *Batch)

	Topics   []notice.Topic // what its notices are about, with who may see such a notice
	Subjects []trail.Named  // what its changes are about, by the words in the trail

	// Hangs are the kinds of things that a person may hold of it.
	Hangs []handover.Kind

	// Belongs looks at what of it belongs to a section, and is left when that is no more;
	// nil for nothing.
	Belongs handover.Belongs

	// Settings are what the town decides for itself of how the capability works.
	Settings []setting.Setting

	// Counters tell whether what the capability caches has changed since.
	Counters []state.Counter

	Jobs   job.Register                              // what it does by itself; nil for nothing
	Queues []job.Queue                               // in which of that waits, beside the one of all
	Sample func(context.Context, *sample.Town) error // its content of the sample town, after that of the Parts before it
	Start  func(context.Context) error               // what it does before the portal answers; any portal may do it at any start
	SignIn *SignIn                                   // how people are asked who they are; nil but for the Part that does
	// Confinement lets in who is barred from the portal and has something to answer; nil but for
	// the Part where they answer.
	Confinement *Confinement
}
