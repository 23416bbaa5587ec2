// Package cookie is what the server's cookies carry: the session of whoever is
// signed in, the device that they have signed in from before, and a sign-in that
// takes more than one request. The rows are package session's.
package cookie

import "net/http"

// TLS says whether people reach the portal over TLS: then its cookies are sent
// over nothing else, and their names tell the browser to take them from nowhere
// but here.
type TLS bool

// name is a cookie's name in the browser: kagami, or __Host-kagami over TLS.
func (t TLS) name(name string) string {
	if t {
		return "__Host-" + name
	}
	return name
}

// make makes a cookie that lasts so many seconds; fewer than none remove it.
func (t TLS) make(name, value string, seconds int) *http.Cookie {
	return &http.Cookie{
		Name: t.name(name), Value: value, Path: "/", MaxAge: seconds,
		Secure: bool(t), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// token is the value of the request's cookie of that name; empty for none.
func (t TLS) token(r *http.Request, name string) string {
	cookie, err := r.Cookie(t.name(name))
	if err != nil {
		return ""
	}
	return cookie.Value
}
