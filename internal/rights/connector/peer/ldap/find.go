package ldap

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"
	"golang.org/x/text/unicode/norm"

	"kagami/internal/rights/connector/peer"
)

// pageSize is how many accounts are asked for at once: in Active Directory each may bring
// along some hundred names of groups, and an answer is bounded.
const pageSize = 100

// Find gives all accounts that have a staff number now.
func (d *Directory) Find(ctx context.Context, number string) ([]peer.Account, error) {
	if number == "" {
		return nil, peer.NoNumber()
	}
	s, err := d.open(ctx)
	if err != nil {
		return nil, err
	}
	defer s.close()
	result, err := s.search(d.config.BaseDN, ldap.ScopeWholeSubtree,
		d.both("("+d.config.NumberAttribute+"="+ldap.EscapeFilter(number)+")"), d.attributes())
	if err != nil {
		return nil, err
	}
	accounts := make([]peer.Account, 0, len(result.Entries))
	for _, found := range result.Entries {
		e, err := d.whole(s, found)
		if err != nil {
			return nil, err
		}
		if !alike(e.Number, number) {
			return nil, peer.Nonsense(errors.New("an account comes that has another number"))
		}
		accounts = append(accounts, e.Account)
	}
	return accounts, nil
}

// alike compares numbers as loosely as a directory may.
func alike(a, b string) bool {
	return strings.EqualFold(strings.Join(strings.Fields(norm.NFKC.String(a)), " "), strings.Join(strings.Fields(norm.NFKC.String(b)), " "))
}

// Get gives the account with an ID.
func (d *Directory) Get(ctx context.Context, id string) (peer.Account, error) {
	s, err := d.open(ctx)
	if err != nil {
		return peer.Account{}, err
	}
	defer s.close()
	e, err := d.get(s, id)
	if err != nil {
		return peer.Account{}, err
	}
	return e.Account, nil
}

// get finds the entry with an ID, and nothing that has another.
func (d *Directory) get(s *session, id string) (entry, error) {
	if !uuid.MatchString(id) {
		return entry{}, peer.Gone(errors.New("no such ID can be"))
	}
	result, err := s.search(d.config.BaseDN, ldap.ScopeWholeSubtree, d.both(d.byID(id)), d.attributes())
	if err != nil {
		return entry{}, err
	}
	switch len(result.Entries) {
	case 0:
		return entry{}, peer.Gone(errors.New("no entry has this ID"))
	case 1:
	default:
		return entry{}, peer.Nonsense(errors.New("more than one entry has this ID"))
	}
	e, err := d.whole(s, result.Entries[0])
	if err == nil && e.ID != id {
		err = peer.Nonsense(errors.New("an entry comes that has another ID"))
	}
	return e, err
}

// whole reads an entry together with the named groups that it is in.
func (d *Directory) whole(s *session, found *ldap.Entry) (entry, error) {
	e, err := d.read(found)
	if err != nil || d.config.MemberOf != "" && !e.ranged {
		return e, err
	}
	e.Groups = nil
	for _, g := range d.groups {
		in, err := s.isMember(g, e.dn)
		if err != nil {
			return entry{}, err
		}
		if in {
			e.Groups = append(e.Groups, g.written)
		}
	}
	return e, nil
}

// isMember tells whether a group has an entry as its member.
func (s *session) isMember(g group, dn string) (bool, error) {
	result, err := s.search(g.written, ldap.ScopeBaseObject, "(member="+ldap.EscapeFilter(dn)+")", []string{"1.1"})
	if err != nil {
		return false, err
	}
	return len(result.Entries) > 0, nil
}

// List gives all accounts to yield, a page at a time, but for the portal's own: it is not one
// that somebody could be asked to disable.
func (d *Directory) List(ctx context.Context, yield func(peer.Account) error) error {
	s, err := d.open(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	var progress peer.Progress
	paging := ldap.NewControlPaging(pageSize)
	for {
		s.renew(time.Now().Add(d.deadline))
		entries, next, err := d.page(s, paging)
		if err != nil {
			return err
		}
		accounts := make([]peer.Account, len(entries))
		for i, e := range entries {
			accounts[i] = e.Account
		}
		if err := progress.Page(accounts); err != nil {
			return err
		}
		s.rest()
		for _, e := range entries {
			if e.own {
				continue
			}
			if err := yield(e.Account); err != nil {
				return err
			}
		}
		if len(next) == 0 {
			return progress.End()
		}
		paging.SetCookie(next)
	}
}

// page gives the accounts of a page, and what the next one is asked with: nothing after
// the last.
func (d *Directory) page(s *session, paging *ldap.ControlPaging) ([]entry, []byte, error) {
	result, err := s.search(d.config.BaseDN, ldap.ScopeWholeSubtree, d.config.Filter, d.attributes(), paging)
	if err != nil {
		return nil, nil, err
	}
	entries := make([]entry, 0, len(result.Entries))
	for _, found := range result.Entries {
		e, err := d.whole(s, found)
		if err != nil {
			return nil, nil, err
		}
		entries = append(entries, e)
	}
	if c, ok := ldap.FindControl(result.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging); ok {
		return entries, c.Cookie, nil
	}
	return entries, nil, nil
}
