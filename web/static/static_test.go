package static_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"kagami/web/static"
)

func serve(t *testing.T, path string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	files, err := static.New()
	if err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, strings.Replace(path, "HASH", strings.TrimSuffix(strings.TrimPrefix(files.Path("kagami.css"), static.Prefix), "/kagami.css"), 1), nil)
	request.Header = header
	w := httptest.NewRecorder()
	files.Handler(http.NotFoundHandler()).ServeHTTP(w, request)
	return w
}

func TestFilesAreKeptForGood(t *testing.T) {
	w := serve(t, "/static/HASH/kagami.css", http.Header{})
	if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || !strings.Contains(w.Body.String(), ":focus-visible") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	script := serve(t, "/static/HASH/passkey.js", http.Header{})
	if script.Code != 200 || !strings.HasPrefix(script.Header().Get("Content-Type"), "text/javascript") {
		t.Errorf("%d %v", script.Code, script.Header())
	}
	font := serve(t, "/static/HASH/fonts/noto-sans-jp-0-wght-normal.woff2", http.Header{})
	if font.Code != 200 || font.Header().Get("Content-Type") != "font/woff2" {
		t.Errorf("%d %v", font.Code, font.Header())
	}
}

func TestStylesArePackedForWhoUnpacks(t *testing.T) {
	w := serve(t, "/static/HASH/fonts.css", http.Header{"Accept-Encoding": {"br, gzip"}})
	if w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatalf("%v", w.Header())
	}
	r, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r)
	if err != nil || !strings.Contains(string(body), "@font-face") {
		t.Errorf("%.80s, %v", body, err)
	}
}

func TestOtherAddressesAreNotFound(t *testing.T) {
	for _, path := range []string{"/static/HASH/", "/static/HASH/../static.go", "/static/0000/kagami.css", "/static/HASH/css/1-base.css"} {
		if w := serve(t, path, http.Header{}); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// No page takes anything from outside, nor do its styles.
func TestStylesAndScriptsNameNoOutsideAddress(t *testing.T) {
	for _, name := range []string{"kagami.css", "fonts.css", "draft.js", "judge.js", "passkey.js"} {
		if body := serve(t, "/static/HASH/"+name, http.Header{}).Body.String(); strings.Contains(body, "//") && strings.Contains(body, "http") {
			t.Errorf("%s names an address outside", name)
		}
	}
}
