// Package account is how a person proves who they are: accounts with passwords,
// and the sessions that follow a sign-in.
//
// Passwords are kept as argon2id hashes. A session is kept in PostgreSQL, its
// token only as a hash; it ends at sign-out, after IdleLimit without a request,
// and in any case after AbsoluteLimit. What a person may do is not kept in the
// session: package org is asked at each request.
package account
