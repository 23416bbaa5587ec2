package screen

import (
	"bytes"
	"strings"
	"testing"

	"kagami/internal/authz"
)

// navigation is a navigation with an entry that is for some only.
func navigation(t *testing.T) Nav {
	t.Helper()
	n, err := NewNav([]Part{
		{Nav: []Entry{{Label: "体制", URL: "/organization", Place: 2}}, Areas: map[string]string{"/people": "/organization"}},
		{Nav: []Entry{{Label: "ホーム", URL: "/", Place: 1}, {Label: "管理", URL: "/accounts", Place: 3, Action: authz.ManageAccounts, Least: authz.All}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// drawn is the navigation as somebody with a role sees it at a path.
func drawn(t *testing.T, n Nav, path string, role authz.Role) string {
	t.Helper()
	var b bytes.Buffer
	if err := n.at(path, authz.Actor{Person: 1, Holdings: []authz.Holding{{Role: role}}}).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAPathBelongsToTheEntryOfItsLongestBeginning(t *testing.T) {
	t.Parallel()
	n := navigation(t)
	for path, want := range map[string]string{
		"/": "/", "/organization": "/organization", "/organization/zeimu/edit": "/organization", "/people/00123": "/organization",
		"/people/": "/organization", "/peoples": nowhere, "*": nowhere, "": nowhere, "//people": nowhere, "//": nowhere, "/account": nowhere, "/accounts/00123": "/accounts",
	} {
		if got := n.area(path); got != want {
			t.Errorf("%s belongs to %q", path, got)
		}
	}
}

func TestEntriesStandInTheirPlacesForThoseTheyAreFor(t *testing.T) {
	t.Parallel()
	n := navigation(t)
	staff, administrator := drawn(t, n, "/people", authz.Staff), drawn(t, n, "/people", authz.Administrator)
	if strings.Contains(staff, "管理") || !strings.Contains(administrator, "管理") {
		t.Errorf("staff: %s, administrator: %s", staff, administrator)
	}
	if home, organization := strings.Index(staff, "ホーム"), strings.Index(staff, "体制"); home < 0 || organization < home {
		t.Errorf("the order: %s", staff)
	}
	if !strings.Contains(strings.Join(strings.Fields(staff), " "), `href="/organization" aria-current="page"`) {
		t.Errorf("where one is: %s", staff)
	}
}
