package attachment_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
	"time"

	"kagami/internal/attachment"
	"kagami/internal/fault"
)

// office is a file of an office program: a ZIP of these parts.
func office(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range parts {
		w, err := z.Create(name)
		must(t, err)
		_, err = w.Write([]byte("<x/>"))
		must(t, err)
	}
	must(t, z.Close())
	return b.Bytes()
}

// A file is what it holds, whatever it is called.
func TestTypesAreFoundOutByWhatAFileHolds(t *testing.T) {
	t.Parallel()
	d := newDesk(t, nil)
	const word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	for name, c := range map[string]struct {
		called       string
		body         []byte
		named, typed string
		shown        bool
	}{
		"a PDF":                {"議事録.pdf", pdf(100), "議事録.pdf", "application/pdf", true},
		"in capitals":          {"議事録.PDF", pdf(100), "議事録.PDF", "application/pdf", true},
		"without an extension": {"議事録", pdf(100), "議事録.pdf", "application/pdf", true},
		"with a dot":           {"第3.5回 議事録", pdf(100), "第3.5回 議事録.pdf", "application/pdf", true},
		"with a number":        {"議事録.2026", pdf(100), "議事録.2026.pdf", "application/pdf", true},
		"without a name":       {"", pdf(100), "ファイル.pdf", "application/pdf", true},
		"a long name":          {strings.Repeat("議", 10_000), pdf(100), strings.Repeat("議", 65) + ".pdf", "application/pdf", true},
		"a .docx of Word":      {"議事録.docx", office(t, "[Content_Types].xml", "_rels/.rels", "word/document.xml"), "議事録.docx", word, false},
		"a .docx of Office":    {"議事録.docx", office(t, "_rels/.rels", "docProps/app.xml", "word/document.xml", "[Content_Types].xml"), "議事録.docx", word, false},
		"an .xlsx":             {"表.xlsx", office(t, "[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"), "表.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", false},
		"a .pptx":              {"資料.pptx", office(t, "[Content_Types].xml", "_rels/.rels", "ppt/presentation.xml"), "資料.pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation", false},
		"a PNG":                {"図.png", asPNG(t, shade(20, 20)), "図.png", "image/png", true},
		"a JPEG":               {"写真.jpeg", asJPEG(t, shade(20, 20)), "写真.jpeg", "image/jpeg", true},
		"a video":              {"録画.mp4", video(1000), "録画.mp4", "video/mp4", true},
		"a video of a browser": {"録画.webm", []byte("\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm"), "録画.webm", "video/webm", true},
		"HTML within a PDF":    {"議事録.pdf", []byte("%PDF-1.7\n<script>alert(1)</script>"), "議事録.pdf", "application/pdf", true},
	} {
		f := d.sent(c.called, c.body)
		if f.Name != c.named || f.Type != c.typed || attachment.IsShown(f.Type) != c.shown {
			t.Errorf("%s: %s as %s", name, f.Name, f.Type)
		}
	}
	for _, name := range []string{"image/svg+xml", "text/html", "text/plain", "application/xhtml+xml", ""} {
		if attachment.IsShown(name) {
			t.Errorf("%s is shown", name)
		}
	}
}

func FuzzHarmless(f *testing.F) {
	for _, name := range []string{"議事録.pdf", "\u202efdp.exe", "CON", strings.Repeat("か\u3099", 3000), "a\x00/..\\b. ", "👨‍👩‍👧.\u0301"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		begun := time.Now()
		if wrong := isHarmless(attachment.Harmless(name)); wrong != "" {
			t.Errorf("%q becomes %q: %s", name, attachment.Harmless(name), wrong)
		}
		if took := time.Since(begun); took > time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// Whatever comes in under whatever name, it is taken in as one of the kinds, or
// refused and gone, and soon.
func FuzzUpload(f *testing.F) {
	d := newDesk(f, nil)
	for name, body := range map[string][]byte{
		"議事録.pdf": pdf(100), "写真.jpg": asJPEG(f, shade(20, 10)), "図.png": asPNG(f, shade(20, 10)), "録画.mp4": video(100),
		"議事録.docx": office(f, "[Content_Types].xml", "word/document.xml"), "x.html": []byte("<html>%PDF-1.7"), "": nil,
	} {
		f.Add(name, body)
	}
	f.Fuzz(func(t *testing.T, name string, body []byte) {
		d := &desk{Service: d.Service, t: t, db: d.db, sender: d.sender}
		begun, before := time.Now(), d.count("attachment")
		file, err := d.send(name, bytes.NewReader(body))
		if took := time.Since(begun); took > time.Minute {
			t.Errorf("it took %v", took)
		}
		switch kind := fault.KindOf(err); {
		case err == nil:
			if wrong := isHarmless(file.Name); wrong != "" || !attachment.IsShown(file.Type) && !strings.Contains(file.Type, "officedocument") {
				t.Errorf("%q of type %s: %s", file.Name, file.Type, wrong)
			}
		case kind != fault.Invalid && kind != fault.Unsupported && kind != fault.TooLarge:
			t.Errorf("refused as %s: %v", kind, err)
		case d.count("attachment") != before:
			t.Error("what was refused is still there")
		}
	})
}
