package authz_test

import (
	"slices"
	"testing"

	"kagami/internal/authz"
	"kagami/internal/fault"
)

const mine, other = 1, 2

func holder(roles ...authz.Role) authz.Actor {
	a := authz.Actor{Person: 7}
	for _, role := range roles {
		a.Holdings = append(a.Holdings, authz.Holding{Role: role, Section: mine})
	}
	a.SortHoldings()
	return a
}

// Cells of the permission table, as the town decided them.
func TestTheTable(t *testing.T) {
	for _, c := range []struct {
		role   authz.Role
		action authz.Action
		matter authz.Matter
		may    bool
	}{
		{authz.Staff, authz.ReadBasic, authz.Matter{}, true},
		{authz.Staff, authz.ReadRestricted, authz.Matter{}, false},
		{authz.Staff, authz.ReadRestricted, authz.Matter{Addressed: true}, true},
		{authz.CSIRTMember, authz.ReadRestricted, authz.Matter{}, true},
		{authz.Administrator, authz.ReadRestricted, authz.Matter{Addressed: true}, false},
		{authz.Staff, authz.Acknowledge, authz.Matter{Person: 7}, true},
		{authz.CIO, authz.Acknowledge, authz.Matter{Person: 8}, false},
		{authz.SecurityManager, authz.SeeAcknowledgements, authz.Matter{PersonsSection: mine}, true},
		{authz.SecurityManager, authz.SeeAcknowledgements, authz.Matter{PersonsSection: other}, false},
		{authz.GeneralSecurityOfficer, authz.SeeAcknowledgements, authz.Matter{PersonsSection: other}, true},
		{authz.SystemManager, authz.SeeAcknowledgements, authz.Matter{PersonsSection: mine}, false},
		{authz.CISO, authz.DraftRevision, authz.Matter{}, false},
		{authz.SecurityOfficer, authz.DraftRevision, authz.Matter{}, true},
		{authz.SecurityOfficer, authz.PublishDecided, authz.Matter{}, false},
		{authz.CISO, authz.PublishDecided, authz.Matter{}, true},
		{authz.Auditor, authz.ChangeOrganization, authz.Matter{}, false},
		{authz.SystemOperator, authz.ReadBasic, authz.Matter{}, false}, // as 職員等, which they are too
		{authz.CIO, authz.Action("unheard of"), authz.Matter{}, false},
	} {
		as, err := authz.Check(holder(c.role), c.action, c.matter)
		if (err == nil) != c.may {
			t.Errorf("%s %s in %+v: %v", c.role, c.action, c.matter, err)
		}
		if c.may && as.Role != c.role {
			t.Errorf("%s acted as %s", c.role, as.Role)
		}
		if !c.may && fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%s: refused as %v", c.role, fault.KindOf(err))
		}
	}
}

func TestWhoeverAMatterIsAboutNeverDecidesOnIt(t *testing.T) {
	officer := holder(authz.GeneralSecurityOfficer)
	if _, ok := officer.May(authz.PublishDecided, authz.Matter{Person: 7, Decision: true}); ok {
		t.Error("decided on their own matter")
	}
	if _, ok := officer.May(authz.PublishDecided, authz.Matter{Person: 8, Decision: true}); !ok {
		t.Error("could not decide on another's matter")
	}
}

func TestOfSeveralRolesTheHighestThatReachesActs(t *testing.T) {
	both := holder(authz.Staff, authz.SecurityManager, authz.GeneralSecurityOfficer)
	if as, _ := both.May(authz.SeeAcknowledgements, authz.Matter{PersonsSection: mine}); as.Role != authz.GeneralSecurityOfficer {
		t.Errorf("acted as %s", as.Role)
	}
	if reach := both.Reach(authz.SeeAcknowledgements); reach != authz.All {
		t.Errorf("reaches %v", reach)
	}
	if sections := both.Sections(authz.SeeAcknowledgements); len(sections) != 1 || sections[0] != mine {
		t.Errorf("own sections: %v", sections)
	}
}

// What is about oneself is allowed to whoever holds anything, and to no other.
func TestEveryoneSeesToTheirOwnAffairs(t *testing.T) {
	for _, role := range authz.Columns() {
		if _, ok := holder(role).May(authz.SignedIn, authz.Matter{Person: 7}); !ok {
			t.Errorf("%s may not see to their own affairs", role)
		}
		if _, ok := holder(role).May(authz.SignedIn, authz.Matter{Person: 8}); ok {
			t.Errorf("%s sees to another's affairs", role)
		}
	}
}

// Nobody is allowed anything by holding nothing.
func TestNobodyMayDoNothing(t *testing.T) {
	for _, action := range []authz.Action{authz.ReadBasic, authz.Acknowledge, authz.DraftRevision, authz.SignedIn} {
		if _, ok := (authz.Actor{}).May(action, authz.Matter{}); ok {
			t.Errorf("nobody may %s", action)
		}
	}
}

func TestRolesWith(t *testing.T) {
	for _, role := range authz.RolesWith(authz.ReadRestricted, authz.All) {
		if role == authz.Staff || role == authz.SecurityManager {
			t.Errorf("%s reads what is not public without being addressed", role)
		}
	}
}

// Where somebody alone is システム管理者 of one section and 管理者 of another, the
// 管理者 of the first decides, who is not concerned.
func TestWhoStandsAboveIsOfTheSameSection(t *testing.T) {
	manager := holder(authz.SecurityManager) // of mine
	matter := authz.Matter{SystemsSection: mine, Person: 9, Decision: true, Alone: []authz.Holding{
		{Role: authz.SystemManager, Section: mine}, {Role: authz.SecurityManager, Section: other},
	}}
	as, ok := manager.May(authz.ConfirmViolation, matter)
	if !ok || as.Role != authz.SystemManager || as.Capacity != authz.StandingIn {
		t.Errorf("acts as %+v: %t", as, ok)
	}
}

func TestNobodyStandsInForWhoIsOfAnotherSection(t *testing.T) {
	manager := holder(authz.SecurityManager) // of mine
	matter := authz.Matter{SystemsSection: other, Person: 9, Decision: true, Alone: []authz.Holding{{Role: authz.SystemManager, Section: other}}}
	if as, ok := manager.May(authz.ConfirmViolation, matter); ok {
		t.Errorf("acts as %+v", as)
	}
}

// Whoever is above some role is among those who cover, and nobody else is.
func TestWhoCoversIsWhoeverIsAboveSomebody(t *testing.T) {
	above := map[authz.Role]bool{}
	for _, role := range slices.Concat(authz.Covered(false), authz.Covered(true)) {
		if up, ok := role.Above(func(authz.Role) bool { return false }); ok {
			above[up] = true
		}
	}
	covering := authz.Covering()
	for _, role := range covering {
		if !above[role] {
			t.Errorf("%s covers nobody", role)
		}
	}
	if len(covering) != len(above) || len(above) != 5 {
		t.Errorf("%v cover, %v are above", covering, above)
	}
}

// Who is confined does what there is to do in a matter of their own that is confided, and nothing
// else: not even what everybody does who is signed in.
func TestWhoIsConfinedSeesTheirOwnCaseOnly(t *testing.T) {
	every := append(slices.Clone(authz.Columns()), authz.SystemOperator)
	confined := holder(every...).Confine()
	if !confined.IsConfined() || holder(every...).IsConfined() {
		t.Fatal("confined is told from who is not")
	}
	own := map[authz.Action]bool{authz.ReadViolation: true, authz.AnswerViolation: true}
	for _, action := range []authz.Action{
		authz.SignedIn, authz.Public, authz.FallsDue, authz.ReadBasic, authz.ReadRestricted, authz.Acknowledge, authz.SeeOrganization, authz.SeeSettings,
		authz.ReadAssets, authz.KeepViews, authz.ManageAccounts, authz.ReadRights, authz.AskRights, authz.ReadBars, authz.DecideRights, authz.CutAccess,
		authz.ReportViolation, authz.ConfirmViolation, authz.GiveGuidance, authz.Refer, authz.ReadViolation, authz.AnswerViolation, authz.ReadTrail,
	} {
		for _, matter := range []authz.Matter{
			{}, {Person: 7}, {Person: 8}, {Person: 7, Decision: true}, {Addressed: true}, {ConfirmedBy: 7},
			{OwnersSection: mine, PersonsSection: mine, SystemsSection: mine},
			{Person: 8, Decision: true, Alone: []authz.Holding{{Role: authz.CISO}, {Role: authz.SecurityManager, Section: mine}}},
		} {
			as, may := confined.May(action, matter)
			if want := own[action] && matter.Person == 7 && !matter.Decision; may != want || may && as.Role != authz.Confined {
				t.Errorf("%s in %+v: %t as %s", action, matter, may, as.Role)
			}
		}
		if got := confined.Reach(action); (got == authz.Self) != own[action] || got > authz.Self {
			t.Errorf("%s: %v", action, got)
		}
	}
}
