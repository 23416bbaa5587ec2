// Package office writes a comparison as the 新旧対照表 that a town files: a table
// in landscape A4, 改正後 on the left and 改正前 on the right, what changed
// underlined, for Excel and for Word.
package office

import (
	"fmt"

	"kagami/internal/policy/comparison"
	"kagami/internal/sheet"
)

// Form is what stands in the file.
type Form struct {
	Comparison comparison.Comparison
	// Heading stands above the table, the document's name in it.
	Heading string
	// OldTitle and NewTitle say which revisions they are: 第1版（令和6年4月1日施行）.
	OldTitle, NewTitle string
}

// The heads of the columns.
const (
	newHead = "改正後"
	oldHead = "改正前"
	note    = "備考　下線の部分は、改正部分である。"
)

// XLSX writes the form as a workbook of that name, without an extension.
func (f Form) XLSX(name string) (sheet.File, error) {
	body, err := f.workbook()
	if err != nil {
		return sheet.File{}, fmt.Errorf("writing a comparison as a workbook: %w", err)
	}
	return sheet.File{Name: name + ".xlsx", ContentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Body: body}, nil
}

// DOCX writes the form as a Word document of that name, without an extension.
func (f Form) DOCX(name string) (sheet.File, error) {
	body, err := f.document()
	if err != nil {
		return sheet.File{}, fmt.Errorf("writing a comparison as a document: %w", err)
	}
	return sheet.File{Name: name + ".docx", ContentType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Body: body}, nil
}
