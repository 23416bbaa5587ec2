// Package exception is the screens of exceptions (例外措置): their list, the form by which
// one is asked for, one exception with its history as it is printed, and a form for each
// step that somebody takes with it.
package exception

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/exception"
	"kagami/internal/notice"
	"kagami/internal/sample"
	"kagami/internal/setting"
	"kagami/internal/state"
	"kagami/internal/task"
	"kagami/internal/trail"
	"kagami/web/component/register"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Asset is an asset that an exception may be about, with the rules that it does not fit.
type Asset struct {
	exception.About
	SectionCode string
	Breaks      []Break
	Ended       bool // it stands in the register no more
}

// Break is a rule that an asset does not fit.
type Break struct{ Rule, Clause, Sentence string }

// Clause is a clause of the policy: as it is cited, also by the title of its document, and what
// it begins with.
type Clause struct{ Name, Also, Heading string }

// Clauses are the clauses in force that the actor may read.
type Clauses func(ctx context.Context, actor authz.Actor) ([]Clause, error)

// Look finds an asset by its 管理番号. NotFound where there is none that the actor may see.
type Look func(ctx context.Context, actor authz.Actor, code string) (Asset, error)

// Screens are those screens.
type Screens struct {
	exceptions *exception.Service
	look       Look
	clauses    Clauses
}

// New makes the screens, with how they find assets and the clauses that are offered.
func New(exceptions *exception.Service, look Look, clauses Clauses) *Screens {
	return &Screens{exceptions, look, clauses}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	part := screen.Part{
		Routes: []screen.Route{
			screen.Get("/exceptions", authz.ReadExceptions, s.showList),
			screen.Get("/exceptions/new", authz.AskExceptions, s.showNew),
			screen.Post("/exceptions/new", authz.AskExceptions, s.ask),
			screen.Get("/exceptions/export.xlsx", authz.ReadExceptions, s.register),
			screen.Get("/exceptions/{exception}", authz.ReadExceptions, s.showEntry),
			screen.Get("/exceptions/{exception}/permit", authz.PermitExceptions, s.showStep(exception.EventPermit)).Asking(s.asks(exception.EventPermit)),
			screen.Post("/exceptions/{exception}/permit", authz.PermitExceptions, s.take(exception.EventPermit)).Asking(s.asks(exception.EventPermit)),
			screen.Get("/exceptions/{exception}/refuse", authz.PermitExceptions, s.showStep(exception.EventRefuse)).Asking(s.asks(exception.EventRefuse)),
			screen.Post("/exceptions/{exception}/refuse", authz.PermitExceptions, s.take(exception.EventRefuse)).Asking(s.asks(exception.EventRefuse)),
			screen.Get("/exceptions/{exception}/review", authz.PermitExceptions, s.showStep(exception.EventReview)).Asking(s.asks(exception.EventReview)),
			screen.Post("/exceptions/{exception}/review", authz.PermitExceptions, s.take(exception.EventReview)).Asking(s.asks(exception.EventReview)),
			screen.Get("/exceptions/{exception}/revoke", authz.PermitExceptions, s.showStep(exception.EventRevoke)).Asking(s.asks(exception.EventRevoke)),
			screen.Post("/exceptions/{exception}/revoke", authz.PermitExceptions, s.take(exception.EventRevoke)).Asking(s.asks(exception.EventRevoke)),
			screen.Get("/exceptions/{exception}/end", authz.AskExceptions, s.showStep(exception.EventEnd)).Asking(s.asks(exception.EventEnd)),
			screen.Post("/exceptions/{exception}/end", authz.AskExceptions, s.take(exception.EventEnd)).Asking(s.asks(exception.EventEnd)),
			screen.Get("/exceptions/{exception}/settle", authz.AskExceptions, s.showStep(exception.EventSettle)).Asking(s.asks(exception.EventSettle)),
			screen.Post("/exceptions/{exception}/settle", authz.AskExceptions, s.take(exception.EventSettle)).Asking(s.asks(exception.EventSettle)),
			screen.Get("/exceptions/{exception}/withdraw", authz.AskExceptions, s.showStep(exception.EventWithdraw)).Asking(s.asks(exception.EventWithdraw)),
			screen.Post("/exceptions/{exception}/withdraw", authz.AskExceptions, s.take(exception.EventWithdraw)).Asking(s.asks(exception.EventWithdraw)),
		},
		Nav:      []screen.Entry{{Label: "例外措置", URL: address.Exceptions, Place: 7, Under: address.Assets, Action: authz.ReadExceptions, Least: authz.Own}},
		Flashes:  map[string]layout.Done{"exception-ask": {Heading: "例外措置を申請しました", Text: "番号を付けました。許可されるまでは、例外措置になりません。"}},
		Tasks:    s.tasks,
		Topics:   []notice.Topic{exception.Topic()},
		Subjects: []trail.Named{{Kind: "exception", Title: "例外措置"}},
		Settings: slices.Concat([]setting.Setting{exception.Longest.Setting, exception.ReportWithin.Setting, exception.SettleWithin.Setting}, exception.Reminders.Settings(), exception.SettleReminders.Settings()),
		Hangs:    s.exceptions.Hangs(),
		Belongs:  s.exceptions.Belongs,
		Jobs:     s.exceptions.RegisterJobs,
		Counters: []state.Counter{exception.ChangeCounter},
		Sample:   func(ctx context.Context, t *sample.Town) error { return s.fill(ctx, *t) },
	}
	for _, p := range steps {
		part.Flashes["exception-"+string(p.Event)] = p.done
	}
	return part
}

// asks is how a step asks whether the actor may take it.
func (s *Screens) asks(event exception.Event) func(*http.Request) error {
	return func(r *http.Request) error {
		return s.exceptions.AskStep(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "exception"), event)
	}
}

// exception is the one that the address names.
func (s *Screens) exception(r *http.Request) (exception.Exception, error) {
	return s.exceptions.Find(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "exception"))
}

// tasks are what waits for who permits, and for who has asked.
func (s *Screens) tasks(actor authz.Actor, b *task.Batch) {
	s.exceptions.QueueWaiting(b, actor, func(w exception.Waiting) {
		if w.Asked > 0 {
			b.Add(task.Task{
				What: fmt.Sprintf("例外措置の申請%d件を見て、許可するかどうかを決める", w.Asked), Why: "決めるまで、例外措置になりません。",
				Act: "申請を見る", URL: address.With(address.Exceptions, "state", "asked"),
			})
		}
		if w.ToReview > 0 {
			b.Add(task.Task{
				What: fmt.Sprintf("例外措置%d件を見直す", w.ToReview), Why: "見直し日が来ました。続けるか、許可を取り消すかを決めてください。",
				Act: "例外措置を見る", URL: address.With(address.Exceptions, "state", "to_review"),
			})
		}
		if w.ToSettle > 0 {
			b.Add(task.Task{
				What: fmt.Sprintf("終わった例外措置%d件の後始末を記録する", w.ToSettle), Why: "条項を守るように戻して、行ったことと日を書いてください。", DueOn: w.SettleBy,
				Act: "例外措置を見る", URL: address.With(address.Exceptions, "state", exception.ToSettle),
			})
		}
	})
}

// listWay is the way to the list.
var listWay = []layout.Link{register.Link, {Label: "例外措置", Address: address.Exceptions}}

// way is the way to what is about an exception.
func way(e exception.Exception) []layout.Link {
	return append(listWay[:len(listWay):len(listWay)], layout.Link{Label: exception.Number(e.Code), Address: address.Exception(e.Code)})
}
