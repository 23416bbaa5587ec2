package intake_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/asset/intake"
	"kagami/web/asset/assettest"
	webintake "kagami/web/asset/intake"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = assettest.Town(func(g server.Ground, register *asset.Service, _ *find.Service) []screen.Part {
	return []screen.Part{webintake.New(intake.New(g.Pool, g.Door, register), register).Part()}
})

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

const head = "番号,課室,名称,機密性,完全性,可用性,個人情報,接続系,保存場所,電話\n"

// hand hands a file in, and returns the page that this leads to.
func hand(v *servertest.Visitor, name string, raw []byte, more ...string) servertest.Answer {
	v.T.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(more); i += 2 {
		if err := w.WriteField(more[i], more[i+1]); err != nil {
			v.T.Fatal(err)
		}
	}
	if raw != nil {
		part, err := w.CreateFormFile("file", name)
		if err == nil {
			_, err = part.Write(raw)
		}
		if err != nil {
			v.T.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		v.T.Fatal(err)
	}
	return v.Ask(http.MethodPost, "/assets/import", w.FormDataContentType(), &b)
}

// stage hands rows in, and returns where they are looked at, with the page.
func stage(v *servertest.Visitor, rows string, more ...string) (path string, page servertest.Answer) {
	v.T.Helper()
	page = hand(v, "台帳.csv", []byte(head+rows), more...)
	if page.Status != http.StatusOK {
		v.T.Fatalf("handing a register in: %d %.3000s", page.Status, page.Body)
	}
	var token string
	if err := v.Portal.DB.Pool.QueryRow(v.T.Context(), `SELECT token FROM asset_import ORDER BY id DESC LIMIT 1`).Scan(&token); err != nil {
		v.T.Fatal(err)
	}
	return "/assets/import/" + token, page
}

// mustSay looks for words on a page, and for words that must not be there, after a !.
func mustSay(t *testing.T, what string, a servertest.Answer, words ...string) {
	t.Helper()
	for _, want := range words {
		without, isNot := strings.CutPrefix(want, "!")
		if strings.Contains(a.Body, without) == isNot {
			t.Errorf("%s: %q on the page: %t (%d)", what, without, isNot, a.Status)
		}
	}
}

var (
	aSelect   = regexp.MustCompile(`(?s)<select[^>]* name="([^"]+)".*?</select>`)
	aSelected = regexp.MustCompile(`<option value="([^"]*)" selected>`)
	anInput   = regexp.MustCompile(`<input[^>]*>`)
	aName     = regexp.MustCompile(` name="([^"]+)"`)
	anAction  = regexp.MustCompile(` action="[^"]*"`)
	aValue    = regexp.MustCompile(` value="([^"]*)"`)
)

// form is what the form of a page says, as it stands there.
func form(a servertest.Answer) url.Values {
	f := url.Values{}
	for _, s := range aSelect.FindAllStringSubmatch(a.Body, -1) {
		f.Set(s[1], "")
		if chosen := aSelected.FindStringSubmatch(s[0]); chosen != nil {
			f.Set(s[1], chosen[1])
		}
	}
	for _, tag := range anInput.FindAllString(a.Body, -1) {
		name, value := aName.FindStringSubmatch(tag), aValue.FindStringSubmatch(tag)
		if name != nil && value != nil && (strings.Contains(tag, `type="hidden"`) || strings.Contains(tag, " checked")) {
			f.Set(name[1], value[1])
		}
	}
	return f
}

// press sends the form of a page with one of its buttons, and more chosen on it.
func press(v *servertest.Visitor, path, act string, page servertest.Answer, more ...string) servertest.Answer {
	f := form(page)
	f.Set("act", act)
	for i := 0; i+1 < len(more); i += 2 {
		f.Set(more[i], more[i+1])
	}
	return v.Post(path, f)
}

// apply takes in what the page shows now.
func apply(v *servertest.Visitor, path string, more ...string) servertest.Answer {
	return press(v, path, "apply", v.Get(path), more...)
}

func TestARegisterIsLookedAtAndTakenIn(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	mustSay(t, "the list", manager.Get("/assets"), `href="/assets/import">Excelの台帳を取り込む`)
	mustSay(t, "the form", manager.Get("/assets/import"), "台帳のファイル", "10 MB まで", "ひな形", "!どの課室の台帳か")
	const rows = "Z-1,,軽自動車税の申告書,3B,2,2,個人情報,マイナンバー系,税務システム,11\nZ-2,税務町民課,窓口の受付票,2,1,1,無,LGWAN,書庫,12\n"
	path, page := stage(manager, rows)
	before := manager.Count("asset")
	mustSay(t, "what it would do", page, "台帳.csv", "2行", "登録</th><td data-label=\"件数\" class=\"num\">2件", "変更</th><td data-label=\"件数\" class=\"num\">0件", "読めない行</th><td data-label=\"件数\" class=\"num\">0行", "次の列は読みません：電話", "軽自動車税の申告書", `value="apply">取り込む`)
	mustSay(t, "taken in", apply(manager, path), "台帳を取り込みました", "登録 2件、下書き 0件、変更 0件", `href="/assets"`)
	if n := manager.Count("asset") - before; n != 2 {
		t.Errorf("%d are registered", n)
	}
	if a := apply(manager, path); a.Status != http.StatusConflict || !strings.Contains(a.Body, "すでに取り込みました") {
		t.Errorf("once more: %d", a.Status)
	}

	_, page = stage(manager, rows)
	mustSay(t, "the same file again", page, "このファイルのとおりになっています", "!段階を変える理由", "同じ</th><td data-label=\"件数\" class=\"num\">2件", "!value=\"apply\"")
	_, page = stage(manager, rows+"Z-3,,申請書,9,2,2,無,LGWAN,書庫,13\n")
	mustSay(t, "nothing but a row that cannot be read", page, "読めない行が1行あります", "このままで取り込むものはありません。", "!value=\"apply\"")
	path, page = stage(manager, strings.Replace(strings.Replace(rows, "書庫", "新しい書庫", 1), "窓口の受付票,2", "窓口の受付票,3C", 1))
	mustSay(t, "another place", page, "変更</th><td data-label=\"件数\" class=\"num\">1件", "<b>保存先</b>：<span class=\"lines\">書庫</span> → <span class=\"lines\">新しい書庫</span>", "自治体機密性2</span> → <span class=\"lines\">自治体機密性3C", "この取り込みで段階を変える理由")
	if a := apply(manager, path); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "登録済みの情報資産1件の段階が変わりますが、ファイルに理由がありません") || !strings.Contains(a.Body, `id="why-problem"`) {
		t.Errorf("another level without a reason: %d", a.Status)
	}
	if a := apply(manager, path, "why", strings.Repeat("理", 501)); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "500字まで") || !strings.Contains(a.Body, strings.Repeat("理", 501)) {
		t.Errorf("a reason that is too long: %d", a.Status)
	}
	mustSay(t, "taken in", apply(manager, path, "why", "取扱いを見直した"), "台帳を取り込みました", "登録 0件、下書き 0件、変更 1件", "変わったこと")
	var said string
	if err := portal.DB.Pool.QueryRow(t.Context(), `
		SELECT string_agg(own_number || ' ' || level_reason || ' ' || by_hand, ', ' ORDER BY own_number) FROM asset WHERE own_number IN ('Z-1', 'Z-2')`).Scan(&said); err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^Z-1 台帳の取り込み（台帳\.csv、令和\d+年\d+月\d+日） false, Z-2 取扱いを見直した true$`).MatchString(said) {
		t.Error(said)
	}
}

func TestABlankOverwritesOnlyWhereThatIsChosen(t *testing.T) {
	t.Parallel()
	manager := servertest.SignIn(t, town.Start(t), town.Holder("税務町民課長"))
	path, _ := stage(manager, "Z-1,,申告書,2,2,2,無,LGWAN,書庫,\n")
	apply(manager, path)
	path, page := stage(manager, "Z-1,,申告書,,,,,,,\n")
	mustSay(t, "blanks", page, "このファイルのとおりになっています", "空欄で上書きする")
	page = manager.Post(path, url.Values{"act": {"choose"}, "blanks": {"1"}})
	mustSay(t, "blanks that overwrite", page, "<b>保存先</b>：<span class=\"lines\">書庫</span> → <span class=\"lines\">（なし）", "!<b>機密性</b>", "!<b>領域</b>", `name="blanks" type="checkbox" value="1" checked`)
	mustSay(t, "taken in", apply(manager, path), "変更 1件")
}

func TestWhatIsOpenIsSettledAndKept(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	path, _ := stage(manager, "Z-1,,軽自動車税の申告書,2,2,2,無,LGWAN,書庫,\nZ-2,,別の申告書,2,2,2,無,LGWAN,書庫,\n")
	apply(manager, path)
	rows := "9,,軽自動車税の　申告書（写し）,2,2,2,無,LGWAN,書庫,\n10,,名簿,3,2,2,無,LGWAN,書庫,\n11,,帳簿,高,2,2,無,LGWAN,書庫,\n12,,図面,3,2,2,無,,書庫,\n"
	path, page := stage(manager, rows)
	var code string
	if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT code FROM asset WHERE own_number = 'Z-1'`).Scan(&code); err != nil {
		t.Fatal(err)
	}
	mustSay(t, "asked", page, "同じものか、選んでください（1行。まだ選んでいない行 1行）", "同じもの：軽自動車税の申告書（"+code+"）", "!別の申告書（", "機密性3の内訳を選んでください（3行）", "自治体機密性3B", "!value=\"apply\"", "下書き</th><td data-label=\"件数\" class=\"num\">3件")
	if a := apply(manager, path); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "決まっていない行が1行あります") {
		t.Errorf("taken in while it is open: %d", a.Status)
	}
	page = manager.Post(path, url.Values{"act": {"choose"}, "same-0": {code}, "level-1": {"3B"}, "level-3": {"3A"}, "level": {"3C"}})
	mustSay(t, "settled", page, "選んだことを保存しました", "まだ選んでいない行 0行", `value="`+code+`" checked`, `<option value="3B" selected>`, "登録</th><td data-label=\"件数\" class=\"num\">2件", "変更</th><td data-label=\"件数\" class=\"num\">1件", "下書き</th><td data-label=\"件数\" class=\"num\">1件")
	mustSay(t, "kept", manager.Get(path), `value="`+code+`" checked`, `<option value="3C" selected>`)
	mustSay(t, "taken in", apply(manager, path), "登録 2件、下書き 1件、変更 1件", `href="/assets?state=draft">下書き1件を決める`)
	var said string
	if err := portal.DB.Pool.QueryRow(t.Context(), `
		SELECT string_agg(own_number || ' ' || confidentiality || ' ' || state, ', ' ORDER BY own_number) FROM asset WHERE own_number IN ('9', '10', '11', '12', 'Z-1')`).Scan(&said); err != nil {
		t.Fatal(err)
	}
	if want := "10 3B registered, 11 3C registered, 12 3A draft, 9 2 registered"; said != want {
		t.Errorf("%s, want %s", said, want)
	}
	path, page = stage(manager, "20,,別の申告書,2,2,2,無,LGWAN,書庫,\n")
	mustSay(t, "asked again", page, "まだ選んでいない行 1行")
	page = manager.Post(path, url.Values{"act": {"choose"}, "others": {"1"}})
	mustSay(t, "all are others", page, "まだ選んでいない行 0行", `value="-" checked> <span>別の資産として登録`)
	mustSay(t, "taken in", apply(manager, path), "登録 1件")
}

func TestFaultyRowsAreLeftOutOnlyWhereSomebodySaysSo(t *testing.T) {
	t.Parallel()
	manager := servertest.SignIn(t, town.Start(t), town.Holder("税務町民課長"))
	rows := "Z-1,,申告書,2,2,2,無,LGWAN,書庫,\nZ-2,,名簿,9,2,2,無,庁外,書庫,\nZ-2,,名簿,2,2,2,無,LGWAN,書庫,\n1,福祉こども課,手当の台帳,2,2,2,無,LGWAN,書庫,\n"
	path, page := stage(manager, rows)
	mustSay(t, "faults", page, "読めない行が2行あります", "3行目", "機密性", "4行目", "と同じ番号です", "!5行目", "ほかの課室の行</th><td data-label=\"件数\" class=\"num\">1行", "読めない行を除いて取り込む", "登録</th><td data-label=\"件数\" class=\"num\">1件")
	if a := apply(manager, path); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, `id="without-problem"`) {
		t.Errorf("without saying so: %d", a.Status)
	}
	file := manager.Get(path + "/faulty.csv")
	if !strings.HasPrefix(file.Body, "\ufeff管理番号,") || !strings.Contains(file.Body, "理由と直し方") || !strings.Contains(file.Body, "Z-2,,税務町民課,名簿") || strings.Contains(file.Body, "申告書") || strings.Contains(file.Body, "手当の台帳") || !strings.Contains(file.Body, "3行目「機密性」") {
		t.Errorf("the faulty rows: %s", file.Body)
	}
	mustSay(t, "left out", apply(manager, path, "without", "1"), "登録 1件、下書き 0件、変更 0件", "2行は取り込んでいません。", `/faulty.csv">読めない行をダウンロードする`)
	again := hand(manager, "直した.csv", []byte(strings.NewReplacer("庁外", "LGWAN", ",9,", ",3B,", "福祉こども課", "税務町民課").Replace(strings.TrimPrefix(file.Body, "\ufeff"))))
	mustSay(t, "put right", again, "次の列は読みません：理由と直し方", "読めない行が1行あります", "登録</th><td data-label=\"件数\" class=\"num\">1件")
}

func TestAnImportIsForWhoHandedItIn(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	path, _ := stage(manager, "Z-1,,申告書,2,2,2,無,LGWAN,書庫,\n")
	other := servertest.SignIn(t, portal, town.Holder("福祉こども課長"))
	for _, a := range []servertest.Answer{other.Get(path), other.Get(path + "/faulty.csv"), apply(other, path), other.Post(path, url.Values{"act": {"choose"}}), manager.Get("/assets/import/NOTHING")} {
		if a.Status != http.StatusNotFound || strings.Contains(a.Body, "申告書") {
			t.Errorf("somebody else's: %d", a.Status)
		}
	}
	staff := servertest.SignIn(t, portal, town.Holder("税務町民課 職員"))
	for _, a := range []servertest.Answer{staff.Get("/assets/import"), hand(staff, "a.csv", []byte(head)), staff.Get(path)} {
		if a.Status != http.StatusForbidden {
			t.Errorf("who may register nothing: %d", a.Status)
		}
	}
	if strings.Contains(staff.Get("/assets").Body, "取り込む") {
		t.Error("who may register nothing is led to the import")
	}
	// what another section holds is not said, whatever the file asks
	var code string
	if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT a.code FROM asset a JOIN section s ON s.id = a.section_id WHERE s.code = 'zeimu' ORDER BY a.id LIMIT 1`).Scan(&code); err != nil {
		t.Fatal(err)
	}
	_, there := stage(other, code+",税務町民課,x,2,2,2,無,LGWAN,,\n")
	_, notThere := stage(other, "zeimu-9999,税務町民課,x,2,2,2,無,LGWAN,,\n")
	said := func(a servertest.Answer) string {
		_, rest, _ := strings.Cut(a.Body, "<h1")
		return aValue.ReplaceAllString(anAction.ReplaceAllString(rest, ""), "") // but for what names the file
	}
	if said(there) != said(notThere) || !strings.Contains(said(there), "ほかの課室の行") {
		t.Errorf("an asset of another section: %s; none: %s", said(there), said(notThere))
	}
}

// What was read is seen before it is taken in.
func TestWhatWasReadStandsAboveTakingIn(t *testing.T) {
	t.Parallel()
	manager := servertest.SignIn(t, town.Start(t), town.Holder("税務町民課長"))
	_, page := stage(manager, "10,,名簿,3B,2,1,個人情報,,書庫,\n")
	mustSay(t, "what was read", page, "「名称」→ 情報資産名", "!「機密性」→", "「接続系」→ 領域", "!「電話」→", "<b>機密性</b>：自治体機密性3B", "<b>完全性</b>：自治体完全性2", "<b>可用性</b>：自治体可用性1", "<b>種別</b>：情報", "<b>個人情報の有無</b>：", "<b>領域</b>：")
	last := 0
	for _, words := range []string{"確かめてください</h2>", "新しい資産</h2>", "名簿</th>", `value="apply"`} {
		at := strings.Index(page.Body, strings.TrimSuffix(words, "</th>"))
		if at < last {
			t.Errorf("%s stands at %d, after what it should stand above", words, at)
		}
		last = at
	}
}

// What is chosen beside 取り込む is never lost: what it makes is looked at first.
func TestWhatIsChosenBesideTakingInIsLookedAtFirst(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	path, page := stage(manager, "10,,名簿,3,2,2,無,LGWAN,書庫,\n11,,帳簿,高,2,2,無,LGWAN,書庫,\n")
	before := manager.Count("asset")
	page = press(manager, path, "apply", page, "level", "3B")
	mustSay(t, "chosen and pressed", page, "まだ取り込んでいません", `<option value="3B" selected>`, "下書き</th><td data-label=\"件数\" class=\"num\">0件", `value="apply"`)
	if n := manager.Count("asset"); n != before {
		t.Errorf("%d are registered before it is looked at", n-before)
	}
	mustSay(t, "pressed again", press(manager, path, "apply", page), "台帳を取り込みました", "登録 2件、下書き 0件", "!件を決める")
	var said string
	if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT string_agg(confidentiality || ' ' || state, ', ') FROM asset WHERE own_number IN ('10', '11')`).Scan(&said); err != nil {
		t.Fatal(err)
	}
	if said != "3B registered, 3B registered" {
		t.Error(said)
	}
}

// What another screen has chosen meanwhile is not taken in unseen, be it of a file's rows
// that are decided alike.
func TestAPlanThatWasNotShownIsNotTakenIn(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	path, _ := stage(manager, "Z-1,,申告書,2,2,2,無,LGWAN,書庫,\n")
	apply(manager, path)
	for _, c := range []struct {
		rows  string
		other []string
		sees  string
	}{
		{"Z-1,,申告書,1,2,2,無,LGWAN,,\n", []string{"blanks", "1"}, "（なし）"},
		{"10,,名簿,3,2,2,無,,書庫,\n", []string{"level-0", "3A"}, `<option value="3A" selected>`},
		{"11,,図面,3,2,2,無,,書庫,\n", []string{"level", "3C"}, `<option value="3C" selected>`},
		{"12,,申告書,2,2,2,無,LGWAN,書庫,\n", []string{"others", "1"}, "まだ選んでいない行 0行"},
	} {
		path, mine := stage(manager, c.rows)
		before := manager.Count("asset_change")
		press(manager, path, "choose", mine, c.other...)
		a := press(manager, path, "apply", mine)
		if a.Status != http.StatusConflict || manager.Count("asset_change") != before {
			t.Errorf("%v: %d, and %d changes", c.other, a.Status, manager.Count("asset_change")-before)
		}
		mustSay(t, "as it stands", a, "まだ取り込んでいません", c.sees)
		mustSay(t, "what was seen", press(manager, path, "apply", a, "why", "見本"), "台帳を取り込みました")
	}
}

// A 台帳担当者 takes a register in as drafts, and what is registered stays as it is.
func TestAKeeperTakesARegisterInAsDrafts(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	mustSay(t, "the form of who registers", manager.Get("/assets/import"), "!すべて下書きになります")
	path, _ := stage(manager, "Z-1,,申告書,2,2,2,無,LGWAN,書庫,\n")
	apply(manager, path)
	who := town.Holder("税務町民課 職員")
	if _, err := portal.DB.Pool.Exec(t.Context(), `
		INSERT INTO register_keeper (person_id, section_id, period)
		SELECT n.id, s.id, '[2026-04-01,)' FROM person n, section s WHERE n.staff_number = $1 AND s.code = 'zeimu'`, who.StaffNumber); err != nil {
		t.Fatal(err)
	}
	keeper := servertest.SignIn(t, portal, who)
	mustSay(t, "the list", keeper.Get("/assets"), `href="/assets/import"`)
	mustSay(t, "the form", keeper.Get("/assets/import"), "すべて下書きになります")
	path, page := stage(keeper, "K-1,,名簿,2,2,2,無,LGWAN,書庫,\nZ-1,,申告書,2,1,2,無,LGWAN,書庫,\n")
	mustSay(t, "what it would do", page, "読めない行が1行あります", "登録済みのため、台帳担当者には変えられません", `value="apply"`)
	mustSay(t, "taken in", apply(keeper, path, "without", "1"), "台帳を取り込みました")
	var said string
	if err := portal.DB.Pool.QueryRow(t.Context(), `
		SELECT string_agg(own_number || ' ' || state || ' ' || integrity, ', ' ORDER BY own_number) FROM asset WHERE own_number IN ('K-1', 'Z-1')`).Scan(&said); err != nil {
		t.Fatal(err)
	}
	if said != "K-1 draft 2, Z-1 registered 2" {
		t.Error(said)
	}
}

// A person has three files waiting; what is taken in, and others', doesn't count.
func TestTheOldestWaitingFileMakesRoom(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	other := servertest.SignIn(t, portal, town.Holder("福祉こども課長"))
	others, _ := stage(other, "1,,手当,2,2,2,無,LGWAN,書庫,\n")
	done, _ := stage(manager, "Z-0,,申告書,2,2,2,無,LGWAN,書庫,\n")
	apply(manager, done)
	var paths []string
	for i := range 4 {
		path, _ := stage(manager, fmt.Sprintf("Z-%d,,名簿%d,2,2,2,無,LGWAN,書庫,\n", i+1, i))
		paths = append(paths, path)
	}
	if a := manager.Get(paths[0]); a.Status != http.StatusNotFound || !strings.Contains(a.Body, "新しいほうから3つまで") {
		t.Errorf("the oldest of four: %d", a.Status)
	}
	for _, a := range []servertest.Answer{manager.Get(paths[1]), manager.Get(paths[3]), manager.Get(done), other.Get(others)} {
		if a.Status != http.StatusOK {
			t.Errorf("what is to stay: %d", a.Status)
		}
	}
	if _, err := portal.DB.Pool.Exec(t.Context(), `UPDATE asset_import SET made_at = made_at - interval '25 hours'`); err != nil {
		t.Fatal(err)
	}
	stage(other, "2,,給付,2,2,2,無,LGWAN,書庫,\n")
	if n := manager.Count("asset_import"); n != 1 {
		t.Errorf("%d are left when anybody begins, a day later", n)
	}
}

// What changes between looking and taking in is looked at again.
func TestAnotherPlanIsShownBeforeItIsTakenIn(t *testing.T) {
	t.Parallel()
	manager := servertest.SignIn(t, town.Start(t), town.Holder("税務町民課長"))
	first, _ := stage(manager, "Z-1,,申告書,2,2,2,無,LGWAN,書庫,\n")
	second, _ := stage(manager, "Z-1,,申告書,2,2,2,無,LGWAN,倉庫,\n")
	apply(manager, first)
	a := apply(manager, second)
	if a.Status != http.StatusConflict {
		t.Errorf("%d", a.Status)
	}
	mustSay(t, "made anew", a, "いまの台帳に合わせて作り直した内容を表示しています", "書庫</span> → <span class=\"lines\">倉庫", "変更</th><td data-label=\"件数\" class=\"num\">1件")
	mustSay(t, "taken in", apply(manager, second), "変更 1件")
}

// What a file and the portal have changed otherwise is settled on the screen, by who has
// changed it there and when.
func TestWhatBothHaveChangedIsSettled(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	for _, place := range []string{"書庫", "倉庫"} { // of the first version, and of the second
		path, _ := stage(manager, "Z-1,,申告書,2,2,2,無,LGWAN,"+place+",\n")
		apply(manager, path)
	}
	var code, who string
	if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT code FROM asset WHERE own_number = 'Z-1'`).Scan(&code); err != nil {
		t.Fatal(err)
	}
	if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT name FROM person WHERE id = $1`, portal.Actor(t, town.Holder("税務町民課長")).Person).Scan(&who); err != nil {
		t.Fatal(err)
	}
	hands := func(place, note string) (path string, page servertest.Answer) {
		page = hand(manager, "台帳.csv", []byte("管理番号,情報資産名,機密性,保存先,備考,版\n"+code+",申告書,自治体機密性2,"+place+","+note+",1\n"))
		if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT '/assets/import/' || token FROM asset_import ORDER BY id DESC LIMIT 1`).Scan(&path); err != nil {
			t.Fatal(err)
		}
		return path, page
	}
	_, page := hands("書庫", "")
	mustSay(t, "as it was handed out", page, "このファイルのとおりになっています", "!両方で変わっています")
	path, page := hands("金庫", "見直した")
	mustSay(t, "both", page, "どちらにするか、選んでください（1件。まだ選んでいないもの 1件）", "どちらにするかを選ぶ</th><td data-label=\"件数\" class=\"num\">1件", "「申告書」（"+code+"）の保存先", "ファイル：金庫", "いまの台帳：倉庫", "台帳で変えた人と日時："+who+"、令和", "!value=\"apply\"", "!このファイルのとおりになっています")
	if a := apply(manager, path); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "どちらにするか決まっていない項目が1件あります") {
		t.Errorf("taken in while it is open: %d", a.Status)
	}
	page = press(manager, path, "choose", page, "clash-0-place", "register")
	mustSay(t, "the register", page, "まだ選んでいないもの 0件", `value="register" checked`, "<b>備考</b>", "!<b>保存先</b>", "変更</th><td data-label=\"件数\" class=\"num\">1件")
	page = press(manager, path, "choose", page, "clash-0-place", "", "clash", "file", "clash-0-nothing", "file")
	mustSay(t, "the file, of all", page, "まだ選んでいないもの 0件", "<b>保存先</b>：<span class=\"lines\">倉庫</span> → <span class=\"lines\">金庫", `value="apply"`)
	mustSay(t, "taken in", apply(manager, path), "変更 1件")
	_, page = hands("金庫", "見直した")
	mustSay(t, "the same file again", page, "このファイルのとおりになっています", "!両方で変わっています")
	mustSay(t, "a newer version", hand(manager, "台帳.csv", []byte("管理番号,情報資産名,機密性,版\n"+code+",申告書,2,9\n")), "読めない行が1行あります", "第9版は、まだ台帳にありません（いまは第3版です）")
}

// clashing registers two assets, changes their places, and returns a file of their first
// version that has other places, with a third row whose level changes.
func clashing(v *servertest.Visitor) (raw []byte) {
	v.T.Helper()
	for _, place := range []string{"書庫", "倉庫"} {
		path, _ := stage(v, "Z-1,,申告書,2,2,2,無,LGWAN,"+place+",\nZ-2,,名簿,2,2,2,無,LGWAN,"+place+",\nZ-3,,図面,2,2,2,無,LGWAN,書庫,\n")
		apply(v, path)
	}
	raw = []byte("管理番号,情報資産名,機密性,保存先,版\n")
	for i, row := range []string{"申告書,自治体機密性2,金庫", "名簿,自治体機密性2,金庫", "図面,自治体機密性3C,書庫"} {
		var code string
		if err := v.Portal.DB.Pool.QueryRow(v.T.Context(), `SELECT code FROM asset WHERE own_number = $1`, fmt.Sprint("Z-", i+1)).Scan(&code); err != nil {
			v.T.Fatal(err)
		}
		raw = fmt.Appendf(raw, "%s,%s,1\n", code, row)
	}
	return raw
}

// latest is where what was handed in last is looked at.
func latest(v *servertest.Visitor) (path string) {
	v.T.Helper()
	if err := v.Portal.DB.Pool.QueryRow(v.T.Context(), `SELECT '/assets/import/' || token FROM asset_import ORDER BY id DESC LIMIT 1`).Scan(&path); err != nil {
		v.T.Fatal(err)
	}
	return path
}

// One choice for all that clashes is then chosen of each, and each can be chosen otherwise.
func TestAChoiceForAllIsChosenOfEach(t *testing.T) {
	t.Parallel()
	manager := servertest.SignIn(t, town.Start(t), town.Holder("税務町民課長"))
	page := hand(manager, "台帳.csv", clashing(manager))
	path := latest(manager)
	chosen := func(what string, page servertest.Answer, all, first, second string) {
		t.Helper()
		if f := form(page); f.Get("clash") != all || f.Get("clash-0-place") != first || f.Get("clash-1-place") != second {
			t.Errorf("%s: %q of all, %q and %q", what, f.Get("clash"), f.Get("clash-0-place"), f.Get("clash-1-place"))
		}
	}
	chosen("nothing", page, "", "", "")
	page = press(manager, path, "choose", page, "clash", "file")
	chosen("the file of all", page, "", "file", "file")
	page = press(manager, path, "choose", page, "clash-1-place", "register")
	chosen("the register of one", page, "", "file", "register")
	mustSay(t, "and so it is planned", page, "変更</th><td data-label=\"件数\" class=\"num\">2件", "<b>保存先</b>：<span class=\"lines\">倉庫</span> → <span class=\"lines\">金庫")
	page = press(manager, path, "choose", page, "clash", "register")
	chosen("the register of all", page, "", "register", "register")
	mustSay(t, "and so it is planned", page, "変更</th><td data-label=\"件数\" class=\"num\">1件", "!<b>保存先</b>")
	chosen("kept", manager.Get(path), "", "register", "register")
}

// Why levels change is asked beside what is open, once it is needed, and what was written
// stays.
func TestTheReasonIsAskedBesideWhatIsOpen(t *testing.T) {
	t.Parallel()
	manager := servertest.SignIn(t, town.Start(t), town.Holder("税務町民課長"))
	page := hand(manager, "台帳.csv", clashing(manager))
	path := latest(manager)
	mustSay(t, "asked", page, "まだ選んでいないもの 2件", "段階を変える理由を書いてください（1件）", `name="why"`, "!value=\"apply\"")
	page = press(manager, path, "choose", page, "why", "取扱いを見直した")
	mustSay(t, "written while it is open", page, "まだ選んでいないもの 2件", "取扱いを見直した</textarea>")
	page = press(manager, path, "choose", page, "clash", "file", "why", "取扱いを見直した")
	mustSay(t, "settled", page, "まだ選んでいないもの 0件", "取扱いを見直した</textarea>", `value="apply"`)
	if n := strings.Count(page.Body, `name="why"`); n != 1 {
		t.Errorf("it is asked %d times", n)
	}
	mustSay(t, "taken in", press(manager, path, "apply", page, "why", "取扱いを見直した"), "変更 3件")
}

// What is missing is said all at once.
func TestAllThatIsMissingIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	manager := servertest.SignIn(t, town.Start(t), town.Holder("税務町民課長"))
	hand(manager, "台帳.csv", append(clashing(manager), ",名簿　（写し）,9,,\n"...))
	a := apply(manager, latest(manager))
	if a.Status != http.StatusUnprocessableEntity {
		t.Errorf("%d", a.Status)
	}
	mustSay(t, "what is missing", a, "どちらにするか決まっていない項目が2件あります", `id="why-problem"`, "読めない行が1行あります。ファイルを直して")
}

// A last look that is earlier in the file is said, and the register's stays.
func TestAnEarlierLookIsSaid(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	file := func(first, second string) []byte {
		return []byte("番号,名称,機密性,完全性,可用性,個人情報,接続系,最終確認日\nZ-1,申告書,2,2,2,無,LGWAN," + first + "\nZ-2,名簿,2,2,2,無,LGWAN," + second + "\n")
	}
	hand(manager, "台帳.csv", file("令和8年4月2日", "令和8年4月2日"))
	apply(manager, latest(manager))
	page := hand(manager, "台帳.csv", file("令和7年4月2日", "令和8年4月2日"))
	mustSay(t, "an earlier look", page, "最終確認日より前の行が1行あります。その最終確認日は変えず、台帳の日のままにします。", "最終確認日のほか、台帳はこのファイルのとおりになっています", "同じ</th><td data-label=\"件数\" class=\"num\">2件", "!value=\"apply\"")
	mustSay(t, "no earlier look", hand(manager, "台帳.csv", file("令和8年4月2日", "令和8年4月2日")), "!より前の行", "台帳は、このファイルのとおりになっています")
}

// Two rows of one name without a number are each found again, in whichever order they stand;
// where nothing tells which is which, it is asked.
func TestNamesakesAreFoundOrAsked(t *testing.T) {
	t.Parallel()
	manager := servertest.SignIn(t, town.Start(t), town.Holder("税務町民課長"))
	const first, second = ",,会議の録音,2,2,2,無,LGWAN,書庫,\n", ",,会議の録音,2,2,2,無,LGWAN,倉庫,\n"
	path, _ := stage(manager, first+second)
	mustSay(t, "new", apply(manager, path), "登録 2件")
	_, page := stage(manager, second+first)
	mustSay(t, "swapped", page, "このファイルのとおりになっています", "同じ</th><td data-label=\"件数\" class=\"num\">2件")
	_, page = stage(manager, strings.Replace(second, "会議の録音,2,2", "会議の録音,2,1", 1)+first)
	mustSay(t, "swapped, and one changed", page, "変更</th><td data-label=\"件数\" class=\"num\">1件", "同じ</th><td data-label=\"件数\" class=\"num\">1件")
	path, page = stage(manager, strings.NewReplacer("書庫", "甲", "倉庫", "乙").Replace(second+first))
	mustSay(t, "both moved", page, "まだ選んでいない行 2行", "同じもの：会議の録音、書庫（", "同じもの：会議の録音、倉庫（", "!value=\"apply\"", "!このファイルのとおりになっています")
	if a := apply(manager, path); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "決まっていない行が2行あります") {
		t.Errorf("taken in while it is open: %d", a.Status)
	}
	code := regexp.MustCompile(`同じもの：会議の録音、書庫（(zeimu-\d+)）`).FindStringSubmatch(page.Body)[1]
	page = press(manager, path, "choose", page, "same-0", code)
	mustSay(t, "one is said, and so the other", page, "まだ選んでいない行 0行", "<span class=\"lines\">書庫</span> → <span class=\"lines\">乙", "<span class=\"lines\">倉庫</span> → <span class=\"lines\">甲")
	mustSay(t, "taken in", apply(manager, path), "変更 2件")
}

// Of a number that was given anew it is said beforehand that another asset needs another one.
func TestAnotherAssetNeedsAnotherNumber(t *testing.T) {
	t.Parallel()
	manager := servertest.SignIn(t, town.Start(t), town.Holder("税務町民課長"))
	path, _ := stage(manager, "Z-1,,固定資産税の課税資料,3B,2,2,個人情報,マイナンバー系,税務システム,\n")
	apply(manager, path)
	path, page := stage(manager, "Z-1,,来客用の駐車場の案内板,1,1,1,無,LGWAN,玄関,\n")
	mustSay(t, "asked", page, "まだ選んでいない行 1行", "同じもの：固定資産税の課税資料（", "別の資産。ファイルの番号を変えるか空にして、選び直す", "!別の資産として登録</span>")
	page = press(manager, path, "choose", page, "same-0", intake.Another)
	mustSay(t, "another one", page, "まだ選んでいない行 0行", "読めない行が1行あります", "別の資産なら、番号を変えるか空にしてください")
}

// Two at once: the second is told, and nothing is done twice.
func TestTwoImportsAtOnce(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	path, _ := stage(manager, "Z-1,,申告書,2,2,2,無,LGWAN,書庫,\n")
	other, err := portal.DB.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Exec(t.Context(), `SELECT pg_advisory_xact_lock(hashtextextended('kagami: imports of assets', 0))`); err != nil {
		t.Fatal(err)
	}
	a := apply(manager, path)
	if a.Status != http.StatusConflict || !strings.Contains(a.Body, "ほかの台帳の取り込みか、まとめての変更が行われています") {
		t.Errorf("while another is taken in: %d", a.Status)
	}
	if err := other.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	person := portal.Actor(t, town.Holder("税務町民課長")).Person
	if _, err := portal.DB.Pool.Exec(t.Context(), `INSERT INTO table_turn (person_id, until) VALUES ($1, now() + interval '1 hour')`, person); err != nil {
		t.Fatal(err)
	}
	if a := apply(manager, path); a.Status != http.StatusConflict || !strings.Contains(a.Body, "読み取りが、まだ終わっていません") {
		t.Errorf("sent twice: %d", a.Status)
	}
	if a := hand(manager, "a.csv", []byte(head+"Z-9,,別,2,2,2,無,LGWAN,,\n")); a.Status != http.StatusConflict {
		t.Errorf("another file meanwhile: %d", a.Status)
	}
	if _, err := portal.DB.Pool.Exec(t.Context(), `DELETE FROM table_turn`); err != nil {
		t.Fatal(err)
	}
	mustSay(t, "afterwards", apply(manager, path), "登録 1件")
}

func TestWhatHasEndedIsNotRegisteredAnew(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	path, _ := stage(manager, "Z-1,,申告書,2,2,2,無,LGWAN,書庫,\n")
	apply(manager, path)
	if _, err := portal.DB.Pool.Exec(t.Context(), `UPDATE asset SET state = 'retired' WHERE own_number = 'Z-1'`); err != nil {
		t.Fatal(err)
	}
	_, page := stage(manager, "Z-1,,申告書,2,2,2,無,LGWAN,書庫,\n")
	mustSay(t, "as it ended", page, "!value=\"apply\"")
	_, page = stage(manager, "Z-1,,申告書,2,1,2,無,LGWAN,書庫,\n")
	mustSay(t, "a retired one", page, "「廃棄済み」のため、変えられません。この行を消すか、別の番号にしてください。", "!value=\"apply\"")
}

// What somebody disposes of, or nobody finds, stands in the register: a file that says the same
// of it changes nothing, and one that says otherwise is refused.
func TestWhatIsDisposedOfIsChangedByNoFile(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	path, _ := stage(manager, "Z-1,,申告書,2,2,2,無,LGWAN,書庫,\n")
	apply(manager, path)
	for state, title := range map[string]string{"disposing": "廃棄の手続き中", "missing": "所在不明"} {
		if _, err := portal.DB.Pool.Exec(t.Context(), `UPDATE asset SET state = $1 WHERE own_number = 'Z-1'`, state); err != nil {
			t.Fatal(err)
		}
		_, page := stage(manager, "Z-1,,申告書,2,2,2,無,LGWAN,書庫,\n")
		mustSay(t, title+", as it is", page, "!のため、変えられません", "!value=\"apply\"")
		_, page = stage(manager, "Z-1,,申告書,2,1,2,無,LGWAN,書庫,\n")
		mustSay(t, title, page, "「"+title+"」のため、変えられません。", "!value=\"apply\"")
	}
}

// Who answers for several sections says which, or the file does.
func TestWhoAnswersForSeveralSectionsSaysWhich(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	who := town.Holder("税務町民課長")
	_, err := portal.DB.Pool.Exec(t.Context(), `
		INSERT INTO role_grant (person_id, role, section_id, period, reason)
		SELECT n.id, 'security_manager', s.id, '[2026-04-01,)', '見本' FROM person n, section s WHERE n.staff_number = $1 AND s.code = 'fukushi'`, who.StaffNumber)
	if err != nil {
		t.Fatal(err)
	}
	manager := servertest.SignIn(t, portal, who)
	mustSay(t, "the form", manager.Get("/assets/import"), "どの課室の台帳か", "福祉こども課")
	const row = "Z-1,,申告書,2,2,2,無,LGWAN,書庫,\n"
	_, page := stage(manager, row)
	mustSay(t, "nothing says which", page, "課室が空いています")
	path, page := stage(manager, row, "section", "fukushi")
	mustSay(t, "said", page, "登録</th><td data-label=\"件数\" class=\"num\">1件", `<option value="fukushi" selected>`)
	page = manager.Post(path, url.Values{"act": {"choose"}, "section": {"zeimu"}})
	mustSay(t, "said otherwise", page, `<option value="zeimu" selected>`, "<td data-label=\"課室\">税務町民課")
}

// workbook is one with so many sheets, whose cells f sets.
func workbook(t *testing.T, sheets int, set func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close() //nolint:errcheck // it is in memory only
	for i := range sheets - 1 {
		if _, err := f.NewSheet(fmt.Sprint("表", i)); err != nil {
			t.Fatal(err)
		}
	}
	for i, text := range strings.Split(strings.TrimSpace(head), ",") {
		cell, _ := excelize.CoordinatesToCellName(i+1, 1)
		if err := f.SetCellStr("Sheet1", cell, text); err != nil {
			t.Fatal(err)
		}
	}
	for i, text := range []string{"Z-1", "税務町民課", "申告書", "2", "2", "2", "無", "LGWAN", "書庫"} {
		cell, _ := excelize.CoordinatesToCellName(i+1, 2)
		if err := f.SetCellStr("Sheet1", cell, text); err != nil {
			t.Fatal(err)
		}
	}
	set(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bomb is a workbook whose sheet is far larger than it looks.
func bomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range map[string]string{
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="a" r:id="1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="1" Target="sheet.xml"/></Relationships>`,
		"xl/sheet.xml":               `<worksheet><sheetData><row><c t="str"><v>名称</v></c><c t="str"><v>機密性</v></c></row>` + strings.Repeat(`<row><c t="str"><v>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</v></c></row>`, 300_000),
	} {
		part, err := w.Create(name)
		if err == nil {
			_, err = part.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFilesThatAreNoRegisterSayWhatToDo(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	assets := manager.Count("asset")
	for name, c := range map[string]struct {
		raw    []byte
		status int
		words  string
	}{
		"no file":             {nil, 422, "台帳のファイルを選んでください"},
		"an empty file":       {[]byte{}, 422, "見出しの行が見つかりません"},
		"no headings":         {[]byte("氏名,職\n見本,課長\n"), 422, "見出しの行が見つかりません"},
		"headings alone":      {[]byte(head), 422, "情報資産の行がありません"},
		"a PDF":               {[]byte("%PDF-1.7"), 415, "PDF は読めません"},
		"an old .xls":         {[]byte("\xd0\xcf\x11\xe0"), 415, "古い形式"},
		"a broken workbook":   {[]byte("PK\x03\x04aaaaaaaaaaaa"), 422, "壊れているため"},
		"a bomb":              {bomb(t), 413, "表が大きすぎます"},
		"thousands of sheets": {workbook(t, 2000, func(*excelize.File) {}), 413, "使わない行・列・シートを消して"},
		"too many sheets":     {workbook(t, 60, func(*excelize.File) {}), 413, "シートが多すぎます"},
		"over 10 MB":          {bytes.Repeat([]byte("a"), 10<<20+1), 413, "10 MB まで"},
		"300 MB":              {bytes.Repeat([]byte("a"), 300<<20), 413, "大きすぎます"},
		"a column twice":      {[]byte("名称,機密性,機密性\n台帳,2,2\n"), 422, "「機密性」の列が二つあります"},
	} {
		a := hand(manager, "台帳.xlsx", c.raw)
		if a.Status != c.status || !strings.Contains(a.Body, c.words) || !strings.Contains(a.Body, `<html lang="ja">`) {
			t.Errorf("%s: %d, want %d with %q: %.1500s", name, a.Status, c.status, c.words, a.Body)
		}
	}
	if manager.Count("asset") != assets || manager.Count("asset_import") != 0 {
		t.Error("something was kept")
	}
}

func TestWorkbooksOfManySortsAreRead(t *testing.T) {
	t.Parallel()
	manager := servertest.SignIn(t, town.Start(t), town.Holder("税務町民課長"))
	cell := func(ref string, do func(f *excelize.File, ref string) error) func(f *excelize.File) {
		return func(f *excelize.File) {
			if err := do(f, ref); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		file  string
		raw   []byte
		words []string
	}{
		"with macros": {"台帳.xlsm", workbook(t, 1, func(*excelize.File) {}), []string{"登録</th><td data-label=\"件数\" class=\"num\">1件"}},
		"a formula that is not reckoned": {"台帳.xlsx", workbook(t, 1, cell("I2", func(f *excelize.File, ref string) error {
			return errors.Join(f.SetCellValue("Sheet1", ref, nil), f.SetCellFormula("Sheet1", ref, "A1&A2"))
		})),
			[]string{"読めない行が1行あります", "計算した結果がファイルに残っていません", "保存場所"}},
		"a slip of a formula": {"台帳.xlsx", workbook(t, 1, cell("I2", func(f *excelize.File, ref string) error { return f.SetCellStr("Sheet1", ref, "#REF!") })),
			[]string{"読めない行が1行あります", "Excelの式の誤りです"}},
		"40 columns": {"台帳.xlsx", workbook(t, 1, func(f *excelize.File) {
			for i := 11; i <= 40; i++ {
				ref, _ := excelize.CoordinatesToCellName(i, 1)
				if err := f.SetCellStr("Sheet1", ref, fmt.Sprint("独自の列", i)); err != nil {
					t.Fatal(err)
				}
			}
		}), []string{"登録</th><td data-label=\"件数\" class=\"num\">1件", "独自の列11", "独自の列40"}},
	} {
		mustSay(t, name, hand(manager, c.file, c.raw), c.words...)
	}
	eras := "番号,名称,機密性,完全性,可用性,個人情報,接続系,登録日\n1,甲,2,2,2,無,LGWAN,令和6年4月1日\n2,乙,2,2,2,無,LGWAN,H31.4.30\n3,丙,2,2,2,無,LGWAN,2024/4/1\n4,丁,秘,2,2,無,LGWAN,平成31年5月1日\n"
	mustSay(t, "mixed eras, unknown levels", hand(manager, "台帳.csv", []byte(eras)), "登録</th><td data-label=\"件数\" class=\"num\">3件", "読めない行が1行あります", "5行目", "登録日", "機密性")
}
