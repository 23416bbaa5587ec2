// Package violation is the screens of cases of violations (基本方針 6(2)): their list, one case
// with whose turn it is, its course and who can see it, a form for each step, the forms by which
// a violation is confirmed, and the case as it is printed.
package violation

import (
	"cmp"
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
			screen.Get("/violations/new", authz.ConfirmViolation, s.showNew(general)).Asking(s.asksToConfirm),
			screen.Post("/violations/new", authz.ConfirmViolation, s.confirm(general)).Asking(s.asksToConfirm).Body(largest).Stream(),
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
		part.Flashes["violation-"+string(p.Event)] = layout.Done{Heading: p.done, Text: cmp.Or(p.after, "だれに知らせたかは、下の経過にあります。")}
	}
	return part
}

// asksToConfirm lets in also who stands above the 統括, for what the address says they hold: general
// or chief.
func (s *Screens) asksToConfirm(r *http.Request) error {
	actor := screen.Actor(r.Context())
	if actor.Reach(authz.ConfirmViolation) >= authz.Own {
		return nil
	}
	stands, err := s.lists.StandsFor(r.Context(), actor, above[r.URL.Query().Get("of")])
	if stands || err != nil {
		return err
	}
	return fault.New(fault.Forbidden, "違反を確認するのは、統括と、情報システム管理者です。見つけたことは、「違反の疑いを報告する」から報告してください。")
}

// above are the roles of whom only who stands above them confirms, by the words of an address.
var above = map[string]authz.Role{"general": authz.GeneralSecurityOfficer, "chief": authz.CISO}

// asks is how a step asks whether the actor may take it.
func (s *Screens) asks(event procedure.Event) func(*http.Request) error {
	return func(r *http.Request) error {
		return s.cases.AskStep(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "case"), event)
	}
}

// tasks are the cases that wait for the actor: no more than some, by their days.
func (s *Screens) tasks(actor authz.Actor, b *task.Batch) {
	s.lists.QueueWaiting(b, actor, func(list []find.Waiting) {
		const most = 5
		for _, w := range list[:min(len(list), most)] {
			b.Add(taskOf(w))
		}
		if more := len(list) - most; more > 0 {
			b.Add(task.Task{What: fmt.Sprintf("ほかの違反の事案%d件を進める", more), Act: "事案の一覧を見る", URL: address.Violations})
		}
	})
}

// taskOf is the task of a case that waits. By the day of one that has not improved its person may answer:
// whoever is to act then is not late.
func taskOf(w find.Waiting) task.Task {
	t := task.Task{
		What: "事案 " + w.Code + "：" + turnWords(w.State, w.Seat, w.DueOn), Why: "あなたが進める番です。", Act: "事案を見る", URL: address.Violation(w.Code), DueOn: w.DueOn,
	}
	switch {
	case w.State == procedure.NotImproved:
		t.DueOn = calendar.Date{}
	case !w.DueOn.IsZero():
		t.Why = "期限は" + calendar.Wareki(w.DueOn) + "です。"
	}
	return t
}

// turnWords are what waits, by where a case stands, for whom, and until when: whoever has reported it was
// answered where there is no day any more.
func turnWords(at procedure.State, seat procedure.Seat, due calendar.Date) string {
	switch {
	case at == procedure.Reported && due.IsZero():
		return "調べて、違反を確認するか、調査しないかを決める"
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
