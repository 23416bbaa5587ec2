package review

import (
	"errors"

	"kagami/internal/authz"
	"kagami/internal/lifecycle"
)

// State is where a confirmation stands.
type State string

// The states of the whole.
const (
	Open   State = "open"
	Closed State = "closed"
)

// Title is what the state is called.
func (s State) Title() string {
	switch s {
	case Open:
		return "実施中"
	case Closed:
		return "終了"
	}
	return ""
}

// Stage is where a section stands in one.
type Stage string

// The stages of a section.
const (
	NotBegun Stage = "not_begun"
	UnderWay Stage = "under_way"
	HandedIn Stage = "handed_in"
)

// Stages are all of them, in their order.
var Stages = []Stage{NotBegun, UnderWay, HandedIn}

// Title is what the stage is called.
func (s Stage) Title() string {
	switch s {
	case NotBegun:
		return "まだ始めていない"
	case UnderWay:
		return "確かめている途中"
	case HandedIn:
		return "提出済み"
	}
	return ""
}

// Answer is where a right stands in one: what was said of it.
type Answer string

// The answers.
const (
	Unanswered Answer = "open"
	Later      Answer = "later" // looked at, and put off
	Needed     Answer = "needed"
	Unneeded   Answer = "unneeded"
	Change     Answer = "change"
	Ended      Answer = "ended" // nobody has answered, and nobody has to: it has ended otherwise
)

// Answers are those that can be given, in the order of their buttons.
var Answers = []Answer{Needed, Unneeded, Change, Later}

// Title is what the answer is called; empty for what is none.
func (a Answer) Title() string {
	switch a {
	case Unanswered:
		return "まだ"
	case Later:
		return "後で"
	case Needed:
		return "要る"
	case Unneeded:
		return "要らない"
	case Change:
		return "変える"
	case Ended:
		return "終わっている（答えは要らない）"
	}
	return ""
}

// Event is what is done with a confirmation, with a section of it, or with a right in it.
type Event string

// The events.
const (
	EventOpen    Event = "open"
	EventMoveDue Event = "move_due"
	EventClose   Event = "close"
	EventJoin    Event = "join" // a section comes in, since people have come to it

	EventBegin  Event = "begin"
	EventHandIn Event = "hand_in"
	EventTakeUp Event = "take_up"

	EventUndo   Event = "undo"
	EventSettle Event = "settle"
)

// Title is what the event is called.
func (e Event) Title() string {
	if e == EventJoin {
		return "課室の追加"
	}
	if title := whole.Title(e); title != "" {
		return title
	}
	return ofSection.Title(e)
}

var (
	opening   = lifecycle.Who{May: []authz.Action{authz.OpenRightReviews}}
	handing   = lifecycle.Who{May: []authz.Action{authz.ReviewRights}}
	answering = lifecycle.Who{May: []authz.Action{authz.ReviewRights}, Except: "使う人"}
	settling  = lifecycle.Who{May: []authz.Action{authz.PermitRights}, Except: "使う人"}
)

// needs is the one text that a step needs.
func needs(title string) []lifecycle.Field { return []lifecycle.Field{{Name: "note", Title: title}} }

// whole is the life of a confirmation.
var whole = lifecycle.Table[State, Event, lifecycle.Always]{
	Thing:  "利用権限の確認",
	States: []State{Open, Closed},
	Ends:   []State{Closed},
	Arrows: []lifecycle.Arrow[State, Event, lifecycle.Always]{
		{Event: EventOpen, To: Open, By: opening, Title: "始める", Asks: "名前、課室、期限"},
		{From: Open, Event: EventMoveDue, To: Open, By: opening, Title: "期限の変更", Asks: "新しい期限", Needs: needs("期限を変える理由")},
		{From: Open, Event: EventClose, To: Closed, By: opening, Title: "締める", Asks: "提出していない課室があるときは、その理由"},
	},
}

// ofSection is the life of a section in one.
var ofSection = lifecycle.Table[Stage, Event, lifecycle.Always]{
	Thing:  "課室の利用権限の確認",
	States: Stages,
	Begins: []Stage{NotBegun},
	Arrows: []lifecycle.Arrow[Stage, Event, lifecycle.Always]{
		{From: NotBegun, Event: EventBegin, To: UnderWay, By: answering, Title: "利用権限を確かめる", Asks: "要る・要らない・変える・後で"},
		{From: UnderWay, Event: EventBegin, To: UnderWay, By: answering, Title: "利用権限を確かめる", Asks: "要る・要らない・変える・後で"},
		{From: NotBegun, Event: EventHandIn, To: HandedIn, By: handing, Title: "提出", Asks: "すべての利用権限の答え（「後で」は答えに入らない）"},
		{From: UnderWay, Event: EventHandIn, To: HandedIn, By: handing, Title: "提出", Asks: "すべての利用権限の答え（「後で」は答えに入らない）"},
		{From: HandedIn, Event: EventTakeUp, To: UnderWay, By: handing, Title: "提出の取消し", Needs: needs("取り消す理由")},
	},
}

// ofRight is the life of a right in one. One that was said not to be needed has ended for good.
var ofRight = lifecycle.Table[Answer, Event, lifecycle.Always]{
	Thing:  "確かめる利用権限",
	States: []Answer{Unanswered, Later, Needed, Change, Unneeded},
	Begins: []Answer{Unanswered},
	Ends:   []Answer{Unneeded},
	Arrows: answers(),
}

// answers are the arrows of a right: an answer may be taken back or changed into another one,
// but for that by which it has ended.
func answers() (arrows []lifecycle.Arrow[Answer, Event, lifecycle.Always]) {
	add := func(from Answer, event Event, to Answer, by lifecycle.Who, title, asks string) {
		arrows = append(arrows, lifecycle.Arrow[Answer, Event, lifecycle.Always]{From: from, Event: event, To: to, By: by, Title: title, Asks: asks})
	}
	for _, from := range []Answer{Unanswered, Later, Needed, Change} {
		for _, to := range Answers {
			switch {
			case to == from && to != Change:
			case to == Change:
				add(from, Event(to), to, answering, to.Title(), "何をどう変えるか")
			case to == Unneeded:
				add(from, Event(to), to, answering, to.Title(), "（利用権限が終わる）")
			default:
				add(from, Event(to), to, answering, to.Title(), "")
			}
		}
		if from != Unanswered {
			add(from, EventUndo, Unanswered, answering, "答えの取消し", "")
		}
	}
	add(Change, EventSettle, Change, settling, "変えたことの記録", "")
	return arrows
}

// StatesDocument is the three lives as docs/right-review-states.md holds them; a test keeps the
// two the same. It returns an error where a table is wrong.
func StatesDocument() (string, error) {
	if err := errors.Join(whole.Check(), ofSection.Check(), ofRight.Check()); err != nil {
		return "", err
	}
	rows := append(append(whole.Rows(), ofSection.Rows()...), ofRight.Rows()...)
	return lifecycle.Document{Title: "利用権限の確認の状態", Sources: []string{"internal/rights/review/life.go"}, Rows: rows}.Markdown(), nil
}
