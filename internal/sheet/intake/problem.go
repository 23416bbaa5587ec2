package intake

import "fmt"

// Problem is one thing wrong with a row.
type Problem struct {
	Line   int    // in the file; 0 for what is not in it
	Column string // the heading; empty for the row as a whole
	Reason string // what is wrong and what to do, in Japanese
}

// Sentence is the problem with its place.
func (p Problem) Sentence() string {
	place := ""
	if p.Line > 0 {
		place = fmt.Sprintf("%d行目", p.Line)
	}
	if p.Column != "" {
		place += "「" + p.Column + "」"
	}
	if place == "" {
		return p.Reason
	}
	return place + "：" + p.Reason
}
