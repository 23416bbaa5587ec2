// Package intake is the fields of a form in which somebody settles as which column
// each heading of a table is read.
package intake

import (
	"fmt"
	"strings"

	"kagami/internal/fault"
	"kagami/internal/sheet/intake"
	"kagami/web/component"
)

// Fields is what the fields are drawn of.
type Fields struct {
	Reading  intake.Reading
	Typed    func(field string) string // what was chosen; nil before anything was
	Problems []fault.Problem
}

// groups are the headings that somebody must look at, and the others.
func (f Fields) groups() (unsure, others []intake.Heading) {
	missing := len(f.Reading.Missing()) > 0
	for _, h := range f.Reading.Headings {
		if h.Unsure || missing && h.Column == "" {
			unsure = append(unsure, h)
		} else {
			others = append(others, h)
		}
	}
	return unsure, others
}

func (f Fields) input(h intake.Heading) component.Input {
	i := component.Input{Name: h.Field(), Label: "「" + h.Text + "」の列", Value: f.Reading.Suggested(h), Problems: f.Problems}
	if f.Typed != nil {
		i.Value = f.Typed(h.Field())
	}
	if len(h.Samples) > 0 {
		i.Hint = "入っている内容：" + strings.Join(h.Samples, "、")
	}
	return i
}

func (f Fields) choices() []component.Choice {
	choices := []component.Choice{{Value: intake.NotRead, Label: "読まない"}}
	for _, c := range f.Reading.Columns() {
		label := c.Name()
		if c.Needed {
			label = fmt.Sprintf("%s（必須）", label)
		}
		choices = append(choices, component.Choice{Value: c.Key, Label: label})
	}
	return choices
}
