package comparison

import (
	"encoding/binary"
	"strings"

	"kagami/internal/policy/outline"
)

// none stands for no node.
const none = -1

// node is a clause in its tree. The first node of a tree is the document itself,
// the others follow in the order of the text.
type node struct {
	outline.Anchored
	parent   int // none for the document
	children []int
	place    int // among its parent's children
	size     int // of nodes in its subtree, itself among them
	indent   int
	own      int // the same for nodes that say the same in heading and wording
	whole    int // the same for nodes that say the same with all that is in them
	other    int // the node that it is matched with, or none
}

// empty tells whether the clause has no words of its own.
func (n *node) empty() bool { return n.Heading == "" && n.Text == "" }

// ids numbers things so that equal ones have equal numbers.
type ids struct {
	own   map[[2]string]int
	whole map[string]int
}

func numberOf[K comparable](known map[K]int, key K) int {
	n, ok := known[key]
	if !ok {
		n = len(known)
		known[key] = n
	}
	return n
}

// newTree lays an outline out as nodes. ids are those of both trees.
func newTree(o *outline.Outline, known ids) []node {
	anchors := o.Anchors()
	tree := make([]node, 1, len(anchors)+1)
	tree[0] = node{Anchored: outline.Anchored{Clause: &outline.Clause{}, Depth: -1}, parent: none, other: none}
	parents := []int{0}
	for _, a := range anchors {
		parents = parents[:a.Depth+1]
		parent := parents[a.Depth]
		n := node{Anchored: a, parent: parent, place: len(tree[parent].children), other: none, indent: tree[parent].indent}
		if p := &tree[parent]; parent > 0 && !container(p.Kind) {
			n.indent++
		}
		tree[parent].children = append(tree[parent].children, len(tree))
		parents = append(parents, len(tree))
		tree = append(tree, n)
	}
	for i := len(tree) - 1; i >= 0; i-- {
		n := &tree[i]
		n.own = numberOf(known.own, [2]string{n.Heading, n.Text})
		n.size = 1
		key := binary.AppendUvarint(nil, uint64(n.own)) //nolint:gosec // counts up from 0
		for _, c := range n.children {
			child := &tree[c]
			n.size += child.size
			key = binary.AppendUvarint(key, uint64(child.whole)) //nolint:gosec // counts up from 0
			key = append(append(append(key, child.Kind...), child.Label...), 0)
		}
		n.whole = numberOf(known.whole, string(key))
	}
	return tree
}

// container tells whether what stands in clauses of the kind is not indented.
func container(k outline.Kind) bool {
	return k == outline.Chapter || k == outline.Section || k == outline.Supplement
}

// words are what a clause says; of one that says nothing itself, what stands in
// it says it.
func words(tree []node, i int) string {
	n := &tree[i]
	if !n.empty() {
		return n.Heading + n.Text
	}
	const enough = 4096 // bytes, to tell what it is about
	var b strings.Builder
	for j := i + 1; j < i+n.size && b.Len() < enough; j++ {
		b.WriteString(tree[j].Heading)
		b.WriteString(tree[j].Text)
	}
	return b.String()
}
