package portal_test

import (
	"net/url"
	"strings"
	"testing"

	"kagami/web/server/servertest"
)

// Two who edit one draft: the second is told, and sees both texts.
func TestTheSecondEditorSeesBothTexts(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	one, two := servertest.SignIn(t, portal, town.Holder("総務課 担当副課長")), servertest.SignIn(t, portal, town.Holder("総務課 情報政策担当"))
	if a := one.Post("/policies/kihon/draft", url.Values{"from": {"1"}}); a.Status != 200 || !strings.Contains(a.Body, "下書きを始めました") {
		t.Fatalf("starting: %d", a.Status)
	}
	form := pledge(two.Get("/policies/kihon/draft/edit").Body)
	mine := func(words string) url.Values {
		return url.Values{"sha256": form["sha256"], "source": {"【文書】見本\n1．　目的\n　" + words + "\n"}}
	}
	if a := one.Post("/policies/kihon/draft/edit", mine("一人目の本文")); a.Status != 200 {
		t.Fatalf("the first: %d", a.Status)
	}
	a := two.Post("/policies/kihon/draft/edit", mine("二人目の本文"))
	if a.Status != 409 || !strings.Contains(a.Body, "一人目の本文") || !strings.Contains(a.Body, "二人目の本文") {
		t.Errorf("the second: %d %s", a.Status, a.Body)
	}
	form = pledge(a.Body)
	if a = two.Post("/policies/kihon/draft/edit", mine("二人の本文")); a.Status != 200 || !strings.Contains(a.Body, "二人の本文") {
		t.Errorf("after looking: %d", a.Status)
	}
	if a = two.Post("/policies/kihon/draft/edit", url.Values{"sha256": pledge(two.Get("/policies/kihon/draft/edit").Body)["sha256"], "source": {unread}}); a.Status != 422 || !strings.Contains(a.Body, "2行目") || !strings.Contains(a.Body, "図1 体制") {
		t.Errorf("with a question: %d %s", a.Status, a.Body)
	}
}

const unread = "第1条　見本である。\n図1 体制\n課長\n職員\n第2条　守る。\n"
