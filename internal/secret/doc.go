// Package secret keeps what must be readable again and must not stand open in the
// database or its backups: the secrets of authenticator apps, and what the portal
// signs in elsewhere with. They are sealed with AES-256-GCM by a town's own keys,
// which stand in one file beside the database and never in it.
//
// The file has a key a line, the newest first: the newest seals, any unseals. A
// key is changed without downtime: Add puts a new one in front, portals that meet
// something sealed by a key that they don't know read the file again, and once
// everything has been sealed anew the old lines may go.
//
// The database knows the keys' fingerprints (table secret_key), so that a portal
// with no keys, or another town's, does not start.
package secret
