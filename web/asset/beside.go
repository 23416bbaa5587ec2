package asset

import (
	"strings"

	"kagami/internal/asset"
	"kagami/internal/asset/relation"
)

// beside is what stands directly on an asset, and under it.
type beside struct{ Above, Below relation.Side }

// levelsOf are the three levels of a neighbor.
func levelsOf(n relation.Neighbor) string {
	var titles []string
	for _, aspect := range asset.Aspects {
		level := n.Level(aspect)
		if level == "" {
			level = "未定"
		}
		titles = append(titles, aspect.Title()+level)
	}
	return strings.Join(titles, "、")
}
