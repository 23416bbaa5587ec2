package ldap

import (
	"context"
	"time"
)

// Hurry has the directory wait for less.
func (d *Directory) Hurry(deadline time.Duration) { d.deadline = deadline }

// The names of Active Directory's IDs.
var (
	FromGUID = fromGUID
	ToGUID   = toGUID
)

// EnableAt enables or disables the account with an ID as if it had been found under a name
// a moment before.
func (d *Directory) EnableAt(ctx context.Context, id, dn string, on bool) error {
	s, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	e := entry{dn: dn}
	e.ID = id
	if err := s.modify(d.enabling(e, on)); err != nil {
		return s.failed("changing an account", err)
	}
	return nil
}
