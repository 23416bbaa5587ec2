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
		{Nav: []Entry{{Label: "体制", URL: "/organization", Place: 2, First: "一覧"}}, Areas: map[string]string{"/people": "/organization"}},
		{Nav: []Entry{{Label: "異動", URL: "/transfers", Place: 2, Under: "/organization", Action: authz.ManageAccounts, Least: authz.All}}},
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
		"/people/": "/organization", "/transfers/3": "/transfers", "/peoples": nowhere, "*": nowhere, "": nowhere, "//people": nowhere, "//": nowhere, "/account": nowhere, "/accounts/00123": "/accounts",
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
	for drawn, current := range map[string]string{administrator: "true", staff: "page"} { // a row that said only once more where one is, is not drawn
		if !strings.Contains(strings.Join(strings.Fields(drawn), " "), `href="/organization" aria-current="`+current+`"`) {
			t.Errorf("where one is: %s", drawn)
		}
	}
}

func TestWhatStandsUnderAnEntryIsShownInItsArea(t *testing.T) {
	t.Parallel()
	n := navigation(t)
	for path, want := range map[string]string{"/people": "一覧", "/organization": "一覧", "/transfers/3": "異動", "/accounts": "", "/": ""} {
		got := strings.Join(strings.Fields(drawn(t, n, path, authz.Administrator)), " ")
		if shown := strings.Contains(got, "異動"); shown != (want != "") {
			t.Errorf("%s shows what stands under the entry: %t", path, shown)
		}
		if want != "" && !strings.Contains(got, `aria-current="page">`+want) {
			t.Errorf("%s is not at %s: %s", path, want, got)
		}
	}
	if strings.Contains(drawn(t, n, "/transfers", authz.Staff), "異動") {
		t.Error("an entry under another is shown to who is not offered it")
	}
	if crumb, ok := n.Crumb("/transfers/3"); !ok || crumb.Address != "/organization" || crumb.Label != "体制" {
		t.Errorf("the way leads over %v", crumb)
	}
}
