package server_test

import (
	"net/url"
	"strings"
	"testing"

	"kagami/web/server/servertest"
)

// seen is the form by which somebody notes what they have seen.
var seen = url.Values{"act": {"all"}, "notice": {"1"}}

// A program that runs on while a newer one gives the database another schema shows
// what it can, changes nothing, and says that it isn't ready.
func TestAProgramThatIsOutdatedWhileItRunsChangesNothing(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	somebody := servertest.SignIn(t, portal, town.Accounts[12])
	owner := portal.DB.Owner(t)
	if a := somebody.Get("/readyz"); a.Status != 200 {
		t.Fatalf("before: %d %s", a.Status, a.Body)
	}
	if _, err := owner.Exec(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`); err != nil {
		t.Fatal(err)
	}
	if err := portal.Server.Look(t.Context()); err == nil || portal.Server.MayChange() == nil {
		t.Errorf("it does not see that it is outdated: %v", err)
	}
	if a := somebody.Get("/readyz"); a.Status != 503 || !strings.Contains(a.Body, "このプログラムより新しい") {
		t.Errorf("readiness: %d %s", a.Status, a.Body)
	}
	if a := somebody.Get("/notices"); a.Status != 200 {
		t.Errorf("a page: %d", a.Status)
	}
	for _, path := range []string{"/notices", "/login", "/nowhere"} {
		if a := somebody.Post(path, url.Values{}); a.Status != 503 || !strings.Contains(a.Body, "メンテナンス中です") || !strings.Contains(a.Body, "何も変更されていません") {
			t.Errorf("a change at %s: %d %s", path, a.Status, a.Body)
		}
	}
	if _, err := owner.Exec(t.Context(), `DELETE FROM goose_db_version WHERE version_id = 9999`); err != nil {
		t.Fatal(err)
	}
	if a := somebody.Get("/readyz"); a.Status != 200 || portal.Server.MayChange() != nil {
		t.Errorf("readiness with the schema of before: %d %s", a.Status, a.Body)
	}
	if a := somebody.Post("/notices", seen); a.Status != 200 {
		t.Errorf("a change with the schema of before: %d", a.Status)
	}
	var said int
	for _, line := range portal.Log.Lines() {
		said += strings.Count(line, "database not ready") + strings.Count(line, "database ready again")
	}
	if said != 2 {
		t.Errorf("the log says it %d times:\n%s", said, strings.Join(portal.Log.Lines(), "\n"))
	}
}

// A database that takes no writes is no reason to think of a bug.
func TestADatabaseThatIsReadOnlyIsSaidToBe(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	somebody := servertest.SignIn(t, portal, town.Accounts[12])
	if _, err := portal.DB.Owner(t).Exec(t.Context(), `
		DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$`); err != nil {
		t.Fatal(err)
	}
	portal.DB.Pool.Reset()
	if a := somebody.Get("/readyz"); a.Status != 503 || !strings.Contains(a.Body, "読み取り専用") {
		t.Errorf("readiness: %d %s", a.Status, a.Body)
	}
	if a := somebody.Post("/notices", seen); a.Status != 503 || !strings.Contains(a.Body, "読み取り専用") || strings.Contains(a.Body, "不具合") {
		t.Errorf("a change: %d %s", a.Status, a.Body)
	}
}

// The log says in which unit it measures.
func TestTheLogSaysInMillisecondsHowLongARequestTook(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	servertest.Visit(t, portal).Get("/healthz")
	if lines := strings.Join(portal.Log.Lines(), "\n"); !strings.Contains(lines, `"took_ms":`) || strings.Contains(lines, `"took":`) {
		t.Errorf("the log: %s", lines)
	}
}
