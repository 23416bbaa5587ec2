package outline

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Print writes an outline for reading at a terminal: each clause with the
// beginning of its wording, and the questions after them.
func (o *Outline) Print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", o.Title)
	o.Walk(func(c *Clause, parents []*Clause) {
		fmt.Fprintf(&b, "%s%s", strings.Repeat("  ", len(parents)), numberOf(c))
		if c.Heading != "" {
			fmt.Fprintf(&b, " %s", c.Heading)
		}
		if c.Text != "" {
			fmt.Fprintf(&b, " ｜%s", beginning(c.Text))
		}
		b.WriteByte('\n')
	})
	if len(o.Questions) > 0 {
		b.WriteString("\n確かめてください\n")
	}
	for _, q := range o.Questions {
		fmt.Fprintf(&b, "  %d行目から%d行目：%s\n", q.Line, q.Until, q.Why)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// beginning is the first words of a text.
func beginning(s string) string {
	const characters = 24
	s = strings.ReplaceAll(s, "\n", " ")
	if utf8.RuneCountInString(s) <= characters {
		return s
	}
	return string([]rune(s)[:characters]) + "…"
}
