package intake_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"kagami/web/server/servertest"
)

const oneRow = "Z-1,,申告書,2,2,2,無,LGWAN,書庫,\n"

// held holds an import, so that what is done with it takes as long as the test wants.
func held(v *servertest.Visitor, path string) (other pgx.Tx) {
	v.T.Helper()
	other, err := v.Portal.DB.Pool.Begin(v.T.Context())
	if err == nil {
		_, err = other.Exec(v.T.Context(), `SELECT 1 FROM asset_import WHERE token = $1 FOR NO KEY UPDATE`, strings.TrimPrefix(path, "/assets/import/"))
	}
	if err != nil {
		v.T.Fatal(err)
	}
	return other
}

// over asks for a page until what is done with it is over.
func over(v *servertest.Visitor, path string) (page servertest.Answer) {
	v.T.Helper()
	return until(v, path, func(page servertest.Answer) bool { return page.Header.Get("Refresh") == "" })
}

// until asks for a page until it is as the test waits for.
func until(v *servertest.Visitor, path string, is func(servertest.Answer) bool) (page servertest.Answer) {
	v.T.Helper()
	for page = v.Get(path); !is(page); page = v.Get(path) {
		if err := v.T.Context().Err(); err != nil {
			v.T.Fatal(err)
		}
	}
	return page
}

// What takes long goes on by itself, its page says how far it is, and pressing twice takes
// in once.
func TestWhatTakesLongSaysHowFarItIs(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	path, page := stage(manager, oneRow)
	before := manager.Count("asset")
	other := held(manager, path)
	under := press(manager, path, "apply", page)
	mustSay(t, "under way", under, "台帳を取り込んでいます", "終わるまで、台帳は変わりません", "<b>台帳に書き込む</b>：これから", "!取り込む</button>")
	compares := until(manager, path, func(page servertest.Answer) bool { return strings.Contains(page.Body, "比べています") })
	mustSay(t, "a step later", compares, "<b>ファイルを読む</b>：終わりました", "<b>台帳と比べる</b>：1行を比べています")
	if under.Header.Get("Refresh") == "" {
		t.Error("the page does not look anew by itself")
	}
	mustSay(t, "pressed twice", press(manager, path, "apply", page), "台帳を取り込んでいます")
	mustSay(t, "chosen meanwhile", press(manager, path, "choose", page), "台帳を取り込んでいます")
	mustSay(t, "the form", manager.Get("/assets/import"), "最近選んだファイル", `href="`+path+`">台帳.csv`, "まだ取り込んでいません")
	stranger := servertest.SignIn(t, portal, town.Holder("福祉こども課長"))
	if a := stranger.Get(path); a.Status != http.StatusNotFound || strings.Contains(a.Body, "台帳.csv") {
		t.Errorf("somebody else's: %d", a.Status)
	}
	mustSay(t, "the form of somebody else", stranger.Get("/assets/import"), "!最近選んだファイル")
	if err := other.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	mustSay(t, "taken in", over(manager, path), "台帳を取り込みました", "登録 1件")
	if n := manager.Count("asset") - before; n != 1 {
		t.Errorf("%d are registered", n)
	}
	until(manager, path, func(servertest.Answer) bool { return manager.Count("asset_import_work") == 0 }) // it has ended too
	mustSay(t, "the form", manager.Get("/assets/import"), "取り込み済み")
}

// What fails while nobody waits for it leaves nothing, and is said on its page until it is
// done anew.
func TestWhatFailsLaterIsSaidOnItsPage(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	path, page := stage(manager, oneRow)
	before := manager.Count("asset")
	other := held(manager, path)
	mustSay(t, "under way", press(manager, path, "apply", page), "台帳を取り込んでいます")
	if _, err := other.Exec(t.Context(), `UPDATE asset_import SET digest = ''`); err != nil {
		t.Fatal(err)
	}
	if err := other.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	page = over(manager, path)
	mustSay(t, "refused", page, "まだ取り込んでいません</h2>", `value="apply"`, "!台帳を取り込みました")
	if n := manager.Count("asset") - before; n != 0 {
		t.Errorf("%d are registered", n)
	}
	page = press(manager, path, "choose", page)
	mustSay(t, "done anew", page, "!まだ取り込んでいません</h2>")
	mustSay(t, "taken in", press(manager, path, "apply", page), "台帳を取り込みました", "登録 1件")
}

// A portal that stops in the middle leaves nothing, and the page says so: then it can be
// done anew.
func TestWhatBreaksOffIsSaidAndDoneAnew(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	path, _ := stage(manager, oneRow)
	for act, words := range map[string]string{"apply": "取り込みが途中で止まりました。何も変わっていません。", "choose": "確かめ直すのが、途中で止まりました。"} {
		if _, err := portal.DB.Pool.Exec(t.Context(), `
			INSERT INTO asset_import_work (import_id, act, step, until) SELECT id, $1, 'read', now() - interval '1 second' FROM asset_import
			ON CONFLICT (import_id) DO UPDATE SET act = excluded.act`, act); err != nil {
			t.Fatal(err)
		}
		page := manager.Get(path)
		mustSay(t, act, page, words, `value="apply"`)
		if page.Header.Get("Refresh") != "" {
			t.Errorf("%s: the page looks anew for ever", act)
		}
	}
	page := apply(manager, path)
	mustSay(t, "done anew", page, "台帳を取り込みました", "!途中で止まりました")
}
