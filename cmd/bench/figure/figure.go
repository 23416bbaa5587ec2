// Package figure is what the bench measures: a ratio with what it must keep.
package figure

import (
	"fmt"
	"os"
	"slices"
)

// Figure is one measured ratio with what it must keep.
type Figure struct {
	Name    string
	Ratio   float64
	AtLeast bool // else at most
	Limit   float64
	Detail  string // the measured values, for people
}

// Holds tells whether it keeps its limit.
func (f Figure) Holds() bool {
	if f.AtLeast {
		return f.Ratio >= f.Limit
	}
	return f.Ratio <= f.Limit
}

// Print prints its line, and the measured values beside it.
func (f Figure) Print() {
	word := "at-most"
	if f.AtLeast {
		word = "at-least"
	}
	fmt.Printf("%s %.2f (%s %.2f)\n", f.Name, f.Ratio, word, f.Limit)
	fmt.Fprintf(os.Stderr, "  %s\n", f.Detail)
}

// Median of an odd number of values.
func Median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
