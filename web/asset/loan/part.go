// Package loan is the screens of what is taken out of the office or lent (持出し・貸出し):
// the list, the form by which something is asked for, one loan with its history, a form for
// each step, the slip that is signed, and the calendar of each asset.
package loan

import (
	"context"
	"fmt"
	"net/http"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/asset/loan"
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
type Screens struct{ loans *loan.Service }

// New makes the screens.
func New(loans *loan.Service) *Screens { return &Screens{loans} }

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	part := screen.Part{
		Routes: []screen.Route{
			screen.Get("/loans", authz.ReadLoans, s.showList),
			screen.Get("/loans/new", authz.AskLoans, s.showNew),
			screen.Post("/loans/new", authz.AskLoans, s.ask),
			screen.Get("/loans/{loan}", authz.ReadLoans, s.showEntry),
			screen.Get("/loans/{loan}/slip", authz.ReadLoans, s.showSlip),
			screen.Get("/assets/{asset}/loans", authz.ReadLoans, s.showCalendar),
			screen.Post("/assets/{asset}/loans/offer", authz.PermitLoans, s.offer),

			screen.Get("/loans/{loan}/permit", authz.PermitLoans, s.showStep(loan.EventPermit)).Asking(s.asks(loan.EventPermit)),
			screen.Post("/loans/{loan}/permit", authz.PermitLoans, s.take(loan.EventPermit)).Asking(s.asks(loan.EventPermit)),
			screen.Get("/loans/{loan}/refuse", authz.PermitLoans, s.showStep(loan.EventRefuse)).Asking(s.asks(loan.EventRefuse)),
			screen.Post("/loans/{loan}/refuse", authz.PermitLoans, s.take(loan.EventRefuse)).Asking(s.asks(loan.EventRefuse)),
			screen.Get("/loans/{loan}/revoke", authz.PermitLoans, s.showStep(loan.EventRevoke)).Asking(s.asks(loan.EventRevoke)),
			screen.Post("/loans/{loan}/revoke", authz.PermitLoans, s.take(loan.EventRevoke)).Asking(s.asks(loan.EventRevoke)),
			screen.Get("/loans/{loan}/hand", authz.HandLoans, s.showStep(loan.EventHand)).Asking(s.asks(loan.EventHand)),
			screen.Post("/loans/{loan}/hand", authz.HandLoans, s.take(loan.EventHand)).Asking(s.asks(loan.EventHand)),
			screen.Get("/loans/{loan}/part", authz.HandLoans, s.showStep(loan.EventPart)).Asking(s.asks(loan.EventPart)),
			screen.Post("/loans/{loan}/part", authz.HandLoans, s.take(loan.EventPart)).Asking(s.asks(loan.EventPart)),
			screen.Get("/loans/{loan}/close", authz.HandLoans, s.showStep(loan.EventClose)).Asking(s.asks(loan.EventClose)),
			screen.Post("/loans/{loan}/close", authz.HandLoans, s.take(loan.EventClose)).Asking(s.asks(loan.EventClose)),
			screen.Get("/loans/{loan}/lose", authz.AskLoans, s.showStep(loan.EventLose)).Asking(s.asks(loan.EventLose)),
			screen.Post("/loans/{loan}/lose", authz.AskLoans, s.take(loan.EventLose)).Asking(s.asks(loan.EventLose)),
			screen.Get("/loans/{loan}/withdraw", authz.AskLoans, s.showStep(loan.EventWithdraw)).Asking(s.asks(loan.EventWithdraw)),
			screen.Post("/loans/{loan}/withdraw", authz.AskLoans, s.take(loan.EventWithdraw)).Asking(s.asks(loan.EventWithdraw)),
		},
		Nav: []screen.Entry{{Label: "持出し・貸出し", URL: address.Loans, Place: 4, Under: address.Assets, Action: authz.ReadLoans, Least: authz.Own}},
		Flashes: map[string]layout.Done{
			"loan-ask":   {Heading: "持出し・貸出しを申請しました", Text: "番号を付けました。許可する人に、お知らせが届きました。許可されて、渡されるまでは、持ち出せません。"},
			"loan-offer": {Heading: "ほかの課室への貸出しを決めました", Text: "ほかの課室は、「持出し・貸出し」の申請の画面で、貸すものを選べます。"},
		},
		Tasks:    s.tasks,
		Topics:   []notice.Topic{loan.Topic()},
		Subjects: []trail.Named{{Kind: "loan", Title: "持出し・貸出し"}, {Kind: "loan_offer", Title: "ほかの課室に貸すもの"}},
		Settings: loan.Settings(),
		Counters: []state.Counter{loan.ChangeCounter},
		Hangs:    s.loans.Hangs(),
		Belongs:  s.belongs,
		Jobs:     s.loans.RegisterJobs,
		Sample:   func(ctx context.Context, t *sample.Town) error { return s.fill(ctx, *t) },
	}
	for _, p := range steps {
		part.Flashes["loan-"+string(p.Event)] = p.done
	}
	return part
}

// asks is how a step asks whether the actor may take it.
func (s *Screens) asks(event loan.Event) func(*http.Request) error {
	return func(r *http.Request) error {
		return s.loans.AskStep(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "loan"), event)
	}
}

// loan is the one that the address names.
func (s *Screens) loan(r *http.Request) (loan.Loan, error) {
	return s.loans.Find(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "loan"))
}

// tasks are what waits for who permits, who hands over and takes back, and who has something.
func (s *Screens) tasks(actor authz.Actor, b *task.Batch) {
	s.loans.QueueWaiting(b, actor, func(w loan.Waiting) {
		if w.ToPermit > 0 {
			b.Add(task.Task{
				What: fmt.Sprintf("持出し・貸出しの申請%d件を見て、許可するかどうかを決める", w.ToPermit), Why: "決めるまで、持ち出せません。",
				Act: "申請を見る", About: "持出し・貸出し", URL: address.With(address.Loans, "state", "to_permit"),
			})
		}
		if w.ToHand > 0 {
			b.Add(task.Task{
				What: fmt.Sprintf("許可された持出し・貸出し%d件を渡す", w.ToHand), Why: "今日から使うものです。票に2人の名前を書いてから渡します。",
				Act: "渡すものを見る", URL: address.With(address.Loans, "state", "to_hand"),
			})
		}
		if w.ToTakeBack > 0 {
			b.Add(task.Task{
				What: fmt.Sprintf("返っていない持出し・貸出し%d件の返却を確かめる", w.ToTakeBack), Why: "返す日を過ぎたか、持っている人が異動・退職しています。返してもらい、返却を確かめてください。",
				Act: "返っていないものを見る", URL: address.With(address.Loans, "state", "to_take_back"),
			})
		}
		if w.Mine > 0 {
			own := task.Task{
				What: fmt.Sprintf("持ち出しているもの%d件を返す", w.Mine), Act: "持ち出しているものを見る", URL: address.With(address.Loans, "state", "mine"), DueOn: w.Due,
			}
			if w.Only != "" {
				own.What, own.URL = "持ち出しているもの（"+loan.Number(w.Only)+"）を返す", address.Loan(w.Only)
			}
			b.Add(own)
		}
	})
}

// belongs is what the organization says of a section.
func (s *Screens) belongs(ctx context.Context, actor authz.Actor, section string) (handover.Belonging, error) {
	count, err := s.loans.Belongs(ctx, actor, section)
	if err != nil || count == 0 {
		return handover.Belonging{}, err
	}
	return handover.Belonging{What: fmt.Sprintf("持出し・貸出し中のもの%d件", count)}, nil
}

// listWay is the way to the list.
var listWay = []layout.Link{register.Link, {Label: "持出し・貸出し", Address: address.Loans}}

// way is the way to what is about a loan.
func way(l loan.Loan) []layout.Link {
	return append(listWay[:len(listWay):len(listWay)], layout.Link{Label: loan.Number(l.Code), Address: address.Loan(l.Code)})
}
