package server

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kagami/internal/authz"
	"kagami/web/layout"
)

// entry is an entry of the navigation. One for those who manage is for who may
// manage accounts everywhere.
type entry struct {
	layout.Link
	manages bool
}

var navigation = []entry{
	{Link: layout.Link{Label: "ホーム", Address: "/"}},
	{Link: layout.Link{Label: "ポリシー", Address: "/policies"}},
	{Link: layout.Link{Label: "マイ記録", Address: "/acknowledgements"}},
	{Link: layout.Link{Label: "お知らせ", Address: "/notices"}},
	{Link: layout.Link{Label: "体制", Address: "/organization"}},
	{Link: layout.Link{Label: "権限表", Address: "/permissions"}},
	{Link: layout.Link{Label: "アカウント管理", Address: "/accounts"}, manages: true},
}

// navKey is what the navigation depends on: where one is, and whether one
// manages accounts.
type navKey struct {
	area    string
	manages bool
}

// navs is the navigation, drawn once for each.
type navs map[navKey]templ.Component

func newNavs() (navs, error) {
	drawn := navs{}
	areas := []string{nowhere}
	for _, e := range navigation {
		areas = append(areas, e.Address)
	}
	for _, area := range areas {
		for _, manages := range []bool{false, true} {
			var links []layout.Link
			for _, e := range navigation {
				if !e.manages || manages {
					e.Current = e.Address == area
					links = append(links, e.Link)
				}
			}
			var b bytes.Buffer
			if err := layout.Navigation(links).Render(context.Background(), &b); err != nil {
				return nil, fmt.Errorf("drawing the navigation: %w", err)
			}
			drawn[navKey{area, manages}] = templ.Raw(b.String())
		}
	}
	return drawn, nil
}

// of is the navigation as an actor sees it in an area.
func (n navs) of(actor authz.Actor, area string) templ.Component {
	return n[navKey{area, actor.Reach(authz.ManageAccounts) == authz.All}]
}

// nowhere is the area of addresses that are in none.
const nowhere = ""

// organizationAreas are the addresses that belong to 体制.
var organizationAreas = []string{"/organization", "/sections", "/posts", "/people", "/register", "/appointments", "/grants", "/roles", "/personnel"}

// area is the entry of the navigation that an address belongs to.
func area(path string) string {
	switch {
	case path == "/":
		return "/"
	case strings.HasPrefix(path, "/policies"), strings.HasPrefix(path, "/imports"), path == "/search", path == "/glossary":
		return "/policies"
	case strings.HasPrefix(path, "/acknowledgements"):
		return "/acknowledgements"
	case slices.ContainsFunc(organizationAreas, func(area string) bool { return path == area || strings.HasPrefix(path, area+"/") }):
		return "/organization"
	case path == "/accounts", strings.HasPrefix(path, "/accounts/"):
		return "/accounts"
	case path == "/permissions", path == "/notices":
		return path
	}
	return nowhere
}
