package revision

import (
	"encoding/hex"
	"net/url"

	"kagami/internal/address"
	"kagami/internal/policy/draft"
	"kagami/web/component/document"
	"kagami/web/layout"
)

// Crumbs are the way to a page below a draft's.
func Crumbs(d draft.Draft) []layout.Link {
	return []layout.Link{document.List, {Label: "下書き", Address: address.Draft(d.Code)}}
}

// Hash is the hash of the text that a form was about; one that no form of ours
// has written is that of no text.
func Hash(form url.Values) []byte {
	hash, err := hex.DecodeString(form.Get("sha256"))
	if err != nil {
		return nil
	}
	return hash
}
