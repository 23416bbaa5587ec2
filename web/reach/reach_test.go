package reach_test

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"kagami/internal/org/reach"
	webreach "kagami/web/reach"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = servertest.Town{Parts: func(g server.Ground) ([]screen.Part, error) {
	return []screen.Part{webreach.New(reach.New(g.Pool, g.Door)).Part()}, nil
}}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

func wants(t *testing.T, a servertest.Answer, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(a.Body, text) {
			t.Errorf("%d: the page lacks %q", a.Status, text)
		}
	}
}

const page = "/organization/zeimu/reach"

// The page says who has set what, and since when it is so.
func TestThePageSaysWhoHasSetItAndWhen(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("総務課長"))
	wants(t, v.Get(page), "まだ変えたことはありません")
	wants(t, v.Post(page, url.Values{"reads": {"1"}, "told": {"1"}}), "税務町民課の権限は、いまから、中の組織に、「見る、知らせを受ける」について及びます")
	a := v.Post(page, url.Values{"was_reads": {"1"}, "was_told": {"1"}})
	wants(t, a, "税務町民課の権限は、いまから、中の組織に及びません")
	wants(t, a, "令和8年11月24日", "見本 一郎", "及ばない", "見る、知らせを受ける", "（いまの内容）")
	if now, before := strings.Index(a.Body, "及ばない</td>"), strings.Index(a.Body, "見る、知らせを受ける</td>"); now > before {
		t.Error("the newest does not stand first")
	}
}
