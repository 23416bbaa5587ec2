package imports

import (
	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/policy/draft"
	"kagami/internal/task"
)

// tasks are the texts that the actor has begun to take in.
func (s *Screens) tasks(actor authz.Actor, b *task.Batch) {
	s.drafts.QueueImports(b, actor, func(list []draft.ImportSummary) {
		for _, i := range list {
			b.Add(task.Task{What: "取り込み中の文書の質問に答える", Why: importTitle(i), Act: "続ける", URL: address.Import(i.Token)})
		}
	})
}

// importTitle names a text that may not have a title yet.
func importTitle(i draft.ImportSummary) string {
	if i.Title != "" {
		return i.Title
	}
	return i.Kind.Title() + "（" + calendar.WarekiInstant(i.StartedAt) + " に取り込み）"
}
