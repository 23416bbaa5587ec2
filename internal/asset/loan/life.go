package loan

import (
	"kagami/internal/authz"
	"kagami/internal/calendar"
	"kagami/internal/lifecycle"
)

// State is where a loan stands, but for the days that come by themselves.
type State string

// The states.
const (
	Barred    State = "barred" // refused at once, by a rule
	Asked     State = "asked"
	Permitted State = "permitted"
	Refused   State = "refused"
	Revoked   State = "revoked"
	Withdrawn State = "withdrawn"
	Handed    State = "handed"
	Closed    State = "closed" // it has come back, and was looked at
	Lost      State = "lost"
)

// Title is what the state is called.
func (s State) Title() string {
	switch s {
	case Barred:
		return "基準により不許可"
	case Asked:
		return "申請中"
	case Permitted:
		return "許可"
	case Refused:
		return "不許可"
	case Revoked:
		return "許可の取消し"
	case Withdrawn:
		return "取り下げ"
	case Handed:
		return "持出し・貸出し中"
	case Closed:
		return "返却済み"
	case Lost:
		return "紛失"
	}
	return ""
}

// Event is what is done with a loan.
type Event string

// The events.
const (
	EventAsk      Event = "ask"
	EventBar      Event = "bar"
	EventWithdraw Event = "withdraw"
	EventPermit   Event = "permit"
	EventRefuse   Event = "refuse"
	EventRevoke   Event = "revoke"
	EventHand     Event = "hand"
	EventPart     Event = "part" // some of it has come back
	EventClose    Event = "close"
	EventLose     Event = "lose"
)

// Title is what the event is called.
func (e Event) Title() string { return course.Title(e) }

var (
	asking   = lifecycle.Who{May: []authz.Action{authz.AskLoans}}
	deciding = lifecycle.Who{May: []authz.Action{authz.PermitLoans}, Except: "申請した人と持ち出す人"}
	handing  = lifecycle.Who{May: []authz.Action{authz.HandLoans}, Except: "持ち出す人"}
	missing  = lifecycle.Who{May: []authz.Action{authz.AskLoans, authz.HandLoans}}
)

// course is the life of a loan.
var course = lifecycle.Table[State, Event, lifecycle.Always]{
	Thing:  "持出し・貸出し",
	States: []State{Barred, Asked, Permitted, Refused, Revoked, Withdrawn, Handed, Closed, Lost},
	Ends:   []State{Barred, Refused, Revoked, Withdrawn, Closed, Lost},
	Arrows: []lifecycle.Arrow[State, Event, lifecycle.Always]{
		{Event: EventAsk, To: Asked, By: asking, Title: "申請", Asks: "情報資産、目的、行き先、いつからいつまで、安全のための措置、持ち出す人"},
		{Event: EventBar, To: Barred, By: asking, Title: "基準に合わない申請", Asks: "（申請と同じ。その場で不許可になり、基準と一緒に残る）"},
		{From: Asked, Event: EventWithdraw, To: Withdrawn, By: asking, Title: "取り下げ", Asks: "（申請した人か持ち出す人に限る）"},
		{From: Asked, Event: EventPermit, To: Permitted, By: deciding, Title: "許可"},
		{From: Asked, Event: EventRefuse, To: Refused, By: deciding, Title: "不許可", Needs: needs("許可しない理由")},
		{From: Permitted, Event: EventWithdraw, To: Withdrawn, By: asking, Title: "取り下げ", Asks: "（申請した人か持ち出す人に限る）"},
		{From: Permitted, Event: EventRevoke, To: Revoked, By: deciding, Title: "許可の取消し", Needs: needs("取り消す理由")},
		{From: Permitted, Event: EventHand, To: Handed, By: handing, Title: "引渡し"},
		{From: Handed, Event: EventPart, To: Handed, By: handing, Title: "一部の返却", Needs: needs("返ったものと、まだのもの")},
		{From: Handed, Event: EventClose, To: Closed, By: handing, Title: "返却の確認", Asks: "全部あるか、壊れていないか、データを消したか（壊れているか、消していないときは、そのことも）"},
		{From: Handed, Event: EventLose, To: Lost, By: missing, Title: "紛失の届出", Needs: needs("何があったか"), Asks: "いつ、だれが気づいたか、最後に見た日、何があったか"},
	},
}

// needs is the one text that a step needs.
func needs(title string) []lifecycle.Field { return []lifecycle.Field{{Name: "note", Title: title}} }

// StatesDocument is the life of a loan as docs/loan-states.md holds it; a test keeps the two
// the same. It returns an error where the table is wrong.
func StatesDocument() (string, error) {
	if err := course.Check(); err != nil {
		return "", err
	}
	return lifecycle.Document{
		Title: "持出し・貸出しの状態", Sources: []string{"internal/asset/loan/life.go"},
		Rows: append(course.Rows(),
			lifecycle.Row{From: "申請中", What: "最後の日が過ぎる", To: unanswered},
			lifecycle.Row{From: "許可", What: "最後の日が過ぎる", To: unused},
			lifecycle.Row{From: "持出し・貸出し中", What: "返す日が過ぎる", To: overdue}),
	}.Markdown(), nil
}

// Where a loan stands once its last day is over.
const (
	unanswered = "決まらないまま期限切れ"
	unused     = "渡さないまま期限切れ"
	overdue    = "返却の期限を過ぎている"
)

// standing is where a loan stands on a day, in words.
func standing(s State, until, day calendar.Date) string {
	if day.After(until) {
		switch s {
		case Asked:
			return unanswered
		case Permitted:
			return unused
		case Handed:
			return overdue
		}
	}
	return s.Title()
}
