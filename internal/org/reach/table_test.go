package reach

import (
	"testing"

	"kagami/internal/authz"
)

// What is kept of a setting is the cell; what is not allowed, or is a word from
// elsewhere, leaves the table as it is.
func TestTheTableIsAsItIsSet(t *testing.T) {
	const excuse, settings = "permission.excuse.security_manager", "permission.see_settings.staff"
	for name, c := range map[string]struct {
		set    []string
		excuse authz.Reach
		see    authz.Reach
	}{
		"nothing is set":  {nil, authz.Own, authz.None},
		"one is narrowed": {[]string{excuse, "none"}, authz.None, authz.None},
		"one is widened":  {[]string{settings, "all"}, authz.Own, authz.All},
		"both":            {[]string{settings, "all", excuse, "none"}, authz.None, authz.All},
		"as it was":       {[]string{excuse, "own"}, authz.Own, authz.None},
		"not allowed":     {[]string{excuse, "all", settings, "own"}, authz.Own, authz.None},
		"no reach":        {[]string{excuse, "", settings, "<b>"}, authz.Own, authz.None},
		"no choice":       {[]string{"permission.decide.staff", "all"}, authz.Own, authz.None},
		"without a value": {[]string{settings}, authz.Own, authz.None},
	} {
		table := table(c.set)
		if got := table.ReachOf(authz.SecurityManager, authz.ExcuseAcknowledgement); got != c.excuse {
			t.Errorf("%s: a 管理者 excuses %s", name, got.Title())
		}
		if got := table.ReachOf(authz.Staff, authz.SeeSettings); got != c.see {
			t.Errorf("%s: 職員等 see settings %s", name, got.Title())
		}
		if got := table.ReachOf(authz.Staff, authz.DecideRights); got != authz.None {
			t.Errorf("%s: 職員等 decide rights %s", name, got.Title())
		}
	}
}

func TestEachChoiceIsASettingOfItsOptions(t *testing.T) {
	all := Settings()
	if len(all) != len(authz.Choices()) {
		t.Fatalf("%d settings", len(all))
	}
	for i, c := range authz.Choices() {
		if s := all[i]; len(s.Choices) != len(c.Allowed) || s.Show(s.Default) != s.Choices[0] {
			t.Errorf("%s: %+v", c.Title(), s)
		}
	}
}
