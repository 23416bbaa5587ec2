package component

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// square is a QR code as lines on a grid.
type square struct {
	size int    // of the grid, with the margin that cameras need
	path string // an SVG path over the dark cells
}

// qrMargin is how many cells stay white around a QR code.
const qrMargin = 4

// newSquare makes a QR code of a text.
func newSquare(text string) (square, error) {
	code, err := qr.Encode(text, qr.L, qr.Auto)
	if err != nil {
		return square{}, fmt.Errorf("making a QR code: %w", err)
	}
	size := code.Bounds().Dx()
	var b strings.Builder
	for y := range size {
		for x := range size {
			if code.At(x, y) == color.Black {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+qrMargin, y+qrMargin)
			}
		}
	}
	return square{size: size + 2*qrMargin, path: b.String()}, nil
}

// view is the part of the drawing that is seen: all of it.
func (s square) view() string { return fmt.Sprintf("0 0 %d %d", s.size, s.size) }
