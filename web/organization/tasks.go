package organization

import (
	"fmt"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/org"
	"kagami/internal/org/absence"
	"kagami/internal/task"
)

// tasks are what fills the organization's gaps, and those that an absence opens.
func (s *Screens) tasks(actor authz.Actor, b *task.Batch) {
	s.org.QueueGaps(b, actor, func(g org.Gaps) {
		if g.Sections == 0 {
			b.Add(task.Task{What: "課室を登録する", Why: "まだ課室がありません。課室のあとに、職と職員を登録するか、名簿を取り込みます。", Act: "課室を加える", URL: address.Sections})
			return
		}
		for _, role := range g.VacantRoles {
			b.Add(task.Task{What: role.Title() + "を決める", Why: "空席です。職と役割の表か、その職の発令で決まります。", Act: "職と役割の表を見る", URL: address.Roles})
		}
		if g.WithoutHeads > 0 {
			b.Add(task.Task{
				What: "情報セキュリティ管理者を決める", Why: fmt.Sprintf("空席の課室が%d課室あります。その間は、図 1.1 でその上の役割の人が代わって行います。", g.WithoutHeads),
				Act: "体制を見る", URL: address.Organization,
			})
		}
	})
	s.absences.QueueUnattended(b, actor, func(list []absence.Unattended) {
		for _, u := range list {
			b.Add(task.Task{What: u.Name + "の情報セキュリティ管理者の職務代理を決める", Why: unattended(u), Act: "課室を見る", About: u.Name, URL: address.Section(u.Code)})
		}
	})
}
