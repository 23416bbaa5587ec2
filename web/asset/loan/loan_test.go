package loan_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/asset/loan"
	"kagami/web/asset/assettest"
	webloan "kagami/web/asset/loan"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = assettest.Town(func(g server.Ground, _ *asset.Service, _ *find.Service) []screen.Part {
	return []screen.Part{webloan.New(loan.New(g.Pool, g.Door, loan.Ties{})).Part()}
})

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

// desk are the people of a story: who asks, who permits, who hands over, and somebody of
// another section.
type desk struct {
	portal                        *servertest.Portal
	clerk, manager, deputy, other *servertest.Visitor
}

func open(t *testing.T) desk {
	t.Helper()
	portal := town.Start(t)
	sit := func(post string) *servertest.Visitor { return servertest.SignIn(t, portal, town.Holder(post)) }
	return desk{portal, sit("税務町民課 職員"), sit("税務町民課長"), sit("税務町民課 担当副課長"), sit("福祉こども課長")}
}

// medium registers something that may be taken out, and returns its 管理番号.
func (d desk) medium(t *testing.T, more ...string) string {
	t.Helper()
	form := assettest.Ledger(append([]string{"name", "訪問調査用のUSBメモリー", "kind", "medium", "confidentiality", "2", "personal", "none", "zone", "offline", "level_reason", "決めた"}, more...)...)
	form.Del("handling")
	_, code := assettest.Register(t, d.manager, form)
	return code
}

// asking is the form of what nothing is wrong with.
func asking(code string, more ...string) url.Values {
	form := url.Values{"asset": {code}, "section": {"zeimu"}, "purpose": {"家屋の調査"}, "place": {"町内"}, "from_on": {"2026-11-24"}, "until_on": {"2026-11-26"}, "safeguard": {"password"}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

var heading = regexp.MustCompile(`番号</dt><dd>持-([0-9]+-[0-9]+)`)

// ask asks for something and returns its path.
func ask(t *testing.T, by *servertest.Visitor, form url.Values) string {
	t.Helper()
	a := by.Post("/loans/new", form)
	found := heading.FindStringSubmatch(a.Body)
	if a.Status != http.StatusOK || found == nil {
		t.Fatalf("asking: %d %s", a.Status, a.Body)
	}
	assettest.MustSay(t, "asked", a, "持出し・貸出しを申請しました", "申請中", "家屋の調査")
	return "/loans/" + found[1]
}

func version(n string, more ...string) url.Values {
	form := url.Values{"version": {n}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

func TestSomethingIsAskedForHandedOverAndBack(t *testing.T) {
	t.Parallel()
	d := open(t)
	code := d.medium(t)
	assettest.MustSay(t, "what there is", d.clerk.Get("/loans/new"), code, "訪問調査用のUSBメモリー")
	assettest.MustSay(t, "the form", d.clerk.Get("/loans/new?asset="+code), "パスワード", "追跡できる輸送", "初日を入れて30日まで")
	path := ask(t, d.clerk, asking(code))
	assettest.MustSay(t, "who asked", d.clerk.Get(path), path+"/withdraw", "許可するかどうかを決めます")
	assettest.MustNotSay(t, "who asked", d.clerk.Get(path), path+"/permit", path+"/slip")
	assettest.MustSay(t, "home of who permits", d.manager.Get("/"), "持出し・貸出しの申請1件を見て")
	assettest.MustSay(t, "refused without a reason", d.manager.Post(path+"/refuse", version("1")), "許可しない理由を入力してください。")
	assettest.MustSay(t, "permitted", d.manager.Post(path+"/permit", version("1", "note", "夜は鍵のかかる棚に")), "持出し・貸出しを許可しました", "夜は鍵のかかる棚に", path+"/hand", path+"/revoke")
	assettest.MustSay(t, "permitted twice", d.manager.Post(path+"/permit", version("1")), "いまは行えません")
	assettest.MustSay(t, "home of who hands over", d.deputy.Get("/"), "許可された持出し・貸出し1件を渡す")
	assettest.MustSay(t, "the slip", d.deputy.Get(path+"/slip"), "情報資産持出し・貸出し票", "渡した人", "受け取った人", "返した人", "税務町民課長", "令和8年11月26日")
	assettest.MustSay(t, "handed over", d.deputy.Post(path+"/hand", version("2")), "渡したことを記録しました", path+"/close", path+"/part", path+"/lose")
	assettest.MustSay(t, "home of who has it", d.clerk.Get("/"), "持ち出しているもの（"+strings.Replace(path, "/loans/", "持-", 1)+"）を返す", "令和8年11月26日")
	assettest.MustSay(t, "the asset", d.clerk.Get("/assets/"+code), "持ち出されています", path)
	assettest.MustSay(t, "not looked at", d.deputy.Post(path+"/close", version("3", "whole", "yes")), "壊れていないかどうかを選んでください。", "データを消したかどうかを選んでください。")
	assettest.MustSay(t, "not all of it", d.deputy.Post(path+"/close", version("3", "whole", "no", "sound", "yes", "erased", "yes")), "「一部の返却」")
	assettest.MustSay(t, "back", d.deputy.Post(path+"/close", version("3", "whole", "yes", "sound", "yes", "erased", "no", "note", "明日消す")), "返却を確かめました", "返却済み", "壊れていない、まだ消していない", "明日消す", "同じ内容で借りる")
	assettest.MustNotSay(t, "the asset afterwards", d.clerk.Get("/assets/"+code), "持ち出されています")
	assettest.MustSay(t, "the same again", d.clerk.Get("/loans/new?again="+strings.TrimPrefix(path, "/loans/")), `value="2026-11-24"`, `value="2026-11-26"`, "家屋の調査", `value="password" checked`)
}

// What a rule bars is refused at once: what was typed comes back, with the clause and the
// number under which it is kept.
func TestWhatARuleBarsComesBack(t *testing.T) {
	t.Parallel()
	d := open(t)
	code := d.medium(t, "zone", "mynumber", "confidentiality", "3B")
	assettest.MustSay(t, "beforehand", d.clerk.Get("/loans/new?asset="+code), "このままでは、許可されません", "7(3)①", "（必要：基本方針7(2)）")
	a := d.clerk.Post("/loans/new", asking(code))
	assettest.MustSay(t, "barred", a, "基準により、許可されません", "基本方針7(3)①", "「暗号化」が要ります", "持-8-", "家屋の調査", `value="password" checked`)
	assettest.MustNotSay(t, "barred", a, "このままでは、許可されません")
	if a.Status != http.StatusUnprocessableEntity {
		t.Errorf("it answers %d", a.Status)
	}
	kept := regexp.MustCompile(`href="(/loans/8-[0-9]+)"`).FindStringSubmatch(a.Body)
	if kept == nil {
		t.Fatal("it is not kept")
	}
	page := d.manager.Get(kept[1])
	assettest.MustSay(t, "the record", page, "基準により不許可", "7(3)①")
	assettest.MustNotSay(t, "the record", page, kept[1]+"/permit")
}

func TestWhatIsWrongComesBack(t *testing.T) {
	t.Parallel()
	d := open(t)
	code := d.medium(t)
	a := d.clerk.Post("/loans/new", asking(code, "until_on", "2027-03-31", "place", ""))
	assettest.MustSay(t, "wrong", a, "期間が長すぎます。", "行き先・使う場所を入力してください。", "家屋の調査", `value="2027-03-31"`, `value="password" checked`)
	if a.Status != http.StatusUnprocessableEntity {
		t.Errorf("it answers %d", a.Status)
	}
	assettest.MustSay(t, "no such asset", d.clerk.Get("/loans/new?asset=zeimu-9999"), "見つかりません", `value="zeimu-9999"`)
	assettest.MustSay(t, "another section's", d.other.Get("/loans/new?asset="+code), "見つかりません")
}

func TestAnotherSectionSeesNothingButWhatIsOffered(t *testing.T) {
	t.Parallel()
	d := open(t)
	code := d.medium(t)
	path := ask(t, d.clerk, asking(code))
	d.manager.Post(path+"/permit", version("1"))
	assettest.MustNotSay(t, "the other list", d.other.Get("/loans"), "家屋の調査")
	for _, more := range []string{"", "/withdraw", "/permit", "/hand", "/lose", "/slip"} {
		if a := d.other.Get(path + more); a.Status != http.StatusNotFound {
			t.Errorf("%s: %d", more, a.Status)
		}
	}
	if a := d.other.Get("/assets/" + code + "/loans"); a.Status != http.StatusNotFound {
		t.Errorf("the calendar: %d", a.Status)
	}
	if a := d.clerk.Post("/assets/"+code+"/loans/offer", version("0", "offered", "1")); a.Status != http.StatusForbidden {
		t.Errorf("a 職員 offers it: %d", a.Status)
	}
	assettest.MustSay(t, "offered", d.manager.Post("/assets/"+code+"/loans/offer", version("0", "offered", "1", "offer_note", "窓口で渡します")), "ほかの課室への貸出しを決めました", "窓口で渡します")
	assettest.MustSay(t, "to choose from", d.other.Get("/loans/new"), code, "窓口で渡します")
	calendar := d.other.Get("/assets/" + code + "/loans")
	assettest.MustSay(t, "the calendar", calendar, "令和8年11月", "（ほかの課室）", "予約")
	assettest.MustNotSay(t, "the calendar", calendar, "家屋の調査", path, "ほかの課室への貸出し</h2>")
	a := d.other.Post("/loans/new", asking(code, "section", "fukushi"))
	assettest.MustSay(t, "the same days", a, "令和8年11月24日から令和8年11月26日までは、ほかの持出し・貸出しが決まっています。")
	assettest.MustNotSay(t, "the same days", a, path)
	lent := ask(t, d.other, asking(code, "section", "fukushi", "from_on", "2026-11-27", "until_on", "2026-11-27"))
	assettest.MustSay(t, "for who permits", d.manager.Get(lent), lent+"/permit", "福祉こども課")
	assettest.MustNotSay(t, "for who borrows", d.other.Get(lent), lent+"/permit")
	assettest.MustSay(t, "the calendar's next month", d.other.Get("/assets/"+code+"/loans?month=2026-12"), "令和8年12月", "まだありません")
}

func TestALossIsSaid(t *testing.T) {
	t.Parallel()
	d := open(t)
	path := ask(t, d.clerk, asking(d.medium(t)))
	d.manager.Post(path+"/permit", version("1"))
	d.deputy.Post(path+"/hand", version("2"))
	assettest.MustSay(t, "when it is asked for", d.clerk.Get(path+"/lose"), "いつ気づいたか", "だれが気づいたか", `value="2026-11-24"`)
	assettest.MustSay(t, "nothing said", d.clerk.Post(path+"/lose", version("3", "noticed_on", "2026-11-24", "noticed_time", "25時", "noticed_by", "本人")), "時刻は、14:30 のように")
	assettest.MustSay(t, "lost", d.clerk.Post(path+"/lose", version("3", "noticed_on", "2026-11-24", "noticed_by", "本人", "note", "電車に置き忘れた")), "紛失を届け出ました", "電車に置き忘れた", "紛失に気づいた", "（時刻は不明）")
	officer := servertest.SignIn(t, d.portal, town.Holder("総務課長"))
	assettest.MustSay(t, "the 統括", officer.Get("/notices"), "訪問調査用のUSBメモリーが見つかりません")
}

func TestWhatIsAskedForEveryWeek(t *testing.T) {
	t.Parallel()
	d := open(t)
	path := ask(t, d.clerk, asking(d.medium(t), "until_on", "2026-11-24", "every_until", "2026-12-15"))
	assettest.MustSay(t, "the first", d.manager.Get(path), "毎週4回分の、まとめた申請です", "令和8年12月8日")
	assettest.MustSay(t, "permitting", d.manager.Get(path+"/permit"), "毎週4回分に、一度で決まります", "令和8年12月1日", "令和8年12月15日")
	d.manager.Post(path+"/permit", version("1"))
	assettest.MustSay(t, "all of them", d.manager.Get("/loans?state=permitted"), "令和8年12月15日", "令和8年12月8日")
	assettest.MustSay(t, "one today", d.deputy.Get("/"), "許可された持出し・貸出し1件を渡す")
}
