package exception_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/authz"
	"kagami/internal/exception"
	"kagami/internal/postgres"
	"kagami/web/asset/assettest"
	webexception "kagami/web/exception"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = assettest.Town(func(g server.Ground, register *asset.Service, _ *find.Service) []screen.Part {
	look := func(ctx context.Context, actor authz.Actor, code string) (webexception.Asset, error) {
		a, err := register.Find(ctx, actor, code)
		if err != nil {
			return webexception.Asset{}, err
		}
		scheme, err := register.Scheme(ctx, actor)
		found := webexception.Asset{About: exception.About{AssetID: a.ID, Section: a.Section, Code: a.Code, Name: a.Name}, SectionCode: a.SectionCode, Ended: a.State.Ended()}
		for _, b := range a.Broken(scheme.Rules) {
			found.Breaks = append(found.Breaks, webexception.Break{Rule: b.Rule, Clause: b.Clause, Sentence: b.Sentence})
		}
		return found, err
	}
	clauses := func(context.Context, authz.Actor) ([]webexception.Clause, error) {
		return []webexception.Clause{{Name: "基本方針7(3)②", Also: "城山町情報セキュリティ基本方針7(3)②", Heading: "無害化通信"}, {Name: "端末の手順 第3条", Heading: "画面の施錠"}}, nil
	}
	return []screen.Part{webexception.New(exception.New(g.Pool, g.Door), look, clauses).Part()}
})

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

// asking is the form of an exception that nothing is wrong with.
func asking(more ...string) url.Values {
	form := url.Values{
		"section": {"zeimu"}, "clause": {"基本方針7(3)②"}, "subject": {"帳票の受渡し"}, "reason": {"更新まで分けられない"}, "risk": {"漏えい"}, "instead": {"毎日見る"},
		"from_on": {"2026-11-25"}, "until_on": {"2027-03-31"},
	}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

var heading = regexp.MustCompile(`番号</dt><dd>例-([0-9]+-[0-9]+)`)

// ask asks for an exception and returns its path.
func ask(t *testing.T, manager *servertest.Visitor, form url.Values) string {
	t.Helper()
	a := manager.Post("/exceptions/new", form)
	found := heading.FindStringSubmatch(a.Body)
	if a.Status != http.StatusOK || found == nil {
		t.Fatalf("asking: %d %s", a.Status, a.Body)
	}
	assettest.MustSay(t, "asked", a, "例外措置を申請しました", "申請中", "令和8年11月25日", "令和9年3月31日", "毎日見る")
	return "/exceptions/" + found[1]
}

func TestAnExceptionIsAskedForPermittedAndReviewed(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager, ciso := servertest.SignIn(t, portal, town.Holder("税務町民課長")), servertest.SignIn(t, portal, town.Holder("副町長"))
	assettest.MustSay(t, "the form", manager.Get("/exceptions/new"), `name="section" value="zeimu"`, "初日から1年まで")
	path := ask(t, manager, asking())
	page := manager.Get(path)
	assettest.MustSay(t, "the asker's page", page, path+"/withdraw")
	assettest.MustNotSay(t, "the asker's page", page, path+"/permit")
	if a := manager.Post(path+"/permit", url.Values{"version": {"1"}}); a.Status != http.StatusForbidden {
		t.Errorf("the asker permits: %d", a.Status)
	}
	assettest.MustSay(t, "home of who permits", ciso.Get("/"), "例外措置の申請2件")
	assettest.MustSay(t, "who permits", ciso.Get(path), path+"/permit", path+"/refuse")
	assettest.MustSay(t, "refused without a reason", ciso.Post(path+"/refuse", url.Values{"version": {"1"}}), "許可しない理由を入力してください。")
	assettest.MustSay(t, "permitted", ciso.Post(path+"/permit", url.Values{"version": {"1"}, "note": {"記録を出すこと"}}), "例外措置を許可しました", "許可（開始前）", "記録を出すこと", path+"/revoke")
	assettest.MustSay(t, "permitted twice", ciso.Post(path+"/permit", url.Values{"version": {"1"}}), "いまは行えません")
	assettest.MustSay(t, "reviewed", ciso.Post(path+"/review", url.Values{"version": {"2"}, "note": {"守られている"}, "on": {"2027-01-10"}}), "見直しを記録しました", "令和9年1月10日")
	assettest.MustSay(t, "the next one", manager.Get("/exceptions/new?follows="+strings.TrimPrefix(path, "/exceptions/")), `value="2027-04-01"`, "帳票の受渡し")
	assettest.MustSay(t, "ended", manager.Post(path+"/end", url.Values{"version": {"3"}, "note": {"直した"}}), "例外措置を終えました", "期限前に終了")
}

// What is over stays a task until it is recorded how the rule is kept again.
func TestWhatIsOverIsSettled(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager, ciso := servertest.SignIn(t, portal, town.Holder("税務町民課長")), servertest.SignIn(t, portal, town.Holder("副町長"))
	path := ask(t, manager, asking("from_on", "2026-11-24", "reason", "令和8年11月25日に直す"))
	ciso.Post(path+"/permit", url.Values{"version": {"1"}})
	assettest.MustSay(t, "revoked", ciso.Post(path+"/revoke", url.Values{"version": {"2"}, "note": {"守られていない"}}), "この例外措置は、終わりました。後始末を記録してください", "期限前に終了（後始末 未了）", "記録するのは、申請した人か、税務町民課の課長")
	assettest.MustSay(t, "home", manager.Get("/"), "終わった例外措置1件の後始末を記録する")
	assettest.MustSay(t, "the list of the task", manager.Get("/exceptions?state=to_settle"), "帳票の受渡し", "後始末 未了", "令和8年12月8日")
	assettest.MustSay(t, "told", manager.Get("/notices"), "令和8年12月8日までに「後始末」に書いてください")
	assettest.MustSay(t, "the page", manager.Get(path), path+"/settle")
	assettest.MustNotSay(t, "the page of who permits", ciso.Get(path), path+"/settle")
	refused := manager.Post(path+"/settle", url.Values{"version": {"3"}, "note": {"端末を分けた"}, "on": {"2026-11-25"}})
	assettest.MustSay(t, "in the future", refused, "例外措置の初日から今日までの日にしてください", "端末を分けた")
	assettest.MustSay(t, "no day", manager.Post(path+"/settle", url.Values{"version": {"3"}, "note": {"端末を分けた"}}), "条項を守るように戻した日を入力してください。")
	assettest.MustSay(t, "settled", manager.Post(path+"/settle", url.Values{"version": {"3"}, "note": {"端末を分けた"}, "on": {"2026-11-24"}}), "後始末を記録しました", "後始末済み（期限前に終了）", "端末を分けた", "上のとおり、許可します。")
	assettest.MustNotSay(t, "home, settled", manager.Get("/"), "後始末を記録する")
	assettest.MustSay(t, "settled twice", manager.Get(path+"/settle"), "いまは行えません")
}

// The register is the list as a file, beside two of the sample town: with its filters, what may
// be read, and no formulas.
func TestTheRegisterIsTheList(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	ask(t, manager, asking("subject", "=1+1"))
	ask(t, manager, asking("done_since", "2026-11-19", "reason", "令和8年11月25日に直す"))
	table := func(v *servertest.Visitor, address string) [][]string {
		t.Helper()
		a := v.Get(address)
		book, err := excelize.OpenReader(strings.NewReader(a.Body))
		if err != nil {
			t.Fatalf("%s: %d, %v", address, a.Status, err)
		}
		rows, err := book.GetRows("Sheet1")
		if formula, _ := book.GetCellFormula("Sheet1", "E3"); err != nil || formula != "" {
			t.Fatalf("%s: the formula %q, %v", address, formula, err)
		}
		return rows
	}
	assettest.MustSay(t, "the list", manager.Get("/exceptions?state=asked"), `href="/exceptions/export.xlsx?state=asked"`)
	rows := table(manager, "/exceptions/export.xlsx")
	if want := "番号 申請日 申請者 条項 対象 理由 リスク 代替策 許可者 許可日 期限 状態 見直し日 後始末"; len(rows) != 5 || !strings.HasPrefix(strings.Join(rows[0], " "), want) || rows[2][4] != "=1+1" || rows[2][11] != "申請中" {
		t.Errorf("%q", rows)
	}
	if rows := table(manager, "/exceptions/export.xlsx?state=late"); len(rows) != 2 || rows[1][18] != "遅れ（令和8年11月20日まで）" {
		t.Errorf("%q", rows)
	}
	for holder, want := range map[string]int{"福祉こども課長": 1, "副町長": 5} {
		if rows := table(servertest.SignIn(t, portal, town.Holder(holder)), "/exceptions/export.xlsx"); len(rows) != want {
			t.Errorf("%s has %d rows", holder, len(rows))
		}
	}
	if a := manager.Get("/exceptions/export.xlsx?until=x"); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("no day: %d", a.Status)
	}
}

// What is for the CISO the CIO decides, and nobody is led to a button that will refuse them.
func TestWhatIsForTheCISOTheCIODecides(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager, ciso, cio := servertest.SignIn(t, portal, town.Holder("税務町民課長")), servertest.SignIn(t, portal, town.Holder("副町長")), servertest.SignIn(t, portal, town.Holder("町長"))
	number, err := postgres.One[struct{ StaffNumber string }](t.Context(), portal.DB.Pool, "finding the CISO", `
		SELECT p.staff_number FROM person_shown p JOIN holding h ON h.person_id = p.id WHERE h.role = 'ciso'`)
	if err != nil {
		t.Fatal(err)
	}
	assettest.MustSay(t, "nobody of that number", manager.Post("/exceptions/new", asking("for", "X999")), "この職員番号の、いまいる職員は見つかりません", `value="X999"`)
	path := ask(t, manager, asking("for", number.StaffNumber))
	page := ciso.Get(path)
	assettest.MustSay(t, "whom it is for", page, "だれのためか")
	assettest.MustNotSay(t, "whom it is for", page, path+"/permit")
	if a := ciso.Post(path+"/permit", url.Values{"version": {"1"}}); a.Status != http.StatusForbidden {
		t.Errorf("they permit: %d", a.Status)
	}
	assettest.MustNotSay(t, "home of the CISO", ciso.Get("/"), "例外措置の申請2件")
	assettest.MustSay(t, "home of the CIO", cio.Get("/"), "例外措置の申請1件を見て、許可するかどうかを決める")
	assettest.MustSay(t, "permitted", cio.Post(path+"/permit", url.Values{"version": {"1"}}), "例外措置を許可しました")
}

func TestWhatIsWrongComesBack(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	a := manager.Post("/exceptions/new", asking("until_on", "", "assets", "zeimu-9999"))
	assettest.MustSay(t, "no such asset", a, "zeimu-9999の情報資産は、見つかりません", "帳票の受渡し")
	a = manager.Post("/exceptions/new", asking("until_on", "2028-03-31", "reason", ""))
	assettest.MustSay(t, "too long", a, "期間が長すぎます。", "理由を入力してください。", "帳票の受渡し", `value="2028-03-31"`)
	if a.Status != http.StatusUnprocessableEntity {
		t.Errorf("it answers %d", a.Status)
	}
}

func TestAnotherSectionSeesNothingOfIt(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	path := ask(t, servertest.SignIn(t, portal, town.Holder("税務町民課長")), asking())
	other := servertest.SignIn(t, portal, town.Holder("福祉こども課長"))
	assettest.MustNotSay(t, "the other list", other.Get("/exceptions"), "帳票の受渡し")
	for _, more := range []string{"", "/withdraw", "/end"} {
		if a := other.Get(path + more); a.Status != http.StatusNotFound {
			t.Errorf("%s: %d", more, a.Status)
		}
	}
	staff := servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	assettest.MustSay(t, "a colleague's list", staff.Get("/exceptions?state=asked&clause=7(3)②"), "帳票の受渡し", "条件をすべて外す")
	assettest.MustNotSay(t, "a colleague's page", staff.Get(path), path+"/withdraw")
	if a := staff.Get("/exceptions/new"); a.Status != http.StatusForbidden {
		t.Errorf("a colleague asks: %d", a.Status)
	}
}

var excepting = regexp.MustCompile(`/exceptions/new\?asset=[^"]+`)

// The page of an asset leads from what it does not fit to the form, and says by which
// exception it need not fit it.
func TestWhatAnAssetDoesNotFitIsExcepted(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager, ciso := servertest.SignIn(t, portal, town.Holder("税務町民課長")), servertest.SignIn(t, portal, town.Holder("副町長"))
	page, code := assettest.Register(t, manager, assettest.Ledger("personal", "specific", "number_work", "use", "zone", "lgwan"))
	assettest.MustSay(t, "the asset", page, "基準に合わない（要是正）", "例外措置を申請する")
	assettest.MustNotSay(t, "the asset for a colleague", servertest.SignIn(t, portal, town.Holder("税務町民課 職員")).Get("/assets/"+code), "例外措置を申請する")
	link := strings.ReplaceAll(excepting.FindString(page.Body), "&amp;", "&")
	form := manager.Get(link)
	assettest.MustSay(t, "the form", form, code, "この条項のものだけを例外にします", "基本方針7(")
	rule := regexp.MustCompile(`name="rule" value="([^"]+)"`).FindStringSubmatch(form.Body)
	if rule == nil {
		t.Fatal("the form knows no rule")
	}
	assettest.MustSay(t, "an asset that fits it", manager.Post("/exceptions/new", asking("assets", "zeimu-0001", "rule", rule[1])), "zeimu-0001は、この基準に合っています。")
	path := ask(t, manager, asking("from_on", "2026-11-24", "until_on", "2027-03-31", "assets", code, "rule", rule[1], "reason", "令和8年11月25日に直す"))
	assettest.MustNotSay(t, "asked for", manager.Get("/assets/"+code), "例外措置あり")
	assettest.MustSay(t, "permitted", ciso.Post(path+"/permit", url.Values{"version": {"1"}}), "有効", code)
	assettest.MustSay(t, "the asset with it", manager.Get("/assets/"+code), "例外措置あり（令和9年3月31日まで、例-"+strings.TrimPrefix(path, "/exceptions/")+"）")
	assettest.MustSay(t, "the list of what is excepted", manager.Get("/assets?broken=excepted"), ">"+code+"<", "2件", `class="chip excepted"`, ">令和9年3月31日</time>")
	assettest.MustSay(t, "revoked", ciso.Post(path+"/revoke", url.Values{"version": {"2"}, "note": {"守られていない"}}), "許可を取り消しました")
	assettest.MustNotSay(t, "the asset without it", manager.Get("/assets/"+code), "例外措置あり")
	assettest.MustNotSay(t, "the list without it", manager.Get("/assets?broken=excepted"), ">"+code+"<")
}

// Of what is done already the CISO is told to decide, and the 統括 that it is so.
func TestWhatIsDoneAlreadyIsToldAtOnce(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	asked := servertest.SignIn(t, portal, town.Holder("税務町民課長")).Post("/exceptions/new", asking("done_since", "2026-11-23", "from_on", ""))
	assettest.MustSay(t, "asked", asked, "緊急のため、先に行った日", "令和8年11月23日", "報告した日", "令和8年11月24日")
	assettest.MustNotSay(t, "asked", asked, "報告が遅れた")
	for holder, c := range map[string]struct{ says, not string }{
		"副町長":  {"許可するかどうかを決めてください", "町で決めた人が決めます"},
		"総務課長": {"許可するかどうかは、CISO か、町で決めた人が決めます", "決めてください"},
	} {
		notices := servertest.SignIn(t, portal, town.Holder(holder)).Get("/notices")
		assettest.MustSay(t, holder, notices, "すでに行った例外措置の報告があります", c.says)
		assettest.MustNotSay(t, holder, notices, c.not)
	}
}

// The page says whose turn it is, and where it is nobody's, what to do.
func TestWhoDecidesIsSaid(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	path := ask(t, manager, asking())
	assettest.MustSay(t, "asked", manager.Get(path), "許可するかどうかは、見本 花子さんが決めます。")
	if _, err := portal.DB.Owner(t).Exec(t.Context(), `DELETE FROM role_rule WHERE role IN ('ciso', 'cio')`); err != nil {
		t.Fatal(err)
	}
	assettest.MustSay(t, "with nobody", manager.Get(path), "いま、許可できる人がいません", "「町の設定」で統括か責任者も許可できるように")
}

// The clauses in force are offered, and any other can be typed: who does is warned once.
func TestClausesAreOffered(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	assettest.MustSay(t, "the form", manager.Get("/exceptions/new"), `<option value="基本方針7(3)②">無害化通信</option>`, `<option value="端末の手順 第3条">画面の施錠</option>`)
	form := asking("clause", "端末の手順第３条", "more", "城山町情報セキュリティ基本方針 7(3)②\r\n文書規程 第3条")
	warned := manager.Post("/exceptions/new", form)
	assettest.MustSay(t, "warned", warned, "「文書規程 第3条」は、施行中のポリシーに見つかりません。", `name="warned" value="文書規程 第3条"`, "帳票の受渡し", `value="端末の手順第３条"`)
	assettest.MustNotSay(t, "warned", warned, "「端末の手順第３条」は", "7(3)②」は")
	form.Set("warned", "文書規程 第3条")
	path := ask(t, manager, form)
	assettest.MustSay(t, "asked", manager.Get(path), "申請者が読めるもの）に見つからない条項です")
	for clause, want := range map[string]bool{"文書規程第3条": true, "第13条": false, "手順 第3条": true} {
		if got := strings.Contains(manager.Get("/exceptions?clause="+url.QueryEscape(clause)).Body, "帳票の受渡し"); got != want {
			t.Errorf("%s lists it: %t", clause, got)
		}
	}
	ciso := servertest.SignIn(t, portal, town.Holder("副町長"))
	assettest.MustSay(t, "who permits", ciso.Get(path+"/permit"), "申請者が読めるもの）に見つからない条項です")
	ciso.Post(path+"/permit", url.Values{"version": {"1"}})
	next := manager.Get("/exceptions/new?follows=" + strings.TrimPrefix(path, "/exceptions/"))
	assettest.MustSay(t, "the next one", next, `name="clause" type="text" value="端末の手順第３条"`, "城山町情報セキュリティ基本方針 7(3)②\n文書規程 第3条</textarea>")
}

func TestTheListIsNarrowed(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	ciso := servertest.SignIn(t, portal, town.Holder("副町長"))
	path := ask(t, servertest.SignIn(t, portal, town.Holder("税務町民課長")), asking("from_on", "2026-11-24", "reason", "令和8年11月25日に直す"))
	ciso.Post(path+"/permit", url.Values{"version": {"1"}})
	for address, want := range map[string]bool{
		"?within=90": false, "?until=2027-03-31": true, "?until=2027-03-30": false, "?section=zeimu": true, "?section=fukushi": false, "?state=in_force": true, "?state=ends_soon": false,
	} {
		if got := strings.Contains(ciso.Get("/exceptions"+address).Body, "帳票の受渡し"); got != want {
			t.Errorf("%s lists it: %t", address, got)
		}
	}
	assettest.MustSay(t, "the list", ciso.Get("/exceptions"), `<option value="fukushi">福祉こども課</option>`, "有効な例外措置", "30日以内に期限")
	if a := ciso.Get("/exceptions?until=x"); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, `value="x"`) {
		t.Errorf("no day: %d", a.Status)
	}
}

// Of what stands in the register no more, nothing is to be excepted.
func TestWhatHasEndedIsNotExcepted(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	_, code := assettest.Register(t, manager, assettest.Ledger("name", "古い端末"))
	if _, err := portal.DB.Pool.Exec(t.Context(), `UPDATE asset SET state = 'retired', breaks = '{}', broken_since = NULL WHERE code = $1`, code); err != nil {
		t.Fatal(err)
	}
	refused := manager.Post("/exceptions/new", asking("assets", code))
	if refused.Status != http.StatusUnprocessableEntity {
		t.Errorf("%d", refused.Status)
	}
	assettest.MustSay(t, "the refusal", refused, "すでに台帳から外れています", "更新まで分けられない")
}
