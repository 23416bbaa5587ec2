package peer

import (
	"errors"

	"kagami/internal/fault"
)

// Progress watches over a list that comes in pages: that it goes on, and ends.
type Progress struct {
	first string // of the page before
	total int
	empty int
}

// mostEmpty is how many pages may come without any account: a directory that looks
// through much may send some.
const mostEmpty = 100

// Page takes the next page; an error if the list does not go on.
func (p *Progress) Page(accounts []Account) error {
	if len(accounts) == 0 {
		if p.empty++; p.empty > mostEmpty {
			return Endless(errors.New("pages without accounts do not end"))
		}
		return nil
	}
	if accounts[0].ID == p.first {
		return Nonsense(errors.New("the same page comes again"))
	}
	p.first, p.empty = accounts[0].ID, 0
	if p.total += len(accounts); p.total > MostAccounts {
		return Endless(errors.New("the list of accounts does not end"))
	}
	return nil
}

// End takes the end of the list. One of nobody is none: it would say that all accounts
// are gone.
func (p *Progress) End() error {
	if p.total == 0 {
		return fault.New(fault.NotFound, "接続先に、アカウントが一つも見つかりません。アカウントを探す場所と条件、ポータル用の利用者の権限を確かめてください。")
	}
	return nil
}
