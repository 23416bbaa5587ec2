// Package connector is the screens of how rights of use reach the town's systems (連携): the
// connectors and their settings, what was carried out and what not, work orders, and where
// the systems differ from the ledger.
package connector

import (
	"context"
	"fmt"

	"kagami/internal/address"
	"kagami/internal/authz"
	"kagami/internal/job"
	"kagami/internal/rights/connector"
	"kagami/internal/rights/connector/outcome"
	"kagami/internal/sample"
	"kagami/internal/state"
	"kagami/internal/task"
	"kagami/internal/trail"
	"kagami/web/layout"
	"kagami/web/screen"
)

// Screens are those screens.
type Screens struct {
	connectors *connector.Service
	outcomes   *outcome.Service
}

// New makes the screens.
func New(connectors *connector.Service, outcomes *outcome.Service) *Screens {
	return &Screens{connectors, outcomes}
}

// Part is what the portal takes in.
func (s *Screens) Part() screen.Part {
	return screen.Part{
		Routes: []screen.Route{
			screen.Get("/rights/connectors", authz.ReadConnectors, s.showList),
			screen.Get("/rights/connectors/new", authz.KeepConnectors, s.showNew),
			screen.Post("/rights/connectors/new", authz.KeepConnectors, s.make).Sensitive(),
			screen.Get("/rights/connectors/{connector}", authz.ReadConnectors, s.showEntry),
			screen.Get("/rights/connectors/{connector}/settings", authz.KeepConnectors, s.showSettings),
			screen.Post("/rights/connectors/{connector}/settings", authz.KeepConnectors, s.set).Sensitive(),
			screen.Get("/rights/connectors/{connector}/systems", authz.KeepConnectors, s.showSystems),
			screen.Post("/rights/connectors/{connector}/systems", authz.KeepConnectors, s.assign).Sensitive(),
			screen.Post("/rights/connectors/{connector}/drop", authz.KeepConnectors, s.drop).Sensitive(),
			screen.Post("/rights/connectors/{connector}/check", authz.KeepConnectors, s.check),
			screen.Get("/rights/connectors/{connector}/plan", authz.KeepConnectors, s.showPlan),
			screen.Post("/rights/connectors/{connector}/try", authz.KeepConnectors, s.try),
			screen.Post("/rights/connectors/{connector}/on", authz.KeepConnectors, s.switchOn).Sensitive(),
			screen.Post("/rights/connectors/{connector}/off", authz.KeepConnectors, s.switchOff).Sensitive(),
			screen.Post("/rights/connectors/{connector}/again", authz.KeepConnectors, s.again),

			screen.Get("/rights/targets", authz.ReadConnectors, s.showTargets),
			screen.Post("/rights/targets/{target}/hand", authz.DoWorkOrders, s.byHand).Asking(s.asksByHand),
			screen.Get("/rights/orders", authz.ReadConnectors, s.showOrders),
			screen.Post("/rights/orders/{order}/done", authz.DoWorkOrders, s.complete).Asking(s.asksComplete),
			screen.Get("/rights/drift", authz.ReadConnectors, s.showDrift),
			screen.Post("/rights/drift/{drift}/apply", authz.KeepConnectors, s.reapply),
		},
		Nav: []screen.Entry{
			{Label: "作業依頼", URL: address.RightOrders, Place: 20, Under: address.Rights, Action: authz.ReadConnectors, Least: authz.Own},
			{Label: "連携と反映", URL: address.RightConnectors, Place: 21, Under: address.Rights, Action: authz.ReadConnectors, Least: authz.Own},
		},
		Areas: map[string]string{address.RightTargets: address.RightConnectors, address.RightDrift: address.RightConnectors},
		Flashes: map[string]layout.Done{
			"connector-make":   {Heading: "連携を作りました", Text: "まだ何もしません。次に、どのシステムのための連携かを決めてから、「接続を確かめる」「試しに動かす」の順に進めてください。"},
			"connector-set":    {Heading: "連携の設定を変えました", Text: "動いていた連携は、いったん止まりました。もう一度「試しに動かす」をしてから、動かしてください。その間の変更は、反映待ちになります。"},
			"connector-assign": {Heading: "連携するシステムを加えました", Text: "作業依頼になっていたものは、反映待ちになりました。「試しに動かす」をしてから、動かしてください。"},
			"connector-drop":   {Heading: "連携するシステムを外しました", Text: "反映待ちだったものは、システムの情報システム管理者への作業依頼になりました。"},
			"connector-try":    {Heading: "接続先と台帳を比べ始めました", Text: "何も変えません。終わるまで、数秒から1分ほどかかります。この画面を開き直して、結果を見てください。"},
			"connector-on":     {Heading: "連携を動かしました", Text: "反映待ちだったものを、いま反映しています。終わると「反映済み」になります。"},
			"connector-off":    {Heading: "連携を止めました", Text: "これからの変更は、反映待ちになります。急ぐものは、接続先で直接変えてください。"},
			"connector-again":  {Heading: "失敗したものを、もう一度試しています", Text: "少し待ってから画面を開き直して、結果を見てください。"},
			"right-by-hand":    {Heading: "手で済ませたことを記録しました", Text: "反映済みになりました。"},
			"order-done":       {Heading: "作業依頼を完了しました", Text: "システムに反映済みになりました。"},
			"drift-apply":      {Heading: "台帳に合わせています", Text: "接続先を、台帳のとおりに直します。結果は「反映の状態」で見られます。"},
		},
		Tasks:    s.tasks,
		Topics:   connector.Topics(),
		Counters: []state.Counter{connector.ChangeCounter},
		Subjects: []trail.Named{{Kind: "connector", Title: "利用権限の連携"}, {Kind: "right_target", Title: "利用権限の反映"}, {Kind: "work_order", Title: "利用権限の作業依頼"}, {Kind: "right_drift", Title: "利用権限の食い違い"}},
		Jobs:     s.connectors.RegisterJobs,
		Queues:   []job.Queue{connector.Queue()},
		Sample:   func(ctx context.Context, t *sample.Town) error { return s.fill(ctx, *t) },
	}
}

// tasks are work orders to do, and what has failed.
func (s *Screens) tasks(actor authz.Actor, b *task.Batch) {
	s.connectors.QueueWaiting(b, actor, func(w connector.Waits) {
		if w.Failed > 0 {
			b.Add(task.Task{
				What: fmt.Sprintf("システムに届いていない利用権限の変更%d件に対応する", w.Failed), Why: "まだ使えるままの人や、使えない人がいるかもしれません。",
				Act: "失敗したものを見る", About: "利用権限", URL: address.FailedRights(w.FirstFailing),
			})
		}
		if w.Stalled > 0 {
			b.Add(task.Task{
				What: fmt.Sprintf("止まっている連携で待っている利用権限の変更%d件に対応する", w.Stalled), Why: "連携を動かすか、システムを連携から外すまで、システムは前のままです。",
				Act: "待っているものを見る", About: "利用権限", URL: address.ConnectorTargets(w.FirstStalled, string(connector.Waiting)),
			})
		}
		if w.Orders > 0 {
			b.Add(task.Task{
				What: fmt.Sprintf("システムの利用権限の作業依頼%d件を行う", w.Orders), Why: "システムの設定を変えるまで、台帳とシステムが食い違っています。",
				Act: "作業依頼を見る", About: "利用権限", URL: address.RightOrders,
			})
		}
	})
}

// rightsWay is the way to the rooms of rights.
var rightsWay = []layout.Link{{Label: "利用権限", Address: address.Rights}}

var connectorsWay = append(rightsWay[:1:1], layout.Link{Label: "連携と反映", Address: address.RightConnectors})

// way is the way to what is about a connector.
func way(c connector.Connector) []layout.Link {
	return append(connectorsWay[:2:2], layout.Link{Label: c.Name, Address: address.Connector(c.Code)})
}
