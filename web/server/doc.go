// Package server is the HTTP side of Kagami: it reads a request, calls one
// operation of a domain, and picks a page. It holds no rule of its own: who may
// do what is asked of authz and the domains, and every failure becomes a page
// in one place (failure.go).
//
// routes.go reads as the table of all addresses; each names its action.
package server
