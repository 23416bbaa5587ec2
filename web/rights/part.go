// Package rights is the screens of who may use which system (利用権限): the ledger, one's own
// rights, those of a person and of a system, the form by which one is asked for, one right with
// its history, a form for each step, and what bars rights.
package rights

import (
	"context"
	"fmt"
	"net/http"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/notice"
	"kagami/internal/rights"
	"kagami/internal/rights/bar"
	"kagami/internal/rights/settle"
	"kagami/internal/sample"
	"kagami/internal/setting"
	"kagami/internal/state"
	"kagami/internal/task"
	"kagami/internal/trail"
	"kagami/web/layout"
	"kagami/web/screen"

	"github.com/riverqueue/river"
)

// Screens are those screens.
type Screens struct {
	rights   *rights.Service
	bars     *bar.Service
	settling *settle.Service
	tables   state.Cache[rights.Stamp, templ.Component]
}

// New makes the screens.
func New(of *rights.Service, bars *bar.Service, settling *settle.Service) *Screens {
	return &Screens{of, bars, settling, state.NewCache[rights.Stamp, templ.Component](cachedTables)}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	part := screen.Part{
		Routes: []screen.Route{
			screen.Get("/rights", authz.ReadRights, s.showList),
			screen.Get("/rights/own", authz.ReadRights, s.showOwn),
			screen.Get("/rights/moved", authz.ReviewRights, s.showMoved).Asking(s.asksMoved),
			screen.Get("/rights/moved/{person}", authz.ReviewRights, s.showMovedOf).Asking(s.asksMoved),
			screen.Post("/rights/moved/{person}", authz.ReviewRights, s.answerMoved).Asking(s.asksMoved),
			screen.Get("/rights/new", authz.AskRights, s.showNew),
			screen.Post("/rights/new", authz.AskRights, s.ask),
			screen.Get("/rights/people/{person}", authz.ReadRights, s.showPerson),
			screen.Get("/rights/systems", authz.ReadSystemRights, s.showSystems),
			screen.Get("/rights/systems/{asset}", authz.ReadSystemRights, s.showSystem),
			screen.Get("/rights/systems/{asset}/settings", authz.PermitRights, s.showSettings),
			screen.Post("/rights/systems/{asset}/settings", authz.PermitRights, s.set),
			screen.Get("/rights/of/{right}", authz.ReadRights, s.showRight),
			screen.Get("/rights/bars/{bar}", authz.ReadBars, s.showBar),
			screen.Get("/rights/bars/{bar}/letter", authz.ReadBars, s.showLetter),
		},
		Nav: []screen.Entry{
			{Label: "利用権限", URL: address.Rights, Place: 3, First: "台帳", Action: authz.ReadRights, Least: authz.Self},
			{Label: "自分の利用権限", URL: address.OwnRights, Place: 2, Under: address.Rights, Action: authz.ReadRights, Least: authz.Own},
			{Label: "システム", URL: address.RightSystems, Place: 3, Under: address.Rights, Action: authz.ReadSystemRights, Least: authz.Own},
			{Label: "異動した人", URL: address.MovedRights, Place: 4, Under: address.Rights, Action: authz.ReviewRights, Least: authz.Own},
		},
		Flashes: map[string]layout.Done{
			"right-ask":    {Heading: "利用権限を申請しました", Text: "番号を付けました。システムの情報システム管理者と課長に、お知らせが届きました。許可されるまでは、使えません。"},
			"right-moved":  {Heading: "この人の利用権限に答えました", Text: "本人に、お知らせが届きました。"},
			"right-system": {Heading: "システムの設定を変えました", Text: "これから申請される利用権限と、いまある利用権限に使われます。"},
		},
		Tasks:    s.tasks,
		Topics:   []notice.Topic{s.rights.Topic(), settle.QuestionTopic(), s.bars.Topic()},
		Subjects: []trail.Named{{Kind: "right", Title: "利用権限"}, {Kind: "right_system", Title: "システムの利用権限の設定"}, {Kind: "right_bar", Title: "利用権限の停止・剥奪・緊急停止"}},
		Settings: []setting.Setting{settle.ReplyDays.Setting, bar.CutDays.Setting},
		Counters: []state.Counter{rights.ChangeCounter},
		Jobs: func(workers *river.Workers) []*river.PeriodicJob {
			return append(s.settling.RegisterJobs(workers), s.bars.RegisterJobs(workers)...)
		},
		Sample: func(ctx context.Context, t *sample.Town) error { return s.fill(ctx, *t) },
	}
	for _, p := range steps {
		action := rights.Who(p.Event).May[0]
		part.Routes = append(part.Routes,
			screen.Get(p.pattern, action, s.showStep(p)).Asking(s.asks(p.Event)),
			screen.Post(p.pattern, action, s.take(p)).Asking(s.asks(p.Event)))
		part.Flashes["right-"+string(p.Event)] = p.done
	}
	for _, p := range beginnings {
		action := rights.Who(p.Event).May[0]
		part.Routes = append(part.Routes,
			screen.Get(p.pattern, action, s.showBeginning(p)).Asking(s.asksToBar(p)),
			screen.Post(p.pattern, action, s.begin(p)).Asking(s.asksToBar(p)).Sensitive())
		part.Flashes["right-"+string(p.Event)] = p.done
	}
	for _, p := range barSteps {
		action := rights.Who(p.Event).May[0]
		part.Routes = append(part.Routes,
			screen.Get(p.pattern, action, s.showBarStep(p)).Asking(s.asksBar(p.Event)),
			screen.Post(p.pattern, action, s.takeBarStep(p)).Asking(s.asksBar(p.Event)).Sensitive())
		part.Flashes["right-"+string(p.Event)] = p.done
	}
	return part
}

// asks is how a step asks whether the actor may take it.
func (s *Screens) asks(event rights.Event) func(*http.Request) error {
	return func(r *http.Request) error {
		return s.rights.AskStep(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "right"), event)
	}
}

func (s *Screens) asksMoved(r *http.Request) error {
	return s.rights.AskMoved(screen.Actor(r.Context()))
}

func (s *Screens) asksToBar(p beginning) func(*http.Request) error {
	return func(r *http.Request) error {
		return s.bars.AskBegin(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "person"), bar.KindOf(p.Event))
	}
}

func (s *Screens) asksBar(event rights.Event) func(*http.Request) error {
	return func(r *http.Request) error {
		return s.bars.AskStep(r.Context(), screen.Actor(r.Context()), chi.URLParam(r, "bar"), event)
	}
}

// tasks are what waits for who permits, who leads somebody after a transfer, and the CISO.
func (s *Screens) tasks(actor authz.Actor, b *task.Batch) {
	s.rights.QueueWaiting(b, actor, func(w rights.Waiting) {
		if w.Cuts > 0 {
			b.Add(task.Task{
				What: fmt.Sprintf("本人の行為による緊急停止%d件を見て、認めるかどうかを決める", w.Cuts), Why: "認めないまま期限を過ぎると、停止が終わります。", DueOn: w.CutsEnd,
				Act: "緊急停止を見る", About: "利用権限", URL: address.With(address.Rights, "choice", "barred"),
			})
		}
		if w.ToPermit > 0 {
			b.Add(task.Task{
				What: fmt.Sprintf("利用権限の申請%d件を見て、許可するかどうかを決める", w.ToPermit), Why: "決めるまで、使えません。",
				Act: "申請を見る", About: "利用権限", URL: address.With(address.Rights, "choice", rights.ToPermit),
			})
		}
		if w.Moved > 0 {
			b.Add(task.Task{
				What: fmt.Sprintf("異動してきた人の利用権限%d件が、まだ要るかを答える", w.Moved), Why: "答えるまで使えず、期限を過ぎると終わります。", DueOn: w.Due,
				Act: "異動した人の利用権限を見る", About: "利用権限", URL: address.MovedRights,
			})
		}
	})
}

// listWay is the way to the ledger.
var listWay = []layout.Link{{Label: "利用権限", Address: address.Rights}}

// way is the way to what is about a right.
func way(r rights.Right) []layout.Link {
	return append(listWay[:len(listWay):len(listWay)], layout.Link{Label: rights.Number(r.Code), Address: address.Right(r.Code)})
}

// personWay is the way to what is about somebody's rights.
func personWay(p rights.Person) []layout.Link {
	return append(listWay[:len(listWay):len(listWay)], layout.Link{Label: p.Name, Address: address.PersonRights(p.StaffNumber)})
}
