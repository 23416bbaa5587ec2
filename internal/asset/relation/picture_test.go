package relation_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kagami/internal/asset/relation"
)

// said are layers in words: how far, which are drawn, and how many are left.
func said(layers []relation.Layer) string {
	var list []string
	for _, l := range layers {
		var ids []string
		for _, n := range l.Drawn {
			ids = append(ids, fmt.Sprint(n.ID))
		}
		text := fmt.Sprintf("%+d:%s", l.Steps, strings.Join(ids, ","))
		if l.Left > 0 || l.More {
			text += fmt.Sprintf(" left %d", l.Left)
		}
		if l.More {
			text += "+"
		}
		list = append(list, text)
	}
	return strings.Join(list, " | ")
}

// standing are neighbors with ids from one on, all the same number of steps away.
func standing(steps, first, n int) (list []relation.Neighbor) {
	for i := range n {
		list = append(list, relation.Neighbor{ID: int64(first + i), Steps: steps})
	}
	return list
}

func TestThePictureShowsTheNearestAndSaysHowManyAreLeft(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		around relation.Around
		want   string
	}{
		"nothing": {relation.Around{}, ""},
		"both sides": {relation.Around{
			Above: relation.Side{Neighbors: append(standing(1, 1, 1), standing(2, 2, 2)...), Steps: []relation.Step{{Count: 1}, {Count: 2}}},
			Below: relation.Side{Neighbors: standing(1, 9, 1), Steps: []relation.Step{{Count: 1}}},
		}, "+2:2,3 | +1:1 | -1:9"},
		"more than a layer holds": {relation.Around{
			Above: relation.Side{Neighbors: standing(1, 1, 18), Steps: []relation.Step{{Count: 18}}},
		}, "+1:1,2,3,4,5,6,7,8,9,10,11,12,13,14,15 left 3"},
		"what touches the layer before comes first": {relation.Around{
			Above: relation.Side{Neighbors: append(standing(1, 1, 1), standing(2, 2, 16)...), Steps: []relation.Step{{Count: 1}, {Count: 16}}},
			Rests: []relation.Rest{{Asset: 17, RestsOn: 1}},
		}, "+2:17,2,3,4,5,6,7,8,9,10,11,12,13,14,15 left 1 | +1:1"},
		"layers beyond": {relation.Around{
			Below: relation.Side{
				Neighbors: append(append(standing(1, 1, 15), standing(2, 16, 6)...), standing(3, 30, 2)...),
				Steps:     []relation.Step{{Count: 15}, {Count: 6}, {Count: 2}, {Count: 7, More: true}},
			},
		}, "-1:1,2,3,4,5,6,7,8,9,10,11,12,13,14,15 | -2:16,17,18,19,20 left 1 | -3: left 9+"},
		"a layer none of which is listed": {relation.Around{
			Above: relation.Side{Neighbors: standing(1, 1, 1), Steps: []relation.Step{{Count: 1}, {Count: 4}, {Count: 5}}},
		}, "+2: left 9 | +1:1"},
	} {
		if got := said(c.around.Layers(100)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// However much there is, a picture stays small, and what is drawn and what is left are
// together all that was counted.
func TestThePictureStaysSmall(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var around relation.Around
		counted, id := 0, 1
		for _, side := range []*relation.Side{&around.Above, &around.Below} {
			for step, n := range rapid.SliceOfN(rapid.IntRange(1, 40), 0, 12).Draw(t, "counts") {
				side.Steps = append(side.Steps, relation.Step{Count: n})
				side.Neighbors = append(side.Neighbors, standing(step+1, id, n)...)
				counted, id = counted+n, id+n
			}
		}
		boxes, all := 0, 0
		for _, l := range around.Layers(0) {
			boxes, all = boxes+len(l.Drawn), all+len(l.Drawn)+l.Left
		}
		if boxes > 60 || all != counted {
			t.Fatalf("%d boxes, %d of %d", boxes, all, counted)
		}
	})
}
