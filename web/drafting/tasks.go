package drafting

import (
	"fmt"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/policy/draft"
	"kagami/internal/task"
)

// tasks are the drafts that wait to be published.
func (s *Screens) tasks(actor authz.Actor, b *task.Batch) {
	s.drafts.QueueDrafts(b, actor, func(drafts []draft.Summary) {
		for _, d := range drafts {
			b.Add(task.Task{
				What: "下書きを確かめる", Why: fmt.Sprintf("%s（第%d版　%s）", d.Title, d.Number, d.State.Title()), Act: "下書きを見る", URL: address.Draft(d.Code),
			})
		}
	})
}
