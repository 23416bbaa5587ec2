// Package keeping is the screens of 台帳担当者: who keeps a section's register, and what they
// have prepared for its 情報セキュリティ管理者 to confirm.
package keeping

import (
	"fmt"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/propose"
	"kagami/internal/authz"
	"kagami/internal/notice"
	"kagami/internal/org/keeper"
	"kagami/internal/state"
	"kagami/internal/task"
	"kagami/internal/trail"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are those screens.
type Screens struct {
	register  *asset.Service
	keepers   *keeper.Service
	proposals *propose.Service
}

// New makes the screens.
func New(register *asset.Service, keepers *keeper.Service, proposals *propose.Service) *Screens {
	return &Screens{register, keepers, proposals}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/assets/keepers", authz.NameKeepers, s.showKeepers),
			screen.Post("/assets/keepers", authz.NameKeepers, s.changeKeepers).Sensitive(),
			screen.Get("/assets/drafts", authz.ConfirmAssets, s.showDrafts),
			screen.Post("/assets/drafts", authz.ConfirmAssets, s.confirmDrafts),
			screen.Get("/assets/{asset}/review", authz.DraftAssets, s.showReview),
			screen.Post("/assets/{asset}/review", authz.DraftAssets, s.review),
		},
		Flashes: map[string]layout.Done{
			"keeper-named":       {Heading: "台帳担当者を決めました", Text: "その日から、この課室の情報資産の下書きを作れます。"},
			"keeper-taken-back":  {Heading: "台帳担当者を解きました", Text: "これからは、下書きを作れません。作りかけの下書きは、残っています。"},
			"drafts-confirmed":   {Heading: "下書きを登録しました", Text: "選んだ下書きは、台帳に登録されました。"},
			"draft-sent-back":    {Heading: "差し戻しました", Text: "書いた人に、お知らせで伝えました。"},
			"proposal-confirmed": {Heading: "提案のとおりに変えました", Text: "提案した人の名前は、履歴の理由に残ります。"},
			"proposal-withdrawn": {Heading: "提案を取り下げました", Text: "情報資産の内容は、変わっていません。"},
		},
		Tasks:    s.tasks,
		Counters: []state.Counter{propose.ChangeCounter},
		Topics:   []notice.Topic{propose.Topic()},
		Subjects: []trail.Named{{Kind: "register_keeper", Title: "台帳担当者"}},
	}
}

// tasks are what waits for a 情報セキュリティ管理者, and what was sent back to a 台帳担当者.
func (s *Screens) tasks(actor authz.Actor, b *task.Batch) {
	s.proposals.QueueSentBack(b, actor, func(n propose.SentBack) {
		if n.Drafts > 0 {
			b.Add(task.Task{What: fmt.Sprintf("差し戻された下書き%d件を直す", n.Drafts), Why: "直して保存すると、もう一度、確認を待ちます。", Act: "下書きを直す", URL: address.Asset(n.First)})
		}
	})
	s.proposals.QueueCounts(b, actor, func(n propose.Counts) {
		if n.Drafts > 0 {
			b.Add(task.Task{What: fmt.Sprintf("台帳の下書き%d件を確認する", n.Drafts), Why: "台帳担当者が作りました。確認すると、台帳に登録されます。", Act: "下書きを確認する", URL: address.AssetDrafts})
		}
		if n.Proposals > 0 {
			b.Add(task.Task{What: fmt.Sprintf("情報資産の変更の提案%d件を確認する", n.Proposals), Why: "台帳担当者の提案です。確認すると、台帳が変わります。", Act: "提案を確認する", URL: address.AssetDrafts})
		}
	})
}

var registerLink = layout.Link{Label: "情報資産", Address: address.Assets}
