// Package openid signs a person in at the town's own identity provider, by
// OpenID Connect: the authorization code flow with PKCE (S256), state and
// nonce. It says who the provider vouches for, and knows nothing of accounts
// and sessions.
//
// A sign-in has two steps. Begin gives the address to send the browser to and
// an Attempt, which the caller keeps on the server, bound to that browser.
// Finish takes the Attempt and the query that the browser came back with; the
// caller forgets the Attempt first, so that it serves once.
//
// No token is kept, and neither errors nor logs hold a token or what it says.
package openid
