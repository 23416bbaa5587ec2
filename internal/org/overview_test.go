package org_test

import (
	"testing"

	"kagami/internal/authz"
	"kagami/internal/fault"
)

// "Who was 情報セキュリティ管理者 of 税務町民課 on 1 May" has an answer, for any day.
func TestTheOrganizationOfAnyDayIsKnown(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	person := tn.person("1")
	tn.must(tn.appoint(person, tn.head, "2026-04-01", ""))
	tn.post(0, "町長", true)
	may, err := tn.Overview(t.Context(), operator, day("2026-05-01"), "")
	tn.must(err)
	if len(may.Sections) != 1 || len(may.Sections[0].Managers) != 1 || may.Sections[0].Managers[0].Name != "見本 1" || may.Sections[0].People != 1 {
		t.Errorf("on 1 May: %+v", may.Sections)
	}
	if len(may.Seats) != 5 || may.Seats[0].Role != authz.CIO || may.Seats[0].Post != "町長" || len(may.Seats[0].Holders) != 0 {
		t.Errorf("the vacant seats: %+v", may.Seats)
	}
	march, err := tn.Overview(t.Context(), operator, day("2026-03-31"), "")
	if err != nil || len(march.Sections[0].Managers) != 0 || march.Sections[0].People != 0 {
		t.Errorf("on 31 March: %+v, %v", march.Sections, err)
	}
	section, err := tn.SectionOn(t.Context(), operator, "zeimu", day("2026-03-31"))
	if err != nil || len(section.Posts) != 1 || len(section.Posts[0].Holders) != 0 || !section.Vacant || section.StandIn != "" {
		t.Errorf("the section on 31 March: %+v, %v", section, err)
	}
	if _, err := tn.SectionOn(t.Context(), operator, "nothing", day("2026-05-01")); fault.KindOf(err) != fault.NotFound {
		t.Errorf("no such section: %v", err)
	}
	if _, err := tn.Overview(t.Context(), authz.Actor{}, day("2026-05-01"), ""); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("nobody sees it: %v", err)
	}
}

// What is missing is named to those who can mend it.
func TestGapsAreNamed(t *testing.T) {
	t.Parallel()
	tn := newTown(t)
	tn.must(tn.appoint(tn.person("1"), tn.post(tn.section, "職員", false), "2026-04-01", ""))
	tn.must(tn.appoint(tn.person("2"), tn.post(0, "町長", true), "2026-04-01", ""))
	g, err := tn.Gaps(t.Context(), operator, day("2026-11-24"))
	tn.must(err)
	if g.Sections != 1 || g.WithoutHeads != 1 || len(g.VacantRoles) != 3 || g.VacantRoles[0] != authz.CISO {
		t.Errorf("got %+v", g)
	}
	tn.must(tn.appoint(tn.person("3"), tn.head, "2026-04-01", ""))
	if g, _ = tn.Gaps(t.Context(), operator, day("2026-11-24")); g.WithoutHeads != 0 {
		t.Errorf("with a 課長: %+v", g)
	}
	if _, err := tn.Gaps(t.Context(), authz.Actor{}, day("2026-11-24")); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("to nobody: %v", err)
	}
}
