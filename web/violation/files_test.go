package violation_test

import (
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"kagami/web/server/servertest"
)

// zeros are as many as somebody reads, and counts them.
type zeros struct{ read int }

func (z *zeros) Read(p []byte) (int, error) {
	clear(p)
	z.read += len(p)
	return len(p), nil
}

// send sends a form with a file as it is read: none of it stands in memory.
func send(v *servertest.Visitor, page string, form map[string]string, name string, file io.Reader) servertest.Answer {
	v.T.Helper()
	body, writes := io.Pipe()
	w := multipart.NewWriter(writes)
	go func() {
		err := func() error {
			for field, value := range form {
				if err := w.WriteField(field, value); err != nil {
					return err
				}
			}
			part, err := w.CreateFormFile("file", name)
			if err == nil {
				_, err = io.Copy(part, file)
			}
			if err != nil {
				return err
			}
			return w.Close()
		}()
		writes.CloseWithError(err)
	}()
	return v.Ask(http.MethodPost, page, w.FormDataContentType(), body)
}

// A file of a case that is too large or of a false type is refused with what to do, nothing is
// recorded, and what was typed comes back; of a file of 1 GB no more is read than is needed for that.
func TestAFileThatACaseDoesNotTake(t *testing.T) {
	t.Parallel()
	portal := town.Start(t)
	general, head := servertest.SignIn(t, portal, town.Holder("総務課長")), servertest.SignIn(t, portal, town.Holder("福祉こども課長"))
	clerk := town.Holder("福祉こども課 職員")
	finding := map[string]string{"person": clerk.StaffNumber, "kind": "executive", "clauses": "対策基準 5(2)", "facts": "名簿を持ち帰っていた", "since_on": "2026-04-02"}
	shown := send(general, "/violations/new", finding, "写し.pdf", strings.NewReader("%PDF-1.7\n見本"))
	if a := again(general, "/violations/new", maps.Clone(finding), shown); a.Status != http.StatusOK || !strings.Contains(a.Body, "違反を確認しました") {
		t.Fatalf("with a file: %d %s", a.Status, a.Body)
	}
	var code string
	if err := portal.DB.Pool.QueryRow(t.Context(), `SELECT code FROM violation_case`).Scan(&code); err != nil {
		t.Fatal(err)
	}
	guidance := map[string]string{"version": "1", "text": "名簿を削除する", "until_on": "2099-01-01", "method": "画面で見る"}
	huge := &zeros{}
	for what, c := range map[string]struct {
		name   string
		file   func() io.Reader
		status int
		words  string
	}{
		"of a false type":  {"写し.pdf", func() io.Reader { return strings.NewReader("<html><script>alert(1)</script>") }, http.StatusUnsupportedMediaType, "この種類のファイルは付けられません"},
		"called otherwise": {"写し.exe", func() io.Reader { return strings.NewReader("%PDF-1.7\n見本") }, http.StatusUnsupportedMediaType, "名前と違います"},
		"of nothing":       {"写し.pdf", func() io.Reader { return strings.NewReader("") }, http.StatusUnprocessableEntity, "空です"},
		"a little too large": {"写し.pdf", func() io.Reader {
			return io.MultiReader(strings.NewReader("%PDF-1.7\n"), io.LimitReader(&zeros{}, 21<<20))
		}, http.StatusRequestEntityTooLarge, "ファイルが大きすぎます"},
		"of 1 GB": {"写し.pdf", func() io.Reader { return io.MultiReader(strings.NewReader("%PDF-1.7\n"), io.LimitReader(huge, 1<<30)) }, http.StatusRequestEntityTooLarge, "ファイルが大きすぎます"},
	} {
		for page, form := range map[string]map[string]string{"/violations/new": finding, "/violations/" + code + "/guide": guidance} {
			v, typed := general, "名簿を持ち帰っていた"
			if page != "/violations/new" {
				v, typed = head, "名簿を削除する"
			}
			a := send(v, page, form, c.name, c.file())
			if a.Status != c.status || !strings.Contains(a.Body, c.words) || !strings.Contains(a.Body, typed) {
				t.Errorf("a file %s, on %s: %d, without %q or what was typed: %.2000s", what, page, a.Status, c.words, a.Body)
			}
		}
	}
	if most := 2 * 64 << 20; huge.read > most {
		t.Errorf("%d bytes were read of two files of 1 GB", huge.read)
	}
	if n, files := general.Count("violation_step"), general.Count("attachment"); n != 1 || files != 1 {
		t.Errorf("%d steps and %d files are recorded", n, files)
	}
}
