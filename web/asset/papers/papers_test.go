package papers_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"kagami/web/asset/assettest"
	"kagami/web/server/servertest"
)

// send sends the form of papers as browsers do; without a file where it has no name.
func send(t *testing.T, who *servertest.Visitor, page, name, file string, fields map[string]string) servertest.Answer {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for field, value := range fields {
		if err := w.WriteField(field, value); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = io.WriteString(part, file)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return who.Ask(http.MethodPost, page, w.FormDataContentType(), &b)
}

const drawing = "%PDF-1.7\n見本の構成図"

func TestAnAssetsPapersAreAddedReadAndRemoved(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	_, code := assettest.Register(t, manager, assettest.Ledger())
	page := "/assets/" + code + "/papers"

	assettest.MustSay(t, "without one", manager.Get(page), "書類は、まだありません", "書類に加える")
	assettest.MustSay(t, "no file", send(t, manager, page, "", "", map[string]string{"title": "構成図"}), "ファイルを選んでください", `value="構成図"`)
	assettest.MustSay(t, "none such", send(t, manager, page, "a.html", "<html>", nil), "この種類のファイルは付けられません")
	refused := send(t, manager, page, "図.pdf", drawing, map[string]string{"title": strings.Repeat("長", 101)})
	assettest.MustSay(t, "a long title", refused, "100字まで", "「図.pdf」を受け取っています")
	_, rest, _ := strings.Cut(refused.Body, `name="sent" value="`)
	sent, _, _ := strings.Cut(rest, `"`)
	assettest.MustSay(t, "the file that was sent", send(t, manager, page, "", "", map[string]string{"title": "構成図", "sent": sent}), "書類を加えました", "構成図")
	assettest.MustSay(t, "without a title", send(t, manager, page, "契約書.pdf", drawing, nil), "書類を加えました", ">契約書.pdf</a>")
	assettest.MustSay(t, "the asset's page", manager.Get("/assets/"+code), page+"/1?show=1", "構成図", "書類を加える・取り除く")

	staff, other := servertest.SignIn(t, portal, town.Holder("税務町民課 職員")), servertest.SignIn(t, portal, town.Holder("福祉こども課長"))
	if a := staff.Get(page + "/1"); a.Status != http.StatusOK || a.Body != drawing {
		t.Errorf("a 職員 reads %d: %.50s", a.Status, a.Body)
	}
	if a := staff.Get(page); strings.Contains(a.Body, "書類に加える") {
		t.Error("a 職員 is led to a button that refuses them")
	}
	if a := send(t, staff, page, "図.pdf", drawing, nil); a.Status != http.StatusForbidden {
		t.Errorf("a 職員 adds: %d", a.Status)
	}
	for what, a := range map[string]servertest.Answer{
		"the list": other.Get(page), "a file": other.Get(page + "/1"), "adding": send(t, other, page, "図.pdf", drawing, nil), "none such": manager.Get(page + "/9"), "no number": manager.Get(page + "/x"),
	} {
		if a.Status != http.StatusNotFound {
			t.Errorf("%s: %d", what, a.Status)
		}
	}

	assettest.MustSay(t, "removed without a reason", send(t, manager, page, "", "", map[string]string{"act": "remove", "number": "1"}), "取り除く理由を")
	assettest.MustSay(t, "removed", send(t, manager, page, "", "", map[string]string{"act": "remove", "number": "1", "why": "古くなった"}), "書類を取り除きました", "取り除いた書類", "古くなった")
	for what, a := range map[string]servertest.Answer{
		"its file": manager.Get(page + "/1"), "again": send(t, manager, page, "", "", map[string]string{"act": "remove", "number": "1", "why": "もう一度"}),
	} {
		if a.Status != http.StatusNotFound {
			t.Errorf("%s, once removed: %d", what, a.Status)
		}
	}

	assettest.MustSay(t, "ended", manager.Post("/assets/"+code+"/mistake", url.Values{"version": {"1"}, "sure": {"1"}, "why": {"二重"}}), "登録の誤り")
	if a := manager.Get(page + "/2"); a.Status != http.StatusOK || a.Body != drawing {
		t.Errorf("the papers of what has ended: %d", a.Status)
	}
	if a := send(t, manager, page, "図.pdf", drawing, nil); a.Status != http.StatusConflict {
		t.Errorf("added to what has ended: %d", a.Status)
	}
	if a := manager.Get(page); strings.Contains(a.Body, "書類に加える") || strings.Contains(a.Body, "この書類を取り除く") {
		t.Error("what has ended can be changed")
	}
}

// What is done with papers stands in the trail by the asset, without what they are called.
func TestPapersAreInTheTrail(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	manager := servertest.SignIn(t, portal, town.Holder("税務町民課長"))
	_, code := assettest.Register(t, manager, assettest.Ledger())
	page := "/assets/" + code + "/papers"
	before := manager.Count("trail_entry")
	send(t, manager, page, "図.pdf", drawing, nil)
	send(t, manager, page, "", "", map[string]string{"act": "remove", "number": "1", "why": "見本"})
	if n := manager.Count("trail_entry") - before; n != 2 {
		t.Errorf("%d entries", n)
	}
}
