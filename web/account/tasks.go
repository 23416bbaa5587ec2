package account

import (
	"fmt"

	"kagami/internal/account"
	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/task"
)

// tasks ask the account's owner to look at what others have done to it.
func (s *Screens) tasks(actor authz.Actor, b *task.Batch) {
	s.Accounts.QueueDecisions(b, actor, func(list []account.Decision) {
		for _, d := range list {
			if !d.Noted {
				b.Add(task.Task{What: "アカウントに行われた操作を確かめる", Why: d.Words(), Act: "確かめる", URL: address.OwnAccount})
			}
		}
	})
}

// managingTasks are the invitations that whoever manages accounts has to make.
func (s *Screens) managingTasks(actor authz.Actor, b *task.Batch) {
	s.Accounts.QueueWaiting(b, actor, func(waiting account.Waiting) {
		if n := waiting.All - waiting.Invited; n > 0 {
			b.Add(task.Task{What: "アカウントの招待を作る", Why: fmt.Sprintf("まだ招待していない職員が%d人います。", n), Act: "招待を作る", URL: address.Invitations})
		}
	})
}
