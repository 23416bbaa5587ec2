package policytest

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/org"
	"kagami/internal/policy/draft"
)

// Revise publishes a document's next revision on the 本部会議's decision of a day:
// its last text with the old and new words exchanged, as strings.NewReplacer
// takes them.
func Revise(t *testing.T, r Rooms, organization *org.Service, pool *pgxpool.Pool, today calendar.Date, code string, words ...string) {
	t.Helper()
	ctx := t.Context()
	officer, _ := holder(t, organization, pool, today, authz.SecurityOfficer)
	ciso, chair := holder(t, organization, pool, today, authz.CISO)
	history, err := r.Policy.History(ctx, officer, code)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Draft.StartDraft(ctx, officer, code, history[0].Number); err != nil {
		t.Fatal(err)
	}
	draft, err := r.Draft.Draft(ctx, officer, code)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(words...).Replace(draft.Text)
	if text == draft.Text {
		t.Fatal("the words to exchange are not in the text")
	}
	if err := r.Draft.Edit(ctx, officer, code, text, draft.SHA256); err != nil {
		t.Fatal(err)
	}
	if _, err := Publish(ctx, r, officer, ciso, code, chair, today); err != nil {
		t.Fatal(err)
	}
}

// Enact drafts a text and publishes it on the 本部会議's decision of a day.
func Enact(t *testing.T, r Rooms, organization *org.Service, pool *pgxpool.Pool, today calendar.Date, text draft.Text) {
	t.Helper()
	officer, _ := holder(t, organization, pool, today, authz.SecurityOfficer)
	ciso, chair := holder(t, organization, pool, today, authz.CISO)
	code, err := r.Draft.DraftText(t.Context(), officer, text)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Publish(t.Context(), r, officer, ciso, code, chair, today); err != nil {
		t.Fatal(err)
	}
}

// holder is somebody who holds a role on a day, with their staff number.
func holder(t *testing.T, organization *org.Service, pool *pgxpool.Pool, day calendar.Date, role authz.Role) (authz.Actor, string) {
	t.Helper()
	var (
		person int64
		number string
	)
	err := pool.QueryRow(t.Context(), `
		SELECT p.id, p.staff_number FROM holding h JOIN person p ON p.id = h.person_id
		WHERE h.role = $1 AND h.period @> $2::date AND h.rule_period @> $2::date LIMIT 1`, role, day).Scan(&person, &number)
	if err != nil {
		t.Fatal(err)
	}
	actor, err := organization.ActorOn(t.Context(), person, day)
	if err != nil {
		t.Fatal(err)
	}
	return actor, number
}
