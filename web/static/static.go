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
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed css/*.css fonts.css draft.js judge.js passkey.js stocktaking.js fonts/*.woff2
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
	size        int    // in bytes
	body        []byte // nil where it is sent as it stands in the binary
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
		if path.Ext(name) == ".woff2" {
			return f.addFont(name, sum)
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
			return f.add(name, "text/css; charset=utf-8", body)
		default:
			return f.add(name, "text/javascript; charset=utf-8", body)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("preparing the static files: %w", err)
	}
	if err := f.add("kagami.css", "text/css; charset=utf-8", styles.Bytes()); err != nil {
		return nil, fmt.Errorf("preparing the static files: %w", err)
	}
	f.prefix = Prefix + hex.EncodeToString(sum.Sum(nil)[:8]) + "/"
	for name, file := range f.files {
		file.path = f.prefix + name
		f.files[name] = file
	}
	return f, nil
}

// add adds a text, packed too.
func (f *Files) add(name, contentType string, body []byte) error {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(body); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	f.files[name] = file{contentType: contentType, size: len(body), body: body, zipped: b.Bytes()}
	return nil
}

// addFont adds a font without reading it into memory: together they are 6 MB.
func (f *Files) addFont(name string, sum io.Writer) error {
	font, err := embedded.Open(name)
	if err != nil {
		return err
	}
	defer font.Close() //nolint:errcheck // it was read only
	size, err := io.Copy(sum, font)
	f.files[name] = file{contentType: "font/woff2", size: int(size)}
	return err
}

// Path is the address of a file; empty for one that is not there.
func (f *Files) Path(name string) string { return f.files[name].path }

// Size is a file's size in bytes as it is sent to a browser that unpacks
// nothing; 0 for one that is not there.
func (f *Files) Size(name string) int { return f.files[name].size }

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
		if body == nil {
			header.Set("Content-Length", strconv.Itoa(served.size))
			sendEmbedded(w, name)
			return
		}
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

func sendEmbedded(w io.Writer, name string) {
	font, err := embedded.Open(name)
	if err != nil {
		panic(err) // it was there when the files were prepared
	}
	defer font.Close()      //nolint:errcheck // it was read only
	_, _ = io.Copy(w, font) // whoever has gone does not need it
}
