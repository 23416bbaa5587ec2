package walktest

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kagami/web/server/servertest"
)

// openToWhoIsBarred is every address that is open to who is barred from the portal and has a case
// that is open to them.
var openToWhoIsBarred = []string{
	"POST /logout",
}

// Nobody opens an address to who is barred without saying so here.
func TestWhatIsOpenToWhoIsBarred(t *testing.T) {
	t.Parallel()
	var open []string
	for _, route := range town.Start(t).Server.Routes() {
		if route.ForConfined {
			open = append(open, route.Method+" "+route.Pattern)
		}
	}
	slices.Sort(open)
	if !slices.Equal(open, openToWhoIsBarred) {
		t.Errorf("open are %s", strings.Join(open, ", "))
	}
}

var inPattern = regexp.MustCompile(`\{[^}]*\}`)

// Every other address of the portal answers them alike, whoever they were: the CISO, who may nearly
// everything, as a 職員.
func TestWhoIsBarredIsAnsweredAlikeEverywhere(t *testing.T) {
	t.Parallel()
	answering, db := town.Answering(t)
	portal := answering.StartOn(t, db)
	for _, post := range []string{"副町長", "総務課 ポータル管理担当", "税務町民課 職員"} {
		who := town.Holder(post)
		portal.OpenCase(t, who)
		portal.Bar(t, who, servertest.Suspended)
		v := servertest.Visit(t, portal)
		page := v.Post("/login", url.Values{"login": {who.StaffNumber}, "password": {who.Password}})
		if page.Status != http.StatusForbidden || !strings.Contains(page.Body, "このポータルの利用を止められています") {
			t.Fatalf("%s: signed in: %d %s", post, page.Status, page.Body)
		}
		tried := 0
		for _, route := range portal.Routes() {
			if route.ForConfined {
				continue
			}
			tried++
			if a := v.Ask(route.Method, inPattern.ReplaceAllString(route.Pattern, "1"), "", nil); a.Status != http.StatusForbidden || a.Body != page.Body {
				t.Errorf("%s: %s %s: %d %.300s", post, route.Method, route.Pattern, a.Status, a.Body)
			}
		}
		if tried < 100 {
			t.Errorf("%s: only %d addresses were tried", post, tried)
		}
	}
}
