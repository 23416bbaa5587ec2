package authz_test

import (
	"testing"

	"kagami/internal/authz"
)

// Each row asks for the section by its own relation, and for no other.
func TestEachRowAsksForTheSectionThatItNames(t *testing.T) {
	owners, persons, systems := authz.Matter{OwnersSection: mine}, authz.Matter{PersonsSection: mine}, authz.Matter{SystemsSection: mine}
	for _, c := range []struct {
		role                    authz.Role
		action                  authz.Action
		owners, persons, system bool
	}{
		{authz.SecurityManager, authz.ReadAssets, true, false, false},
		{authz.SystemManager, authz.ChangeAssets, true, false, false},
		{authz.SecurityManager, authz.ReviewAssets, true, false, false},
		{authz.SecurityManager, authz.SeeAcknowledgements, false, true, false},
		{authz.SecurityManager, authz.ExcuseAcknowledgement, false, true, false},
		{authz.SecurityManager, authz.GiveGuidance, false, true, false},
		{authz.SecurityManager, authz.ReadViolation, false, true, false},
		{authz.SystemManager, authz.ConfirmViolation, false, false, true},
		{authz.SystemManager, authz.ReadViolation, false, false, false}, // what they have confirmed
		{authz.GeneralSecurityOfficer, authz.ReadViolation, true, true, true},
	} {
		actor := holder(c.role)
		for of, want := range map[*authz.Matter]bool{&owners: c.owners, &persons: c.persons, &systems: c.system} {
			if _, may := actor.May(c.action, *of); may != want {
				t.Errorf("%s %s in %+v: %v", c.role, c.action, *of, may)
			}
		}
		if _, may := actor.May(c.action, authz.Matter{OwnersSection: other, PersonsSection: other, SystemsSection: other}); may != (c.owners && c.persons) {
			t.Errorf("%s %s in another section: %v", c.role, c.action, may)
		}
	}
}

// Who is 7 has confirmed a violation, and goes on reading it wherever it has gone;
// neither who took their place nor whoever else did not.
func TestWhoConfirmedAViolationGoesOnReadingIt(t *testing.T) {
	for name, c := range map[string]struct {
		role   authz.Role
		matter authz.Matter
		may    bool
	}{
		"who confirmed it":                     {authz.SystemManager, authz.Matter{PersonsSection: other, ConfirmedBy: 7}, true},
		"of the section, confirmed by another": {authz.SystemManager, authz.Matter{PersonsSection: mine, SystemsSection: mine, ConfirmedBy: 8}, false},
		"confirmed by nobody":                  {authz.SystemManager, authz.Matter{SystemsSection: mine}, false},
		"confirmed by who is a 職員 now":         {authz.Staff, authz.Matter{ConfirmedBy: 7}, false},
		"about themselves, confirmed by them":  {authz.SystemManager, authz.Matter{Person: 7, ConfirmedBy: 7}, false},
	} {
		if _, may := holder(c.role).May(authz.ReadViolation, c.matter); may != c.may {
			t.Errorf("%s: %v", name, may)
		}
	}
}

// Whoever is concerned sees what a 職員 who is concerned sees, as one, and nothing
// of what these do not see: whatever roles they hold.
func TestWhoIsConcernedSeesWhatAnybodyConcernedSees(t *testing.T) {
	about := authz.Matter{Person: 7, PersonsSection: mine, OwnersSection: mine, SystemsSection: mine, ConfirmedBy: 7}
	for _, role := range authz.Given() {
		actor := holder(role, authz.Staff)
		if as, may := actor.May(authz.ReadViolation, about); !may || as.Role != authz.Staff {
			t.Errorf("%s reads of their own violation as %q: %v", role, as.Role, may)
		}
		if as, may := actor.May(authz.SeeExcuse, about); may {
			t.Errorf("%s sees why they were excused, as %q", role, as.Role)
		}
		if _, may := holder(role).May(authz.ReadViolation, about); may {
			t.Errorf("%s reads of their own violation by that role", role)
		}
		another := about
		another.Person = 8
		_, sees := actor.May(authz.ReadViolation, another)
		if want := authz.ReachOf(role, authz.ReadViolation) > authz.Audience; sees != want {
			t.Errorf("%s reads of another's violation: %v", role, sees)
		}
	}
}

// Who might do something is who does it in some matter: by a role, or in the place
// of somebody below them.
func TestWhoMight(t *testing.T) {
	for _, c := range []struct {
		role   authz.Role
		action authz.Action
		least  authz.Reach
		might  bool
	}{
		{authz.CISO, authz.PublishMinor, authz.Self, true},
		{authz.CIO, authz.PublishMinor, authz.Self, true}, // where the only CISO is concerned
		{authz.GeneralSecurityOfficer, authz.PublishMinor, authz.Self, false},
		{authz.CIO, authz.DecideRights, authz.All, true},
		{authz.SecurityOfficer, authz.DecideRights, authz.All, false},
		{authz.GeneralSecurityOfficer, authz.GiveGuidance, authz.Own, true},
		{authz.GeneralSecurityOfficer, authz.GiveGuidance, authz.All, false}, // only in a section
		{authz.SecurityManager, authz.ConfirmViolation, authz.Own, true},
		{authz.Staff, authz.ManageAccounts, authz.Self, true},
		{authz.Staff, authz.ManageAccounts, authz.All, false},
		{authz.GeneralSecurityOfficer, authz.ManageAccounts, authz.All, true},
		{authz.SecurityOfficer, authz.ManageAccounts, authz.All, false},
		{authz.CIO, authz.ReadTrail, authz.Self, false}, // nobody reads in another's place
		{authz.Auditor, authz.ChangeOrganization, authz.Self, false},
		{authz.CIO, authz.Action("unheard of"), authz.None, false},
	} {
		if got := holder(c.role).Might(c.action, c.least); got != c.might {
			t.Errorf("%s %s as far as %s: %v", c.role, c.action, c.least.Title(), got)
		}
	}
	for role, offered := range map[authz.Role]bool{
		authz.Administrator: true, authz.GeneralSecurityOfficer: true, // next above
		authz.CISO: false, authz.CIO: false, authz.SecurityOfficer: false, authz.Staff: false,
	} {
		if got := holder(role).IsOffered(authz.ManageAccounts, authz.All); got != offered {
			t.Errorf("%s is offered to manage accounts: %t", role, got)
		}
	}
	if (authz.Actor{}).Might(authz.ReadBasic, authz.None) {
		t.Error("nobody might read")
	}
}

// Whoever may do something in whatever matter might: the gate keeps nobody out whom
// the operation lets act.
func TestTheGateLetsInWhomTheOperationLetsAct(t *testing.T) {
	for _, action := range []authz.Action{
		authz.ExcuseAcknowledgement, authz.PublishMinor, authz.PublishDecided, authz.RecordDecision, authz.ConfirmViolation, authz.GiveGuidance,
		authz.DecideRights, authz.CutAccess, authz.Refer, authz.ChangeOrganization, authz.ManageAccounts,
	} {
		for _, role := range authz.Given() {
			for _, concerned := range authz.Given() {
				m := authz.Matter{
					Person: 9, Decision: true, OwnersSection: mine, PersonsSection: mine, SystemsSection: mine,
					Alone: []authz.Holding{{Role: concerned, Section: mine}},
				}
				if _, may := holder(role).May(action, m); may && !holder(role).Might(action, authz.Self) {
					t.Errorf("%s may %s where the only %s is concerned, and does not get in", role, action, concerned)
				}
			}
		}
	}
}

// Who leads an outer section leads the inner ones that it reaches, for what they see,
// and only where it decides for what they do; never the other way, and no other role.
func TestAnOuterSectionReachesWhatIsInsideIt(t *testing.T) {
	const inner, deep = 11, 12
	for name, c := range map[string]struct {
		inside       []authz.Inside
		sees, does   bool // in the inner section
		seen, excuse int  // sections
	}{
		"nothing is set":        {nil, false, false, 1, 1},
		"it reads":              {[]authz.Inside{{Outer: mine, Inner: inner}, {Outer: mine, Inner: deep}}, true, false, 3, 1},
		"it decides":            {[]authz.Inside{{Outer: mine, Inner: inner, Decides: true}}, true, true, 2, 2},
		"another section does":  {[]authz.Inside{{Outer: other, Inner: inner, Decides: true}}, false, false, 1, 1},
		"the inner one reaches": {[]authz.Inside{{Outer: inner, Inner: mine, Decides: true}}, false, false, 1, 1},
	} {
		head := holder(authz.SecurityManager)
		head.Inside = c.inside
		there := authz.Matter{PersonsSection: inner, Person: 9, Decision: true}
		if _, sees := head.May(authz.SeeAcknowledgements, authz.Matter{PersonsSection: inner}); sees != c.sees {
			t.Errorf("%s: sees %v", name, sees)
		}
		if _, does := head.May(authz.ExcuseAcknowledgement, there); does != c.does {
			t.Errorf("%s: excuses %v", name, does)
		}
		if seen, excuse := head.Sections(authz.SeeAcknowledgements), head.Sections(authz.ExcuseAcknowledgement); len(seen) != c.seen || len(excuse) != c.excuse {
			t.Errorf("%s: sees %v, excuses in %v", name, seen, excuse)
		}
		for _, role := range []authz.Role{authz.Staff, authz.SystemManager} {
			other := holder(role)
			other.Inside = c.inside
			if _, sees := other.May(authz.ReadAssets, authz.Matter{OwnersSection: inner}); sees || len(other.Sections(authz.ReadAssets)) != 1 {
				t.Errorf("%s: %s reaches inside", name, role)
			}
		}
		there.Person = head.Person
		if _, does := head.May(authz.ExcuseAcknowledgement, there); does {
			t.Errorf("%s: excuses themselves", name)
		}
	}
}
