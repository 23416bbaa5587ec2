package ldap

import "time"

// Hurry has the directory wait for less.
func (d *Directory) Hurry(deadline time.Duration) { d.deadline = deadline }

// The names of Active Directory's IDs.
var (
	FromGUID = fromGUID
	ToGUID   = toGUID
)
