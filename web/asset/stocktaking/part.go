// Package stocktaking is the screens of 棚卸し: what there is of them, how one is opened, how
// far its sections are, where a section's assets are gone through on a screen or on paper,
// its steps, the closing, and the record of the year as it is printed.
package stocktaking

import (
	"context"
	"fmt"
	"net/http"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/asset"
	"kagami/internal/asset/stocktaking"
	"kagami/internal/authz"
	"kagami/internal/handover"
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
	stocktakings *stocktaking.Service
	register     *asset.Service
}

// New makes the screens.
func New(stocktakings *stocktaking.Service, register *asset.Service) *Screens {
	return &Screens{stocktakings, register}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	part := screen.Part{
		Routes: []screen.Route{
			screen.Get("/stocktakings", authz.ReadAssets, s.showList),
			screen.Get("/stocktakings/new", authz.OpenStocktakings, s.showNew),
			screen.Get("/stocktakings/new/check", authz.OpenStocktakings, s.showCheck),
			screen.Post("/stocktakings/new/check", authz.OpenStocktakings, s.open),
			screen.Get("/stocktakings/close/{stocktaking}", authz.OpenStocktakings, s.showClosing),
			screen.Post("/stocktakings/close/{stocktaking}", authz.OpenStocktakings, s.close),
			screen.Get("/stocktakings/due/{stocktaking}", authz.OpenStocktakings, s.showDue),
			screen.Post("/stocktakings/due/{stocktaking}", authz.OpenStocktakings, s.moveDue),
			screen.Get("/stocktakings/record/{stocktaking}", authz.ReadAssets, s.showRecord),
			screen.Get("/stocktakings/{stocktaking}", authz.ReadAssets, s.showWhole),
			screen.Get("/stocktakings/{stocktaking}/{section}", authz.ReadAssets, s.showSection),
			screen.Post("/stocktakings/{stocktaking}/{section}", authz.DraftAssets, s.answer).Asking(s.asks(stocktaking.EventAnswer)),
			screen.Get("/stocktakings/{stocktaking}/{section}/answer", authz.DraftAssets, s.showAnswer).Asking(s.asks(stocktaking.EventAnswer)),
			screen.Post("/stocktakings/{stocktaking}/{section}/answer", authz.DraftAssets, s.answerWith).Asking(s.asks(stocktaking.EventAnswer)),
			screen.Get("/stocktakings/{stocktaking}/{section}/rest", authz.DraftAssets, s.showRest).Asking(s.asks(stocktaking.EventAnswer)),
			screen.Post("/stocktakings/{stocktaking}/{section}/rest", authz.DraftAssets, s.answerRest).Asking(s.asks(stocktaking.EventAnswer)),
			screen.Get("/stocktakings/{stocktaking}/{section}/sheet", authz.ReadAssets, s.showSheet),
			screen.Get("/stocktakings/{stocktaking}/{section}/typing", authz.DraftAssets, s.showTyping).Asking(s.asks(stocktaking.EventAnswer)),
			screen.Post("/stocktakings/{stocktaking}/{section}/typing", authz.DraftAssets, s.typeIn).Asking(s.asks(stocktaking.EventAnswer)),
			screen.Get("/stocktakings/{stocktaking}/{section}/hand_in", authz.DraftAssets, s.showStep(stocktaking.EventHandIn)).Asking(s.asks(stocktaking.EventHandIn)),
			screen.Post("/stocktakings/{stocktaking}/{section}/hand_in", authz.DraftAssets, s.take(stocktaking.EventHandIn)).Asking(s.asks(stocktaking.EventHandIn)),
			screen.Get("/stocktakings/{stocktaking}/{section}/confirm", authz.ReviewAssets, s.showStep(stocktaking.EventConfirm)).Asking(s.asks(stocktaking.EventConfirm)),
			screen.Post("/stocktakings/{stocktaking}/{section}/confirm", authz.ReviewAssets, s.take(stocktaking.EventConfirm)).Asking(s.asks(stocktaking.EventConfirm)),
			screen.Get("/stocktakings/{stocktaking}/{section}/send_back", authz.ReviewAssets, s.showStep(stocktaking.EventSendBack)).Asking(s.asks(stocktaking.EventSendBack)),
			screen.Post("/stocktakings/{stocktaking}/{section}/send_back", authz.ReviewAssets, s.take(stocktaking.EventSendBack)).Asking(s.asks(stocktaking.EventSendBack)),
			screen.Get("/stocktakings/{stocktaking}/{section}/take_up", authz.ReviewAssets, s.showStep(stocktaking.EventTakeUp)).Asking(s.asks(stocktaking.EventTakeUp)),
			screen.Post("/stocktakings/{stocktaking}/{section}/take_up", authz.ReviewAssets, s.take(stocktaking.EventTakeUp)).Asking(s.asks(stocktaking.EventTakeUp)),
		},
		Nav: []screen.Entry{{Label: "棚卸し", URL: address.Stocktakings, Place: 3, Under: address.Assets, Action: authz.ReadAssets, Least: authz.Own}},
		Flashes: map[string]layout.Done{
			"stocktaking-opened":   {Heading: "棚卸しを始めました", Text: "課室で情報資産を確かめる人に、お知らせが届きました。進み具合は、この画面で見られます。"},
			"stocktaking-closed":   {Heading: "棚卸しを締めました", Text: "下の記録は、これからも変わりません。印刷して、年度の記録にできます。"},
			"stocktaking-due":      {Heading: "期限を変えました", Text: "まだ提出していない課室の人に、お知らせが届きました。"},
			"stocktaking-disposed": {Heading: "「廃棄」と記録しました", Text: "この情報資産は、まだ台帳にあります。下の「廃棄（件数）」を開くと、廃棄の申請に進めます。"},
			"stocktaking-missing":  {Heading: "「所在不明」と記録しました", Text: "統括情報セキュリティ責任者、CSIRT担当者、課室の情報セキュリティ管理者に、お知らせが届いています。見つかったときは、下の「所在不明（件数）」を開いて、届けの画面に記録してください。"},
			"stocktaking-rest":     {Heading: "このページの残りを「変更なし」と記録しました", Text: "後から、1件ずつ変えられます。"},
			"stocktaking-typed":    {Heading: "用紙の答えを記録しました", Text: "続きがあるときは、下に出ています。"},
		},
		Tasks:    s.tasks,
		Belongs:  s.belongs,
		Topics:   []notice.Topic{stocktaking.Topic()},
		Subjects: []trail.Named{{Kind: "stocktaking", Title: "棚卸し"}},
		Settings: stocktaking.Reminders.Settings(),
		Counters: []state.Counter{stocktaking.ChangeCounter},
		Jobs:     s.stocktakings.RegisterJobs,
		Sample:   func(ctx context.Context, t *sample.Town) error { return s.fill(ctx, *t) },
	}
	for _, p := range steps {
		part.Flashes["stocktaking-"+string(p.Event)] = p.done
	}
	return part
}

// asks is how a step asks whether the actor may take it.
func (s *Screens) asks(event stocktaking.Event) func(*http.Request) error {
	return func(r *http.Request) error {
		return s.stocktakings.AskStep(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "stocktaking"), chi.URLParam(r, "section"), event)
	}
}

// whole is the one that the address names.
func (s *Screens) whole(r *http.Request) (stocktaking.Stocktaking, error) {
	return s.stocktakings.Find(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "stocktaking"))
}

// place is the section of one that the address names.
func (s *Screens) place(r *http.Request) (stocktaking.Place, error) {
	return s.stocktakings.FindSection(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "stocktaking"), chi.URLParam(r, "section"))
}

// fewTasks is of how many sections each is a task of its own.
const fewTasks = 3

// tasks are what waits for somebody.
func (s *Screens) tasks(actor authz.Actor, b *task.Batch) {
	s.stocktakings.QueueWaiting(b, actor, func(list stocktaking.Waiting) {
		var sections []stocktaking.Waits
		for _, w := range list {
			switch {
			case w.SectionCode != "":
				sections = append(sections, w)
			case w.Undone == 0:
				b.Add(task.Task{What: stocktaking.Number(w.Code) + "を締める", Why: "すべての課室で、確認が済みました。", Act: "締める", DueOn: w.DueOn, URL: address.Stocktaking(w.Code)})
			default:
				b.Add(task.Task{What: fmt.Sprintf("%sの、まだの%d課室を見る", stocktaking.Number(w.Code), w.Undone), Why: "期限を過ぎました。", Act: "進み具合を見る", DueOn: w.DueOn, URL: address.Stocktaking(w.Code)})
			}
		}
		if len(sections) > fewTasks { // who stands in for many
			w := sections[0]
			b.Add(task.Task{What: fmt.Sprintf("%sで、%d課室の情報資産を確かめる", stocktaking.Number(w.Code), len(sections)), Why: "課室ごとに、確かめて確認します。", Act: "課室を見る", DueOn: w.DueOn, URL: address.Stocktaking(w.Code)})
			return
		}
		for _, w := range sections {
			b.Add(taskOf(w))
		}
	})
}

// taskOf is what is to be done with a section.
func taskOf(w stocktaking.Waits) task.Task {
	t := task.Task{DueOn: w.DueOn, About: w.SectionName, URL: address.StocktakingSection(w.Code, w.SectionCode)}
	switch w.Stage {
	case stocktaking.HandedIn:
		t.What, t.Why, t.Act = w.SectionName+"の棚卸しを確認する", "提出されました。確認するか、差し戻してください。", "棚卸しを見る"
	case stocktaking.UnderWay:
		t.What, t.Why, t.Act = w.SectionName+"の情報資産の続きを確かめる", stocktaking.Number(w.Code)+"の途中です。", "続ける"
	case stocktaking.NotBegun, stocktaking.Confirmed:
		t.What, t.Why, t.Act = w.SectionName+"の情報資産を確かめる", stocktaking.Number(w.Code)+"が始まっています。", "始める"
	}
	return t
}

// belongs is what the organization says of a section that is to be no more.
func (s *Screens) belongs(ctx context.Context, actor authz.Actor, section string) (handover.Belonging, error) {
	list, err := s.stocktakings.Belongs(ctx, actor, section)
	if err != nil || len(list) == 0 {
		return handover.Belonging{}, err
	}
	return handover.Belonging{What: "終わっていない" + stocktaking.Number(list[0].Code), URL: address.StocktakingSection(list[0].Code, section)}, nil
}

// listWay is the way to the list.
var listWay = []layout.Link{register.Link, {Label: "棚卸し", Address: address.Stocktakings}}

// way is the way to what is about a 棚卸し.
func way(t stocktaking.Stocktaking) []layout.Link {
	return append(listWay[:len(listWay):len(listWay)], layout.Link{Label: t.Number(), Address: address.Stocktaking(t.Code)})
}

// wayIn is the way to what is about a section of one.
func wayIn(p stocktaking.Place) []layout.Link {
	return append(way(p.Stocktaking), layout.Link{Label: p.SectionName, Address: address.StocktakingSection(p.Code, p.SectionCode)})
}
