package screen

import (
	"github.com/a-h/templ"

	"kagami/internal/task"
)

// Batch is task.Batch for screens: it adds how what was asked is drawn.
type Batch struct {
	task.Batch
	panels []func() templ.Component
	groups []func() Group
}

// Panel adds a panel of home. draw is called once the rows have come; it returns
// nil where there is nothing to show.
func (b *Batch) Panel(draw func() templ.Component) { b.panels = append(b.panels, draw) }

// Group adds a group of what a search has found. made is called once the rows
// have come.
func (b *Batch) Group(made func() Group) { b.groups = append(b.groups, made) }

// Panels are the panels that have something to show, in the order of the Parts.
func (b *Batch) Panels() []templ.Component {
	var list []templ.Component
	for _, draw := range b.panels {
		if panel := draw(); panel != nil {
			list = append(list, panel)
		}
	}
	return list
}
