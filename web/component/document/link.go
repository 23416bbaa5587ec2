package document

import (
	"fmt"

	"kagami/internal/address"
	"kagami/internal/policy"
	"kagami/web/layout"
)

// List is the way to the list of documents.
var List = layout.Link{Label: "ポリシー", Address: address.Policies}

// Link is the way to a document's current text.
func Link(d policy.Document) layout.Link {
	return layout.Link{Label: d.Title, Address: address.Policy(d.Code)}
}

// NoticeNumber is the number of a CISO notice as it is cited, 2026年度 第3号;
// year is the fiscal year.
func NoticeNumber(year, number int) string { return fmt.Sprintf("%d年度 第%d号", year, number) }
