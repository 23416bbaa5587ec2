// Package directory signs a person in with the password that they have in the
// town's directory (LDAP, Active Directory). It says who they are there, and
// knows nothing of accounts and sessions.
//
// The portal signs in to the directory as itself, looks for the one entry that
// the login means, and then tries the password on that entry. The password is
// kept nowhere and is sent over TLS only, or within this machine. Referrals are
// not followed: the portal speaks to the configured host alone.
package directory
