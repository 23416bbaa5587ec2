package review_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/door"
	"kagami/internal/rights"
	"kagami/internal/rights/review"
	"kagami/internal/sample"
	"kagami/web/asset/assettest"
	webreview "kagami/web/rights/review"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

// town has a register, and no confirmation: each test opens its own.
var town = assettest.Town(func(g server.Ground, _ *asset.Service, _ *find.Service) []screen.Part {
	part := webreview.New(review.New(g.Pool, g.Door, rights.New(g.Pool, g.Door, rights.Ties{}), review.Ties{})).Part()
	part.Sample = nil
	return []screen.Part{part}
})

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

// plan is the form of a confirmation that nothing is wrong with.
func plan(more ...string) url.Values {
	form := url.Values{"title": {"令和8年度の利用権限の確認"}, "which": {"all"}, "due_on": {"2026-12-25"}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

// office is a town in which some of 税務町民課 may use a system of its own.
type office struct {
	t                                         *testing.T
	portal                                    *servertest.Portal
	officer, second, manager, welfare, deputy *servertest.Visitor
	clerk, special, chief                     string // the codes of a usual right, of a privileged one, and of the 課長's
}

const page = "/rights/reviews/8-1/zeimu"

func newOffice(t *testing.T) *office {
	t.Helper()
	portal := town.Start(t)
	in := func(post string) *servertest.Visitor { return servertest.SignIn(t, portal, town.Holder(post)) }
	o := &office{t: t, portal: portal, officer: in("総務課長"), second: in("総務課 担当副課長"), manager: in("税務町民課長"), welfare: in("福祉こども課長"), deputy: in("税務町民課 担当副課長")}
	_, system := assettest.Register(t, o.manager, assettest.Ledger("name", "町税の照会システム", "kind", "system"))
	ledger := rights.New(portal.DB.Pool, door.New(portal.DB.Pool, portal.Now), rights.Ties{})
	right := func(post string, kind rights.Kind) string {
		today := portal.Actor(t, town.Holder(post)).On
		code, err := ledger.Ask(t.Context(), portal.Actor(t, town.Holder(post)), rights.Asking{System: system, Details: rights.Details{Kind: kind, Grade: "照会", Purpose: "課税の事務", From: today}})
		if err == nil {
			err = ledger.Do(t.Context(), portal.Actor(t, town.Holder("税務町民課 担当副課長")), code, rights.EventPermit, rights.Step{Version: 1})
		}
		if err != nil {
			t.Fatal(post, err)
		}
		return code
	}
	o.clerk, o.special, o.chief = right("税務町民課 職員", rights.General), right("税務町民課 職員", rights.Privileged), right("税務町民課長", rights.General)
	return o
}

// open is newOffice with a confirmation under way.
func open(t *testing.T) *office {
	t.Helper()
	o := newOffice(t)
	assettest.MustSay(t, "opened", o.officer.Post("/rights/reviews/new/check", plan()), "利用権限の確認を始めました", "利用権限の確認-令和8年度", "税務町民課")
	return o
}

var row = regexp.MustCompile(`name="right" value="([^"]+)"/?>\s*<input type="hidden" name="seen" value="([0-9]+)"`)

// tap answers with a button as it stands on the page.
func (o *office) tap(who *servertest.Visitor, code, answer string) servertest.Answer {
	o.t.Helper()
	for _, found := range row.FindAllStringSubmatch(who.Get(page).Body, -1) {
		if found[1] == code {
			return who.Post(page, url.Values{"right": {code}, "seen": {found[2]}, "answer": {answer}})
		}
	}
	o.t.Fatalf("%s has no buttons", code)
	return servertest.Answer{}
}

func TestAConfirmationIsCheckedBeforeItIsOpened(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	assettest.MustSay(t, "none yet", o.officer.Get("/rights/reviews"), "利用権限の確認は、まだありません", "/rights/reviews/new")
	assettest.MustSay(t, "the form", o.officer.Get("/rights/reviews/new"), "令和8年度の利用権限の確認", "税務町民課")
	wrong := o.officer.Get("/rights/reviews/new/check?title=&which=some&due_on=2026-01-01")
	assettest.MustSay(t, "what is wrong", wrong, "名前を入力してください。", "課室を1つ以上選ぶか", "今日か、それより後の日", `value="2026-01-01"`)
	if wrong.Status != http.StatusUnprocessableEntity {
		t.Errorf("it answers %d", wrong.Status)
	}
	assettest.MustSay(t, "the page to check", o.officer.Get("/rights/reviews/new/check?"+plan().Encode()), "始める前に", "令和8年12月25日", "税務町民課", "3件")
	assettest.MustSay(t, "sections ticked beside all", o.officer.Get("/rights/reviews/new/check?"+plan("section", "zeimu").Encode()), "「すべての課室」になっています", `value="zeimu" checked`)
	assettest.MustSay(t, "back to the form", o.officer.Get("/rights/reviews/new?"+plan("title", "別の名前").Encode()), "別の名前", "2026-12-25")
	assettest.MustSay(t, "opened", o.officer.Post("/rights/reviews/new/check", plan()), "利用権限の確認を始めました", "3件のうち0件")
	assettest.MustSay(t, "opened twice", o.officer.Post("/rights/reviews/new/check", plan()), "まだ終わっていません")
}

func TestASectionIsGoneThroughInOneScreen(t *testing.T) {
	t.Parallel()
	o := open(t)
	assettest.MustSay(t, "home", o.manager.Get("/"), "税務町民課の職員の利用権限を確かめる（残り2件）", page)
	first := o.manager.Get(page)
	assettest.MustSay(t, "the section", first, "町税の照会システム", "要らない", "後で", "3件のうち0件", "自分の利用権限です", ">特権</span>", "残り1件を、すべて「要る」にする")
	assettest.MustNotSay(t, "the section", first, page+"/hand_in")
	assettest.MustSay(t, "the rest", o.manager.Get(page+"/rest"), "1件を「要る」にする", o.clerk)
	assettest.MustSay(t, "answered", o.manager.Post(page+"/rest", url.Values{"right": {o.clerk, o.special, o.chief}}), "気になる点のないものを「要る」と記録しました", "3件のうち1件")
	assettest.MustSay(t, "later", o.tap(o.manager, o.special, "later"), "後で（1）", "3件のうち1件（後で1件）")
	change := o.tap(o.manager, o.special, "change")
	assettest.MustSay(t, "what is changed asks for words", change, "何をどう変えるか", `value="`+o.special+`"`)
	words := url.Values{"right": {o.special}, "seen": {"1"}, "words": {""}}
	assettest.MustSay(t, "without them", o.manager.Post(page+"/change", words), "何をどう変えるかを入力してください。")
	words.Set("words", "一般にする")
	assettest.MustSay(t, "with them", o.manager.Post(page+"/change", words), "「変える」と記録しました", "一般にする", "変更を待っている")
	assettest.MustSay(t, "their 情報システム管理者", o.deputy.Get("/"), "変える利用権限1件を見る")
	settled := o.deputy.Post("/rights/reviews/changes", url.Values{"review": {"8-1"}, "right": {o.special}, "version": {"2"}})
	assettest.MustSay(t, "changed", settled, "変えたことを記録しました", "変えるものは、ありません")
	assettest.MustSay(t, "and shown", o.manager.Get(page), "変更済み")
	assettest.MustSay(t, "taken back", o.tap(o.manager, o.clerk, "open"), "3件のうち1件（変える1件）")
	end := o.tap(o.manager, o.clerk, "unneeded")
	assettest.MustSay(t, "what is not needed asks once more", end, "使えなくなります", "元には戻せません")
	assettest.MustSay(t, "ended", o.manager.Post(page+"/end", url.Values{"right": {o.clerk}, "seen": {"2"}}), "利用権限を終えました", "要らない（1）")
	assettest.MustSay(t, "ended twice", o.manager.Post(page+"/end", url.Values{"right": {o.clerk}, "seen": {"2"}}), "利用権限を終えました")
}

func TestWhoStandsAboveAnswersForTheHead(t *testing.T) {
	t.Parallel()
	o := open(t)
	above := o.second
	if !strings.Contains(above.Get("/").Body, "税務町民課の課長の利用権限を確かめる") {
		above = o.officer
	}
	assettest.MustSay(t, "home of who stands above", above.Get("/"), "税務町民課の課長の利用権限を確かめる（残り1件）")
	if a := o.manager.Post(page, url.Values{"right": {o.chief}, "seen": {"0"}, "answer": {"needed"}}); a.Status != http.StatusForbidden {
		t.Errorf("the 課長 answers for themselves: %d", a.Status)
	}
	assettest.MustSay(t, "answered", o.tap(above, o.chief, "needed"), "3件のうち1件")
	o.tap(o.manager, o.clerk, "needed")
	assettest.MustSay(t, "all is answered", o.tap(o.manager, o.special, "needed"), "すべて答えました", page+"/hand_in")
	assettest.MustSay(t, "home", o.manager.Get("/"), "税務町民課の利用権限の確認を提出する")
	assettest.MustSay(t, "handed in", o.manager.Post(page+"/hand_in", url.Values{"version": {"2"}}), "利用権限の確認を提出しました", page+"/take_up")
	assettest.MustSay(t, "once more", o.manager.Get(page+"/hand_in"), "いまは行えません")
	assettest.MustSay(t, "taken back", o.manager.Post(page+"/take_up", url.Values{"version": {"3"}, "note": {"見間違い"}}), "提出を取り消しました", "見間違い")
}

func TestItIsClosedAndItsRecordPrinted(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.tap(o.manager, o.clerk, "needed")
	whole := o.officer.Get("/rights/reviews/8-1")
	assettest.MustSay(t, "how far it is", whole, "3件のうち1件", "確かめている途中（1）", "/rights/reviews/close/8-1", "期限を変える")
	assettest.MustSay(t, "a choice of sections", o.officer.Get("/rights/reviews/8-1?stage=handed_in"), "この条件に当たる課室はありません")
	moved := url.Values{"was": {"2026-12-25"}, "due_on": {"2027-01-29"}, "note": {"議会と重なるため"}}
	assettest.MustSay(t, "moved", o.officer.Post("/rights/reviews/due/8-1", moved), "期限を変えました", "令和9年1月29日", "議会と重なるため")
	assettest.MustSay(t, "the closing", o.officer.Get("/rights/reviews/close/8-1"), "1課室あります", "税務町民課", "2件")
	assettest.MustSay(t, "without a reason", o.officer.Post("/rights/reviews/close/8-1", url.Values{"lacking": {"1"}}), "まま締める理由を入力してください。")
	record := o.officer.Post("/rights/reviews/close/8-1", url.Values{"lacking": {"1"}, "note": {"年度が終わるため"}})
	assettest.MustSay(t, "the record", record, "利用権限の確認を締めました", "利用権限の確認の記録", "年度が終わるため", "提出なし", "提出が済んでいない課室（1課室）", "権-"+o.special)
	assettest.MustSay(t, "the section", o.manager.Get(page), "利用権限の確認の記録", "税務町民課")
	if a := o.officer.Get("/rights/reviews/file/8-1?section=zeimu"); a.Status != http.StatusOK || !strings.HasPrefix(a.Body, "PK") {
		t.Errorf("the file: %d", a.Status)
	}
	if a := o.manager.Post(page, url.Values{"right": {o.special}, "seen": {"0"}, "answer": {"needed"}}); a.Status != http.StatusConflict {
		t.Errorf("answered afterwards: %d", a.Status)
	}
	assettest.MustNotSay(t, "home", o.manager.Get("/"), "の利用権限を確かめる")
}

func TestAnotherSectionSeesNothingOfIt(t *testing.T) {
	t.Parallel()
	o := open(t)
	assettest.MustNotSay(t, "their list", o.welfare.Get("/rights/reviews"), "利用権限の確認-令和8年度")
	for _, path := range []string{"/rights/reviews/8-1", page, page + "/change?right=" + o.clerk, page + "/end?right=" + o.clerk, page + "/rest", page + "/hand_in", "/rights/reviews/record/8-1", "/rights/reviews/file/8-1"} {
		if a := o.welfare.Get(path); a.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.Status)
		}
	}
	for _, path := range []string{page, page + "/change", page + "/end", page + "/rest", page + "/hand_in", page + "/take_up"} {
		if a := o.welfare.Post(path, url.Values{"right": {o.clerk}, "answer": {"needed"}, "version": {"1"}}); a.Status != http.StatusNotFound {
			t.Errorf("posting to %s: %d", path, a.Status)
		}
		if a := o.deputy.Post(path, url.Values{"right": {o.clerk}, "answer": {"needed"}, "version": {"1"}}); a.Status == http.StatusOK {
			t.Errorf("the 担当副課長 posts to %s", path)
		}
	}
	for _, path := range []string{"/rights/reviews/new", "/rights/reviews/close/8-1", "/rights/reviews/due/8-1"} {
		if a := o.manager.Get(path); a.Status != http.StatusForbidden {
			t.Errorf("%s for a 管理者: %d", path, a.Status)
		}
	}
}

// In the sample town a section has handed in, with what who stands above has answered.
func TestTheSampleIsUnderWay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	made := sample.Town{Now: o.portal.Now()}
	for _, post := range []string{"総務課長", "総務課 担当副課長", "税務町民課長", "税務町民課 担当副課長"} {
		made.Actors = append(made.Actors, o.portal.Actor(t, town.Holder(post)))
	}
	pool := o.portal.DB.Pool
	through := door.New(pool, o.portal.Now)
	part := webreview.New(review.New(pool, through, rights.New(pool, through, rights.Ties{}), review.Ties{})).Part()
	if err := part.Sample(t.Context(), &made); err != nil {
		t.Fatal(err)
	}
	assettest.MustSay(t, "the sample", o.officer.Get("/rights/reviews/8-1"), "（見本）", "提出済み（1）", "3件のうち3件（変える")
}
