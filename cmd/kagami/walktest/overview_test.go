package walktest

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"kagami/web/asset/assettest"
	"kagami/web/server/servertest"
)

var tile = regexp.MustCompile(`<a href="([^"]+)"><b>([0-9,]+)</b><span>([^<]+)</span>`)

// Each number of the overview is how many the list behind it has, for the town and for a
// section. The sample town has three things out, one of them late, one disposal that waits,
// and an exception.
func TestTheOverviewCountsWhatTheListsHave(t *testing.T) {
	t.Parallel()
	officer := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	for _, section := range []string{"", "?section=zeimu", "?section=fukushi"} {
		overview := officer.Get("/assets/overview" + section)
		numbers := map[string]string{}
		for _, found := range tile.FindAllStringSubmatch(overview.Body, -1) {
			list, count, words := html.UnescapeString(found[1]), found[2], found[3]
			numbers[words] = count
			if page := officer.Get(list); !strings.Contains(page.Body, "<dd>"+count+"件</dd>") {
				t.Errorf("%s: %s %s, and the list %s has another number", section, count, words, list)
			}
		}
		if section == "" {
			for words, want := range map[string]string{"持出し・貸出し中": "3", "返却の期限を過ぎている": "1", "廃棄待ち": "1", "例外措置あり": "1"} {
				if numbers[words] != want {
					t.Errorf("%s: %q, want %s", words, numbers[words], want)
				}
			}
		}
	}
	assettest.MustSay(t, "a section with none out", officer.Get("/assets/overview?section=zeimu"), "<b>0</b><span>持出し・貸出し中")
}
