package screen

import "net/http"

// SignIn is how people are asked who they are. One Part of a portal has it.
type SignIn struct {
	// Ask answers a request of somebody who is not signed in, with the page to
	// sign in on and a status; message is what it says, empty for what fits.
	Ask func(w http.ResponseWriter, r *http.Request, status int, message string)
	// Proved tells whether somebody signed in has proved themselves as well as a
	// route asks. Where not, it has answered the request.
	Proved func(w http.ResponseWriter, r *http.Request, route Route) (bool, error)
}
