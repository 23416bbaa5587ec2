package servertest

import (
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/policy/policytest"
)

// Revise publishes a document's next revision on the 本部会議's decision of today:
// its last text with the old and new words exchanged, as strings.NewReplacer
// takes them.
func (p *Portal) Revise(t *testing.T, code string, words ...string) {
	t.Helper()
	ctx := t.Context()
	officer, _ := p.holder(t, authz.SecurityOfficer)
	ciso, chair := p.holder(t, authz.CISO)
	history, err := p.Policy.History(ctx, officer, code)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Policy.StartDraft(ctx, officer, code, history[0].Number); err != nil {
		t.Fatal(err)
	}
	draft, err := p.Policy.Draft(ctx, officer, code)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(words...).Replace(draft.Text)
	if text == draft.Text {
		t.Fatal("the words to exchange are not in the text")
	}
	if err := p.Policy.Edit(ctx, officer, code, text, draft.SHA256); err != nil {
		t.Fatal(err)
	}
	if _, err := policytest.Publish(ctx, p.Policy, officer, ciso, code, chair, calendar.Day(p.Clock.Now())); err != nil {
		t.Fatal(err)
	}
}

// holder is somebody who holds a role today, with their staff number.
func (p *Portal) holder(t *testing.T, role authz.Role) (authz.Actor, string) {
	t.Helper()
	var (
		person int64
		number string
		today  = calendar.Day(p.Clock.Now())
	)
	err := p.DB.Pool.QueryRow(t.Context(), `
		SELECT p.id, p.staff_number FROM holding h JOIN person p ON p.id = h.person_id
		WHERE h.role = $1 AND h.period @> $2::date AND h.rule_period @> $2::date LIMIT 1`, role, today).Scan(&person, &number)
	if err != nil {
		t.Fatal(err)
	}
	actor, err := p.Org.ActorOn(t.Context(), person, today)
	if err != nil {
		t.Fatal(err)
	}
	return actor, number
}
