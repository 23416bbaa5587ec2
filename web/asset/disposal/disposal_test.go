package disposal_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"testing"

	"kagami/internal/asset"
	"kagami/internal/asset/disposal"
	"kagami/internal/asset/find"
	"kagami/internal/asset/missing"
	"kagami/internal/asset/relation"
	"kagami/web/asset/assettest"
	webdisposal "kagami/web/asset/disposal"
	webmissing "kagami/web/asset/missing"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = assettest.Town(func(g server.Ground, register *asset.Service, finding *find.Service) []screen.Part {
	disposals := disposal.New(g.Pool, g.Door, register, disposal.Ties{WriteOff: missing.WriteOff})
	lost := missing.New(g.Pool, g.Door, register, missing.Ties{Spare: disposals.Spare})
	return []screen.Part{
		webdisposal.New(disposals, register, finding, relation.New(g.Pool, g.Door, register), g.Attachments).Part(), webmissing.New(lost, register).Part(),
	}
})

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

const certificate = "%PDF-1.7\n見本の証明書"

const crush = "HDD：プラッタの破壊（多数の穴、切断、変形）"

// with is a form with pairs of names and values changed.
func with(form url.Values, more ...string) url.Values {
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

func asking(more ...string) url.Values {
	return with(url.Values{"medium": {"hdd"}, "ways": {crush}, "witness": {"立会 一子"}, "reason": {"入れ替えた"}, "due": {"2026-12-24"}}, more...)
}

// recording is the form of a record on the day of the town.
func recording(code string, more ...string) url.Values {
	return with(url.Values{
		"version": {"1"}, "ways": {crush}, "done_by": {"見本処理株式会社"}, "witness": {"立会 一子"}, "place": {"作業室"},
		"done_on": {"2026-11-20"}, "done_time": {"10:30"}, "serial-" + code: {"S-1"},
	}, more...)
}

var (
	registered = regexp.MustCompile(`管理番号</dt><dd>([a-z]+-[0-9]+)`)
	numbered   = regexp.MustCompile(`番号</dt><dd>廃-([0-9]+-[0-9]+)`)
)

// medium registers one of a name and returns its 管理番号.
func medium(t *testing.T, manager *servertest.Visitor, name string) string {
	t.Helper()
	found := registered.FindStringSubmatch(manager.Post("/assets/new", assettest.Ledger("kind", "medium", "name", name)).Body)
	if found == nil {
		t.Fatal("no medium is registered")
	}
	return found[1]
}

// ask asks for a disposal and returns its path.
func ask(t *testing.T, who *servertest.Visitor, code string, form url.Values) string {
	t.Helper()
	a := who.Post("/assets/"+code+"/dispose", form)
	found := numbered.FindStringSubmatch(a.Body)
	if a.Status != http.StatusOK || found == nil {
		t.Fatalf("asking: %d %s", a.Status, a.Body)
	}
	return "/disposals/" + found[1]
}

func TestAMediumIsDisposedOf(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager, system := servertest.SignIn(t, portal, town.Holder("税務町民課長")), servertest.SignIn(t, portal, town.Holder("税務町民課 担当副課長"))
	code := medium(t, manager, "外付けHDD")
	assettest.MustSay(t, "the asset", manager.Get("/assets/"+code), "/assets/"+code+"/dispose", "/assets/"+code+"/missing")
	assettest.MustSay(t, "which medium", system.Get("/assets/"+code+"/dispose"), "SSD・USBメモリ", "データのみ")
	assettest.MustSay(t, "which way", system.Get("/assets/"+code+"/dispose?medium=hdd"), crush, "破壊、または立会いのある2つの除去", "HDD：消磁")
	path := ask(t, system, code, asking())
	assettest.MustSay(t, "the asset", manager.Get("/assets/"+code), "廃棄の手続き中", "/disposals?asset="+code)
	assettest.MustNotSay(t, "the asset", manager.Get("/assets/"+code), "/assets/"+code+"/edit", "/assets/"+code+"/mistake")
	assettest.MustSay(t, "home", system.Get("/"), "廃棄待ち2件を廃棄して、記録する")
	a := system.Post(path+"/record", recording(code))
	assettest.MustSay(t, "recorded", a, "廃棄を記録しました", "見本処理株式会社", "S-1", "令和8年11月20日")
	assettest.MustSay(t, "home of who confirms", manager.Get("/"), "廃棄の記録1件を確認する")
	assettest.MustSay(t, "the confirming", manager.Get(path+"/confirm"), "確認して、廃棄済みにする", "見本処理株式会社")
	if a := system.Post(path+"/confirm", url.Values{"version": {"2"}}); a.Status != http.StatusForbidden {
		t.Errorf("who has recorded it confirms: %d", a.Status)
	}
	assettest.MustSay(t, "confirmed", manager.Post(path+"/confirm", url.Values{"version": {"2"}}), "廃棄を確認しました", "廃棄済み")
	assettest.MustSay(t, "the asset", manager.Get("/assets/"+code), "廃棄済みのものです", "/disposals?asset="+code)
	assettest.MustSay(t, "the list", manager.Get("/disposals?state=confirmed"), "外付けHDD", path)
	assettest.MustSay(t, "confirmed twice", manager.Post(path+"/confirm", url.Values{"version": {"3"}}), "廃棄済み")
}

func TestWhatWasTypedComesBack(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	code := medium(t, manager, "外付けHDD")
	a := manager.Post("/assets/"+code+"/dispose", asking("ways", "HDD：消磁", "reason", "", "due", "2020-01-01"))
	if a.Status != http.StatusUnprocessableEntity {
		t.Errorf("%d", a.Status)
	}
	assettest.MustSay(t, "asking", a, "直すところが3件", "「除去」の方法を2つ選んで", "理由を", "今日から1年", `value="HDD：消磁" checked`, "立会 一子")
	path := ask(t, manager, code, asking())
	a = manager.Post(path+"/record", recording(code, "witness", "見本処理株式会社", "done_time", "10:99", "serial-"+code, ""))
	assettest.MustSay(t, "the time", a, "09:30 のように", `value="作業室"`)
	a = manager.Post(path+"/record", recording(code, "witness", "見本処理株式会社", "serial-"+code, ""))
	assettest.MustSay(t, "recording", a, "直すところが2件", "実施者とは別の人", "シリアル番号を", `value="作業室"`)
	assettest.MustSay(t, "withdrawing", manager.Post(path+"/withdraw", url.Values{"version": {"1"}}), "直すところが1件")
	assettest.MustSay(t, "withdrawn", manager.Post(path+"/withdraw", url.Values{"version": {"1"}, "note": {"まだ使う"}}), "廃棄を取り下げました", "取り下げ")
	assettest.MustSay(t, "the asset", manager.Get("/assets/"+code), "/assets/"+code+"/edit")
}

// Several at once, of which one is taken out, with one certificate.
func TestSeveralAreDisposedOfAtOnce(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	a, b, c := medium(t, manager, "HDD 一"), medium(t, manager, "HDD 二"), medium(t, manager, "HDD 三")
	path := ask(t, manager, a, asking("assets", b+"\r\n"+c+"、"+a))
	assettest.MustSay(t, "the three", manager.Get(path), a, b, c, path+"/withdraw?asset="+b)
	assettest.MustSay(t, "the one", manager.Get(path+"/withdraw?asset="+b), `name="asset" value="`+b+`"`)
	taken := manager.Post(path+"/withdraw", url.Values{"version": {"1"}, "asset": {b}, "note": {"まだ使う"}})
	assettest.MustSay(t, "without the one", taken, "廃棄を取り下げました", "取りやめ", "廃棄待ち")
	form := recording(a, "version", "2", "serial-"+c, "S-3")
	assettest.MustSay(t, "recorded", manager.Post(path+"/record", form), "廃棄を記録しました", "S-3")
	assettest.MustSay(t, "no kind of file", manager.Send(path+"/files", map[string]string{"kind": ""}, "shomei.pdf", []byte(certificate)), "証明書か写真かを選んで", "を受け取っています")
	assettest.MustSay(t, "a certificate", manager.Send(path+"/files", map[string]string{"kind": "certificate"}, "shomei.pdf", []byte(certificate)), "書類を加えました", "shomei.pdf")
	if got := manager.Get(path + "/files/1"); got.Status != http.StatusOK || got.Body != certificate {
		t.Errorf("the file: %d %s", got.Status, got.Body)
	}
	if got := manager.Get(path + "/files/2"); got.Status != http.StatusNotFound {
		t.Errorf("none such: %d", got.Status)
	}
}

// What another section has is not there, and who may not do something is told so.
func TestWhoSeesADisposal(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager, other, staff := servertest.SignIn(t, portal, town.Holder("税務町民課長")), servertest.SignIn(t, portal, town.Holder("福祉こども課長")), servertest.SignIn(t, portal, town.Holder("議会事務局 監査担当"))
	code := medium(t, manager, "外付けHDD")
	path := ask(t, manager, code, asking())
	for _, p := range []string{path, path + "/record", path + "/withdraw", path + "/confirm", path + "/files/1", "/assets/" + code + "/dispose", "/assets/" + code + "/missing"} {
		if a := other.Get(p); a.Status != http.StatusNotFound {
			t.Errorf("another section gets %s: %d", p, a.Status)
		}
	}
	assettest.MustNotSay(t, "another section's list", other.Get("/disposals"), "外付けHDD")
	if a := staff.Get(path); a.Status != http.StatusOK {
		t.Errorf("監査: %d", a.Status)
	}
	for _, p := range []string{path + "/record", path + "/withdraw", path + "/confirm"} {
		if a := staff.Get(p); a.Status != http.StatusForbidden {
			t.Errorf("監査 gets %s: %d", p, a.Status)
		}
	}
	if a := manager.Get("/disposals/8-9999"); a.Status != http.StatusNotFound {
		t.Errorf("none such: %d", a.Status)
	}
}

func TestWhatIsMissingIsReportedAndFound(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager, officer := servertest.SignIn(t, portal, town.Holder("税務町民課長")), servertest.SignIn(t, portal, town.Holder("総務課長"))
	code := medium(t, manager, "外付けHDD")
	path := "/assets/" + code + "/missing"
	assettest.MustSay(t, "the form", manager.Get(path), "いつ気づいたか", "だれが気づいたか")
	form := url.Values{"noticed_on": {"2026-11-20"}, "noticed_time": {""}, "noticed_by": {"見本 三郎"}, "words": {"書庫にない"}}
	assettest.MustSay(t, "without the hour", manager.Post(path, form), "09:30 のように", "書庫にない")
	form.Set("noticed_time", "09:15")
	assettest.MustSay(t, "reported", manager.Post(path, form), "所在不明を届けました", "見本 三郎", "令和8年11月20日", "書庫にない", "見つかったとき")
	assettest.MustSay(t, "the asset", manager.Get("/assets/"+code), "所在不明です", path)
	assettest.MustSay(t, "home of the 統括", officer.Get("/"), "所在不明の情報資産")
	assettest.MustSay(t, "notices of the 統括", officer.Get("/notices"), "情報資産が見つかりません")
	assettest.MustSay(t, "reported twice", manager.Post(path, form), "すでに所在不明の届けが出ています")
	assettest.MustSay(t, "writing off", manager.Get("/assets/"+code+"/dispose"), "探した範囲")
	off := ask(t, manager, code, url.Values{"reason": {"全部を探した"}})
	if a := manager.Post(off+"/confirm", url.Values{"version": {"1"}}); a.Status != http.StatusForbidden {
		t.Errorf("who has asked confirms: %d", a.Status)
	}
	found := url.Values{"version": {"1"}, "found_on": {""}, "found_where": {"倉庫"}, "found_by": {"見本 三郎"}}
	assettest.MustSay(t, "found on no day", officer.Post(path+"/found", found), "見つかった日を入力", `value="倉庫"`)
	found.Set("found_on", "2026-11-20")
	assettest.MustSay(t, "found", officer.Post(path+"/found", found), "見つかったことを記録しました", "倉庫")
	assettest.MustSay(t, "the writing off", manager.Get(off), "取り下げ")
}
