package exception

import (
	"kagami/internal/authz"
	"kagami/internal/lifecycle"
)

// State is where an exception stands, but for the days that come by themselves.
type State string

// The states.
const (
	Asked     State = "asked"
	Permitted State = "permitted"
	Refused   State = "refused"
	Withdrawn State = "withdrawn"
	Ended     State = "ended"   // before its last day
	Settled   State = "settled" // it was over, and the rule is kept again
)

// Title is what the state is called.
func (s State) Title() string {
	switch s {
	case Asked:
		return "申請中"
	case Permitted:
		return "許可"
	case Refused:
		return "不許可"
	case Withdrawn:
		return "取り下げ"
	case Ended:
		return "期限前に終了"
	case Settled:
		return "後始末済み"
	}
	return ""
}

// Case is what more has to be so of an exception for a step.
type Case string

// The cases.
const (
	Over  Case = "over"  // its last day has passed
	Begun Case = "begun" // the rule was not kept: it had begun, or was done already
)

// Title is what the case is called.
func (c Case) Title() string {
	switch c {
	case Over:
		return "期限の日を過ぎたとき"
	case Begun:
		return "始まっていたか、すでに行っていたとき"
	}
	return ""
}

// Event is what is done with an exception.
type Event string

// The events.
const (
	EventAsk      Event = "ask"
	EventWithdraw Event = "withdraw"
	EventPermit   Event = "permit"
	EventRefuse   Event = "refuse"
	EventReview   Event = "review"
	EventEnd      Event = "end"
	EventRevoke   Event = "revoke"
	EventSettle   Event = "settle"
)

// Title is what the event is called.
func (e Event) Title() string { return life.Title(e) }

var (
	asking   = lifecycle.Who{May: []authz.Action{authz.AskExceptions}}
	deciding = lifecycle.Who{May: []authz.Action{authz.PermitExceptions}, Except: "申請した人と、その人のための例外措置である人"}
)

// life is the life of an exception.
var life = lifecycle.Table[State, Event, Case]{
	Thing:  "例外措置",
	States: []State{Asked, Permitted, Refused, Withdrawn, Ended, Settled},
	Ends:   []State{Settled},
	Arrows: []lifecycle.Arrow[State, Event, Case]{
		{Event: EventAsk, To: Asked, By: asking, Title: "申請", Asks: "条項、対象、理由、リスク、代替策、期間、見直し日（緊急のときは、いつから行っているか）"},
		{From: Asked, Event: EventWithdraw, To: Withdrawn, By: asking, Title: "取り下げ", Needs: needs("取り下げる理由")},
		{From: Asked, Event: EventPermit, To: Permitted, By: deciding, Title: "許可"},
		{From: Asked, Event: EventRefuse, To: Refused, By: deciding, Title: "不許可", Needs: needs("許可しない理由"), Asks: "許可しない理由（すでに行っているときは、いつまでに元に戻すかも）"},
		{From: Permitted, Event: EventReview, To: Permitted, By: deciding, Title: "見直し", Needs: needs("見直しで分かったこと"), Asks: "見直しで分かったこと、次の見直し日"},
		{From: Permitted, Event: EventEnd, To: Ended, By: asking, Title: "期限前の終了", Needs: needs("終える理由")},
		{From: Permitted, Event: EventRevoke, To: Ended, By: deciding, Title: "許可の取消し", Needs: needs("取り消す理由")},
		{From: Permitted, Event: EventSettle, When: Over, To: Settled, By: asking, Title: settling, Needs: settlement},
		{From: Ended, Event: EventSettle, When: Begun, To: Settled, By: asking, Title: settling, Needs: settlement},
		{From: Refused, Event: EventSettle, When: Begun, To: Settled, By: asking, Title: settling, Needs: settlement},
		{From: Withdrawn, Event: EventSettle, When: Begun, To: Settled, By: asking, Title: settling, Needs: settlement},
	},
}

const settling = "後始末"

// settlement is what is said of how the rule is kept again.
var settlement = []lifecycle.Field{{Name: "note", Title: "守れるように行ったこと"}, {Name: "on", Title: "条項を守るように戻した日"}}

// needs is the one text that a step needs.
func needs(title string) []lifecycle.Field { return []lifecycle.Field{{Name: "note", Title: title}} }

// StatesDocument is the life of an exception as docs/exception-states.md holds it; a test
// keeps the two the same. It returns an error where the table is wrong.
func StatesDocument() (string, error) {
	if err := life.Check(); err != nil {
		return "", err
	}
	return lifecycle.Document{
		Title: "例外措置の状態", Sources: []string{"internal/exception/life.go"}, Condition: "条件", Any: "―",
		Rows: append(life.Rows(),
			lifecycle.Row{From: "許可", What: "初日が来る", To: "有効"},
			lifecycle.Row{From: "有効", What: "期限の日が過ぎる", To: "期限切れ"}),
	}.Markdown(), nil
}
