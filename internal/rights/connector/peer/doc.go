// Package peer is what the portal asks of a directory or a service that holds the
// accounts of people: to find them, to disable and to enable them, to take them out of
// named groups, and to list them. Package ldap speaks to OpenLDAP and Active Directory,
// package scim to what speaks SCIM 2.0; package webhook tells a system that does the rest
// by itself.
//
// A peer is a stranger: it may hang, send without end, answer nonsense, or say that it
// has done what it hasn't. So each operation has a deadline and reads a bounded answer,
// and each change is read back. Peers are reached at the address that the town has given
// and nowhere else: redirects and referrals are not followed.
//
// Failures are faults whose kind says what becomes of a job. Unavailable may pass by
// itself: try again. Conflict is a change that met another or that the peer didn't carry
// out: try again, then have somebody look. NotFound is an account or a group that is no
// more. Forbidden and Invalid wait for a person. Their sentences say what to do, and hold
// no secret; their causes hold no personal data.
package peer
