// Package assettest is what the tests of the register's screens have in common.
package assettest

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/asset/communication"
	"kagami/internal/asset/find"
	"kagami/internal/asset/many"
	"kagami/internal/asset/paper"
	"kagami/internal/asset/propose"
	"kagami/internal/asset/relation"
	"kagami/internal/asset/tied"
	"kagami/internal/asset/view"
	webasset "kagami/web/asset"
	"kagami/web/asset/mistake"
	webrelation "kagami/web/asset/relation"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

// Town is a town with the register and what stands beside it.
func Town(beside func(g server.Ground, register *asset.Service, finding *find.Service) []screen.Part) servertest.Town {
	return servertest.Town{Parts: func(g server.Ground) ([]screen.Part, error) {
		register := tied.New(g.Pool, g.Door)
		finding := find.New(g.Pool, register)
		parts := []screen.Part{webasset.New(register, many.New(g.Pool, g.Door, register), finding, relation.New(g.Pool, g.Door, register), paper.New(g.Pool, g.Door, register), propose.New(g.Pool, g.Door, register), view.New(g.Pool, g.Door), communication.New(g.Pool, g.Door)).Part(), webrelation.New(register, relation.New(g.Pool, g.Door, register)).Part(), mistake.New(register, relation.New(g.Pool, g.Door, register)).Part()}
		return append(parts, beside(g, register, finding)...), nil
	}}
}

// Ledger is the form of an asset that nothing is wrong with, but for pairs of names and
// values.
func Ledger(more ...string) url.Values {
	form := url.Values{
		"section": {"zeimu"}, "name": {"軽自動車税の課税台帳"}, "kind": {"information"}, "work": {"軽自動車税"}, "confidentiality": {"3B"}, "integrity": {"2"}, "availability": {"1"}, "level_reason": {"課で決めた"},
		"personal": {"personal"}, "number_work": {""}, "zone": {"mynumber"}, "place": {"税務システム"}, "handling": {"no_takeout", "encryption"}, "registered_on": {"2026-11-20"},
	}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

// MustSay looks for words on a page.
func MustSay(t *testing.T, what string, a servertest.Answer, words ...string) {
	t.Helper()
	for _, want := range words {
		if !strings.Contains(a.Body, want) {
			t.Errorf("%s: the page lacks %q: %d", what, want, a.Status)
		}
	}
}

var heading = regexp.MustCompile(`管理番号</dt><dd>([0-9A-Za-z-]+)`)

var twin = regexp.MustCompile(`name="twin" value="([^"]+)"`)

// Register registers an asset, though another has its name, and returns its page and 管理番号.
func Register(t *testing.T, manager *servertest.Visitor, form url.Values) (servertest.Answer, string) {
	t.Helper()
	a := manager.Post("/assets/new", form)
	if asked := twin.FindStringSubmatch(a.Body); asked != nil {
		form.Set("twin", asked[1])
		form.Set("another", "1")
		a = manager.Post("/assets/new", form)
	}
	found := heading.FindStringSubmatch(a.Body)
	if a.Status != http.StatusOK || found == nil {
		t.Fatalf("registering: %d %s", a.Status, a.Body)
	}
	return a, found[1]
}

// MustNotSay looks that none of some words is on a page.
func MustNotSay(t *testing.T, what string, a servertest.Answer, words ...string) {
	t.Helper()
	for _, word := range words {
		if strings.Contains(a.Body, word) {
			t.Errorf("%s: the page says %q: %d", what, word, a.Status)
		}
	}
}
