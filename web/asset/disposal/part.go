// Package disposal is the screens of how assets are disposed of: the list of what waits and
// of what is done, the form by which somebody asks, one disposal with its record as it is
// printed, and the forms by which it is recorded, confirmed, sent back and withdrawn.
package disposal

import (
	"context"
	"fmt"
	"net/http"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/disposal"
	"kagami/internal/asset/find"
	"kagami/internal/asset/relation"
	"kagami/internal/attachment"
	"kagami/internal/authz"
	"kagami/internal/notice"
	"kagami/internal/sample"
	"kagami/internal/state"
	"kagami/internal/task"
	"kagami/internal/trail"
	"kagami/web/component/register"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are those screens.
type Screens struct {
	disposals *disposal.Service
	register  *asset.Service
	finding   *find.Service
	relations *relation.Service
	attached  *attachment.Service
}

// New makes the screens.
func New(disposals *disposal.Service, assets *asset.Service, finding *find.Service, relations *relation.Service, attachments *attachment.Service) *Screens {
	return &Screens{disposals, assets, finding, relations, attachments}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	part := screen.Part{
		Routes: []screen.Route{
			screen.Get("/assets/{asset}/dispose", authz.DisposeAssets, s.showAsk),
			screen.Post("/assets/{asset}/dispose", authz.DisposeAssets, s.ask),
			screen.Get("/disposals", authz.ReadAssets, s.showList),
			screen.Get("/disposals/{disposal}", authz.ReadAssets, s.showEntry),
			screen.Get("/disposals/{disposal}/record", authz.DisposeAssets, s.showRecord),
			screen.Post("/disposals/{disposal}/record", authz.DisposeAssets, s.record),
			screen.Get("/disposals/{disposal}/confirm", authz.ConfirmDisposals, s.showStep(disposal.EventConfirm)).Asking(s.asks(disposal.EventConfirm)),
			screen.Post("/disposals/{disposal}/confirm", authz.ConfirmDisposals, s.take(disposal.EventConfirm)).Asking(s.asks(disposal.EventConfirm)),
			screen.Get("/disposals/{disposal}/send_back", authz.ConfirmDisposals, s.showStep(disposal.EventSendBack)).Asking(s.asks(disposal.EventSendBack)),
			screen.Post("/disposals/{disposal}/send_back", authz.ConfirmDisposals, s.take(disposal.EventSendBack)).Asking(s.asks(disposal.EventSendBack)),
			screen.Get("/disposals/{disposal}/withdraw", authz.DisposeAssets, s.showStep(disposal.EventWithdraw)),
			screen.Post("/disposals/{disposal}/withdraw", authz.DisposeAssets, s.take(disposal.EventWithdraw)),
			// not sensitive: a file would be lost while it is asked who it is
			screen.Post("/disposals/{disposal}/files", authz.DisposeAssets, s.attach).Body(attachment.Largest(disposal.Files...) + 1<<20).Stream(),
			screen.Get("/disposals/{disposal}/files/{number}", authz.ReadAssets, s.showFile).Stream(),
		},
		Nav: []screen.Entry{{Label: "廃棄", URL: address.Disposals, Place: 5, Under: address.Assets, Action: authz.ReadAssets, Least: authz.Own}},
		Flashes: map[string]layout.Done{
			"disposal-ask":      {Heading: "廃棄を申請しました", Text: "番号を付けました。廃棄したら、この画面で記録してください。"},
			"disposal-writeoff": {Heading: "所在不明のままの廃棄を申請しました", Text: "番号を付けました。確認する人に、お知らせが届きました。"},
			"disposal-record":   {Heading: "廃棄を記録しました", Text: "確認する人に、お知らせが届きました。証明書や写真があれば、下から加えてください。"},
			"disposal-file":     {Heading: "書類を加えました", Text: "この情報資産を見られる人が、読めます。"},
		},
		Tasks:    s.tasks,
		Topics:   []notice.Topic{disposal.Topic()},
		Subjects: []trail.Named{{Kind: "disposal", Title: "廃棄"}},
		Counters: []state.Counter{disposal.ChangeCounter},
		Settings: disposal.Reminders.Settings(),
		Jobs:     s.disposals.RegisterJobs,
		Sample:   func(ctx context.Context, t *sample.Town) error { return s.fill(ctx, *t) },
	}
	for _, p := range steps {
		part.Flashes["disposal-"+string(p.Event)] = p.done
	}
	return part
}

// asks is how a step asks whether the actor may take it.
func (s *Screens) asks(event disposal.Event) func(*http.Request) error {
	return func(r *http.Request) error {
		return s.disposals.AskStep(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "disposal"), event)
	}
}

// disposal is the one that the address names.
func (s *Screens) disposal(r *http.Request) (disposal.Disposal, error) {
	return s.disposals.Find(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "disposal"))
}

// tasks are what waits for who disposes of something, and for who confirms it.
func (s *Screens) tasks(actor authz.Actor, b *task.Batch) {
	s.disposals.QueueWaiting(b, actor, func(n disposal.Counts) {
		if n.ToConfirm > 0 {
			b.Add(task.Task{
				What: fmt.Sprintf("廃棄の記録%d件を確認する", n.ToConfirm), Why: "確認すると、台帳で「廃棄済み」になります。",
				Act: "廃棄の記録を見る", URL: address.With(address.Disposals, "state", "done"),
			})
		}
		if n.Waiting > 0 {
			why := "廃棄するまで、媒体は鍵のかかる場所に保管してください。"
			if n.Overdue > 0 {
				why = fmt.Sprintf("うち%d件は、廃棄する予定の日を過ぎています。", n.Overdue)
			}
			b.Add(task.Task{
				What: fmt.Sprintf("廃棄待ち%d件を廃棄して、記録する", n.Waiting), Why: why,
				Act: "廃棄待ちを見る", URL: address.With(address.Disposals, "state", "waiting"),
			})
		}
	})
}

// listWay is the way to the list.
var listWay = []layout.Link{register.Link, {Label: "廃棄", Address: address.Disposals}}

// way is the way to what is about a disposal.
func way(d disposal.Disposal) []layout.Link {
	return append(listWay[:len(listWay):len(listWay)], layout.Link{Label: disposal.Number(d.Code), Address: address.Disposal(d.Code)})
}
