package org_test

import (
	"testing"

	"kagami/internal/authz"
	"kagami/internal/fault"
	"kagami/internal/org"
)

// "Who was 情報セキュリティ管理者 of 税務町民課 on 1 May" has an answer, for any day.
func TestTheOrganizationOfAnyDayIsKnown(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	operator := authz.AsOperator()
	person := tn.person("1")
	if err := tn.Appoint(t.Context(), operator, person, tn.head, day("2026-04-01")); err != nil {
		t.Fatal(err)
	}
	if _, err := tn.AddPost(t.Context(), operator, org.Post{Title: "町長", SingleHolder: true, Roles: []authz.Role{authz.CIO}}); err != nil {
		t.Fatal(err)
	}
	may, err := tn.Overview(t.Context(), operator, day("2026-05-01"), "")
	if err != nil {
		t.Fatal(err)
	}
	if len(may.Sections) != 1 || len(may.Sections[0].Managers) != 1 || may.Sections[0].Managers[0] != "見本 太郎" || may.Sections[0].People != 1 {
		t.Errorf("on 1 May: %+v", may.Sections)
	}
	if len(may.Heads) != 1 || may.Heads[0].Role != authz.CIO || may.Heads[0].Holder != "" {
		t.Errorf("the vacant head: %+v", may.Heads)
	}
	march, err := tn.Overview(t.Context(), operator, day("2026-03-31"), "")
	if err != nil || len(march.Sections[0].Managers) != 0 || march.Sections[0].People != 0 {
		t.Errorf("on 31 March: %+v, %v", march.Sections, err)
	}
	_, posts, err := tn.SectionOn(t.Context(), operator, "zeimu", day("2026-05-01"))
	if err != nil || len(posts) != 1 || len(posts[0].Holders) != 1 || posts[0].Roles[0] != authz.SecurityManager {
		t.Errorf("the section on 1 May: %+v, %v", posts, err)
	}
	if _, _, err := tn.SectionOn(t.Context(), operator, "nothing", day("2026-05-01")); fault.KindOf(err) != fault.NotFound {
		t.Errorf("no such section: %v", err)
	}
	if _, err := tn.Overview(t.Context(), authz.Actor{}, day("2026-05-01"), ""); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("nobody sees it: %v", err)
	}
}
