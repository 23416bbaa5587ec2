package servertest

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"testing"
)

// WordDocument is the smallest Word document with these paragraphs, for tests
// that hand one in.
func WordDocument(t testing.TB, paragraphs ...string) []byte {
	t.Helper()
	var body, file bytes.Buffer
	body.WriteString(`<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`)
	for _, paragraph := range paragraphs {
		body.WriteString(`<w:p><w:r><w:t>`)
		if err := xml.EscapeText(&body, []byte(paragraph)); err != nil {
			t.Fatal(err)
		}
		body.WriteString(`</w:t></w:r></w:p>`)
	}
	body.WriteString(`</w:body></w:document>`)
	parts := zip.NewWriter(&file)
	for name, content := range map[string]string{
		"_rels/.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" ` +
			`Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
		"word/document.xml": body.String(),
	} {
		part, err := parts.Create(name)
		if err == nil {
			_, err = part.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := parts.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}
