// Package scim speaks SCIM 2.0 (RFC 7643, 7644) to a service that holds the accounts of
// people: it finds, disables and enables them (active), and takes them out of named
// groups.
//
// It signs in with a token, over TLS or within this machine. An account is what has its
// id: each change goes to the address of that id and is read back from there. Addresses
// that the service names ($ref, meta.location) are never followed.
package scim
