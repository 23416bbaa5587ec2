// Package account is how people come to an account, prove who they are, and lose
// it again: passwords, one-time links, and the suspension of accounts. The
// sessions that follow a sign-in are in package session.
//
// The first administrator makes their account with a link from the server's
// console; everybody else is invited by a link that works once and ends after
// seven days. A forgotten password is set anew by such a link too: nobody but
// its owner ever knows a password.
//
// Passwords stand as argon2id hashes; those that would be tried first are
// refused. Failed sign-ins are counted by account, by IP address, and by device
// where the person has signed in from it before; more of them wait longer, but
// never for good, and never shut the owner out on a device of their own. Nobody
// waits for what others beside them have typed rightly. The database counts, by
// its own clock: docs/operation.md has the rule.
//
// A town can have its people sign in elsewhere (Ways): with the password of its
// directory, or vouched for by its identity provider. That makes no account: an
// administrator does, one that needs no password. The portal's own passwords can
// then be switched off but for the break-glass accounts of administrators, which
// work when nothing else does.
//
// Whose right to use the portal is barred does not come in. Who is barred for their own
// conduct, and has something to answer, does, into a session that is confined to that
// (session.Confinement).
//
// The second factors beside the password are in package factor.
package account
