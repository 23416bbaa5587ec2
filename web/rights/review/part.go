// Package review is the screens of the yearly confirmation of rights (利用権限の確認): what there
// is of them, how one is opened, how far its sections are, where the rights of a section's people
// are gone through, what is to be changed, the closing, and the record as it is printed.
package review

import (
	"context"
	"fmt"
	"net/http"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/handover"
	"kagami/internal/notice"
	"kagami/internal/rights/review"
	"kagami/internal/sample"
	"kagami/internal/state"
	"kagami/internal/task"
	"kagami/internal/trail"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are those screens.
type Screens struct{ reviews *review.Service }

// New makes the screens.
func New(reviews *review.Service) *Screens { return &Screens{reviews} }

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	part := screen.Part{
		Routes: []screen.Route{
			screen.Get("/rights/reviews", authz.ReadRights, s.showList),
			screen.Get("/rights/reviews/new", authz.OpenRightReviews, s.showNew),
			screen.Get("/rights/reviews/new/check", authz.OpenRightReviews, s.showCheck),
			screen.Post("/rights/reviews/new/check", authz.OpenRightReviews, s.open),
			screen.Get("/rights/reviews/changes", authz.ReadSystemRights, s.showChanges),
			screen.Post("/rights/reviews/changes", authz.PermitRights, s.settle),
			screen.Get("/rights/reviews/close/{review}", authz.OpenRightReviews, s.showClosing),
			screen.Post("/rights/reviews/close/{review}", authz.OpenRightReviews, s.close),
			screen.Get("/rights/reviews/due/{review}", authz.OpenRightReviews, s.showDue),
			screen.Post("/rights/reviews/due/{review}", authz.OpenRightReviews, s.moveDue),
			screen.Get("/rights/reviews/record/{review}", authz.ReadRights, s.showRecord),
			screen.Get("/rights/reviews/file/{review}", authz.ReadRights, s.serveFile),
			screen.Get("/rights/reviews/{review}", authz.ReadRights, s.showWhole),
			screen.Get("/rights/reviews/{review}/{section}", authz.ReadRights, s.showSection),
			screen.Post("/rights/reviews/{review}/{section}", authz.ReviewRights, s.answer).Asking(s.asks),
			screen.Get("/rights/reviews/{review}/{section}/change", authz.ReviewRights, s.showWords(review.Change)).Asking(s.asks),
			screen.Post("/rights/reviews/{review}/{section}/change", authz.ReviewRights, s.answerWith(review.Change)).Asking(s.asks),
			screen.Get("/rights/reviews/{review}/{section}/end", authz.ReviewRights, s.showWords(review.Unneeded)).Asking(s.asks),
			screen.Post("/rights/reviews/{review}/{section}/end", authz.ReviewRights, s.answerWith(review.Unneeded)).Asking(s.asks),
			screen.Get("/rights/reviews/{review}/{section}/rest", authz.ReviewRights, s.showRest).Asking(s.asks),
			screen.Post("/rights/reviews/{review}/{section}/rest", authz.ReviewRights, s.answerRest).Asking(s.asks),
			screen.Get("/rights/reviews/{review}/{section}/hand_in", authz.ReviewRights, s.showStep(review.EventHandIn)).Asking(s.asksStep(review.EventHandIn)),
			screen.Post("/rights/reviews/{review}/{section}/hand_in", authz.ReviewRights, s.take(review.EventHandIn)).Asking(s.asksStep(review.EventHandIn)),
			screen.Get("/rights/reviews/{review}/{section}/take_up", authz.ReviewRights, s.showStep(review.EventTakeUp)).Asking(s.asksStep(review.EventTakeUp)),
			screen.Post("/rights/reviews/{review}/{section}/take_up", authz.ReviewRights, s.take(review.EventTakeUp)).Asking(s.asksStep(review.EventTakeUp)),
		},
		Nav: []screen.Entry{{Label: "利用権限の確認", URL: address.RightReviews, Place: 3, Under: address.Rights, Action: authz.ReadRights, Least: authz.Own}},
		Flashes: map[string]layout.Done{
			"right-review-opened":  {Heading: "利用権限の確認を始めました", Text: "課室の課長（情報セキュリティ管理者）に、お知らせが届きました。進み具合は、この画面で見られます。"},
			"right-review-closed":  {Heading: "利用権限の確認を締めました", Text: "下の記録は、これからも変わりません。印刷して、年度の記録にできます。"},
			"right-review-due":     {Heading: "期限を変えました", Text: "まだ提出していない課室の課長に、お知らせが届きました。"},
			"right-review-ended":   {Heading: "利用権限を終えました", Text: "使っていた人に、お知らせが届きました。まだ要ると分かったときは、改めて申請してもらってください。"},
			"right-review-change":  {Heading: "「変える」と記録しました", Text: "システムの情報システム管理者に、お知らせが届きました。変え終わると、この画面に「変更済み」と出ます。"},
			"right-review-rest":    {Heading: "気になる点のないものを「要る」と記録しました", Text: "後から、1件ずつ変えられます。気になる点のあるものは、1件ずつ答えてください。"},
			"right-review-none":    {Heading: "「要る」と記録したものは、ありません", Text: "いま開いている間に、ほかの人が答えたか、気になる点が見つかりました。"},
			"right-review-settled": {Heading: "変えたことを記録しました", Text: "確かめた課室の画面に「変更済み」と出ます。"},
		},
		Tasks:    s.tasks,
		Belongs:  s.belongs,
		Topics:   []notice.Topic{review.Topic()},
		Subjects: []trail.Named{{Kind: "right_review", Title: "利用権限の確認"}},
		Settings: review.Reminders.Settings(),
		Counters: []state.Counter{review.ChangeCounter},
		Jobs:     s.reviews.RegisterJobs,
		Sample:   func(ctx context.Context, t *sample.Town) error { return s.fill(ctx, *t) },
	}
	for _, p := range steps {
		part.Flashes["right-review-"+string(p.Event)] = p.done
	}
	return part
}

// asks is how an answer asks whether the actor may give some.
func (s *Screens) asks(r *http.Request) error {
	return s.reviews.AskAnswer(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "review"), chi.URLParam(r, "section"))
}

// asksStep is how a step asks whether the actor may take it.
func (s *Screens) asksStep(event review.Event) func(*http.Request) error {
	return func(r *http.Request) error {
		return s.reviews.AskStep(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "review"), chi.URLParam(r, "section"), event)
	}
}

// whole is the one that the address names.
func (s *Screens) whole(r *http.Request) (review.Review, error) {
	return s.reviews.Find(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "review"))
}

// place is the section of one that the address names.
func (s *Screens) place(r *http.Request) (review.Place, error) {
	return s.reviews.FindSection(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "review"), chi.URLParam(r, "section"))
}

// fewTasks is of how many sections each is a task of its own.
const fewTasks = 3

// tasks are what waits for somebody.
func (s *Screens) tasks(actor authz.Actor, b *task.Batch) {
	s.reviews.QueueWaiting(b, actor, func(list review.Waiting) {
		var sections []review.Waits
		for _, w := range list {
			if w.SectionCode != "" {
				sections = append(sections, w)
				continue
			}
			b.Add(taskOf(w))
		}
		if len(sections) > fewTasks { // who stands in for many
			w := sections[0]
			b.Add(task.Task{What: fmt.Sprintf("%sで、%d課室の利用権限を確かめる", review.Number(w.Code), len(sections)), Why: "課室ごとに、確かめて提出します。", Act: "課室を見る", DueOn: w.DueOn, URL: address.RightReview(w.Code)})
			return
		}
		for _, w := range sections {
			b.Add(taskOf(w))
		}
	})
}

// taskOf is what is to be done.
func taskOf(w review.Waits) task.Task {
	t := task.Task{DueOn: w.DueOn, About: w.SectionName, URL: address.RightReviewSection(w.Code, w.SectionCode)}
	switch w.What {
	case review.ToAnswer:
		t.What, t.Why, t.Act = fmt.Sprintf("%sの職員の利用権限を確かめる（残り%d件）", w.SectionName, w.Count), review.Number(w.Code)+"です。いまも要るかを、1件ずつ選びます。", "利用権限を確かめる"
	case review.ToHandIn:
		t.What, t.Why, t.Act = w.SectionName+"の利用権限の確認を提出する", "すべて答えました。", "内容を見て提出する"
	case review.ToJudge:
		t.What, t.Why, t.Act = fmt.Sprintf("%sの課長の利用権限を確かめる（残り%d件）", w.SectionName, w.Count), "課長自身の利用権限は、上の役割の人が確かめます。", "利用権限を確かめる"
	case review.ToChange:
		t.What, t.Why, t.Act, t.URL = fmt.Sprintf("変える利用権限%d件を見る", w.Count), "利用権限の確認で、「変える」と答えがありました。", "変えるものを見る", address.RightReviewChanges
	case review.ToClose:
		t.URL = address.RightReview(w.Code)
		if w.Count == 0 {
			t.What, t.Why, t.Act = review.Number(w.Code)+"を締める", "すべての課室が提出しました。", "締める"
		} else {
			t.What, t.Why, t.Act = fmt.Sprintf("%sの、まだの%d課室を見る", review.Number(w.Code), w.Count), "期限を過ぎました。", "進み具合を見る"
		}
	}
	return t
}

// belongs is what the organization says of a section that is to be no more.
func (s *Screens) belongs(ctx context.Context, actor authz.Actor, section string) (handover.Belonging, error) {
	list, err := s.reviews.Belongs(ctx, actor, section)
	if err != nil || len(list) == 0 {
		return handover.Belonging{}, err
	}
	return handover.Belonging{What: "終わっていない" + review.Number(list[0].Code), URL: address.RightReviewSection(list[0].Code, section)}, nil
}

// top leads to the ledger.
var top = layout.Link{Label: "利用権限", Address: address.Rights}

// listWay is the way to the list.
var listWay = []layout.Link{top, {Label: "利用権限の確認", Address: address.RightReviews}}

// way is the way to what is about one.
func way(v review.Review) []layout.Link {
	return append(listWay[:len(listWay):len(listWay)], layout.Link{Label: v.Number(), Address: address.RightReview(v.Code)})
}

// wayIn is the way to what is about a section of one.
func wayIn(p review.Place) []layout.Link {
	return append(way(p.Review), layout.Link{Label: p.SectionName, Address: address.RightReviewSection(p.Code, p.SectionCode)})
}
