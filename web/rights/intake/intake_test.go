package intake_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"golang.org/x/text/encoding/japanese"

	"kagami/internal/asset"
	"kagami/internal/asset/find"
	"kagami/internal/authz"
	"kagami/internal/rights"
	ledger "kagami/internal/rights/intake"
	"kagami/web/asset/assettest"
	"kagami/web/rights/intake"
	"kagami/web/screen"
	"kagami/web/server"
	"kagami/web/server/servertest"
)

var town = assettest.Town(func(g server.Ground, _ *asset.Service, _ *find.Service) []screen.Part {
	of := rights.New(g.Pool, g.Door, rights.Ties{})
	return []screen.Part{
		{Nav: []screen.Entry{{Label: "利用権限", URL: "/rights", Place: 3, Action: authz.ReadRights, Least: authz.Self}}, Routes: []screen.Route{screen.Get("/rights", authz.ReadRights, func(http.ResponseWriter, *http.Request) error { return nil })}},
		intake.New(ledger.New(g.Pool, g.Door, of, ledger.Ties{Accounts: func(context.Context, authz.Actor, int) ([]ledger.Account, error) {
			return []ledger.Account{{System: "zeimu-0038", Login: "u1", Number: "M011"}, {System: "zeimu-0038", Login: "svc", Name: "バックアップ"}}, nil
		}}), of).Part(),
	}
})

func TestMain(m *testing.M) { os.Exit(town.Run(m)) }

const head = "利用者,職員番号,システム,利用者ID,権限,区分,目的,開始日,終了日\n"

// line is a line about somebody of the sample town.
func line(post, login string) string {
	a := town.Holder(post)
	return a.Name + "," + a.StaffNumber + ",収納システム," + login + ",照会,一般,滞納の確認,R8.4.1,\n"
}

// hand hands a file in.
func hand(v *servertest.Visitor, file []byte) servertest.Answer {
	v.T.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if file != nil {
		part, err := w.CreateFormFile("file", "台帳.csv")
		if err == nil {
			_, err = part.Write(file)
		}
		if err != nil {
			v.T.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		v.T.Fatal(err)
	}
	return v.Ask(http.MethodPost, "/rights/import", w.FormDataContentType(), &b)
}

// staged hands a file in and returns where its plan is.
func staged(v *servertest.Visitor, file []byte) string {
	v.T.Helper()
	follow := v.Client.CheckRedirect
	v.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	a := hand(v, file)
	v.Client.CheckRedirect = follow
	if a.Status != http.StatusSeeOther {
		v.T.Fatalf("handing a file in: %d %s", a.Status, a.Body)
	}
	return a.Header.Get("Location")
}

// open is the 課長 of a section that has a system.
func open(t *testing.T) *servertest.Visitor {
	t.Helper()
	head := servertest.SignIn(t, town.Start(t), town.Holder("税務町民課長"))
	assettest.Register(t, head, assettest.Ledger("name", "収納システム", "kind", "system", "zone", "lgwan", "confidentiality", "2"))
	return head
}

func says(t *testing.T, a servertest.Answer, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(a.Body, w) {
			t.Errorf("%d does not say %q", a.Status, w)
		}
	}
}

// A ledger as Excel saves it comes in, and goes out so that it says nothing new.
func TestALedgerComesInAndGoesOut(t *testing.T) {
	t.Parallel()
	v := open(t)
	says(t, v.Get("/rights/import"), "ひな形（Excel）", "50000行まで")
	raw, err := japanese.ShiftJIS.NewEncoder().String(head + line("福祉こども課 職員", "a") + line("税務町民課 担当副課長", "b") + line("税務町民課長", "c"))
	if err != nil {
		t.Fatal(err)
	}
	at := staged(v, []byte(raw))
	says(t, v.Get(at), "新しく取り込むもの", "2件", "あなた自身の利用権限です", "この内容で取り込む", "令和8年4月1日から")
	says(t, v.Post(at, url.Values{}), "利用権限2件を、台帳に取り込みました")
	if a := v.Post(at, url.Values{}); a.Status != http.StatusConflict {
		t.Errorf("once more: %d", a.Status)
	}
	says(t, v.Get("/rights/export"), "収納システム", "書き出す")
	a := v.Get("/rights/export.xlsx")
	if a.Status != http.StatusOK || !strings.HasPrefix(a.Body, "PK") {
		t.Fatalf("handed out: %d %.100s", a.Status, a.Body)
	}
	says(t, v.Get(staged(v, []byte(a.Body))), "新しく取り込むものは、ありません。", "2行")
	if a := v.Get("/rights/import/template.xlsx"); a.Status != http.StatusOK {
		t.Errorf("the template: %d", a.Status)
	}
}

// What is wrong is said with its line and column.
func TestWhatIsWrongIsSaid(t *testing.T) {
	t.Parallel()
	v := open(t)
	at := staged(v, []byte(head+line("福祉こども課 職員", "a")+"だれか,,収納システム,,照会,一般,滞納の確認,R8.4.1,\n"))
	says(t, v.Get(at), "直すところが1件あります", "3行目", "利用者", "この氏名の職員は、登録されていません")
	if a := v.Post(at, url.Values{}); a.Status != http.StatusConflict || !strings.Contains(a.Body, "何も変更されていません") {
		t.Errorf("taken in all the same: %d", a.Status)
	}
	for name, file := range map[string][]byte{"nothing": nil, "no table": []byte("これは台帳ではありません"), "no workbook": []byte("PK\x03\x04")} {
		if a := hand(v, file); a.Status < 400 || a.Status >= 500 || !strings.Contains(a.Body, "ファイル") {
			t.Errorf("%s: %d", name, a.Status)
		}
	}
}

// A heading that nobody knows is asked about.
func TestHeadingsAreSettled(t *testing.T) {
	t.Parallel()
	v := open(t)
	at := staged(v, []byte(strings.Replace(head, "目的", "何のため", 1)+line("福祉こども課 職員", "a")))
	a := v.Get(at)
	says(t, a, "見出しの読み方を決める", "何のため")
	says(t, v.Post(at+"/headings", url.Values{}), "を選んでください")
	form := url.Values{}
	for i, column := range []string{"person", "staff_number", "system", "login", "grade", "kind", "purpose", "from_on", "until_on"} {
		form.Set("column-"+string(rune('0'+i)), column)
	}
	says(t, v.Post(at+"/headings", form), "この内容で取り込む", "「何のため」を「目的」として読む")
}

func TestWhoMayNotTakeALedgerIn(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("福祉こども課 職員"))
	for _, path := range []string{"/rights/import", "/rights/import/template.xlsx", "/rights/import/of/t", "/rights/export", "/rights/export.xlsx"} {
		if a := v.Get(path); a.Status != http.StatusForbidden {
			t.Errorf("%s: %d", path, a.Status)
		}
	}
}

// Accounts that a directory alone has are chosen; what was typed comes back.
func TestAccountsOfADirectoryAreChosen(t *testing.T) {
	t.Parallel()
	v := servertest.SignIn(t, town.Start(t), town.Holder("税務町民課長"))
	_, code := assettest.Register(t, v, assettest.Ledger("name", "収納システム", "kind", "system", "zone", "lgwan", "confidentiality", "2"))
	if code != "zeimu-0038" {
		t.Fatalf("the system is %s", code)
	}
	says(t, v.Get("/rights/import"), "ディレクトリにだけあるアカウントを取り込む")
	says(t, v.Get("/rights/import/accounts"), "u1", "バックアップ")
	form := url.Values{"account": {"zeimu-0038/u1", "zeimu-0038/svc"}, "kind": {"general"}, "purpose": {"滞納の確認"}, "from_on": {"2026-11-24"}}
	a := v.Post("/rights/import/accounts", form)
	if says(t, a, "「svc」：この氏名の職員は、登録されていません", `value="滞納の確認"`, `value="zeimu-0038/u1" checked`); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("one of nobody: %d", a.Status)
	}
	form["account"] = []string{"zeimu-0038/u1"}
	says(t, v.Post("/rights/import/accounts", form), "アカウントを、台帳に取り込みました")
}
