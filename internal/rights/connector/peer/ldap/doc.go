// Package ldap speaks to a directory that holds the accounts of people: OpenLDAP, or
// Active Directory. It finds, disables and enables them, and takes them out of named
// groups.
//
// It signs in as itself, over TLS or within this machine, and follows no referral. An
// account is what has its ID (entryUUID, objectGUID), wherever it stands: a change goes
// to an entry that was found by its ID a moment before, on the condition that it has that
// ID still (the assertion control of RFC 4528; Active Directory is told the ID in place
// of a name).
//
// In Active Directory an account is disabled by bit 2 of its userAccountControl. OpenLDAP
// knows no such thing by itself: there it is an attribute of the town's choice, by default
// the pwdAccountLockedTime of the overlay ppolicy, which refuses whoever has it where the
// policy says pwdLockout TRUE.
package ldap
