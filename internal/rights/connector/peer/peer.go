package peer

import (
	"context"
	"time"
)

// The bounds of every peer.
const (
	Deadline     = 10 * time.Second // of one operation; when listing, of one page
	MostBytes    = 1 << 20          // of one answer
	MostEntries  = 1000             // in one answer
	MostAccounts = 200_000          // in a whole list: what goes on beyond never ends
	MostGroups   = 50               // named in one configuration
)

// Account is an account as a peer has it now.
type Account struct {
	ID      string // stable as long as it lives: objectGUID, entryUUID, the id of SCIM
	Login   string
	Number  string // the staff number; empty if it has none
	Name    string
	Enabled bool
	Groups  []string // those of the configuration's named groups that it is in, as they are written there
}

// Peer is a directory or a service that holds accounts.
type Peer interface {
	// Check signs in and looks whether the portal may do there what it needs to.
	Check(ctx context.Context) error
	// Find gives all accounts that have a staff number now, of which a person may have
	// two. An account may be another person's than it was: that is the caller's to see.
	Find(ctx context.Context, number string) ([]Account, error)
	// Get gives the account with an ID; NotFound if there is none.
	Get(ctx context.Context, id string) (Account, error)
	// Enable enables or disables an account, and is harmless when it is so already. It
	// reads back what has become of it: Conflict if nothing has.
	Enable(ctx context.Context, id string, on bool) error
	// Join puts an account into one of the named groups, or takes it out, in the same
	// way.
	Join(ctx context.Context, id, group string, in bool) error
	// List gives all accounts to yield, a page at a time; an error of yield ends it. What
	// changes while it goes on may be given twice or not at all, as the peer pages: ask
	// Get before saying that an account is gone.
	List(ctx context.Context, yield func(Account) error) error
}
