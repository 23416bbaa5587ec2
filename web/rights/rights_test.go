package rights_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/rights/settle"
	"kagami/web/asset/assettest"
	webrights "kagami/web/rights"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = assettest.Town(func(g server.Ground, _ *asset.Service, _ *find.Service) []screen.Part {
	of := rights.New(g.Pool, g.Door, rights.Ties{})
	return []screen.Part{webrights.New(of, bar.New(g.Pool, g.Door, of, bar.Ties{Out: g.Accounts.Bar, KeepOut: g.Accounts.KeepOut}), settle.New(g.Pool, g.Door, of)).Part()}
})

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

// desk are the people of a story: who asks, their 管理者, who answers for the system, the 統括,
// the CISO, and somebody of another section.
type desk struct {
	portal                                        *servertest.Portal
	clerk, head, deputy, officer, chief, stranger *servertest.Visitor
	number                                        string // the 職員番号 of who asks
	system                                        string // a 管理番号
}

func open(t *testing.T) desk {
	t.Helper()
	portal := town.Start(t)
	sit := func(post string) *servertest.Visitor { return servertest.SignIn(t, portal, town.Holder(post)) }
	d := desk{
		portal, sit("福祉こども課 職員"), sit("福祉こども課長"), sit("税務町民課 担当副課長"), sit("総務課長"), sit("副町長"), sit("産業課長"), town.Holder("福祉こども課 職員").StaffNumber, "",
	}
	_, d.system = assettest.Register(t, sit("税務町民課長"), assettest.Ledger("name", "収納システム", "kind", "system", "zone", "lgwan", "confidentiality", "2"))
	return d
}

// asking is the form of what nothing is wrong with.
func (d desk) asking(more ...string) url.Values {
	form := url.Values{"system": {d.system}, "kind": {"general"}, "grade": {"照会"}, "purpose": {"滞納の確認"}, "from_on": {"2026-11-24"}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

var heading = regexp.MustCompile(`番号</dt><dd>権-([0-9]+-[0-9]+)`)

// ask asks for a right and returns its path.
func (d desk) ask(t *testing.T, by *servertest.Visitor, form url.Values) string {
	t.Helper()
	a := by.Post("/rights/new", form)
	found := heading.FindStringSubmatch(a.Body)
	if a.Status != http.StatusOK || found == nil {
		t.Fatalf("asking: %d %s", a.Status, a.Body)
	}
	assettest.MustSay(t, "asked", a, "利用権限を申請しました", "申請中", "滞納の確認")
	return "/rights/of/" + found[1]
}

// first is the form of a step on the first version.
func first(more ...string) url.Values {
	form := url.Values{"version": {"1"}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

func TestARightIsAskedForAndPermitted(t *testing.T) {
	t.Parallel()
	d := open(t)
	path := d.ask(t, d.clerk, d.asking())
	if a := d.head.Get(path + "/permit"); a.Status != http.StatusForbidden {
		t.Errorf("who leads who asks permits: %d", a.Status)
	}
	assettest.MustSay(t, "home", d.deputy.Get("/"), "利用権限の申請1件を見て")
	assettest.MustSay(t, "permitted", d.deputy.Post(path+"/permit", first()), "利用権限を許可しました", "使える")
	assettest.MustSay(t, "once more", d.deputy.Post(path+"/permit", first()), "いまは行えません")
	assettest.MustSay(t, "their own", d.clerk.Get("/rights"), "自分の利用権限", "収納システム")
	assettest.MustSay(t, "the ledger", d.head.Get("/rights"), "アカウント管理台帳", "収納システム")
	if a := d.stranger.Get(path); a.Status != http.StatusNotFound {
		t.Errorf("another section sees it: %d", a.Status)
	}
}

// What somebody typed comes back with what is wrong.
func TestWhatWasTypedComesBack(t *testing.T) {
	t.Parallel()
	d := open(t)
	a := d.clerk.Post("/rights/new", d.asking("until_on", "2026-11-01", "login", "t-mihon"))
	if a.Status != http.StatusUnprocessableEntity {
		t.Errorf("an end before the beginning: %d", a.Status)
	}
	assettest.MustSay(t, "the form", a, "いつからかより前にできません", `value="t-mihon"`, "滞納の確認", `value="2026-11-01"`)
}

func TestWhoIsSuspendedIsOutOfThePortal(t *testing.T) {
	t.Parallel()
	d := open(t)
	form := url.Values{"scope": {"whole"}, "reason": {"見本の理由です"}}
	path := "/rights/people/" + d.number + "/cut_conduct"
	if a := d.head.Post(path, form); a.Status != http.StatusForbidden {
		t.Errorf("a 管理者 suspends: %d", a.Status)
	}
	a := d.officer.Post(path, form)
	assettest.MustSay(t, "suspended", a, "緊急停止しました", "見本の理由です", "すべて")
	if a := d.clerk.Get("/rights"); a.Status == http.StatusOK && strings.Contains(a.Body, "自分の利用権限") {
		t.Error("the next request goes through")
	}
	assettest.MustSay(t, "their 管理者", d.head.Get("/rights/people/"+d.number), "停止", "すべての利用権限")
	if a := d.stranger.Get("/rights/people/" + d.number); a.Status != http.StatusNotFound {
		t.Errorf("another section: %d", a.Status)
	}
	bars := regexp.MustCompile(`/rights/bars/[a-z2-7]{16}`).FindString(d.officer.Get("/rights/people/" + d.number).Body)
	assettest.MustSay(t, "lifted", d.officer.Post(bars+"/reinstate", first("note", "見本")), "停止を解除しました")
	assettest.MustSay(t, "in again", servertest.SignIn(t, d.portal, town.Holder("福祉こども課 職員")).Get("/rights"), "自分の利用権限")
}

// Of whom some rights are stopped sees which and from when, and whom to ask; why is not said.
func TestWhoseRightsAreStoppedSeesWhichAndWhomToAsk(t *testing.T) {
	t.Parallel()
	d := open(t)
	path := d.ask(t, d.clerk, d.asking())
	d.deputy.Post(path+"/permit", first())
	assettest.MustNotSay(t, "before", d.clerk.Get("/rights/own"), "使えなくなっている")
	code := strings.TrimPrefix(path, "/rights/of/")
	d.officer.Post("/rights/people/"+d.number+"/cut_conduct", url.Values{"scope": {"some"}, "right": {code}, "reason": {"秘密の理由"}})
	own := d.clerk.Get("/rights/own")
	assettest.MustSay(t, "their own page", own, "使えなくなっている利用権限があります", "令和8年11月24日", "から令和8年11月28日", "使えません：収納システム", "通知書", "総務課")
	assettest.MustNotSay(t, "their own page", own, "秘密の理由", "基本方針", "6(2)", "違反")
	assettest.MustSay(t, "their 管理者", d.head.Get("/rights/people/"+d.number), "内容を見る")
}

// Who is cut and not told yet reads no more than that something is stopped.
func TestWhoIsNotToldYetReadsNoMoreThanThatItIsStopped(t *testing.T) {
	t.Parallel()
	d := open(t)
	path := d.ask(t, d.clerk, d.asking())
	d.deputy.Post(path+"/permit", first())
	d.officer.Post("/rights/people/"+d.number+"/cut_conduct", url.Values{"scope": {"some"}, "right": {strings.TrimPrefix(path, "/rights/of/")}, "reason": {"見本"}, "withheld": {"証拠を確保するまで"}})
	own := d.clerk.Get("/rights/own")
	assettest.MustSay(t, "their own page", own, "使えなくなっている利用権限があります", "総務課")
	assettest.MustNotSay(t, "their own page", own, "証拠", "緊急停止", "使えません：")
}

// A cut that nobody has confirmed stands on the CISO's home.
func TestTheCISOIsAskedToConfirmACut(t *testing.T) {
	t.Parallel()
	d := open(t)
	path := d.ask(t, d.clerk, d.asking())
	d.deputy.Post(path+"/permit", first())
	code := strings.TrimPrefix(path, "/rights/of/")
	cut := d.officer.Post("/rights/people/"+d.number+"/cut_conduct", url.Values{"scope": {"some"}, "right": {code}, "reason": {"見本"}, "withheld": {"証拠を確保するまで"}})
	assettest.MustSay(t, "cut", cut, "緊急停止しました", "本人には、まだ知らせていません")
	assettest.MustSay(t, "home", d.chief.Get("/"), "緊急停止1件を見て")
	assettest.MustNotSay(t, "who is cut", d.clerk.Get("/notices"), "緊急停止")
	bar := regexp.MustCompile(`/rights/bars/[a-z2-7]{16}`).FindString(cut.Body)
	assettest.MustSay(t, "confirmed", d.chief.Post(bar+"/confirm_cut", first()), "緊急停止を認めました", "解除するまで")
	assettest.MustNotSay(t, "home afterwards", d.chief.Get("/"), "緊急停止1件を見て")
}

func TestASystemsSettings(t *testing.T) {
	t.Parallel()
	d := open(t)
	page := "/rights/systems/" + d.system
	assettest.MustNotSay(t, "the form", d.deputy.Get(page+"/settings"), "このポータル</span>")
	if a := d.officer.Get(page + "/settings"); a.Status != http.StatusForbidden {
		t.Errorf("the form of another section's system answers %d to the 統括", a.Status)
	}
	assettest.MustSay(t, "set", d.deputy.Post(page+"/settings", url.Values{"version": {"0"}, "everywhere": {"1"}, "grades": {"照会\n更新\n照会"}}), "システムの設定を変えました", "全庁で使う")
	assettest.MustSay(t, "overtaken", d.deputy.Post(page+"/settings", url.Values{"version": {"0"}, "grades": {"管理"}}), "ほかの人がこのシステムの設定を変えた")
	if a := d.stranger.Get(page); a.Status != http.StatusNotFound {
		t.Errorf("another section: %d", a.Status)
	}
}

// Who leads somebody since a transfer answers for their general rights at once.
func TestRightsAreAnsweredTogetherAfterATransfer(t *testing.T) {
	t.Parallel()
	d := open(t)
	form := url.Values{"act": {"end"}}
	for _, grade := range []string{"照会", "更新"} {
		path := d.ask(t, d.clerk, d.asking("grade", grade))
		assettest.MustSay(t, "permitted", d.deputy.Post(path+"/permit", first()), "利用権限を許可しました")
		form.Add("right", strings.TrimPrefix(path, "/rights/of/"))
	}
	if _, err := d.portal.DB.Pool.Exec(t.Context(), `
		WITH moved AS (UPDATE access_right SET section_id = (SELECT id FROM section WHERE code = 'zeimu') WHERE code = ANY($1) RETURNING id, person_id)
		INSERT INTO right_question (right_id, section_id, departed, asked_on, due_on)
		SELECT m.id, (SELECT id FROM section WHERE code = 'fukushi'), false, current_date, '2027-03-31' FROM moved m`, form["right"]); err != nil {
		t.Fatal(err)
	}
	of := "/rights/moved/" + d.number
	assettest.MustSay(t, "asked", d.head.Get("/rights/moved"), "この人のものにまとめて答える", of)
	assettest.MustSay(t, "together", d.head.Get(of), "全部、まだ要る", "全部、要らない", "上の2件")
	form.Set("note", strings.Repeat("あ", 2001))
	assettest.MustSay(t, "too long a reason", d.head.Post(of, form), "2000字までで", "あああ")
	form.Set("act", "keep")
	form.Del("note")
	assettest.MustSay(t, "kept", d.head.Post(of, form), "この人の利用権限に答えました", "答えるものは、ありません")
	assettest.MustSay(t, "twice", d.head.Post(of, form), "まとめて答えられません")
	if a := d.stranger.Get(of); a.Status == http.StatusOK && strings.Contains(a.Body, form.Get("right")) {
		t.Error("the 管理者 of another section sees them")
	}
}
