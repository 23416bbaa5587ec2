// Package layers draws what rests on what: boxes in layers, and lines between them.
package layers

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// Picture is what is to be drawn, the highest layer first.
type Picture struct {
	Title  string // what it shows
	Text   string // the same in a sentence or two, for who does not see it
	Layers []Layer
	Lines  []Line
}

// Layer is what stands at one height.
type Layer struct {
	Label string
	Boxes []Box
}

// Box is one thing.
type Box struct {
	Key  int64 // by which lines name it; 0 where none does
	Name string
	Note string // in a line of its own
	URL  string // empty for none
	// Mark says what is wrong with it; empty for nothing.
	Mark string
	// Middle tells that the picture is about it, Rest that it stands for many.
	Middle, Rest bool
}

// Line leads from a box to another, by their keys.
type Line struct{ From, To int64 }

// The measures of the picture, in px.
const (
	columns    = 5
	boxWidth   = 184
	boxHeight  = 92
	markHeight = 22
	padding    = 12
	gap        = 20 // between the boxes of a row, and between the rows of a layer
	layerGap   = 44 // between layers, with the label of the lower
	labelSpace = 24
	bend       = 8 // how far below a row lines run between boxes of it
	lineHeight = 20
	nameLines  = 2
)

// laid is a picture laid out. It begins at the left, where a phone shows it first.
type laid struct {
	Width, Height int
	Labels        []label
	Boxes         []place
	Paths         []path
}

type label struct {
	X, Y int
	Text string
}

// place is a box where it stands, with its name as it fits in.
type place struct {
	Box
	X, Y, H int
	Lines   []string
}

// path is a line of at most four points.
type path []point

type point struct{ X, Y int }

// lay lays a picture out.
func lay(p Picture) laid {
	var l laid
	at := map[int64]place{}
	y := 0
	for i, layer := range p.Layers {
		if i > 0 {
			y += layerGap
		}
		l.Labels = append(l.Labels, label{0, y + labelSpace - 8, layer.Label})
		l.Width = max(l.Width, sizeOf(layer.Label))
		y += labelSpace
		for from := 0; from < len(layer.Boxes); from += columns {
			if from > 0 {
				y += gap
			}
			row, height := layer.Boxes[from:min(from+columns, len(layer.Boxes))], boxHeight
			for _, b := range row {
				if b.Mark != "" {
					height = boxHeight + markHeight
				}
			}
			for column, b := range row {
				placed := place{Box: b, X: column * (boxWidth + gap), Y: y, H: height, Lines: wrap(b.Name, boxWidth-2*padding, nameLines)}
				l.Boxes, at[b.Key] = append(l.Boxes, placed), placed
				l.Width = max(l.Width, placed.X+boxWidth)
			}
			y += height
		}
	}
	l.Height = y + 2*bend
	for _, line := range p.Lines {
		from, isDrawn := at[line.From]
		to, isDrawnToo := at[line.To]
		if isDrawn && isDrawnToo && line.From != 0 && line.To != 0 {
			l.Paths = append(l.Paths, between(from, to))
		}
	}
	return l
}

// between leads from one box to another: straight where one stands over the other, and
// around below them in one row.
func between(x, y place) path {
	if x.Y > y.Y {
		x, y = y, x
	}
	from, to := point{x.X + boxWidth/2, x.Y + x.H}, point{y.X + boxWidth/2, y.Y}
	if x.Y == y.Y {
		to.Y += y.H
		return path{from, {from.X, from.Y + bend}, {to.X, to.Y + bend}, to}
	}
	return path{from, to}
}

// wrap breaks a text into lines of at most so many px, and ends it with … where it has
// more than fit in.
func wrap(text string, width, most int) []string {
	var lines []string
	var line strings.Builder
	used := 0
	letters := uniseg.NewGraphemes(strings.Join(strings.Fields(text), " "))
	for letters.Next() {
		letter := letters.Str()
		size := sizeOf(letter)
		room := width
		if len(lines) == most-1 {
			room -= sizeOf("…")
		}
		if used+size > room {
			if len(lines) == most-1 {
				if rest := letter + remaining(letters); sizeOf(rest) <= width-used {
					return append(lines, line.String()+rest)
				}
				return append(lines, line.String()+"…")
			}
			lines = append(lines, line.String())
			line.Reset()
			used = 0
		}
		line.WriteString(letter)
		used += size
	}
	return append(lines, line.String())
}

// remaining are the letters that are still to come.
func remaining(letters *uniseg.Graphemes) string {
	var b strings.Builder
	for letters.Next() {
		b.WriteString(letters.Str())
	}
	return b.String()
}

// sizeOf is how wide a text is at most at 14 px, in px: Noto Sans JP draws all but Latin
// letters and narrow kana as wide as they are high.
func sizeOf(text string) (px int) {
	for letters := uniseg.NewGraphemes(text); letters.Next(); {
		switch r := letters.Runes()[0]; {
		case strings.ContainsRune("WMmw@%&—", r):
			px += 14
		case r < unicode.MaxASCII && (unicode.IsUpper(r) || unicode.IsDigit(r)):
			px += 10
		case r < unicode.MaxASCII:
			px += 9
		case r >= '｡' && r <= 'ﾟ':
			px += 8
		default:
			px += 14
		}
	}
	return px
}
