package walktest

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"kagami/web/server/servertest"
)

var exceptedLink = regexp.MustCompile(`href="(/exceptions\?[^"]+)"><span>([^<]+)</span>([0-9]+)件<`)

// A text says to whom may see them which of its clauses are excepted, and leads to just these;
// to others, and to everybody, it says nothing.
func TestATextSaysWhatIsExceptedOfIt(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	found := exceptedLink.FindStringSubmatch(manager.Get("/policies/kihon").Body)
	if found == nil {
		t.Fatal("the text says nothing")
	}
	list := manager.Get(html.UnescapeString(found[1])).Body
	if !strings.Contains(list, "<dd>"+found[3]+"件") || !strings.Contains(list, "基本方針"+found[2]) {
		t.Errorf("%q leads to a list of others", found[0])
	}
	if body := servertest.SignIn(t, portal, town.Holder("福祉こども課長")).Get("/policies/kihon").Body; exceptedLink.MatchString(body) || strings.Contains(body, "有効な例外措置") {
		t.Error("another section finds them")
	}
	if body := servertest.Visit(t, portal).Get("/public/kihon"); body.Status != 200 || strings.Contains(body.Body, "有効な例外措置") {
		t.Errorf("the public text says so: %d", body.Status)
	}
}
