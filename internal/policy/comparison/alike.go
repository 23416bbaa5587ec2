package comparison

import (
	"cmp"
	"slices"
)

// How alike two texts must be, as the part of their shingles that they share.
const (
	alikeNearby   = 0.3 // under clauses that are matched with each other
	alikeAnywhere = 0.5
)

// What bounds the work. Beyond, clauses are matched by their numbers alone.
const (
	mostNearby    = 32 // children of one clause that are compared each with each
	mostSharing   = 24 // clauses of a text that share a shingle; more, and it tells nothing
	mostShingles  = 4096
	fewestToFind  = 8 // shingles, to look for a text anywhere
	shingleLength = 3 // characters
)

// shingles are all runs of three characters in a text, each once, in order of
// their value.
func shingles(text string) []uint64 {
	const bits = 21 // of a character
	var (
		list  []uint64
		value uint64
		count int
	)
	for _, r := range text {
		value = (value<<bits | uint64(r)) & (1<<(bits*shingleLength) - 1) //nolint:gosec // a rune of a string is not negative
		if count++; count >= shingleLength {
			list = append(list, value)
		}
		if len(list) == mostShingles {
			break
		}
	}
	if count > 0 && count < shingleLength {
		list = append(list, value)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func (m *matcher) ofOld(i int) []uint64 {
	if m.oldShingles[i] == nil {
		m.oldShingles[i] = shingles(words(m.old, i))
	}
	return m.oldShingles[i]
}

func (m *matcher) ofNew(i int) []uint64 {
	if m.newShingles[i] == nil {
		m.newShingles[i] = shingles(words(m.new, i))
	}
	return m.newShingles[i]
}

// shared counts what two ordered lists share.
func shared(a, b []uint64) int {
	n := 0
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			a = a[1:]
		case a[0] > b[0]:
			b = b[1:]
		default:
			n++
			a, b = a[1:], b[1:]
		}
	}
	return n
}

// likeness is the part of two texts' shingles that both have, from 0 to 1.
func likeness(a, b []uint64) float64 {
	if len(a)+len(b) == 0 {
		return 0
	}
	return 2 * float64(shared(a, b)) / float64(len(a)+len(b))
}

// candidate is two clauses that may be the same one.
type candidate struct {
	old, new int
	score    float64
}

// joinBest matches candidates, the most alike first. Of those equally alike, the
// ones nearer in their places, then the earlier.
func (m *matcher) joinBest(list []candidate) {
	slices.SortFunc(list, func(a, b candidate) int {
		return cmp.Or(
			cmp.Compare(b.score, a.score),
			cmp.Compare(apart(a), apart(b)),
			cmp.Compare(a.old+a.new, b.old+b.new),
		)
	})
	for _, c := range list {
		if m.old[c.old].other == none && m.new[c.new].other == none {
			m.join(c.old, c.new)
		}
	}
}

func apart(c candidate) int { return max(c.old-c.new, c.new-c.old) }

// alike matches clauses of the same kind by likeness.
func (m *matcher) alike(olds, news []int) {
	if len(olds) > mostNearby || len(news) > mostNearby {
		return
	}
	var list []candidate
	for _, o := range olds {
		for _, n := range news {
			a, b := m.ofOld(o), m.ofNew(n)
			if m.old[o].Kind != m.new[n].Kind {
				continue
			}
			if score := likeness(a, b); score >= alikeNearby {
				list = append(list, candidate{o, n, score})
			}
		}
	}
	m.joinBest(list)
}

// alikeAnywhere matches clauses by likeness wherever they stand. Only shingles
// that few clauses share are looked at, so that the work grows with the text.
func (m *matcher) alikeAnywhere() {
	olds, news := find(m.old, m.ofOld), find(m.new, m.ofNew)
	var (
		list    []candidate
		shares  = make([]int, len(m.old)) // with the clause that is looked at
		sharing []int
	)
	for n := range m.new {
		if m.new[n].other != none || len(m.ofNew(n)) < fewestToFind {
			continue
		}
		for _, s := range m.ofNew(n) {
			if len(olds[s]) > mostSharing || len(news[s]) > mostSharing {
				continue
			}
			for _, o := range olds[s] {
				if shares[o] == 0 {
					sharing = append(sharing, o)
				}
				shares[o]++
			}
		}
		for _, o := range sharing {
			a, b := m.ofOld(o), m.ofNew(n)
			// those far from alike are not worth a closer look
			if 4*shares[o] >= min(len(a), len(b)) {
				if score := likeness(a, b); score >= alikeAnywhere {
					list = append(list, candidate{o, n, score})
				}
			}
			shares[o] = 0
		}
		sharing = sharing[:0]
	}
	m.joinBest(list)
}

// find lists the unmatched clauses of a tree by their shingles.
func find(tree []node, of func(int) []uint64) map[uint64][]int {
	by := map[uint64][]int{}
	for i := range tree {
		if tree[i].other != none {
			continue
		}
		if list := of(i); len(list) >= fewestToFind {
			for _, s := range list {
				if len(by[s]) <= mostSharing {
					by[s] = append(by[s], i)
				}
			}
		}
	}
	return by
}
