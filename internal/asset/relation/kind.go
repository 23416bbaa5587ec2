package relation

import (
	"slices"

	"kagami/internal/asset"
)

// bearers are on what an asset of each kind may rest: 固定資産課税台帳 (information) is in
// 税務システム (a system), which runs on 庁内LAN (a network) and stands in サーバ室 (a
// facility).
var bearers = map[asset.Kind][]asset.Kind{
	asset.Information: {asset.System, asset.Medium},
	asset.Document:    {asset.System, asset.Medium, asset.Facility},
	asset.Paper:       {asset.Facility},
	asset.System:      {asset.System, asset.Network, asset.Facility, asset.Medium},
	asset.Network:     {asset.Network, asset.Facility},
	asset.Medium:      {asset.Facility},
	asset.Facility:    {asset.Facility},
}

// MayRest tells whether an asset of one kind may rest on one of another.
func MayRest(kind, on asset.Kind) bool { return slices.Contains(bearers[kind], on) }

// Bearers are the kinds on which an asset of a kind may rest.
func Bearers(kind asset.Kind) []asset.Kind { return slices.Clone(bearers[kind]) }

// shared are the kinds that sections stand on together: whoever knows the 管理番号 of one
// may say that an asset of theirs rests on it, though they may not see it.
var shared = []asset.Kind{asset.System, asset.Network, asset.Facility}
