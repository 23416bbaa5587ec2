package portal

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kagami/internal/account"
	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/policy"
	"kagami/internal/policy/acknowledge"
	"kagami/internal/policy/draft"
	"kagami/internal/policy/find"
	"kagami/internal/task"
	"kagami/web/page"
	"kagami/web/screen"
)

func (p *Portal) tasks(actor authz.Actor, b *task.Batch) {
	p.readingTasks(actor, b)
	p.importTasks(actor, b)
	p.ownAccountTasks(actor, b)
	p.accountTasks(actor, b)
	p.draftTasks(actor, b)
}

// readingTasks are the revisions that the actor has still to acknowledge.
func (p *Portal) readingTasks(actor authz.Actor, b *task.Batch) {
	p.Policy.QueueReadings(b, actor, func(readings []policy.Reading) {
		for _, r := range readings {
			if !r.Wanting() {
				continue
			}
			t := task.Task{
				What: fmt.Sprintf("%s（第%d版）を読んで確認する", r.Title, r.Number), Why: "施行日 " + calendar.Wareki(r.EffectiveOn), DueOn: r.DueOn,
				Act: "読む", About: r.Title, URL: address.Policy(r.Code),
			}
			if r.Last > 0 {
				t.Act, t.URL = "変わったところを読む", address.Changes(r.Code)
			}
			b.Add(t)
		}
	})
}

// importTasks are the texts that the actor has begun to take in.
func (p *Portal) importTasks(actor authz.Actor, b *task.Batch) {
	p.Draft.QueueImports(b, actor, func(list []draft.Import) {
		for _, i := range list {
			b.Add(task.Task{What: "取り込み中の文書の質問に答える", Why: page.ImportTitle(i), Act: "続ける", URL: address.Import(i.Token)})
		}
	})
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

// panels show how many have acknowledged the 基本方針, to who answers for others.
func (p *Portal) panels(actor authz.Actor, b *screen.Batch) {
	var list []acknowledge.Summary
	p.Acknowledge.QueueSummaries(&b.Batch, actor, func(s acknowledge.Summary) { list = append(list, s) })
	b.Panel(func() templ.Component {
		if len(list) == 0 {
			return nil
		}
		return page.CoveragePanel(list, calendar.Day(p.Now()))
	})
}

// search finds clauses of what the actor may read.
func (p *Portal) search(actor authz.Actor, query screen.Query, b *screen.Batch) {
	var found find.Found
	after := readPlace(query.After)
	p.Find.QueueSearch(&b.Batch, actor, find.Search{Words: query.Words, After: after}, func(f find.Found) { found = f })
	b.Group(func() screen.Group {
		if len(found.Hits) == 0 {
			return screen.Group{}
		}
		group := screen.Group{Best: task.InText, Draw: page.HitsGroup(page.Hits{Found: found, Words: query.Words, Later: after != (find.Place{})})}
		for _, hit := range found.Hits {
			group.Best = min(group.Best, hit.Rank)
		}
		return group
	})
}

// readPlace reads a place as a link to the next page carries it, kihon.12; one
// that no link can carry is that of the first page.
func readPlace(s string) find.Place {
	code, position, _ := strings.Cut(s, ".")
	n, err := strconv.Atoi(position)
	if err != nil || n < 0 || code == "" {
		return find.Place{}
	}
	return find.Place{Code: code, Position: n}
}
