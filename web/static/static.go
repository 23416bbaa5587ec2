// Package static holds what pages need beside their HTML: the styles, the
// fonts and the little script there is, inside the binary. Their addresses carry a hash of their content, so
// that browsers keep them for good.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed css/*.css fonts.css draft.js passkey.js fonts/*.woff2
var embedded embed.FS

// Prefix begins the address of everything here.
const Prefix = "/static/"

// Files are the static files, ready to be served.
type Files struct {
	prefix string // of every address, with the hash
	files  map[string]file
}

type file struct {
	path        string
	contentType string
	body        []byte
	zipped      []byte // nil where it is not worth it
}

// New prepares the files: the styles joined into one, kagami.css.
func New() (*Files, error) {
	f := &Files{files: map[string]file{}}
	var styles bytes.Buffer
	sum := sha256.New()
	err := fs.WalkDir(embedded, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := embedded.ReadFile(name)
		if err != nil {
			return err
		}
		sum.Write(body)
		switch {
		case path.Dir(name) == "css":
			styles.Write(body)
		case path.Ext(name) == ".css":
			return f.add(name, "text/css; charset=utf-8", body, true)
		case path.Ext(name) == ".js":
			return f.add(name, "text/javascript; charset=utf-8", body, true)
		default:
			return f.add(name, "font/woff2", body, false)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("preparing the static files: %w", err)
	}
	if err := f.add("kagami.css", "text/css; charset=utf-8", styles.Bytes(), true); err != nil {
		return nil, fmt.Errorf("preparing the static files: %w", err)
	}
	f.prefix = Prefix + hex.EncodeToString(sum.Sum(nil)[:8]) + "/"
	for name, file := range f.files {
		file.path = f.prefix + name
		f.files[name] = file
	}
	return f, nil
}

func (f *Files) add(name, contentType string, body []byte, compress bool) error {
	added := file{contentType: contentType, body: body}
	if compress {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		if _, err := w.Write(body); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		added.zipped = b.Bytes()
	}
	f.files[name] = added
	return nil
}

// Path is the address of a file; empty for one that is not there.
func (f *Files) Path(name string) string { return f.files[name].path }

// Size is a file's size in bytes as it is sent to a browser that unpacks
// nothing; 0 for one that is not there.
func (f *Files) Size(name string) int { return len(f.files[name].body) }

// Handler serves the files under Prefix; notFound answers any other address.
func (f *Files) Handler(notFound http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutPrefix(r.URL.Path, f.prefix)
		served, found := f.files[name]
		if !ok || !found {
			notFound.ServeHTTP(w, r)
			return
		}
		header := w.Header()
		header.Set("Content-Type", served.contentType)
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
		body := served.body
		if served.zipped != nil {
			header.Set("Vary", "Accept-Encoding")
			if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
				header.Set("Content-Encoding", "gzip")
				body = served.zipped
			}
		}
		_, _ = w.Write(body) // whoever has gone does not need it
	})
}
