package asset

import (
	"strings"

	"kagami/internal/asset"
	"kagami/internal/asset/relation"
)

// beside is what stands directly on an asset, and under it.
type beside struct{ Above, Below relation.Side }

// mostBeside is how many of a side stand on the asset's page.
const mostBeside = 5

// first are those of a side that stand on the asset's page, and how many there are besides.
func first(side relation.Side) (list []relation.Neighbor, left int, more bool) {
	list = side.Neighbors[:min(len(side.Neighbors), mostBeside)]
	n, more := side.Count()
	return list, n - len(list), more
}

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
