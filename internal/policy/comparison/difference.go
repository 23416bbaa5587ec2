package comparison

import (
	"slices"
	"strings"

	"github.com/rivo/uniseg"
)

const (
	// mostEdits is how far two texts may be apart, in characters taken away and
	// put in, to be compared character by character at once. Beyond, they are
	// compared by sentences first, and what is between equal sentences by itself.
	mostEdits = 256
	// island is how many equal characters between two changes are not worth
	// leaving out of the underline.
	island = 2
	// unlike is the part of their shingles that two long texts share at most if
	// they have nothing to do with each other: both count as changed from end to end.
	unlike = 0.1
)

// difference parts two texts into passages that stand in both, in the same
// order, and passages that do not.
func difference(oldText, newText string) (olds, news []Passage) {
	if oldText == newText {
		return whole(oldText, false), whole(newText, false)
	}
	a, b := graphemes(oldText), graphemes(newText)
	if min(len(a), len(b)) > mostEdits && likeness(shingles(oldText), shingles(newText)) <= unlike {
		return whole(oldText, true), whole(newText, true)
	}
	changedA, changedB := make([]bool, len(a)), make([]bool, len(b))
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		start++
	}
	endA, endB := len(a), len(b)
	for endA > start && endB > start && a[endA-1] == b[endB-1] {
		endA, endB = endA-1, endB-1
	}
	mark(a[start:endA], b[start:endB], changedA[start:endA], changedB[start:endB])
	return passages(a, changedA), passages(b, changedB)
}

// whole is a text as one passage, or as none if there is no text.
func whole(text string, changed bool) []Passage {
	if text == "" {
		return nil
	}
	return []Passage{{text, changed}}
}

func graphemes(text string) []string {
	var list []string
	for state := -1; text != ""; {
		var cluster string
		cluster, text, _, state = uniseg.FirstGraphemeClusterInString(text, state)
		list = append(list, cluster)
	}
	return list
}

func passages(list []string, changed []bool) []Passage {
	var parts []Passage
	for start := 0; start < len(list); {
		end := start
		for end < len(list) && changed[end] == changed[start] {
			end++
		}
		parts = append(parts, Passage{strings.Join(list[start:end], ""), changed[start]})
		start = end
	}
	return parts
}

// run is a run of characters that stand in both texts.
type run struct{ a, b, length int }

// mark tells of each character whether it changed.
func mark(a, b []string, changedA, changedB []bool) {
	for i := range changedA {
		changedA[i] = true
	}
	for i := range changedB {
		changedB[i] = true
	}
	runs, ok := common(a, b)
	if !ok {
		runs = bySentence(a, b)
	}
	for _, r := range worthwhile(runs, len(a), len(b)) {
		for i := range r.length {
			changedA[r.a+i], changedB[r.b+i] = false, false
		}
	}
}

// bySentence finds the equal sentences of two texts, and between them equal
// characters, where the texts are not too far apart for that.
func bySentence(a, b []string) []run {
	sentencesA, startsA := sentences(a)
	sentencesB, startsB := sentences(b)
	equal, ok := common(sentencesA, sentencesB)
	if !ok {
		return nil
	}
	var runs []run
	endA, endB := 0, 0
	between := func(untilA, untilB int) {
		inner, _ := common(a[endA:untilA], b[endB:untilB])
		for _, r := range inner {
			runs = append(runs, run{endA + r.a, endB + r.b, r.length})
		}
	}
	for _, r := range equal {
		startA, startB := startsA[r.a], startsB[r.b]
		between(startA, startB)
		endA, endB = startsA[r.a+r.length], startsB[r.b+r.length]
		runs = append(runs, run{startA, startB, endA - startA})
	}
	between(len(a), len(b))
	return runs
}

// sentences parts a text after 。 and line ends. starts has one more than there
// are sentences, the end of the text.
func sentences(list []string) (parts []string, starts []int) {
	start := 0
	for i, g := range list {
		if g == "。" || g == "\n" || i == len(list)-1 {
			parts, starts = append(parts, strings.Join(list[start:i+1], "")), append(starts, start)
			start = i + 1
		}
	}
	return parts, append(starts, len(list))
}

// worthwhile leaves out the islands: a の that chance left between two rewritten
// passages makes the underline harder to read, not easier.
func worthwhile(runs []run, lengthA, lengthB int) []run {
	var worth []run
	endA, endB := 0, 0 // of the last run that is worth it
	for i, r := range runs {
		nextA, nextB := lengthA, lengthB
		if i+1 < len(runs) {
			nextA, nextB = runs[i+1].a, runs[i+1].b
		}
		before := max(r.a-endA, r.b-endB)
		after := max(nextA-r.a-r.length, nextB-r.b-r.length)
		if r.length <= island && r.length <= before && r.length <= after {
			continue
		}
		worth = append(worth, r)
		endA, endB = r.a+r.length, r.b+r.length
	}
	return worth
}

// common finds the longest common subsequence of two texts as runs, by the
// greedy algorithm of E. W. Myers; not ok if they are further apart than
// mostEdits.
func common(textA, textB []string) (runs []run, ok bool) {
	known := map[string]int32{}
	a, b := numbered(textA, known), numbered(textB, known)
	limit := min(len(a)+len(b), mostEdits)
	furthest := make([]int32, 2*limit+3) // the x reached on each diagonal
	var trace [][]int32                  // as it was before each step
	for d := 0; d <= limit; d++ {
		trace = append(trace, slices.Clone(furthest[limit+1-d:limit+2+d]))
		for k := -d; k <= d; k += 2 {
			at := limit + 1 + k
			x := int(furthest[at-1]) + 1
			if k == -d || k != d && furthest[at-1] < furthest[at+1] {
				x = int(furthest[at+1])
			}
			y := x - k
			for x < len(a) && y < len(b) && a[x] == b[y] {
				x, y = x+1, y+1
			}
			furthest[at] = int32(x) //nolint:gosec // no more than the text's length
			if x >= len(a) && y >= len(b) {
				return backtrack(trace, len(a), len(b)), true
			}
		}
	}
	return nil, false
}

// numbered gives equal strings equal numbers, which are quicker to compare.
func numbered(list []string, known map[string]int32) []int32 {
	numbers := make([]int32, len(list))
	for i, s := range list {
		n, ok := known[s]
		if !ok {
			n = int32(len(known)) //nolint:gosec // a text has fewer characters
			known[s] = n
		}
		numbers[i] = n
	}
	return numbers
}

// backtrack follows the steps back from the ends of the texts.
func backtrack(trace [][]int32, x, y int) []run {
	var runs []run
	for d := len(trace) - 1; d >= 0; d-- {
		at := func(k int) int { return int(trace[d][k+d]) }
		k := x - y
		previous := k - 1
		if d == 0 {
			previous = k
		} else if k == -d || k != d && at(k-1) < at(k+1) {
			previous = k + 1
		}
		startX := 0 // where the step's run of equal characters begins
		if d > 0 {
			startX = at(previous)
			if previous < k {
				startX++
			}
		}
		if length := x - startX; length > 0 {
			runs = append(runs, run{startX, startX - k, length})
		}
		if d > 0 {
			x = at(previous)
			y = x - previous
		}
	}
	slices.Reverse(runs)
	return runs
}
