package asset_test

import (
	"strings"
	"testing"

	"kagami/internal/fault"
)

// Who wants to change an asset that a long change has locked is told to come again, and
// keeps no connection from others meanwhile.
func TestWhoWaitsTooLongForAnAssetIsToldToComeAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	code := o.register(t, ledger())
	long, err := o.db.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := long.Exec(t.Context(), `SELECT FROM asset WHERE code = $1 FOR NO KEY UPDATE`, code); err != nil {
		t.Fatal(err)
	}
	d := ledger()
	d.Place = "書庫"
	change := func() error { return o.Change(t.Context(), o.tax, code, 1, d, "") }
	if err := change(); fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "もう一度") {
		t.Errorf("while it is locked: %v", err)
	}
	if err := long.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := change(); err != nil {
		t.Errorf("once it is free: %v", err)
	}
}
