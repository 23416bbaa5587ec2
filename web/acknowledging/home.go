package acknowledging

import (
	"fmt"
	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/task"
	"kagami/web/screen"

	"github.com/a-h/templ"
)

// tasks are the revisions that the actor has still to acknowledge.
func (s *Screens) tasks(actor authz.Actor, b *task.Batch) {
	s.acknowledging.QueueOutstanding(b, actor, func(r policy.Listed) {
		t := task.Task{
			What: fmt.Sprintf("%s（第%d版）を読んで確認する", r.Title, r.Number), Why: "施行日 " + calendar.Wareki(r.EffectiveOn), DueOn: r.DueOn,
			Act: "読む", About: r.Title, URL: address.Policy(r.Code),
		}
		if r.Last > 0 {
			t.Act, t.URL = "変わったところを読む", address.Changes(r.Code)
		}
		b.Add(t)
	})
}

// panels show how many have acknowledged the 基本方針, to who answers for others.
func (s *Screens) panels(actor authz.Actor, b *screen.Batch) {
	var list []acknowledge.Summary
	s.acknowledging.QueueSummaries(&b.Batch, actor, func(one acknowledge.Summary) { list = append(list, one) })
	b.Panel(func() templ.Component {
		if len(list) == 0 {
			return nil
		}
		return coveragePanel(list)
	})
}
