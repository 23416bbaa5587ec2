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
			screen.Get("/assets/keepers/{naming}", authz.NameKeepers, s.showTakeBack),
			screen.Post("/assets/keepers/{naming}", authz.NameKeepers, s.takeBack).Sensitive(),
			screen.Get("/assets/mine", authz.DraftAssets, s.showOwn),
			screen.Get("/assets/{asset}/withdraw", authz.DraftAssets, s.showWithdraw),
			screen.Post("/assets/{asset}/withdraw", authz.DraftAssets, s.withdraw),
			screen.Get("/assets/drafts", authz.ConfirmAssets, s.showDrafts),
			screen.Post("/assets/drafts", authz.ConfirmAssets, s.confirmDrafts),
			screen.Get("/assets/{asset}/review", authz.DraftAssets, s.showReview),
			screen.Post("/assets/{asset}/review", authz.DraftAssets, s.review),
		},
		Flashes: map[string]layout.Done{
			"keeper-named":          {Heading: "台帳担当者を決めました", Text: "最初の日から、この課室の情報資産の下書きを作れます。本人に、お知らせが届きました。"},
			"keeper-taken-back":     {Heading: "台帳担当者の指定を解除しました", Text: "これからは、下書きを作れません。書きかけの下書きは、残っています。本人に、お知らせが届きました。"},
			"drafts-confirmed":      {Heading: "下書きを登録しました", Text: "選んだ下書きは、台帳に登録されました。"},
			"draft-sent-back":       {Heading: "差し戻しました", Text: "書いた人に、お知らせで伝えました。"},
			"proposal-confirmed":    {Heading: "提案のとおりに変えました", Text: "提案した人の名前は、履歴の理由に残ります。"},
			"proposal-withdrawn":    {Heading: "提案を取り下げました", Text: "情報資産の内容は、変わっていません。"},
			"asset-draft-withdrawn": {Heading: "下書きを取り下げました", Text: "この管理番号は、ほかの情報資産には使いません。"},
		},
		Tasks:    s.tasks,
		Counters: []state.Counter{propose.ChangeCounter},
		Topics:   []notice.Topic{propose.Topic(), keeper.Topic()},
		Subjects: []trail.Named{{Kind: "register_keeper", Title: "台帳担当者"}},
	}
}

// tasks are what waits for a 情報セキュリティ管理者, and what was sent back to a 台帳担当者.
func (s *Screens) tasks(actor authz.Actor, b *task.Batch) {
	s.proposals.QueueOwn(b, actor, func(n propose.OwnCounts) {
		if n.DraftsBack > 0 {
			b.Add(task.Task{What: fmt.Sprintf("差し戻された下書き%d件を直す", n.DraftsBack), Why: "直して保存すると、もう一度、確認を待ちます。", Act: "下書きを直す", URL: address.OwnAssetDrafts})
		}
		if n.ProposalsBack > 0 {
			b.Add(task.Task{What: fmt.Sprintf("差し戻された変更の提案%d件を直す", n.ProposalsBack), Why: "直してもう一度提案するか、取り下げてください。", Act: "提案を直す", URL: address.OwnAssetDrafts})
		}
	})
	s.proposals.QueueCounts(b, actor, func(n propose.Counts) {
		if n.Drafts > 0 {
			b.Add(task.Task{What: fmt.Sprintf("台帳の下書き%d件を確認する", n.Drafts), Why: "台帳担当者が作りました。確認すると、台帳に登録されます。", Act: "下書きを確認する", URL: address.AssetDrafts})
		}
		if n.Proposals > 0 {
			b.Add(task.Task{What: fmt.Sprintf("情報資産の変更の提案%d件を確認する", n.Proposals), Why: "台帳担当者の提案です。確認すると、台帳が変わります。", Act: "提案を確認する", URL: address.AssetDrafts})
		}
		if n.Unregistered > n.Drafts { // those that wait are asked for above
			b.Add(task.Task{What: fmt.Sprintf("登録していない下書きが%d件あります", n.Unregistered), Why: unregistered(n), Act: "下書きを見る", URL: address.DraftsOf(n.Section)})
		}
	})
}

// unregistered says what becomes of drafts.
func unregistered(n propose.Counts) string {
	why := "決まっていない項目を決めると、登録されます。"
	if n.Drafts > 0 {
		why += fmt.Sprintf("うち%d件は、あなたの確認を待っています。", n.Drafts)
	}
	return why
}
