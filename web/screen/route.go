package screen

import (
	"net/http"

	"kagami/internal/authz"
)

// Handler answers a request, or says why not.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Route is one address with the action it stands for: who may not do the action
// anywhere does not get past the gate. The operation behind it checks again,
// with the matter it is about. Get and Post make one:
//
//	screen.Post("/policies/{code}/draft/publish", authz.PublishDecided, s.publish).Asking(s.mayPublish).Sensitive()
type Route struct {
	Method  string
	Pattern string
	Action  authz.Action
	Handle  Handler
	// Ask asks with the matter that the request is about, before the page shows or
	// the form is read; nil where nobody can be concerned.
	Ask func(r *http.Request) error
	// MaxBody is the most that the request may bring, in bytes.
	MaxBody int64
	// Proof says that the route asks again who it is, some time after it was last
	// proved.
	Proof bool
	// Streamed routes answer with files, or take them in, piece by piece: as they are,
	// and it may take long.
	Streamed bool
	// Sessionless routes know no sessions: no cookie is read there, and none is
	// set, so that what they answer is the same for everybody.
	Sessionless bool
	// ForConfined routes are open to who is barred from the portal and answers in their own
	// case. Every other one is closed to them, whatever its action.
	ForConfined bool
}

// MaxForm is the most that an ordinary form may bring, in bytes.
const MaxForm = 256 << 10

// Get is the route of a page or a file.
func Get(pattern string, action authz.Action, h Handler) Route {
	return Route{Method: http.MethodGet, Pattern: pattern, Action: action, Handle: h, MaxBody: MaxForm}
}

// Post is the route of a form.
func Post(pattern string, action authz.Action, h Handler) Route {
	return Route{Method: http.MethodPost, Pattern: pattern, Action: action, Handle: h, MaxBody: MaxForm}
}

// Asking is the route of a decision that may be about somebody: its page and its
// form ask alike whether the actor may decide it, so that nobody is led to a button
// that refuses them. Whoever stands above a role that decides gets as far as ask.
func (r Route) Asking(ask func(r *http.Request) error) Route {
	r.Ask = ask
	return r
}

// Sensitive is the route of what publishes, suspends, or decides who may do what.
func (r Route) Sensitive() Route {
	r.Proof = true
	return r
}

// Body is the route of a form that may bring up to so many bytes.
func (r Route) Body(most int64) Route {
	r.MaxBody = most
	return r
}

// Stream is the route of a file that is handed out, or comes in, piece by piece.
func (r Route) Stream() Route {
	r.Streamed = true
	return r
}

// ForEverybody is a route that knows no sessions.
func (r Route) ForEverybody() Route {
	r.Sessionless = true
	return r
}

// Confined is a route that is open also to who is barred from the portal and answers in their own
// case. What is behind it asks whose case it is.
func (r Route) Confined() Route {
	r.ForConfined = true
	return r
}
