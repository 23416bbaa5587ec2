// Package cluster keeps a PostgreSQL server for the portal alone: it makes the
// cluster in a directory, runs the server as a child, and stops it in order.
//
// The server listens on a unix socket only, and lets in by the operating
// system's word (peer) nobody but the portal's own user. Started by root, it
// runs as another user, since PostgreSQL refuses root. It does not outlive the
// portal, however the portal ends: the kernel tells it, and it shuts down
// cleanly.
package cluster
