package acknowledge_test

import (
	"strings"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/door"
	"kagami/internal/org"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/policytest"
	"kagami/internal/policy/publish"
)

// The person is told first; then whoever is responsible for their section: the
// 管理者, or the role above where the 管理者 is late as well.
func TestWhoIsToldOfACampaign(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	shown := askWithin(o, 10)
	must(t, o.Acknowledge.Acknowledge(ctx, o.Manager, shown))
	must(t, o.Acknowledge.Acknowledge(ctx, o.CISO, shown))
	general := authz.Actor{Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer}}}
	must(t, o.DB.Pool.QueryRow(ctx, `SELECT id FROM person WHERE staff_number = 'G'`).Scan(&general.Person))
	for _, c := range []struct {
		day  int
		told map[*authz.Actor]string // what they were told last, of the parts that matter
	}{
		{0, map[*authz.Actor]string{&o.Staff: "（第1版）を読んで、確認してください /policies/kihon/changes", &o.Manager: ""}},
		{7, map[*authz.Actor]string{&o.Staff: "（第1版）の確認の期限が近づいています /policies/kihon/changes", &o.Manager: ""}},
		{11, map[*authz.Actor]string{&o.Staff: "（第1版）の確認の期限を過ぎています /policies/kihon/changes", &o.Manager: ""}},
		{14, map[*authz.Actor]string{
			&o.Staff:   "（第1版）の確認の期限を過ぎています /policies/kihon/changes",
			&o.Manager: "（第1版）を確認していない職員が2人います /policies/kihon/readers",
			&o.Other:   "（第1版）の確認の期限を過ぎています /policies/kihon/changes",
			&general:   "（第1版）を確認していない職員が1人います /policies/kihon/readers",
		}},
	} {
		must(t, o.Later(c.day).Acknowledge.TendAll(ctx))
		must(t, o.Later(c.day).Acknowledge.TendAll(ctx))
		for actor, want := range c.told {
			if got := o.Newest(*actor); !strings.HasSuffix(got, want) || (want == "") != (got == "") {
				t.Errorf("on day %d person %d was told %q, want %q", c.day, actor.Person, got, want)
			}
		}
	}
	if n := len(o.Told(o.Staff)); n != 3 {
		t.Errorf("they were told %d times", n)
	}
	// and whoever has done it is left in peace
	must(t, o.Later(14).Acknowledge.Acknowledge(ctx, o.Staff, shown))
	if list := o.Told(o.Staff); len(list) != 0 {
		t.Errorf("after acknowledging, they are still told %+v", list)
	}
}

// A 管理者 for whom a document does not exist is told nothing of it; who stands
// above them is.
func TestAManagerWhoMayNotReadADocumentIsPassedOver(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	_, err := o.Draft.DraftText(ctx, o.Officer, draft.Text{Kind: policy.Procedure, Code: "tejun", Title: "見本の手順", Source: policytest.Text, Audience: policy.Audience{Roles: []authz.Role{authz.SystemOperator}}})
	must(t, err)
	people := org.New(o.DB.Pool, door.New(o.DB.Pool, o.Clock))
	must(t, people.AddRule(ctx, authz.AsOperator(), org.Rule{Title: "職員", Role: authz.SystemOperator}))
	draft, err := policytest.Adopt(ctx, o.Rooms, o.Officer, "tejun", o.Chair, calendar.Day(policytest.Now))
	must(t, err)
	must(t, o.Publish.PublishDecided(ctx, o.CISO, "tejun", publish.Publication{EffectiveOn: calendar.Day(policytest.Now), SHA256: draft.SHA256, Campaign: acknowledge.Campaign{
		Anew: acknowledge.AskAnew, Of: policy.Audience{Everyone: true}, DueOn: calendar.Day(policytest.Now).AddDays(10),
	}}))
	for _, day := range []int{0, 14} {
		must(t, o.Later(day).Acknowledge.TendAll(ctx))
	}
	var managers, generals int
	must(t, o.DB.Pool.QueryRow(ctx, `
		SELECT count(*) FILTER (WHERE p.staff_number = '3'), count(*) FILTER (WHERE p.staff_number = 'G')
		FROM notice n JOIN person p ON p.id = n.person_id WHERE n.title LIKE '%確認していない職員%'`).Scan(&managers, &generals))
	if managers != 0 || generals != 1 {
		t.Errorf("the 管理者 was told %d times, the 統括 %d times", managers, generals)
	}
}
