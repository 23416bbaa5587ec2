package keeping_test

import (
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"

	"kagami/internal/calendar"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/violation"
	casebars "kagami/internal/violation/bars"
	"kagami/internal/violation/find"
	"kagami/internal/violation/keeping"
	"kagami/internal/violation/procedure"
	casereport "kagami/internal/violation/report"
	"kagami/web/asset/assettest"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
	webkeeping "kagami/web/violation/keeping"
	"kagami/web/violation/overview"
)

func casesOf(g server.Ground) *violation.Service {
	return violation.New(g.Pool, g.Door, bar.New(g.Pool, g.Door, rights.New(g.Pool, g.Door, rights.Ties{}), bar.Ties{Owned: casebars.Owned, Ended: violation.Ties{}.Ended}))
}

var town = servertest.Town{Parts: func(g server.Ground) ([]screen.Part, error) {
	kept := keeping.New(g.Pool, g.Door, keeping.Ties{Forget: casereport.New(g.Pool, g.Door, g.Keys).Forget})
	return []screen.Part{webkeeping.New(kept, casesOf(g)).Part(), overview.New(find.New(g.Pool, g.Now), kept).Part()}, nil
}}

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

// archive is a portal with a case that has ended, whose time is over.
type archive struct {
	*testing.T
	portal *servertest.Portal
	path   string
	code   string
}

const reason = "文書管理規程の保存期間が過ぎた"

func open(t *testing.T) archive {
	t.Helper()
	t.Parallel()
	portal := town.Start(t)
	cases, general := casesOf(portal.Ground), portal.Actor(t, town.Holder("総務課長"))
	code, err := cases.Confirm(t.Context(), general, violation.Finding{
		Person: town.Holder("福祉こども課 職員").StaffNumber, Kind: "executive", Clauses: "対策基準 5(2)", Facts: "見本 空子が名簿を置き、見本桜子が気づいた。", Since: calendar.Day(portal.Clock.Now()),
	})
	if err == nil {
		err = cases.Do(t.Context(), general, code, procedure.EventNotViolation, violation.Said{Version: 1, Text: "公開の名簿だった。"})
	}
	if err != nil {
		t.Fatal(err)
	}
	portal.Clock.Advance(900 * 24 * time.Hour)
	return archive{t, portal, "/violations/" + code, code}
}

func (a archive) sit(post string) *servertest.Visitor {
	a.Helper()
	return servertest.SignIn(a.T, a.portal, town.Holder(post))
}

func TestACaseWhoseTimeIsOverIsDisposedOf(t *testing.T) {
	a := open(t)
	officer := a.sit("総務課長")
	assettest.MustSay(t, "the list", officer.Get("/violations/keeping"), a.code)
	refused := officer.Post(a.path+"/dispose", url.Values{"reason": {""}})
	if refused.Status != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", refused.Status)
	}
	assettest.MustSay(t, "disposed of", officer.Post(a.path+"/dispose", url.Values{"reason": {reason}}), "事案の記録を廃棄しました")
	assettest.MustNotSay(t, "the list after it", officer.Get("/violations/keeping"), a.code)
}

func TestAHeldCaseIsNotOffered(t *testing.T) {
	a := open(t)
	officer := a.sit("総務課長")
	a.mustHold(officer)
	assettest.MustNotSay(t, "the list", officer.Get("/violations/keeping"), a.code)
	if page := officer.Post(a.path+"/dispose", url.Values{"reason": {reason}}); page.Status == http.StatusOK {
		t.Errorf("it is disposed of: %.300s", page.Body)
	}
}

func (a archive) mustHold(officer *servertest.Visitor) {
	a.Helper()
	assettest.MustSay(a.T, "held", officer.Post(a.path+"/keeping", url.Values{"kind": {"lawsuit"}, "from_on": {"2026-11-24"}, "reason": {"見本の訴訟"}}), "廃棄を止めました")
}

func TestOfACopyForWhoAsksOthersReadNoName(t *testing.T) {
	a := open(t)
	page := a.sit("総務課長").Post("/violations/disclosure", url.Values{"number": {town.Holder("福祉こども課 職員").StaffNumber}, "reason": {"見本の請求"}})
	assettest.MustSay(t, "the copy", page, a.code, "見本 空子", "公開の名簿だった。")
	assettest.MustNotSay(t, "the copy", page, "見本 桜子", "見本桜子")
}

// Nobody else keeps, disposes of or copies anything.
func TestWhoMayNotFindsNothing(t *testing.T) {
	a := open(t)
	for _, post := range []string{"福祉こども課長", "福祉こども課 職員", "税務町民課長", "総務課 ポータル管理担当", "議会事務局 監査担当"} {
		v := a.sit(post)
		assettest.MustNotSay(t, post, v.Get("/violations/keeping"), a.code)
		for path, form := range map[string]url.Values{
			a.path + "/dispose": {"reason": {reason}}, a.path + "/extend": {"reason": {reason}, "until_on": {"2032-01-01"}},
			a.path + "/keeping": {"kind": {"lawsuit"}, "from_on": {"2026-11-24"}, "reason": {"見本"}}, "/violations/disclosure": {"number": {town.Holder("福祉こども課 職員").StaffNumber}, "reason": {"見本"}},
		} {
			if page := v.Post(path, form); page.Status != http.StatusNotFound && page.Status != http.StatusForbidden {
				t.Errorf("%s: %s: %d", post, path, page.Status)
			}
		}
	}
}

func TestTheTownsNumbersAreForWhoReadsAll(t *testing.T) {
	a := open(t)
	for post, want := range map[string]int{
		"総務課長": http.StatusOK, "副町長": http.StatusOK, "総務課 担当副課長": http.StatusOK, "議会事務局 監査担当": http.StatusOK,
		"福祉こども課長": http.StatusNotFound, "福祉こども課 職員": http.StatusNotFound,
	} {
		v := a.sit(post)
		for _, path := range []string{"/violations/figures", "/violations/figures/print?year=2026"} {
			page := v.Get(path)
			if page.Status != want {
				t.Errorf("%s: %s: %d, not %d", post, path, page.Status, want)
			}
			assettest.MustNotSay(t, post, page, a.code, "福祉こども課</td>")
		}
	}
}
