// Package register is the way that leads to what is about an asset.
package register

import (
	"kagami/internal/address"
	"kagami/web/layout"
)

// Link leads to the register of assets.
var Link = layout.Link{Label: "情報資産", Address: address.Assets}

// Way leads over the register and an asset, by its 管理番号, to what is about it.
func Way(code string) []layout.Link {
	return []layout.Link{Link, {Label: code, Address: address.Asset(code)}}
}
