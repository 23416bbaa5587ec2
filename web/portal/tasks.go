package portal

import (
	"fmt"

	"kagami/internal/account"
	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/policy/draft"
	"kagami/internal/task"
	"kagami/web/page"
)

func (p *Portal) tasks(actor authz.Actor, b *task.Batch) {
	p.ownAccountTasks(actor, b)
	p.accountTasks(actor, b)
	p.draftTasks(actor, b)
}

// ownAccountTasks ask the account's owner to look at what others have done to it.
func (p *Portal) ownAccountTasks(actor authz.Actor, b *task.Batch) {
	p.Accounts.QueueDecisions(b, actor, func(list []account.Decision) {
		for _, d := range list {
			if !d.Noted {
				b.Add(task.Task{What: "アカウントに行われた操作を確かめる", Why: page.DecisionWords(d), Act: "確かめる", URL: address.OwnAccount})
			}
		}
	})
}

// accountTasks are the invitations that whoever manages accounts has to make.
func (p *Portal) accountTasks(actor authz.Actor, b *task.Batch) {
	p.Accounts.QueueWaiting(b, actor, func(waiting account.Waiting) {
		if n := waiting.All - waiting.Invited; n > 0 {
			b.Add(task.Task{What: "アカウントの招待を作る", Why: fmt.Sprintf("まだ招待していない職員が%d人います。", n), Act: "招待を作る", URL: address.Invitations})
		}
	})
}

// draftTasks are the drafts that wait to be published.
func (p *Portal) draftTasks(actor authz.Actor, b *task.Batch) {
	p.Draft.QueueDrafts(b, actor, func(drafts []draft.Draft) {
		for _, d := range drafts {
			b.Add(task.Task{
				What: "下書きを確かめる", Why: fmt.Sprintf("%s（第%d版　%s）", d.Title, d.Number, d.State.Title()), Act: "下書きを見る", URL: address.Draft(d.Code),
			})
		}
	})
}
