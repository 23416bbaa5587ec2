package policy_test

import (
	"strings"
	"testing"

	"kagami/internal/authz"
)

// The person is told first; then whoever is responsible for their section: the
// 管理者, or the role above where the 管理者 is late as well.
func TestWhoIsToldOfACampaign(t *testing.T) {
	t.Parallel()
	o, ctx := newOffice(t), t.Context()
	shown := o.campaign(10)
	must(t, o.Acknowledge(ctx, o.manager, shown))
	must(t, o.Acknowledge(ctx, o.ciso, shown))
	general := authz.Actor{Holdings: []authz.Holding{{Role: authz.GeneralSecurityOfficer}}}
	must(t, o.db.Pool.QueryRow(ctx, `SELECT id FROM person WHERE staff_number = 'G'`).Scan(&general.Person))
	for _, c := range []struct {
		day  int
		told map[*authz.Actor]string // what they were told last, of the parts that matter
	}{
		{0, map[*authz.Actor]string{&o.staff: "（第1版）を読んで、確認してください /policies/kihon/changes", &o.manager: ""}},
		{7, map[*authz.Actor]string{&o.staff: "（第1版）の確認の期限が近づいています /policies/kihon/changes", &o.manager: ""}},
		{11, map[*authz.Actor]string{&o.staff: "（第1版）の確認の期限を過ぎています /policies/kihon/changes", &o.manager: ""}},
		{14, map[*authz.Actor]string{
			&o.staff:   "（第1版）の確認の期限を過ぎています /policies/kihon/changes",
			&o.manager: "（第1版）を確認していない職員が2人います /policies/kihon/readers",
			&o.other:   "（第1版）の確認の期限を過ぎています /policies/kihon/changes",
			&general:   "（第1版）を確認していない職員が1人います /policies/kihon/readers",
		}},
	} {
		must(t, o.after(c.day).TendAll(ctx))
		must(t, o.after(c.day).TendAll(ctx))
		for actor, want := range c.told {
			if got := o.newest(*actor); !strings.HasSuffix(got, want) || (want == "") != (got == "") {
				t.Errorf("on day %d person %d was told %q, want %q", c.day, actor.Person, got, want)
			}
		}
	}
	if n := len(o.told(o.staff)); n != 3 {
		t.Errorf("they were told %d times", n)
	}
}
