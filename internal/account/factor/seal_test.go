package factor_test

import (
	"bytes"
	"encoding/base32"
	"kagami/internal/fault"
	"kagami/internal/secret"
	"path/filepath"
	"testing"
	"time"
)

// secretOf is what the database holds of an app's secret.
func (d *desk) secretOf() (stored []byte) {
	d.t.Helper()
	if err := d.db.Pool.QueryRow(d.t.Context(), `SELECT secret FROM totp`).Scan(&stored); err != nil {
		d.t.Fatal(err)
	}
	return stored
}

func (d *desk) seals(want int) {
	d.t.Helper()
	if sealed, err := d.SealForPortal(d.t.Context()); err != nil || sealed != want {
		d.t.Errorf("sealed %d, %v; want %d", sealed, err, want)
	}
}

// The database does not hold an app's secret, nor do its backups.
func TestTheSecretOfAnAppDoesNotStandOpen(t *testing.T) {
	t.Parallel()
	d := sitAt(t)
	text, _ := d.app()
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(text)
	d.must(err)
	if stored := d.secretOf(); bytes.Contains(stored, secret) || len(stored) == len(secret) {
		t.Errorf("%x stands in the database as %x", secret, stored)
	}
	d.seals(0)
}

// One from before there were keys is taken as it is until it is sealed, and then
// as well.
func TestASecretFromBeforeIsSealed(t *testing.T) {
	t.Parallel()
	d := sitAt(t)
	text, _ := d.app()
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(text)
	d.must(err)
	_, err = d.db.Pool.Exec(t.Context(), `UPDATE totp SET secret = $1, pending = $1`, secret)
	d.must(err)
	d.clock.advance(5 * time.Minute)
	d.must(d.check(d.code(text, 0)))
	d.seals(2)
	if bytes.Equal(d.secretOf(), secret) {
		t.Error("it still stands open")
	}
	d.clock.advance(5 * time.Minute)
	d.must(d.check(d.code(text, 0)))
	d.seals(0)
}

// A secret moved into somebody else's row is nothing there.
func TestASealedSecretIsItsOwnersAlone(t *testing.T) {
	t.Parallel()
	d := sitAt(t)
	text, _ := d.app()
	_, err := d.db.Owner(t).Exec(t.Context(), `
		INSERT INTO person (staff_number, name, furigana) VALUES ('M002', '見本 花子', 'ミホン ハナコ');
		UPDATE totp SET person_id = (SELECT id FROM person WHERE staff_number = 'M002')`)
	d.must(err)
	d.me.Person++
	d.clock.advance(5 * time.Minute)
	if err := d.check(d.code(text, 0)); err == nil {
		t.Error("it is taken")
	}
}

// While a portal goes on running, the town changes its key: what the portal seals
// afterwards is sealed by the new one, so that the old line may be deleted.
func TestAPortalThatRunsSealsByTheNewKeyOnceTheOldIsRetired(t *testing.T) {
	t.Parallel()
	d, ctx := sitAt(t), t.Context()
	path := filepath.Join(t.TempDir(), "kagami.key")
	d.must(secret.Make(path))
	running, err := secret.ReadFile(path)
	d.must(err)
	d.must(secret.Use(ctx, d.db.Pool, running))
	d.Keys = running
	text, _ := d.app()
	d.must(secret.Add(path))
	renewing, err := secret.ReadFile(path)
	d.must(err)
	d.must(secret.Use(ctx, d.db.Pool, renewing))

	if err := secret.Retire(ctx, d.db.Pool, renewing); fault.KindOf(err) != fault.Conflict {
		t.Fatalf("while something is sealed by it, the old key is retired: %v", err)
	}
	d.Keys = renewing
	d.seals(1)
	d.must(secret.Retire(ctx, d.db.Pool, renewing))

	d.Keys = running
	d.must(d.BeginTOTP(ctx, d.me))
	var pending []byte
	d.must(d.db.Pool.QueryRow(ctx, `SELECT pending FROM totp`).Scan(&pending))
	if !renewing.SealedByNewest(pending) {
		t.Error("the portal that runs still seals by the old key")
	}
	d.clock.advance(5 * time.Minute)
	d.must(d.check(d.code(text, 0)))
}
