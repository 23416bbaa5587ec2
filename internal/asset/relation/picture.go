package relation

import "slices"

// Layer is what a picture shows of the assets that stand so many steps from one.
type Layer struct {
	Steps int // above the asset; negative below it
	Drawn []Neighbor
	// Left is how many there are besides; where nothing is drawn, with all that stand
	// further on.
	Left int
	More bool // there are more than Left
}

// How many a picture shows: what stops concerns people more than what stands below.
const (
	mostDrawnAbove = 40
	mostDrawnBelow = 20
	mostInLayer    = 15
)

// Layers are what a picture shows of what stands around an asset with an id, from the
// farthest above it to the farthest below; the asset's own is not among them.
func (a Around) Layers(asset int64) []Layer {
	above := layers(a.Above, a.Rests, asset, mostDrawnAbove)
	slices.Reverse(above)
	below := layers(a.Below, a.Rests, asset, mostDrawnBelow)
	for i := range below {
		below[i].Steps = -below[i].Steps
	}
	return append(above, below...)
}

// layers are those of a side, the nearest first. Of a layer with more than can be drawn
// those come first that touch what is drawn of the one before: a picture of boxes without
// lines says nothing.
func layers(side Side, rests []Rest, asset int64, most int) []Layer {
	touches := map[int64][]int64{}
	for _, r := range rests {
		touches[r.Asset] = append(touches[r.Asset], r.RestsOn)
		touches[r.RestsOn] = append(touches[r.RestsOn], r.Asset)
	}
	var list []Layer
	drawn := map[int64]bool{asset: true}
	for i, step := range side.Steps {
		if most <= 0 { // all that is left is gathered
			last := &list[len(list)-1]
			if len(last.Drawn) > 0 {
				list = append(list, Layer{Steps: i + 1})
				last = &list[len(list)-1]
			}
			last.Left, last.More = last.Left+step.Count, last.More || step.More
			continue
		}
		var here []Neighbor
		for _, n := range side.Neighbors {
			if n.Steps == i+1 {
				here = append(here, n)
			}
		}
		slices.SortStableFunc(here, func(x, y Neighbor) int { return rank(touches[x.ID], drawn) - rank(touches[y.ID], drawn) })
		here = here[:min(len(here), most, mostInLayer)]
		for _, n := range here {
			drawn[n.ID] = true
		}
		most -= len(here)
		list = append(list, Layer{Steps: i + 1, Drawn: here, Left: step.Count - len(here), More: step.More})
		if len(here) == 0 {
			most = 0 // none of it is listed
		}
	}
	return list
}

// rank is 0 for what touches something drawn, else 1.
func rank(neighbors []int64, drawn map[int64]bool) int {
	if slices.ContainsFunc(neighbors, func(id int64) bool { return drawn[id] }) {
		return 0
	}
	return 1
}
