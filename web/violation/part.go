// Package violation is the screens of cases of violations (基本方針 6(2)): their list, one case
// with whose turn it is, its course and who can see it, a form for each step, the forms by which
// a violation is confirmed, and the case as it is printed.
package violation

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/attachment"
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/fault"
	"kagami/internal/notice"
	"kagami/internal/rights"
	"kagami/internal/sample"
	"kagami/internal/state"
	"kagami/internal/task"
	"kagami/internal/trail"
	"kagami/internal/violation"
	"kagami/internal/violation/find"
	"kagami/internal/violation/procedure"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are those screens.
type Screens struct {
	cases    *violation.Service
	lists    *find.Service
	rights   *rights.Service
	attached *attachment.Service
	panels   []Panel
}

// Panel is what a room beside shows of a case to who reads it whole, such as its reports.
type Panel func(context.Context, authz.Actor, violation.Opened) (templ.Component, error)

// New makes the screens.
func New(cases *violation.Service, lists *find.Service, of *rights.Service, attached *attachment.Service, panels ...Panel) *Screens {
	return &Screens{cases, lists, of, attached, panels}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	largest := attachment.Largest(violation.Files...) + 1<<20
	part := screen.Part{
		Routes: []screen.Route{
			screen.Get("/violations", authz.ReadViolation, s.showList).Confined(),
			screen.Get("/violations/new", authz.ConfirmViolation, s.showNew(general)).Asking(asksNew),
			screen.Post("/violations/new", authz.ConfirmViolation, s.confirm(general)).Asking(asksNew).Body(largest).Stream(),
			screen.Get("/violations/own", authz.ConfirmOwnViolation, s.showNew(own)),
			screen.Post("/violations/own", authz.ConfirmOwnViolation, s.confirm(own)).Body(largest).Stream(),
			screen.Get("/violations/talk", authz.ConfirmOwnViolation, s.showNew(talk)),
			screen.Post("/violations/talk", authz.ConfirmOwnViolation, s.confirm(talk)).Body(largest).Stream(),
			screen.Get("/violations/{case}", authz.ReadViolation, s.showCase).Confined(),
			screen.Get("/violations/{case}/print", authz.ReadViolation, s.showPrint).Confined(),
			screen.Get("/violations/{case}/readings", authz.ReadViolation, s.showReadings),
			screen.Get("/violations/{case}/names", authz.ReadViolation, s.showNames),
			screen.Post("/violations/{case}/names", authz.ReadViolation, s.openNames),
			screen.Get("/violations/{case}/papers/{paper}", authz.ReadViolation, s.showPaper).Stream().Confined(),
			screen.Get("/violations/{case}/confirm", authz.ConfirmViolation, s.showReported).Asking(s.asks(procedure.EventConfirm)),
			screen.Post("/violations/{case}/confirm", authz.ConfirmViolation, s.confirm(reported)).Asking(s.asks(procedure.EventConfirm)).Body(largest).Stream(),
		},
		Nav: []screen.Entry{
			{Label: "違反", URL: address.Violations, Place: 4, First: "事案", Action: authz.ReadViolation, Least: authz.Self},
		},
		Flashes: map[string]layout.Done{
			"violation-confirm": {Heading: "違反を確認しました", Text: "下に、だれに知らせたかがあります。"},
			"violation-talk":    {Heading: "その場での指導と改善を記録しました", Text: "確認、指導、改善の3つの手続を記録し、統括と本人に知らせました。"},
		},
		Tasks:       s.tasks,
		Topics:      []notice.Topic{s.cases.Topic()},
		Subjects:    []trail.Named{{Kind: "violation_case", Title: "違反の事案"}},
		Jobs:        s.cases.RegisterJobs,
		Counters:    []state.Counter{violation.ChangeCounter},
		Confinement: &screen.Confinement{Open: violation.OpenTo, Links: []layout.Link{{Label: "自分についての事案", Address: address.Violations}}},
		Sample:      func(ctx context.Context, t *sample.Town) error { return s.fill(ctx, *t) },
	}
	for _, p := range steps {
		action := procedure.Who(p.Event).May[0]
		get := screen.Get(p.pattern, action, s.showStep(p)).Asking(s.asks(p.Event))
		post := screen.Post(p.pattern, action, s.take(p)).Asking(s.asks(p.Event))
		if p.asksFile() {
			post = post.Body(largest).Stream()
		}
		if slices.Contains([]authz.Action{authz.DecideRights, authz.CutAccess}, action) {
			post = post.Sensitive()
		}
		if p.Event == procedure.EventAnswer || p.Event == procedure.EventWaive { // whom it is about answers also while they are suspended
			get, post = get.Confined(), post.Confined()
		}
		part.Routes = append(part.Routes, get, post)
		part.Flashes["violation-"+string(p.Event)] = layout.Done{Heading: p.done, Text: "だれに知らせたかは、下の経過にあります。"}
	}
	return part
}

// asks is how a step asks whether the actor may take it.
func (s *Screens) asks(event procedure.Event) func(*http.Request) error {
	return func(r *http.Request) error {
		return s.cases.AskStep(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "case"), event)
	}
}

// mayConfirm tells whether somebody may confirm what anybody has done: also who stands above the
// 統括, since of the 統括 the CISO confirms it, and of the CISO the CIO.
func mayConfirm(actor authz.Actor) bool {
	return actor.Reach(authz.ConfirmViolation) >= authz.Own || actor.Has(authz.CISO) || actor.Has(authz.CIO)
}

// asksNew asks whether the actor may: whom it is about, the form says only later.
func asksNew(r *http.Request) error {
	if !mayConfirm(screen.Actor(r.Context())) {
		return fault.New(fault.Forbidden, "違反を確認するのは、統括情報セキュリティ責任者と情報システム管理者です。統括やCISOに関する違反は、その上の人が確認します。")
	}
	return nil
}

// tasks are the cases that wait for the actor: no more than some, by their days.
func (s *Screens) tasks(actor authz.Actor, b *task.Batch) {
	s.lists.QueueWaiting(b, actor, func(list []find.Waiting) {
		const most = 5
		for _, w := range list[:min(len(list), most)] {
			b.Add(task.Task{
				What: "事案 " + w.Code + "：" + turnWords(w.State, w.Seat), Why: whyWaits(w.DueOn), Act: "事案を見る", URL: address.Violation(w.Code), DueOn: w.DueOn,
			})
		}
		if more := len(list) - most; more > 0 {
			b.Add(task.Task{What: fmt.Sprintf("ほかの違反の事案%d件を進める", more), Act: "事案の一覧を見る", URL: address.Violations})
		}
	})
}

func whyWaits(due calendar.Date) string {
	if due.IsZero() {
		return "あなたが進める番です。"
	}
	return "期限は" + calendar.Wareki(due) + "です。"
}

// turnWords are what waits, by where a case stands and for whom.
func turnWords(at procedure.State, seat procedure.Seat) string {
	switch {
	case at == procedure.Reported:
		return "報告を調査するかどうかを決める"
	case at == procedure.Confirmed && seat == procedure.General:
		return "派遣元・委託先に是正を求める"
	case at == procedure.Confirmed:
		return "指導する"
	case at == procedure.Guided:
		return "改善したかどうかを判断する"
	case at == procedure.NotImproved && seat == procedure.Chief:
		return "停止・剥奪に同意するかどうかを決める"
	case at == procedure.NotImproved && seat == procedure.Person:
		return "弁明を待つ"
	case at == procedure.NotImproved:
		return "利用権限の停止などを判断する"
	case seat == procedure.Chief:
		return "懲戒審査に付するかどうかの判断を確認する"
	case at == procedure.Suspended:
		return "停止を解除するか、続けるかを判断する"
	case at == procedure.Revoked:
		return "利用再開か、剥奪のままの完了かを判断する"
	}
	return "内容を確かめる"
}

// listWay is the way to the list.
var listWay = []layout.Link{{Label: "違反", Address: address.Violations}}

// way is the way to what is about a case.
func way(code string) []layout.Link {
	return append(listWay[:len(listWay):len(listWay)], layout.Link{Label: "事案 " + code, Address: address.Violation(code)})
}
