package reading_test

import (
	"regexp"
	"strings"
	"testing"

	"kagami/web/server/servertest"
)

// Each person has a last day of their own, which stands on their home: the page
// of the text tells nobody that of those who were asked first.
func TestAPageTellsNobodyTheLastDayOfOthers(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	v := servertest.SignIn(t, portal, town.Accounts[12])
	if home := v.Get("/").Body; !strings.Contains(home, "期限 令和8年12月8日") {
		t.Fatalf("the home tells no last day: %s", home)
	}
	a := v.Get("/policies/kihon")
	if strings.Contains(a.Body, "期限は令和") || !strings.Contains(a.Body, "「やること」で確かめられます") {
		t.Errorf("the page of the text: %d %s", a.Status, a.Body)
	}
}

// The wording reaches the page character for character: nothing stands between
// a term and the words around it.
func TestTheWordingIsNotPulledApart(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	page := servertest.SignIn(t, portal, town.Accounts[12]).Get("/policies/kihon").Body
	plain := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, "")
	if !strings.Contains(plain, "本町が保有する情報資産の機密性、完全性及び可用性を維持するため、") {
		t.Error("the first sentence is not on the page as it is in the text")
	}
}
